import LinearAlgebra
import MixedModels

/// The covariance of all parameters, fixed effects first, in the order of `params`.
///
/// Rows of which nothing is known are nan (dropped columns, held terms, parameters at their bound, what the data do not
/// determine) or zero (entries that are zero by construction or were held); all others stay available, also at a
/// singular fit.
struct ParameterCovariance: Sendable {
  let matrix: Matrix

  /// - Parameters:
  ///   - aliased: fixed effects that were dropped.
  ///   - heldBlocks: blocks whose variance is held at zero.
  ///   - zeroed: fixed effects that a penalty set to zero: no covariance is given for them.
  ///   - held: parameters that a mask held: their rows are zero.
  ///   - covariance: over the fixed effects that were kept, then the engine's covariance parameters, with those at the
  ///     given positions held.
  init(
    layout: ParameterLayout, aliased: [Int], heldBlocks: Set<Int>, zeroed: Set<Int> = [],
    fixed held: Set<Int> = [], covariance: ([Int]) throws -> Matrix
  ) rethrows {
    let fixed = layout.fixedNames.count
    let kept = (0..<fixed).filter { !aliased.contains($0) }
    // (position in the parameters, position in the engine's matrix) of what is estimated.
    var pairs = kept.enumerated().map { (parameter: $1, engine: $0) }
    for (position, entry) in layout.entries.enumerated() {
      if let index = entry.engineIndex, !heldBlocks.contains(entry.block) {
        pairs.append((fixed + position, kept.count + index))
      }
    }
    let fixedPairs = pairs.filter { zeroed.contains($0.parameter) || held.contains($0.parameter) }
    let found = try covariance(fixedPairs.map(\.engine))
    var result = Matrix(rows: layout.count, columns: layout.count)
    for a in pairs { for b in pairs { result[a.parameter, b.parameter] = found[a.engine, b.engine] } }
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
