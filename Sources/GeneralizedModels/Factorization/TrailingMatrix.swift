import Foundation
internal import LinearAlgebra
internal import MixedModels

/// The Schur complement of the trailing columns, its Cholesky factor and the entries of its inverse on its pattern.
///
/// Columns are written and read through a buffer indexed by row, of which rows from the diagonal on count.
final class TrailingMatrix {
  let count: Int
  private let sparse: (pattern: SymmetricPattern, solver: SparseCholesky)?
  private let values: Buffer
  private let inverse: Buffer

  /// Columns up to which a dense factor is the better one whatever the pattern.
  private static let alwaysDense = 100
  /// How much faster dense arithmetic is.
  static let denseAdvantage = 4.0

  init(_ system: LevelSystem) {
    let m = system.columnCount
    count = m
    sparse = m > Self.alwaysDense ? Self.sparse(system) : nil
    let entries = sparse?.pattern.entryCount ?? m * m
    values = Buffer(entries)
    inverse = Buffer(entries)
  }

  /// The sparse form; nil where a dense one costs less.
  private static func sparse(_ system: LevelSystem) -> (SymmetricPattern, SparseCholesky)? {
    let m = system.columnCount
    var starts = [0]
    var members: [Int32] = []
    for l in 0..<system.levelCount {
      for e in Int(system.panelStart.pointer[l])..<Int(system.panelStart.pointer[l + 1]) {
        members.append(system.panelColumns.pointer[e])
      }
      starts.append(members.count)
    }
    for j in 0..<m {
      for e in Int(system.trailingStart.pointer[j])..<Int(system.trailingStart.pointer[j + 1]) {
        let i = system.trailingRows.pointer[e]
        if Int(i) == j { continue }
        members += [Int32(j), i]
        starts.append(members.count)
      }
    }
    let dense = pow(Double(m), 3) / 3
    let canBeDense = m <= 30_000
    let limit = canBeDense ? Int(0.3 * 0.5 * Double(m) * Double(m)) + m : Int.max
    guard
      let pattern = SymmetricPattern(count: m, cliqueStarts: starts, members: members, limit: limit),
      let analysis = SparseAnalysis(pattern, limit: canBeDense ? dense / denseAdvantage : .infinity)
    else { return nil }
    return (pattern, SparseCholesky(analysis))
  }

  /// Bytes of S and its inverse; a sparse factor may take several times as much.
  var bytes: Int { 16 * values.count }

  /// S, and then its factor, where it is dense.
  var dense: UnsafeMutablePointer<Double>? { sparse == nil ? values.pointer : nil }
  /// The lower triangle of a dense inverse.
  var denseInverse: UnsafeMutablePointer<Double>? { sparse == nil ? inverse.pointer : nil }

  /// Row positions of column j's entries; nil for all from the diagonal on.
  @inline(__always)
  private func range(_ j: Int) -> Range<Int>? {
    sparse.map { $0.pattern.columnStarts[j]..<$0.pattern.columnStarts[j + 1] }
  }

  func store(column j: Int, from buffer: UnsafePointer<Double>) {
    if let range = range(j), let rows = sparse?.pattern.rowIndices {
      for q in range { values.pointer[q] = buffer[Int(rows[q])] }
    } else {
      (values.pointer + j * count + j).update(from: buffer + j, count: count - j)
    }
  }

  /// Sets the entries of column j to zero in a buffer.
  func clear(column j: Int, in buffer: UnsafeMutablePointer<Double>) {
    if let range = range(j), let rows = sparse?.pattern.rowIndices {
      for q in range { buffer[Int(rows[q])] = 0 }
    } else {
      (buffer + j).update(repeating: 0, count: count - j)
    }
  }

  /// - Returns: log |S|; nil where S is not positive definite.
  func factorize() -> Double? {
    if let solver = sparse?.solver {
      do { try solver.factorize(values: values.pointer) } catch { return nil }
      return solver.logDeterminant
    }
    guard BLAS.potrf(count, values.pointer, count) == 0 else { return nil }
    var logs = PivotLogs()
    for j in 0..<count {
      let pivot = values.pointer[j * (count + 1)]
      guard pivot > 0 else { return nil }
      logs.add(pivot)
    }
    return 2 * logs.value
  }

  /// B = S⁻¹B for contiguous columns.
  func solve(_ b: UnsafeMutablePointer<Double>, columns: Int) {
    if let solver = sparse?.solver {
      solver.solve(b, columns: columns)
      return
    }
    BLAS.trsm(count, columns, 1, values.pointer, count, b, count)
    BLAS.trsm(transposed: true, count, columns, 1, values.pointer, count, b, count)
  }

  /// Computes the entries of S⁻¹ that ``loadInverse(column:into:)`` reads.
  func invert() {
    if let solver = sparse?.solver {
      solver.selectedInverse(into: inverse.pointer)
      return
    }
    inverse.copy(from: values)
    _ = BLAS.potri(count, inverse.pointer, count)
  }

  func loadInverse(column j: Int, into buffer: UnsafeMutablePointer<Double>) {
    if let range = range(j), let rows = sparse?.pattern.rowIndices {
      for q in range { buffer[Int(rows[q])] = inverse.pointer[q] }
    } else {
      (buffer + j).update(from: inverse.pointer + j * count + j, count: count - j)
    }
  }
}
