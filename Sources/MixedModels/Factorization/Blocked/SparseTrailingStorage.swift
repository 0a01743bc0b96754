import Foundation
internal import LinearAlgebra

/// The pattern of a sparse trailing Schur complement with its symbolic factorisation.
struct SparseTrailingPattern: Sendable {
  let pattern: SymmetricPattern
  let analysis: SparseAnalysis

  /// The pattern of the Schur complement; nil when a dense factor is the better choice.
  ///
  /// - Parameters:
  ///   - panel: cross-products of the one chain factor with the trailing columns: its rows are cliques.
  ///   - denseOrder: order of the dense block that competes.
  ///   - force: whether to take the sparse form at any cost.
  init?(trailing: CrossProducts.Trailing, panel: SparsePanel, denseOrder: Int, force: Bool) {
    let n = trailing.count
    let half = 0.5 * Double(denseOrder) * Double(denseOrder)
    if !force, panel.squaredRowCounts * 0.5 > half { return nil }
    let limit = force ? Int.max : Int(min(0.4 * half, 1.5e8)) + n
    if !force, Self.isNearlyFull(panel: panel, limit: limit, advantage: Tuning.sparseAdvantage) { return nil }
    var starts: [Int] = [0]
    var members: [Int32] = []
    members.reserveCapacity(panel.entryCount + n)
    for level in 0..<panel.levelCount {
      let range = Int(panel.rowStart.pointer[level])..<Int(panel.rowStart.pointer[level + 1])
      if range.count < 2 { continue }
      for q in range { members.append(panel.columns.pointer[q]) }
      starts.append(members.count)
    }
    // Level blocks are full, and rows without a leading level join columns too.
    for j in 0..<n {
      for q in Int(trailing.columnStart.pointer[j])..<Int(trailing.columnStart.pointer[j + 1]) {
        let i = trailing.rows.pointer[q]
        if i == Int32(j) { continue }
        members.append(Int32(j))
        members.append(i)
        starts.append(members.count)
      }
    }
    for block in trailing.blockFactor.indices {
      let first = trailing.blockStart.pointer[block]
      let width = trailing.widths[trailing.blockFactor[block]]
      if width < 2 { continue }
      for a in 0..<width { members.append(first + Int32(a)) }
      starts.append(members.count)
    }
    guard
      let found = SymmetricPattern(count: n, cliqueStarts: starts, members: members, limit: limit)
    else { return nil }
    let denseFlops = pow(Double(denseOrder), 3) / 3
    guard let analysis = SparseAnalysis(found, limit: force ? .infinity : denseFlops / Tuning.sparseAdvantage)
    else { return nil }
    pattern = found
    self.analysis = analysis
  }

  /// Whether a few columns of the Schur complement suggest that it has too many entries, or that so many of its rows
  /// are long that their part alone fills in to as much work as allowed.
  private static func isNearlyFull(panel: SparsePanel, limit: Int, advantage: Double) -> Bool {
    let n = panel.columnCount
    let step = max(1, n / 64)
    let longest = SparseAnalysis.greatestRow(of: n)
    let seen = IndexBuffer(n)
    let (mark, columns, start) = (seen.pointer, panel.columns.pointer, panel.rowStart.pointer)
    var found = 0
    var long = 0
    var sampled = 0
    for j in stride(from: 0, to: n, by: step) {
      sampled += 1
      let before = found
      for q in Int(panel.columnStart.pointer[j])..<Int(panel.columnStart.pointer[j + 1]) {
        let level = Int(panel.columnLevels.pointer[q])
        for p in Int(start[level])..<Int(start[level + 1]) where mark[Int(columns[p])] != Int32(sampled) {
          mark[Int(columns[p])] = Int32(sampled)
          found += 1
        }
      }
      if found - before > longest { long += 1 }
    }
    guard sampled > 0 else { return false }
    if 0.5 * Double(found) / Double(sampled) * Double(n) > 1.2 * Double(limit) { return true }
    // Separate blocks do not fill in, however long their rows.
    return pow(Double(long) / Double(sampled), 3) * advantage > 1.2 && isConnected(panel)
  }

