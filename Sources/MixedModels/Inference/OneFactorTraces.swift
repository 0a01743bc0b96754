internal import LinearAlgebra

/// ½ tr(E_i ZPZ E_j ZPZ) of a model of one factor, from one pass over its levels.
struct OneFactorTraces {
  /// tr of pairs of unit directions: e_a e_b' symmetrised, for b ≤ a by rows.
  private let units: Matrix
  private let width: Int

  /// nil for models of several factors, and where doubles do not resolve the likelihood.
  init?(point: ParameterPoint) {
    guard point.model.extended == nil, let passes = point.model.factorPasses else { return nil }
    var fixedRoot: Matrix?
    if point.objective.reml, point.model.fixed.rank > 0 {
      guard let factor = try? Cholesky(point.profile.fixedInverse) else { return nil }
      fixedRoot = factor.lower
    }
    for (e, value) in point.profile.lower[0].enumerated() { passes.root[e] = value }
    guard passes.factorize() != nil else { return nil }
    width = passes.sums.width
    units = passes.pairTraces(fixedRoot: fixedRoot)
  }

  /// ½ tr(E_i ZPZ E_j ZPZ).
  func traces(_ directions: [Direction]) -> Matrix {
    var weights = Matrix(rows: directions.count, columns: units.rows)
    for (i, direction) in directions.enumerated() {
      for part in direction.parts {
        for a in 0..<width {
          for b in 0...a {
            weights[i, LevelVectors.entry(a, b)] +=
              a == b ? part.matrix[a, a] : part.matrix[a, b] + part.matrix[b, a]
          }
        }
      }
    }
    return 0.5 * (weights * units * weights.transposed)
  }
}
