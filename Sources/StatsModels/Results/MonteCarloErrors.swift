import MixedModels

/// Standard errors that estimates have because random probes stand for an exact factorisation: how much they would
/// differ with other probes. They come on top of the sampling errors in ``MixedLMResults/bse``, of which they are a
/// small part. Not in statsmodels.
public struct MonteCarloErrors: Sendable {
  /// Number of random probes.
  public let probes: Int
  /// Error of the log-likelihood.
  public let llf: Double
  /// Error of the residual variance.
  public let scale: Double
  /// Errors of ``MixedLMResults/params``: fixed effects, then covariances divided by `scale`; nan for dropped columns.
  public let params: Series
  /// Errors of the variances in the response's units.
  public let covariances: Series

  init(_ report: MonteCarloReport, layout: ParameterLayout, specification: ModelSpecification) {
    probes = report.probes
    llf = report.logLikelihood
    scale = report.scale
    // Only terms of one effect are fitted with random probes: one variance each.
    let terms = layout.entries.map { specification.firstTerm(of: $0.block) }
    func pick(_ values: [Double]) -> [Double] { terms.map { values.indices.contains($0) ? values[$0] : 0 } }
    params = Series(index: layout.names, values: report.fixedEffects + pick(report.relativeCovariances))
    covariances = Series(index: layout.entries.map(\.name), values: pick(report.covariances))
  }

  /// All errors in a sentence, for warnings and summaries: variances in the response's units.
  var sentence: String {
    let fixed = zip(params.index, params.values).prefix(params.count - covariances.count).filter {
      $0.1.isFinite
    }
    let list =
      [("log-likelihood", llf), ("scale", scale)] + fixed + zip(covariances.index, covariances.values)
    return "the estimates come from \(probes) random probes, with Monte-Carlo standard errors "
      + list.map { "\($0.0) \(PythonFormat.general($0.1, 2))" }.joined(separator: ", ")
  }
}
