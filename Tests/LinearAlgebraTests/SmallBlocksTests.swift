import Foundation
import LinearAlgebra
import Testing

@Suite struct SmallBlocksTests {
  @Test(arguments: 1...8) func choleskyKernels(n: Int) throws {
    let a = randomPositiveDefinite(n, seed: UInt64(n))
    let reference = try Cholesky(a)
    var l = a.storage
    #expect(SmallBlocks.potrf(n, &l) == -1)
    #expect(abs(SmallBlocks.logDeterminant(n, l) - reference.logDeterminant) < 1e-12)
    var inverse = [Double](repeating: 0, count: n * n)
    SmallBlocks.potri(n, l, into: &inverse)
    #expect(distance(inverse, reference.inverse.storage) < 1e-11)
    let b = randomMatrix(n, 4, seed: 3)
    var x = b.storage
    SmallBlocks.trsm(n, l, 4, &x, n)
    #expect(distance(x, reference.forwardSolve(b).storage) < 1e-11)
    SmallBlocks.trsmTransposed(n, l, 4, &x, n)
    #expect(distance(x, reference.solve(b).storage) < 1e-11)
  }

  @Test func failingPivotIsReported() {
    var a: [Double] = [1, 2, 2, 1]
    #expect(SmallBlocks.potrf(2, &a) == 1)
    var nan: [Double] = [.nan]
    #expect(SmallBlocks.potrf(1, &nan) == 0)
  }

  @Test(arguments: 1...8) func productsAndInverse(n: Int) throws {
    let a = randomMatrix(n, n, seed: UInt64(n))
    let s = randomPositiveDefinite(n, seed: 7)
    var c = [Double](repeating: 0, count: n * n)
    var scratch = c
    SmallBlocks.multiply(n, a.storage, s.storage, into: &c)
    #expect(distance(c, (a * s).storage) < 1e-12)
    SmallBlocks.multiplyTransposed(n, a.storage, s.storage, into: &c)
    #expect(distance(c, a.transposedTimes(s).storage) < 1e-12)
    SmallBlocks.congruence(n, a.storage, s.storage, into: &c, scratch: &scratch)
    #expect(distance(c, (a * s).timesTransposed(a).storage) < 1e-11)
    SmallBlocks.congruenceTransposed(n, a.storage, s.storage, into: &c, scratch: &scratch)
    #expect(distance(c, a.transposedTimes(s * a).storage) < 1e-11)
    #expect(abs(SmallBlocks.symmetricTrace(n, s.storage, s.storage) - (s * s).trace) < 1e-9)
    var inverse = a.storage
    var swaps = [Int](repeating: 0, count: n)
    let determinant = SmallBlocks.invert(n, &inverse, swaps: &swaps)
    let lu = try LU(a)
    #expect(distance(inverse, lu.inverse.storage) < 1e-9 * (1 + lu.inverse.maximumMagnitude))
    let expected = lu.logDeterminant
    #expect(abs(determinant / (expected.sign * exp(expected.magnitude)) - 1) < 1e-10)
    var zero = [Double](repeating: 0, count: n * n)
    #expect(SmallBlocks.invert(n, &zero, swaps: &swaps) == 0)
  }
}
