internal import LinearAlgebra

/// Derivatives of M_f = Σ_l [Z'PZ]_ll with respect to the standardised covariances.
///
/// −dM/dφ_j holds Σ_l [Z'PZ E_j Z'PZ]_ll, whose products with E_i are the traces tr(E_i ZPZ E_j ZPZ) of the
/// Hessian. They are differences of the exact M: one mechanism for every structure, accurate
/// to about 1e-11 relative. Where S is singular the differences run into the cone only.
struct TraceDerivatives {
  let point: ParameterPoint
  /// Step sizes of the standardised regressors, per factor.
  private let sizes: [[Double]]
  private let covariances: [Matrix]
  /// L⁻¹ of S plus the noise of a level, LL'.
  private let metrics: [Matrix?]
  /// Relative step.
  private static let step = 6e-3

  init(point: ParameterPoint) {
    self.point = point
    let layout = point.model.layout
    covariances = layout.widths.enumerated().map { f, k in
      let root = Matrix(rows: k, columns: k, columnMajor: point.profile.lower[f])
      var lowerRoot = root
      for b in 0..<k { for a in 0..<b { lowerRoot[a, b] = 0 } }
      return lowerRoot * lowerRoot.transposed
    }
    let means = point.model.moments.meanSquares
    let values = covariances
    sizes = layout.widths.enumerated().map { f, k in
      (0..<k).map { a in
        let own = values[f][a, a]
        let noise = means[f][a] > 0 ? 1 / means[f][a] : 1
        return max(own, noise)
      }
    }
    metrics = layout.widths.enumerated().map { f, k in
      var scale = values[f]
      for a in 0..<k { scale[a, a] += means[f][a] > 0 ? 1 / means[f][a] : 1 }
      return (try? Cholesky(scale)).map { $0.forwardSolve(Matrix.identity(k)) }
    }
  }

  /// dM/dφ for a direction, every factor's matrix.
  func derivative(along direction: Direction) throws(EngineError) -> [Matrix] {
    if let central = try central(direction) { return central }
    // Off-diagonal entries of a singular S: combine directions that stay inside the cone.
    var total = covariances.map { Matrix(rows: $0.rows, columns: $0.columns) }
    for part in direction.parts {
      let k = part.matrix.rows
      if isDiagonal(part.matrix) { continue }
      for a in 0..<k {
        for b in 0..<a where part.matrix[a, b] != 0 {
          let ca = sizes[part.factor][a].squareRoot()
          let cb = sizes[part.factor][b].squareRoot()
          var both = Matrix(rows: k, columns: k)
          both[a, a] = ca * ca
          both[b, b] = cb * cb
          both[a, b] = ca * cb
          both[b, a] = ca * cb
          let sum = try forward(Direction(parts: [(part.factor, both)]))
          let first = try forward(unit(part.factor, k, a, ca * ca))
          let second = try forward(unit(part.factor, k, b, cb * cb))
          let weight = part.matrix[a, b] / (ca * cb)
          for f in total.indices {
            for i in total[f].storage.indices {
              total[f].storage[i] +=
                weight * (sum[f].storage[i] - first[f].storage[i] - second[f].storage[i])
            }
          }
        }
      }
    }
    let diagonal = Direction(
      parts: direction.parts.map { part in
        var m = Matrix(rows: part.matrix.rows, columns: part.matrix.rows)
        for a in 0..<m.rows { m[a, a] = part.matrix[a, a] }
        return (part.factor, m)
      })
    if diagonal.parts.contains(where: { $0.matrix.storage.contains { $0 != 0 } }) {
      let share = try forward(diagonal)
      for f in total.indices {
        for i in total[f].storage.indices { total[f].storage[i] += share[f].storage[i] }
      }
    }
    return total
  }

  private func isDiagonal(_ m: Matrix) -> Bool {
    for a in 0..<m.rows { for b in 0..<m.columns where a != b && m[a, b] != 0 { return false } }
    return true
  }

  private func unit(_ factor: Int, _ k: Int, _ a: Int, _ value: Double) -> Direction {
    var m = Matrix(rows: k, columns: k)
    m[a, a] = value
    return Direction(parts: [(factor, m)])
  }

