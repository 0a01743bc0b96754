internal import LinearAlgebra

/// Elimination of the levels of one factor.
///
/// V is block diagonal. With N = (M⁻¹ + S)⁻¹ = W'(M + MSM)W and g = W'a, W = (I + SM)⁻¹ = I − HM,
/// H = T(I + T'MT)⁻¹T', a level's blocks of Z'V⁻¹Z and of Z'V⁻¹[X̃ ẽ] are N and g: every derivative is a contraction of
/// a few sums of their products, which one pass over the levels makes.
///
/// The folder: models of one factor, which have no trailing columns; sums over all its levels, pooled by size where it has
/// an intercept alone, four to a vector for few effects, stacked for BLAS where a level has many.
final class OneFactorElimination: Elimination {
  private let passes: any FactorPasses
  private let sums: FactorSums
  private let base: Matrix
  /// b for which the passes have sums at the point.
  private var summed: [Double]?

  init(passes: any FactorPasses, base: Matrix) {
    (self.passes, sums, self.base) = (passes, passes.sums, base)
  }

  func factorize(_ lower: [[Double]]) throws(EngineError) -> (logDeterminant: Double, panel: Matrix) {
    summed = nil
    for (e, value) in lower[0].enumerated() { passes.root[e] = value }
    guard let logDeterminant = passes.factorize() else { throw .unresolved }
    var panel = base
    for c in 0..<sums.columns {
      for d in 0...c {
        panel[c, d] -= sums.taken[LevelVectors.entry(c, d)]
        panel[d, c] = panel[c, d]
      }
    }
    return (logDeterminant, panel)
  }

  /// Nothing to prepare: the sums need the coefficients.
  func solve() {}

  func traces(
    coefficients: [Double], fixedInverse: Matrix?, toleratesRounding: Bool
  ) throws(EngineError) -> [FactorTraces] {
    sum(coefficients, fixedInverse: fixedInverse)
    return [
      FactorTraces(
        projection: square { sums.projection[$0] - sums.fixed[$0] }, residual: square { sums.residual[$0] })
    ]
  }

  func quadraticForms(_ directions: [Direction], coefficients: [Double]) -> QuadraticForms {
    if summed != coefficients { sum(coefficients, fixedInverse: nil) }
    let (k, p) = (sums.width, sums.columns - 1)
    let stacked = StackedDirections(directions, width: k)
    let cross = Matrix(
      rows: k * k, columns: p, columnMajor: Array(UnsafeBufferPointer(start: sums.cross, count: k * k * p)))
    let residual = Matrix(rows: k * k, columns: 1, columnMajor: square { sums.residual[$0] }.storage)
    return QuadraticForms(
      products: passes.products(stacked, coefficients: coefficients),
      fixed: stacked.transposedTimes(cross).transposed, residual: stacked.transposedTimes(residual).storage)
  }

  func fixedSlopes(_ directions: [Direction]) -> [Matrix] { passes.fixedSlopes(directions) }
  func fixedProducts(_ directions: [Direction]) -> Matrix? { passes.fixedProducts(directions) }

  func rapidDescent(of objective: ProfiledObjective, scales: [Double]) -> (any RapidDescent)? {
    guard !sums.isWide, sums.columns <= Tuning.loopedRank + 1, let entries = objective.layout.entries else {
      return nil
    }
    return RapidNewton(
      passes: passes.copy(), base: base, entries: entries, scales: scales, reml: objective.reml,
      degreesOfFreedom: objective.degreesOfFreedom, leastCosine: objective.leastCosine)
  }

  private func sum(_ coefficients: [Double], fixedInverse: Matrix?) {
    coefficients.withUnsafeBufferPointer { b in
      // without fixed effects there is no b to be read
      let b = b.baseAddress ?? UnsafePointer(sums.residual)
      guard let fixedInverse else { return passes.sum(coefficients: b, fixedInverse: nil) }
      fixedInverse.storage.withUnsafeBufferPointer {
        passes.sum(coefficients: b, fixedInverse: $0.baseAddress)
      }
    }
    summed = coefficients
  }

  /// The matrix of a lower triangle.
  private func square(_ triangle: (Int) -> Double) -> Matrix {
    let k = sums.width
    var result = Matrix(rows: k, columns: k)
    for a in 0..<k { for b in 0..<k { result[a, b] = triangle(LevelVectors.entry(a, b)) } }
    return result
  }
}