  /// Whether a path of levels leads from each column to every other.
  private static func isConnected(_ panel: SparsePanel) -> Bool {
    var reached = [Bool](repeating: false, count: panel.columnCount)
    var entered = [Bool](repeating: false, count: panel.levelCount)
    var pending = [0]
    var count = 1
    reached[0] = true
    while let j = pending.popLast() {
      for q in Int(panel.columnStart.pointer[j])..<Int(panel.columnStart.pointer[j + 1]) {
        let level = Int(panel.columnLevels.pointer[q])
        if entered[level] { continue }
        entered[level] = true
        for p in Int(panel.rowStart.pointer[level])..<Int(panel.rowStart.pointer[level + 1]) {
          let i = Int(panel.columns.pointer[p])
          if reached[i] { continue }
          reached[i] = true
          count += 1
          pending.append(i)
        }
      }
    }
    return count == panel.columnCount
  }
}

/// A sparse trailing block, factored by supernodes.
final class SparseTrailingStorage: TrailingStorage {
  private let pattern: SymmetricPattern
  private let solver: SparseCholesky
  private let values: Buffer
  private let inverse: Buffer
  private let rows: IndexBuffer
  private let starts: [Int]

  var count: Int { pattern.count }

  init(_ sparse: SparseTrailingPattern) {
    pattern = sparse.pattern
    solver = SparseCholesky(sparse.analysis)
    values = Buffer(pattern.entryCount)
    inverse = Buffer(pattern.entryCount)
    rows = IndexBuffer(pattern.rowIndices)
    starts = pattern.columnStarts
  }

  func rowList(column j: Int) -> RowList {
    RowList(indices: rows.pointer + starts[j], start: 0, count: starts[j + 1] - starts[j])
  }

  func store(column j: Int, from buffer: UnsafePointer<Double>) {
    for q in starts[j]..<starts[j + 1] { values.pointer[q] = buffer[Int(rows.pointer[q])] }
  }

  func load(column j: Int, into buffer: UnsafeMutablePointer<Double>) {
    for q in starts[j]..<starts[j + 1] { buffer[Int(rows.pointer[q])] = values.pointer[q] }
  }

  func factorize() throws(EngineError) -> Double {
    do { try solver.factorize(values: values.pointer) } catch { throw .unresolved }
    return solver.logDeterminant
  }

  func forward(_ b: UnsafeMutablePointer<Double>, rows r: Int) {
    transformed(b, rows: r) { solver.forwardSolve($0, columns: r) }
  }

  func backward(_ b: UnsafeMutablePointer<Double>, rows r: Int) {
    transformed(b, rows: r) { solver.backwardSolve($0, columns: r) }
  }

  func invert(rough: Bool) throws(EngineError) { solver.selectedInverse(into: inverse.pointer) }

  func loadInverse(column j: Int, into buffer: UnsafeMutablePointer<Double>, whole: Bool) {
    for q in starts[j]..<starts[j + 1] { buffer[Int(rows.pointer[q])] = inverse.pointer[q] }
  }

  func inverseDiagonal(_ j: Int) -> Double { inverse.pointer[starts[j]] }

  /// Applies a solve to the transpose: the solver wants right-hand sides as columns.
  private func transformed(
    _ b: UnsafeMutablePointer<Double>, rows r: Int, _ solve: (UnsafeMutablePointer<Double>) -> Void
  ) {
    let m = count
    let copy = Buffer(m * r)
    for j in 0..<m { for c in 0..<r { copy.pointer[j + c * m] = b[j * r + c] } }
    solve(copy.pointer)
    for j in 0..<m { for c in 0..<r { b[j * r + c] = copy.pointer[j + c * m] } }
  }
}
