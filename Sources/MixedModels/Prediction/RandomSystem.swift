import Foundation
internal import LinearAlgebra

/// The sparse system M = Λ'Z'WZΛ + I of all random effects at given relative covariances S_t = Λ_tΛ_t'.
///
/// Built from the rows themselves, whatever structure the fit used, and factored once. Terms whose covariance
/// is zero take no part.
final class RandomSystem {
  /// Λ_t of each term, lower triangular; nil for a term that takes no part.
  let factors: [Matrix?]
  /// Position of each term's first scalar effect.
  let starts: [Int]
  let pattern: SymmetricPattern
  /// M, aligned with the pattern.
  let values: [Double]
  let cholesky: SparseCholesky
  /// The entries of M⁻¹ on the pattern.
  let inverse: [Double]
  /// Number of scalar effects.
  var count: Int { pattern.count }

  /// Bytes above which a factorisation is refused.
  private static var memoryLimit: Int { MemoryBudget.available / 2 }

  private static func estimate(bytes: Int, terms: [Int], columns: Int) -> MemoryEstimate {
    MemoryEstimate(
      part: .factor, bytes: bytes, available: MemoryBudget.available, terms: terms, columns: columns,
      largestColumns: columns, wideTerms: [])
  }

  /// The system of a model's rows.
  ///
  /// - Parameter factors: Λ_t of each term.
  convenience init(_ rows: Rows, factors: [Matrix?]) throws(EngineError) {
    let terms = rows.terms
    let (starts, total) = Self.starts(terms.map { ($0.levelCount, $0.width) }, factors: factors)
    let active = terms.indices.filter { factors[$0] != nil }
    var cliques = [0]
    var members: [Int32] = []
    cliques.reserveCapacity(rows.count + 1)
    var previous = [Int32](repeating: .min, count: active.count)
    for i in 0..<rows.count {
      var isNew = false
      for (position, t) in active.enumerated() where terms[t].codes[i] != previous[position] {
        previous[position] = terms[t].codes[i]
        isNew = true
      }
      guard isNew else { continue }
      for t in active where terms[t].codes[i] >= 0 {
        let first = Int32(truncatingIfNeeded: starts[t] + Int(terms[t].codes[i]) * terms[t].width)
        for a in 0..<terms[t].width { members.append(first + Int32(a)) }
      }
      cliques.append(members.count)
    }
    let limit = Self.memoryLimit
    guard
      let pattern = SymmetricPattern(
        count: total, cliqueStarts: cliques, members: members, limit: limit / 32)
    else { throw .insufficientMemory(Self.estimate(bytes: 2 * limit, terms: active, columns: total)) }
    let values = Self.values(pattern, rows: rows, active: active, factors: factors, starts: starts)
    try self.init(factors: factors, starts: starts, pattern: pattern, values: values)
  }

  /// The system whose entries are at hand.
  ///
  /// - Parameter values: M, aligned with the pattern.
  init(factors: [Matrix?], starts: [Int], pattern: SymmetricPattern, values: [Double]) throws(EngineError) {
    self.factors = factors
    self.starts = starts
    self.pattern = pattern
    self.values = values
    let analysis = SparseAnalysis(pattern)
    let bytes = analysis.storageCount &* 8 &+ analysis.workspaceCount &* 8
    guard bytes <= Self.memoryLimit else {
      let active = factors.indices.filter { factors[$0] != nil }
      throw .insufficientMemory(Self.estimate(bytes: bytes, terms: active, columns: pattern.count))
    }
    cholesky = SparseCholesky(analysis)
    do { try cholesky.factorize(values) } catch { throw .unresolved }
    inverse = cholesky.selectedInverse()
  }

  /// Λ_t of each term from S_t; nil for a zero covariance.
  static func factors(_ covariances: [Matrix]) -> [Matrix?] {
    covariances.map { s in
      s.storage.contains { $0 != 0 } ? CovarianceLayout.semidefiniteCholesky(s) : nil
    }
  }

  /// Position of each term's first scalar effect, and the number of all.
  static func starts(_ shapes: [(levels: Int, width: Int)], factors: [Matrix?]) -> (starts: [Int], total: Int)
  {
    var starts: [Int] = []
    var total = 0
    for (shape, factor) in zip(shapes, factors) {
      starts.append(total)
      if factor != nil { total += shape.levels * shape.width }
    }
    return (starts, total)
  }

