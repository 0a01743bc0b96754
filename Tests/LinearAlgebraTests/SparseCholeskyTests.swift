import Foundation
import LinearAlgebra
import Testing

@Suite struct SparseCholeskyTests {
  static let cases: [SparseCase] =
    [
      SparseCase("empty", count: 0, edges: []),
      SparseCase("one", count: 1, edges: []),
      SparseCase("diagonal", count: 30, edges: []),
      SparseCase("chain", count: 40, edges: (1..<40).map { ($0 - 1, $0) }),
      .arrow(60), .dense(1), .dense(5), .dense(9), .dense(80), .grid(3), .grid(14), .blocks(40, size: 4),
      .movers(300, perTeacher: 10, share: 0.02),
    ]
    + (1...12).map { .random(20 + 15 * $0, edges: 30 * $0 * (1 + $0 % 4), seed: UInt64($0)) }

  @Test(arguments: cases, [SparseAnalysis.Ordering.natural, .approximateMinimumDegree])
  func agreesWithDense(_ sparse: SparseCase, ordering: SparseAnalysis.Ordering) throws {
    let n = sparse.pattern.count
    let dense = try Cholesky(sparse.dense)
    let inverse = dense.inverse
    let solver = SparseCholesky(pattern: sparse.pattern, ordering: ordering)
    #expect(solver.analysis.permutation.map(Int.init).sorted() == Array(0..<n))
    // Twice, with other values between: a factorisation leaves nothing behind.
    try solver.factorize(sparse.values.map { $0 * 3 })
    #expect(n == 0 || solver.logDeterminant > dense.logDeterminant)
    try solver.factorize(sparse.values)
    #expect(abs(solver.logDeterminant - dense.logDeterminant) <= 1e-11 * Double(1 + n))

    for columns in [1, 5] {
      let b = randomMatrix(n, columns, seed: 4)
      var x = b.storage
      x.withUnsafeMutableBufferPointer { if let p = $0.baseAddress { solver.solve(p, columns: columns) } }
      #expect(distance(x, dense.solve(b).storage) < 1e-11)
      var half = b
      half.storage.withUnsafeMutableBufferPointer {
        if let p = $0.baseAddress { solver.forwardSolve(p, columns: columns) }
      }
      #expect(distance(half.gram(), b.transposedTimes(dense.solve(b))) < 1e-10)
    }

    let selected = solver.selectedInverse()
    for j in 0..<n {
      for e in sparse.pattern.columnStarts[j]..<sparse.pattern.columnStarts[j + 1] {
        let i = Int(sparse.pattern.rowIndices[e])
        #expect(abs(selected[e] - inverse[i, j]) < 1e-11, "(\(i), \(j))")
      }
    }
  }

  @Test(arguments: [SparseCase.random(60, edges: 200, seed: 3), .grid(9), .arrow(20)])
  func countsAgreeWithDenseElimination(_ sparse: SparseCase) {
    let analysis = SparseAnalysis(sparse.pattern)
    let n = sparse.pattern.count
    var filled = Set<Int>()
    let dense = sparse.dense
    let order = analysis.permutation.map(Int.init)
    for a in 0..<n { for b in 0...a where dense[order[a], order[b]] != 0 { filled.insert(a * n + b) } }
    var flops = 0.0
    for k in 0..<n {
      let rows = (k..<n).filter { filled.contains($0 * n + k) }
      flops += Double(rows.count * rows.count)
      for a in rows where a > k { for b in rows where b > k && b <= a { filled.insert(a * n + b) } }
    }
    #expect(analysis.factorNonzeros == filled.count)
    #expect(analysis.flops == flops)
  }

  @Test func duplicateEntriesAddAndAbsentDiagonalIsZero() throws {
    let pattern = SymmetricPattern(columnStarts: [0, 3, 4], rowIndices: [0, 1, 1, 1])
    let solver = SparseCholesky(pattern: pattern)
    try solver.factorize([2, 0.25, 0.75, 2])
    #expect(distance(solver.solve([3, 3]), [1, 1]) < 1e-15)
    let hollow = SparseCholesky(pattern: SymmetricPattern(columnStarts: [0, 1, 1], rowIndices: [1]))
    #expect(throws: LinearAlgebraError.self) { try hollow.factorize([1]) }
  }

  @Test func manyDuplicatesDoNotMislead() throws {
    let pattern = SymmetricPattern(
      columnStarts: [0, 21, 22], rowIndices: [0] + [Int32](repeating: 1, count: 20) + [1])
    let solver = SparseCholesky(pattern: pattern)
    try solver.factorize([2] + [Double](repeating: 0.05, count: 20) + [2])
    #expect(distance(solver.solve([3, 3]), [1, 1]) < 1e-14)
  }

  @Test func cliquesGiveThePatternOfTheGram() throws {
    let starts = [0, 3, 3, 5, 6, 8]
    let members: [Int32] = [4, 0, 2, 5, 2, 1, 0, 2]
    var b = Matrix(rows: 5, columns: 7)
    for l in 0..<5 { for e in starts[l]..<starts[l + 1] { b[l, Int(members[e])] = 1 } }
    let gram = b.gram() + Matrix.identity(7)
    let pattern = try #require(SymmetricPattern(count: 7, cliqueStarts: starts, members: members))
    for j in 0..<7 {
      let rows = (j..<7).filter { gram[$0, j] != 0 }.map { Int32($0) }
      #expect(Array(pattern.rowIndices[pattern.columnStarts[j]..<pattern.columnStarts[j + 1]]) == rows)
    }
    #expect(SymmetricPattern(count: 7, cliqueStarts: starts, members: members, limit: 5) == nil)
  }

  @Test(arguments: [0.0, -1, .nan]) func badPivotIsReported(value: Double) throws {
    let sparse = SparseCase.grid(12)
    let solver = SparseCholesky(pattern: sparse.pattern)
    var values = sparse.values
    values[sparse.pattern.columnStarts[77]] = value
    #expect(throws: LinearAlgebraError.self) { try solver.factorize(values) }
    try solver.factorize(sparse.values)
    let expected = try Cholesky(sparse.dense).logDeterminant
    #expect(abs(solver.logDeterminant - expected) < 1e-10)
  }

  @Test(arguments: [-1, 0, .nan, .infinity])
  func badPivotKeepsItsOriginalPosition(pivot: Double) {
    let sparse = SparseCase("diagonal", count: 9, edges: [])
    let solver = SparseCholesky(pattern: sparse.pattern)
    var values = sparse.values
    values[6] = pivot
    #expect(throws: LinearAlgebraError.notPositiveDefinite(pivot: 6)) { try solver.factorize(values) }
  }

  @Test func largeStructuresStaySparse() throws {
    let grid = SparseCase.grid(120)
    let analysis = SparseAnalysis(grid.pattern)
    // Reference AMD leaves 31 n log2(n) / 16 or so; the natural ordering n √n.
    #expect(Double(analysis.factorNonzeros) < 31.0 / 16 * 14400 * log2(14400))
    let blocks = SparseCase.blocks(50_000, size: 3)
    let solver = SparseCholesky(pattern: blocks.pattern)
    #expect(solver.analysis.factorNonzeros == 300_000)
    try solver.factorize(blocks.values)
    let ones = blocks.pattern.count
    let x = solver.solve([Double](repeating: 1, count: ones))
    #expect(!x.contains { !$0.isFinite })
    let movers = SparseCase.movers(5_000, perTeacher: 10, share: 0.001)
    #expect(SparseAnalysis(movers.pattern).flops < 1e6)
  }
}
