import LinearAlgebra
import Testing

@Suite struct SmallBlocksTests {
  @Test(arguments: 1...8) func tallBlocks(n: Int) throws {
    let a = randomPositiveDefinite(n, seed: UInt64(n))
    let below = randomMatrix(3, n, seed: 3)
    let reference = try Cholesky(a)
    var block = Matrix(rows: n + 3, columns: n)
    for j in 0..<n {
      for i in 0..<n { block[i, j] = a[i, j] }
      for i in 0..<3 { block[n + i, j] = below[i, j] }
    }
    #expect(SmallBlocks.potrf(rows: n + 3, columns: n, &block.storage) == -1)
    let expected = reference.forwardSolve(below.transposed).transposed
    for j in 0..<n {
      for i in j..<n { #expect(abs(block[i, j] - reference.lower[i, j]) < 1e-12) }
      for i in 0..<3 { #expect(abs(block[n + i, j] - expected[i, j]) < 1e-11) }
    }
  }

  @Test func failingPivotIsReported() {
    var a: [Double] = [1, 2, 2, 1]
    #expect(SmallBlocks.potrf(2, &a) == 1)
    var nan: [Double] = [.nan]
    #expect(SmallBlocks.potrf(1, &nan) == 0)
  }
}