  /// M on the pattern.
  private static func values(
    _ pattern: SymmetricPattern, rows: Rows, active: [Int], factors: [Matrix?], starts: [Int]
  ) -> [Double] {
    var values = [Double](repeating: 0, count: pattern.entryCount)
    // Rows within a column ascend, so that the diagonal comes first.
    for j in 0..<pattern.count { values[pattern.columnStarts[j]] = 1 }
    let terms = rows.terms
    var places: [Int] = []
    var weights: [Double] = []
    for i in 0..<rows.count {
      places.removeAll(keepingCapacity: true)
      weights.removeAll(keepingCapacity: true)
      for t in active {
        guard let factor = factors[t] else { continue }
        append(
          row: i, codes: terms[t].codes, columns: terms[t].columns, factor: factor, start: starts[t],
          places: &places, weights: &weights)
      }
      let weight = rows.weights?[i] ?? 1
      for a in places.indices {
        for b in a..<places.count {
          guard let e = position(pattern, places[a], places[b]) else { continue }
          values[e] += weight * weights[a] * weights[b]
        }
      }
    }
    return values
  }

  /// Appends the scalar effects of one row and term with their weights Λ'z.
  static func append(
    row i: Int, codes: [Int32], columns: [[Double]?], factor: Matrix, start: Int, places: inout [Int],
    weights: inout [Double]
  ) {
    let k = columns.count
    guard codes[i] >= 0 else { return }
    for b in 0..<k {
      var value = 0.0
      for a in b..<k { value += factor[a, b] * (columns[a]?[i] ?? 1) }
      places.append(start + Int(codes[i]) * k + b)
      weights.append(value)
    }
  }

  /// Place of an entry in the pattern, nil where there is none.
  static func position(_ pattern: SymmetricPattern, _ i: Int, _ j: Int) -> Int? {
    let column = min(i, j)
    let row = Int32(truncatingIfNeeded: max(i, j))
    var low = pattern.columnStarts[column]
    var high = pattern.columnStarts[column + 1]
    while low < high {
      let middle = (low + high) / 2
      if pattern.rowIndices[middle] < row { low = middle + 1 } else { high = middle }
    }
    return low < pattern.columnStarts[column + 1] && pattern.rowIndices[low] == row ? low : nil
  }

  /// M⁻¹B for contiguous columns.
  func solve(_ b: inout [Double], columns: Int) {
    b.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress, columns > 0, count > 0 else { return }
      cholesky.solve(base, columns: columns)
    }
  }
}

extension MixedModel {
  /// Λ_t of each term at an estimate, lower triangular; nil for a zero covariance.
  ///
  /// Of S_t in the caller's units a Cholesky factor has no digits left where a regressor is far from its origin: there
  /// Λ = G⁻¹T keeps those of the standardised regressors.
  func covarianceFactors(_ estimate: Estimate) throws(EngineError) -> [Matrix?] {
    let (model, lower) = try standardPoint(of: estimate)
    return zip(RandomSystem.factors(estimate.relativeCovariances), estimate.relativeCovariances).enumerated()
      .map { t, pair in
        guard let own = pair.0, own.rows > 1, let back = model.inverseMap(t),
          let root = model.layout.root(lower, term: t, width: own.rows)
        else { return pair.0 }
        let factor = (back * root).lowerFactor
        return factor.isRoot(of: pair.1) ? factor : own
      }
  }
}

extension Matrix {
  /// L, lower triangular with a diagonal that is not negative, of LL' = AA' for a square matrix A, by rotations of its
  /// columns: rows of very different sizes keep their digits.
  fileprivate var lowerFactor: Matrix {
    var result = self
    for a in 0..<rows {
      for c in a + 1..<max(rows, a + 1) where result[a, c] != 0 {
        let length = hypot(result[a, a], result[a, c])
        let (cosine, sine) = (result[a, a] / length, result[a, c] / length)
        for row in a..<rows {
          let (x, y) = (result[row, a], result[row, c])
          result[row, a] = cosine * x + sine * y
          result[row, c] = cosine * y - sine * x
        }
        result[a, c] = 0
      }
      if result[a, a] < 0 { for row in a..<rows { result[row, a] = -result[row, a] } }
    }
    return result
  }

  /// Whether LL' is S but for rounding: an estimate may have another S than that of its search.
  fileprivate func isRoot(of covariance: Matrix) -> Bool {
    let product = timesTransposed(self)
    return (0..<rows).allSatisfy { a in
      (0...a).allSatisfy { b in
        let size = (product[a, a] * product[b, b]).squareRoot()
        return abs(product[a, b] - covariance[a, b]) <= 1e-8 * size
      }
    }
  }
}
