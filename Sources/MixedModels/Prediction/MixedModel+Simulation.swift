import Distributions
internal import LinearAlgebra

extension MixedModel {
  /// ``PredictionRows/simulate(means:levels:estimate:stream:)`` with the levels of this model.
  package func simulate(
    _ rows: PredictionRows, means: [Double], estimate: Estimate, stream: inout RandomStream
  ) -> [Double] {
    rows.simulate(means: means, levels: terms.map(\.levelCount), estimate: estimate, stream: &stream)
  }
}

extension PredictionRows {
  /// A response drawn at these rows: `means` + Z u + e with u and e drawn, for the terms of ``effects``.
  ///
  /// - Parameters:
  ///   - means: what is not drawn: X b, and predicted effects that are kept.
  ///   - levels: number of levels of each term.
  package func simulate(
    means: [Double], levels: [Int], estimate: Estimate, stream: inout RandomStream
  ) -> [Double] {
    let sigma = estimate.scale.squareRoot()
    var result = means
    for (t, effects) in self.effects.enumerated() {
      guard let effects else { continue }
      let factor = CovarianceLayout.semidefiniteCholesky(estimate.relativeCovariances[t])
      let k = effects.columns.count
      let known = levels[t]
      let new = effects.codes.reduce(0) { max($0, Int(PredictionRows.Effects.new) - Int($1) + 1) }
      // Levels in order, unseen ones last: the draws do not depend on the order of the rows.
      var drawn = [Double](repeating: 0, count: (known + new) * k)
      var z = [Double](repeating: 0, count: k)
      for level in 0..<known + new {
        for a in 0..<k { z[a] = sigma * stream.normal() }
        for a in 0..<k {
          var value = 0.0
          for b in 0...a { value += factor[a, b] * z[b] }
          drawn[level * k + a] = value
        }
      }
      for i in result.indices where effects.codes[i] != PredictionRows.Effects.none {
        let code = Int(effects.codes[i])
        let level = code >= 0 ? code : known + Int(PredictionRows.Effects.new) - code
        for a in 0..<k { result[i] += (effects.columns[a]?[i] ?? 1) * drawn[level * k + a] }
      }
    }
    var residuals = result.map { _ in stream.normal() }
    if let correlation { residuals = correlation.colored(residuals) }
    for i in result.indices {
      result[i] += sigma * (weights.map { 1 / $0[i].squareRoot() } ?? 1) * residuals[i]
    }
    return result
  }
}