  /// (45(f(h) − f(−h)) − 9(f(2h) − f(−2h)) + f(3h) − f(−3h)) / 60h, or nil when S ± 3hE leaves the cone.
  ///
  /// Where an evaluation is dear, (f(h) − f(−h)) / 2h at a smaller step: 1e-6 relative is ample for standard errors.
  private func central(_ direction: Direction) throws(EngineError) -> [Matrix]? {
    let cheap = point.model.plan.evaluationsAreCheap
    var h = (cheap ? Self.step : Self.step / 6) / magnitude(direction)
    let multiples: [Double] = cheap ? [1, -1, 2, -2, 3, -3] : [1, -1]
    let weights: [Double] = cheap ? [45, -45, -9, 9, 1, -1].map { $0 / 60 } : [0.5, -0.5]
    var points: [[[Double]]]?
    for _ in 0..<4 {
      let found = multiples.map { lower(direction, $0 * h, strict: true) }
      if found.allSatisfy({ $0 != nil }) {
        points = found.compactMap { $0 }
        break
      }
      h /= 4
    }
    guard let points else { return nil }
    let values = try evaluate(points)
    return combine(values, weights: weights.map { $0 / h })
  }

  /// (−25f₀ + 48f₁ − 36f₂ + 16f₃ − 3f₄) / 12h; where an evaluation is dear, (−3f₀ + 4f₁ − f₂) / 2h.
  private func forward(_ direction: Direction) throws(EngineError) -> [Matrix] {
    let cheap = point.model.plan.evaluationsAreCheap
    let h = 1e-3 / magnitude(direction)
    let weights: [Double] = cheap ? [-25, 48, -36, 16, -3].map { $0 / 12 } : [-1.5, 2, -0.5]
    let points = weights.indices.compactMap { lower(direction, Double($0) * h, strict: false) }
    let values = try evaluate(points)
    return combine(values, weights: weights.map { $0 / h })
  }

  /// ‖G^-½ E G^-½‖ with G = S + diag(noise): M changes on the scale of S plus the inverse of a level's cross-products,
  /// also where the effects are nearly collinear.
  private func magnitude(_ direction: Direction) -> Double {
    var largest = 0.0
    for part in direction.parts {
      guard let metric = metrics[part.factor] else { continue }
      let half = metric * part.matrix * metric.transposed
      largest = max(largest, half.storage.reduce(0) { $0 + $1 * $1 }.squareRoot())
    }
    return largest > 0 ? largest : 1
  }

  private func lower(_ direction: Direction, _ h: Double, strict: Bool) -> [[Double]]? {
    var result = point.profile.lower
    for part in direction.parts {
      var s = covariances[part.factor]
      for i in s.storage.indices { s.storage[i] += h * part.matrix.storage[i] }
      if strict {
        guard let factor = try? Cholesky(s) else { return nil }
        for a in 0..<s.rows
        where factor.lower[a, a] * factor.lower[a, a] < 1e-3 * sizes[part.factor][a] * Self.step {
          return nil
        }
        result[part.factor] = factor.lower.storage
      } else {
        result[part.factor] = CovarianceLayout.semidefiniteCholesky(s).storage
      }
    }
    return result
  }

  private func evaluate(_ points: [[[Double]]]) throws(EngineError) -> [[Matrix]] {
    var values: [[Matrix]] = []
    for lower in points {
      let profile = try point.objective.evaluate(lower: lower, theta: [])
      point.objective.elimination.solve()
      let traces = try point.objective.elimination.traces(
        coefficients: profile.coefficients, fixedInverse: point.objective.reml ? profile.fixedInverse : nil)
      values.append(traces.map(\.projection))
    }
    return values
  }

  private func combine(_ values: [[Matrix]], weights: [Double]) -> [Matrix] {
    covariances.indices.map { f in
      var sum = Matrix(rows: covariances[f].rows, columns: covariances[f].columns)
      for (value, weight) in zip(values, weights) {
        for i in sum.storage.indices { sum.storage[i] += weight * value[f].storage[i] }
      }
      return sum
    }
  }
}
