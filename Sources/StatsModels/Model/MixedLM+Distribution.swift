import Distributions
import LinearAlgebra

/// A generator of responses of a mixed model at given parameters. Python: MixedLMDistribution
public struct MixedLMDistribution: Sendable {
  let model: MixedLM
  let mean: [Double]
  let scale: Double
  /// Factor of each engine term's covariance matrix, in the response's units.
  let factors: [Matrix]

  /// One response vector: fixed part, effects of all terms, residuals, drawn in this order.
  ///
  /// - Parameters:
  ///   - n: not used, as in statsmodels.
  ///   - generator: source of randomness.
  ///
  /// Python: MixedLMDistribution.rvs
  public func rvs(_ n: Int = 1, using generator: inout some RandomNumberGenerator) -> [Double] {
    var response = mean
    for (term, factor) in zip(model.specification.engineTerms, factors) {
      let width = term.width
      var effects = [Double](repeating: 0, count: term.levelCount * width)
      for level in 0..<term.levelCount {
        let draws = (0..<width).map { _ in Self.normal(&generator) }
        for a in 0..<width {
          effects[level * width + a] = (0...a).reduce(0) { $0 + factor[a, $1] * draws[$1] }
        }
      }
      for (row, code) in term.codes.enumerated() where code >= 0 {
        for a in 0..<width {
          response[row] += (term.columns[a]?[row] ?? 1) * effects[Int(code) * width + a]
        }
      }
    }
    let deviation = scale.squareRoot()
    let weights = model.specification.weights?.values
    var residuals = response.map { _ in Self.normal(&generator) }
    if let correlation = model.specification.residualCorrelation {
      residuals = correlation.colored(residuals)
    }
    for row in response.indices {
      response[row] += deviation / (weights?[row] ?? 1).squareRoot() * residuals[row]
    }
    return response
  }

  /// ``rvs(_:using:)`` with the system's generator. Python: MixedLMDistribution.rvs
  public func rvs(_ n: Int = 1) -> [Double] {
    var generator = SystemRandomNumberGenerator()
    return rvs(n, using: &generator)
  }

  private static func normal(_ generator: inout some RandomNumberGenerator) -> Double {
    Normal.ppf(Double.random(in: Double.leastNonzeroMagnitude..<1, using: &generator))
  }
}

extension MixedLM {
  /// A generator of responses.
  ///
  /// - Parameters:
  ///   - params: fixed effects and relative covariances, as in `results.params` or `results.paramsObject`.
  ///   - scale: the error variance.
  ///   - exog: the fixed design; the model's if nil.
  /// - Throws: ``StatsModelsError`` when the parameters or the design do not fit the model.
  ///
  /// Python: MixedLM.get_distribution
  public func getDistribution(_ params: any StartParameters, scale: Double, exog: Matrix? = nil) throws
    -> MixedLMDistribution
  {
    let fixed: [Double]
    switch params {
    case let object as MixedLMParams: fixed = object.feParams
    case let series as Series: fixed = Array(series.values.prefix(kFe))
    case let packed as [Double]: fixed = Array(packed.prefix(kFe))
    default: fixed = []
    }
    // A plain vector is read as results.params is, not as square roots.
    let entries =
      try (params as? [Double]).map { Array($0.dropFirst(kFe)) } ?? params.covarianceEntries(of: self)
    let design = exog ?? self.exog
    guard fixed.count == kFe, entries.count == layout.entries.count, design.columns == kFe,
      design.rows == nobs
    else {
      throw StatsModelsError(
        .lengthMismatch,
        "getDistribution needs \(kFe) fixed effects, \(layout.entries.count) covariances and a design of \(nobs) × \(kFe)"
      )
    }
    guard scale > 0 else { throw StatsModelsError(.invalidArgument, "scale must be positive, not \(scale)") }
    let covariances = layout.covariances(entries, blocks: specification.blocks)
    return MixedLMDistribution(
      model: self, mean: specification.addingOffset(design * fixed.map { $0.isNaN ? 0 : $0 }), scale: scale,
      factors: specification.termCovariances(covariances).map { covariance in
        covariance.semidefiniteFactor.mapElements { $0 * scale.squareRoot() }
      })
  }
}
