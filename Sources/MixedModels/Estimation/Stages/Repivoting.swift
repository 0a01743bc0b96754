internal import LinearAlgebra

extension MixedModel {
  /// Continues slow iterations with the columns of correlated terms in an order that suits the covariances found; nil
  /// where the present order does, or where that leads nowhere better.
  ///
  /// Where T_11 nearly vanishes beside T_21, the deviance of S = TT' has a valley along T_21² + T_22² = const in which
  /// steps are short. With the columns that vary most in front there is none.
  func repivoted(
    _ outcome: NewtonOptimizer.Outcome, reml: Bool, options: FitOptions
  ) throws(EngineError) -> Estimate? {
    let covariances = layout.covariances(outcome.point.lower, widths: terms.map(\.width))
    guard let orders = betterOrders(for: covariances) else { return nil }
    let model = with(orders: orders)
    let objective = try model.objective(reml: reml)
    let start = model.layout.theta(model.layout.lower(covariances: covariances))
    let other: NewtonOptimizer.Outcome
    do { other = try model.optimizer(objective, options: options).minimize(from: start) } catch {
      if error == .cancelled { throw error }
      return nil
    }
    let rounding = Tuning.noGain * max(1, abs(outcome.point.deviance))
    let isBetter = other.point.deviance < outcome.point.deviance - rounding
    let isAsGood = other.point.deviance < outcome.point.deviance + rounding
    guard isBetter || isAsGood && other.converged && !outcome.converged else { return nil }
    var certificate = other.certificate
    certificate.evaluations += outcome.certificate.evaluations
    certificate.gradients += outcome.certificate.gradients
    return model.estimate(
      other.point, objective: objective, converged: other.converged, certificate: certificate)
  }

  /// Orders in which every term's T has the largest pivots; nil when no term's improve much.
  private func betterOrders(for covariances: [Matrix]) -> [Int: [Int]]? {
    var result = orders
    var isWorthwhile = false
    for (t, term) in terms.enumerated() where term.mayReorder {
      guard let (f, position) = place(ofTerm: t) else { continue }
      let present = Self.pivotQuality(covariances[t], map: layout.maps[t])
      var largest = present
      for order in Self.candidateOrders(count: term.width) {
        let map = bases(orders: [t: order])[f].maps[position]
        let quality = Self.pivotQuality(covariances[t], map: map)
        if quality > largest {
          largest = quality
          result[t] = order
        }
      }
      isWorthwhile = isWorthwhile || present < 0.1 && largest > 3 * present
    }
    return isWorthwhile ? result : nil
  }

  private func place(ofTerm t: Int) -> (factor: Int, position: Int)? {
    for (f, factor) in products.structure.factors.enumerated() {
      if let position = factor.terms.firstIndex(of: t) { return (f, position) }
    }
    return nil
  }

  /// All orders of up to three columns; of more, the rotations.
  private static func candidateOrders(count k: Int) -> [[Int]] {
    if k == 2 { return [[0, 1], [1, 0]] }
    if k == 3 { return [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] }
    return (0..<k).map { first in (0..<k).map { ($0 + first) % k } }
  }

  /// Smallest |T_aa| / max_b |T_ba| over the columns of T that do not vanish: small in a valley.
  private static func pivotQuality(_ covariance: Matrix, map: Matrix?) -> Double {
    guard let map else { return 1 }
    let root = CovarianceLayout.semidefiniteCholesky(map * covariance * map.transposed)
    let total = root.storage.reduce(0) { max($0, abs($1)) }
    return (0..<root.columns).reduce(1.0) { worst, a in
      let largest = (a..<root.rows).reduce(0.0) { max($0, abs(root[$1, a])) }
      return largest > 1e-6 * total ? min(worst, abs(root[a, a]) / largest) : worst
    }
  }
}
