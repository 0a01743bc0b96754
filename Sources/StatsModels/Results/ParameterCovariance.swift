import LinearAlgebra
import MixedModels

/// The joint covariance of all parameters, inv(-H), with H the Hessian of the log-likelihood in fixed effects and
/// relative covariances.
///
/// Rows that H says nothing about are nan (dropped columns, held terms, directions of a singular H) or zero
/// (entries that are zero by construction); all others stay available, also at a singular fit.
struct ParameterCovariance: Sendable {
  let matrix: Matrix

  /// - Parameters:
  ///   - hessian: over the fixed effects that were kept, then the engine's covariance parameters.
  ///   - aliased: fixed effects that were dropped.
  ///   - heldBlocks: blocks whose variance is held at zero.
  ///   - held: parameters that a mask held: their rows are zero.
  ///   - zeroed: fixed effects that a penalty set to zero: no covariance is given for them.
  init(
    hessian: Matrix, layout: ParameterLayout, aliased: [Int], heldBlocks: Set<Int>, zeroed: Set<Int> = [],
    fixed held: Set<Int> = []
  ) {
    let fixed = layout.fixedNames.count
    let kept = (0..<fixed).filter { !aliased.contains($0) }
    // (position in the parameters, position in the Hessian) of what is estimated.
    var pairs = kept.enumerated().map { (parameter: $1, hessian: $0) }
    for (position, entry) in layout.entries.enumerated() {
      if let index = entry.engineIndex, !heldBlocks.contains(entry.block) {
        pairs.append((fixed + position, kept.count + index))
      }
    }
    pairs = pairs.filter {
      $0.hessian < hessian.rows && !zeroed.contains($0.parameter) && !held.contains($0.parameter)
    }
    var information = Matrix(rows: pairs.count, columns: pairs.count)
    for (i, a) in pairs.enumerated() {
      for (j, b) in pairs.enumerated() { information[i, j] = -hessian[a.hessian, b.hessian] }
    }
    let inverse = Self.inverse(information)
    var result = Matrix(rows: layout.count, columns: layout.count)
    for (i, a) in pairs.enumerated() {
      for (j, b) in pairs.enumerated() { result[a.parameter, b.parameter] = inverse[i, j] }
    }
    let unknown =
      aliased + zeroed
      + layout.entries.indices.filter { heldBlocks.contains(layout.entries[$0].block) }.map { fixed + $0 }
    for i in unknown {
      for j in 0..<layout.count {
        result[i, j] = .nan
        result[j, i] = .nan
      }
    }
    matrix = result
  }

  /// A covariance that is known already.
  init(matrix: Matrix) { self.matrix = matrix }

  /// A covariance of which nothing is known.
  init(unknown count: Int) { matrix = Matrix(rows: count, columns: count, repeating: .nan) }

  /// The inverse of a symmetric, possibly indefinite matrix, scaled to unit diagonal for accuracy. Parameters in
  /// a null direction get nan; the others the inverse on the complement.
  static func inverse(_ matrix: Matrix) -> Matrix {
    let count = matrix.rows
    let unknown = Matrix(rows: count, columns: count, repeating: .nan)
    if count == 0 { return matrix }
    let scales = (0..<count).map { i -> Double in
      let root = abs(matrix[i, i]).squareRoot()
      return root > 0 && root.isFinite ? root : 1
    }
    var scaled = matrix
    for i in 0..<count {
      for j in 0..<count { scaled[i, j] = matrix[i, j] / (scales[i] * scales[j]) }
    }
    guard scaled.isFinite, let eigen = try? SymmetricEigen(scaled) else { return unknown }
    let largest = eigen.values.reduce(0) { max($0, abs($1)) }
    let null = eigen.values.indices.filter { abs(eigen.values[$0]) <= 1e-13 * largest }
    var inverse: Matrix
    if null.isEmpty, let factors = try? LU(scaled) {
      inverse = factors.inverse.symmetrized
    } else {
      inverse = Matrix(rows: count, columns: count)
      for k in eigen.values.indices where !null.contains(k) {
        for i in 0..<count {
          let weight = eigen.vectors[i, k] / eigen.values[k]
          for j in 0..<count { inverse[i, j] += weight * eigen.vectors[j, k] }
        }
      }
      let lost = (0..<count).filter { i in null.contains { abs(eigen.vectors[i, $0]) > 1e-6 } }
      for i in lost {
        for j in 0..<count {
          inverse[i, j] = .nan
          inverse[j, i] = .nan
        }
      }
    }
    for i in 0..<count {
      for j in 0..<count { inverse[i, j] /= scales[i] * scales[j] }
    }
    return inverse
  }
}
