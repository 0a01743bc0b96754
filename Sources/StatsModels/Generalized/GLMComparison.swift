import DataFrames
import Distributions
import Foundation

/// Likelihood-ratio tests between generalised models of the same data. Not in statsmodels.
public struct GLMComparison: Sendable {
  /// A model's line, and its test against the line above.
  public struct Row: Sendable {
    /// Family and formula.
    public let name: String
    /// Number of parameters.
    public let parameters: Int
    /// Akaike's criterion.
    public let aic: Double
    /// Bayesian criterion.
    public let bic: Double
    /// Log likelihood.
    public let logLikelihood: Double
    /// Twice the difference of log likelihoods; nan in the first line.
    public let chiSquared: Double
    /// Difference in parameters.
    public let degreesOfFreedom: Int
    /// Upper tail of χ²; of a half-and-half mixture of χ² with one degree less where a single variance is added.
    public let pValue: Double
  }

  /// The models, by number of parameters.
  public let rows: [Row]
  /// What to mind.
  public let notes: [String]

  /// Columns `model`, `npar`, `aic`, `bic`, `llf`, `chisq`, `df`, `p`.
  public var frame: DataFrame {
    let columns = [
      Column(name: "model", rows.map(\.name)), Column(name: "npar", rows.map(\.parameters)),
      Column(name: "aic", rows.map(\.aic)), Column(name: "bic", rows.map(\.bic)),
      Column(name: "llf", rows.map(\.logLikelihood)), Column(name: "chisq", rows.map(\.chiSquared)),
      Column(name: "df", rows.map(\.degreesOfFreedom)), Column(name: "p", rows.map(\.pValue)),
    ]
    return (try? DataFrame(columns: columns)) ?? DataFrame()
  }
}

extension GLMComparison: CustomStringConvertible {
  /// The table and the notes.
  public var description: String {
    let lines = rows.enumerated().map { position, row in
      let test =
        row.chiSquared.isNaN
        ? ""
        : ", chi2 \(PythonFormat.fixed(row.chiSquared, 4)) on \(row.degreesOfFreedom), p "
          + PythonFormat.general(row.pValue, 4)
      return
        "m\(position + 1): \(row.name): \(row.parameters) parameters, AIC \(PythonFormat.fixed(row.aic, 3)), BIC "
        + "\(PythonFormat.fixed(row.bic, 3)), log-likelihood \(PythonFormat.fixed(row.logLikelihood, 4))\(test)"
    }
    return (lines + notes).joined(separator: "\n")
  }
}

/// Compares fits of one response on the same rows, in the order of their numbers of parameters. Not in statsmodels.
///
/// - Throws: ``StatsModelsError`` when the responses or the approximations differ, or fewer than two models are given.
public func compare(_ models: MixedGLMResults...) throws -> GLMComparison {
  guard let first = models.first, models.count > 1 else {
    throw StatsModelsError(.invalidArgument, "compare needs two models at least")
  }
  for other in models.dropFirst() {
    guard other.model.endog == first.model.endog, other.weights == first.weights,
      other.family.distribution == first.family.distribution
        || Set([other.family.distribution, first.family.distribution]) == [.poisson, .negativeBinomial]
    else {
      throw StatsModelsError(
        .invalidArgument,
        "the models were fitted to different responses or families: '\(first.model.endogNames)' (\(first.family), "
          + "\(first.nobs) rows) and '\(other.model.endogNames)' (\(other.family), \(other.nobs) rows)")
    }
    guard other.estimate.integration == first.estimate.integration else {
      throw StatsModelsError(
        .invalidArgument,
        "the likelihoods are approximated in different ways, \(first.method) and \(other.method): fit all models with the "
          + "same nAGQ")
    }
  }
  let fits = models.sorted { $0.parameterCount < $1.parameterCount }
  var rows: [GLMComparison.Row] = []
  var notes: [String] = []
  for (position, fit) in fits.enumerated() {
    var (statistic, added, p) = (Double.nan, 0, Double.nan)
    if position > 0 {
      let smaller = fits[position - 1]
      added = fit.parameterCount - smaller.parameterCount
      statistic = 2 * (fit.llf - smaller.llf)
      if added > 0 {
        let value = max(statistic, 0)
        let isVariance =
          added == 1 && fit.specification.exogNames == smaller.specification.exogNames
        let lower = isVariance ? (value > 0 ? 0 : 1) : ChiSquared(Double(added)).sf(value)
        p = isVariance ? 0.5 * (lower + ChiSquared(1).sf(value)) : lower
      } else {
        statistic = .nan
        notes.append("No test of m\(position + 1) against m\(position): they have equally many parameters.")
      }
      if statistic < -1e-4 {
        notes.append("m\(position + 1) has a smaller likelihood than m\(position): it does not contain it.")
        p = .nan
      }
    }
    rows.append(
      .init(
        name: "\(fit.family): \(fit.specification.caption)", parameters: fit.parameterCount, aic: fit.aic,
        bic: fit.bic, logLikelihood: fit.llf, chiSquared: statistic, degreesOfFreedom: added, pValue: p))
  }
  if fits.contains(where: { !$0.converged }) { notes.append("A fit has not converged.") }
  return GLMComparison(rows: rows, notes: notes)
}
