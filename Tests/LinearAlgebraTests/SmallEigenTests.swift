import LinearAlgebra
import Testing

/// Small symmetric matrices, which are diagonalised by rotations.
@Suite struct SmallEigenTests {
  private static func matrix(_ n: Int, _ seed: UInt64, scale: Double) -> Matrix {
    var result = randomMatrix(n, n, seed: seed).symmetrized
    for i in 0..<n { for j in 0..<n where i != j { result[i, j] *= scale } }
    return result
  }

  @Test(arguments: 1...6, [1e-17, 1e-8, 0.1, 1, 1e6, 1e150])
  func reconstructs(_ n: Int, scale: Double) throws {
    for seed in UInt64(1)...20 {
      var a = Self.matrix(n, seed, scale: scale)
      // equal entries on the diagonal leave the first rotation's angle open
      if seed % 3 == 0 { for i in 0..<n { a[i, i] = 1 } }
      let size = a.maximumMagnitude
      let eigen = try SymmetricEigen(a)
      #expect(eigen.values == eigen.values.sorted())
      #expect((eigen.vectors.gram() - Matrix.identity(n)).maximumMagnitude < 1e-13)
      #expect((eigen.applying { $0 } - a).maximumMagnitude < 1e-13 * size)
    }
  }

  @Test func readsTheLowerTriangleAlone() throws {
    var a = Self.matrix(3, 1, scale: 1)
    let expected = try SymmetricEigen(a).values
    (a[0, 1], a[0, 2], a[1, 2]) = (7, 8, 9)
    #expect(try SymmetricEigen(a).values == expected)
  }
}
