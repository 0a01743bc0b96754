import Foundation
import LinearAlgebra
import Testing

@Suite struct MatrixTests {
  @Test func productsAgreeWithDefinition() {
    let a = randomMatrix(4, 3)
    let b = randomMatrix(3, 5, seed: 2)
    var expected = Matrix(rows: 4, columns: 5)
    for i in 0..<4 { for j in 0..<5 { for k in 0..<3 { expected[i, j] += a[i, k] * b[k, j] } } }
    #expect(distance(a * b, expected) < 1e-15)
    #expect(distance(a.transposed.transposedTimes(b), expected) < 1e-15)
    #expect(distance(a.timesTransposed(b.transposed), expected) < 1e-15)
    #expect(distance(a * b.column(2), expected.column(2)) < 1e-15)
    #expect(distance(a.transposed.transposedTimes(b.column(2)), expected.column(2)) < 1e-15)
    #expect(distance(a.gram(), a.transposed * a) < 1e-15)
    #expect(abs(a.gram().quadraticForm([1, 2, 3]) - dot(a * [1, 2, 3], a * [1, 2, 3])) < 1e-13)
  }

  @Test func emptyOperandsGiveEmptyOrZeroResults() {
    #expect(Matrix(rows: 3, columns: 0) * Matrix(rows: 0, columns: 2) == Matrix(rows: 3, columns: 2))
    #expect(Matrix(rows: 3, columns: 0).gram() == Matrix(rows: 0, columns: 0))
    #expect(Matrix(rows: 2, columns: 0) * [] == [0, 0])
    #expect(QR(Matrix(rows: 3, columns: 0)).q.columns == 0)
    #expect(PivotedQR(Matrix(rows: 3, columns: 0)).rank == 0)
  }

  @Test func elementwise() {
    let a = Matrix([[1, 2], [3, 4]])
    #expect(2 * a == a + a)
    #expect(a - a == Matrix(rows: 2, columns: 2))
    #expect((-a).diagonal == [-1, -4])
    #expect(a.trace == 5)
    #expect(a.symmetrized == Matrix([[1, 2.5], [2.5, 4]]))
    #expect(a.selecting(columns: [1, 0]) == Matrix([[2, 1], [4, 3]]))
    #expect(a.selecting(rows: [1]) == Matrix([[3, 4]]))
    #expect(a.appending(columnsOf: Matrix([[5], [6]])) == Matrix([[1, 2, 5], [3, 4, 6]]))
    #expect(a.appending(rowsOf: Matrix([[5, 6]])) == Matrix([[1, 2], [3, 4], [5, 6]]))
    #expect(Matrix(columns: [[1, 3], [2, 4]]) == a)
    #expect(a.maximumMagnitude == 4)
    #expect(!Matrix([[.nan]]).isFinite)
  }

  @Test(arguments: [1e-200, 1, 1e200]) func normNeitherOverflowsNorVanishes(scale: Double) {
    #expect(abs(norm([3 * scale, 4 * scale]) / (5 * scale) - 1) < 1e-15)
    #expect(norm([]) == 0)
    #expect(norm([1, .nan]).isNaN)
  }
}

@Suite struct FactorisationTests {
  @Test(arguments: [0, 1, 2, 7, 40, 300]) func choleskySolvesAndInverts(n: Int) throws {
    let a = randomPositiveDefinite(n)
    let factor = try Cholesky(a)
    let b = randomMatrix(n, 3, seed: 5)
    #expect(distance(factor.lower.timesTransposed(factor.lower), a) < 1e-10)
    #expect(distance(a * factor.solve(b), b) < 1e-9)
    #expect(distance(a * factor.inverse, .identity(n)) < 1e-9)
    #expect(distance(factor.lower * factor.forwardSolve(b), b) < 1e-9)
    #expect(abs(factor.logDeterminant - (try LU(a)).logDeterminant.magnitude) < 1e-9)
    #expect(distance(try solve(a, b), factor.solve(b)) < 1e-9)
  }

  @Test(arguments: [(Matrix([[1, 0], [0, -1]]), 1), (Matrix([[.nan]]), 0), (Matrix([[0]]), 0)])
  func choleskyNamesTheBadPivot(matrix: Matrix, pivot: Int) {
    #expect(throws: LinearAlgebraError.notPositiveDefinite(pivot: pivot)) { try Cholesky(matrix) }
  }

  @Test func luKnowsSignAndSingularity() throws {
    #expect(try LU(Matrix([[0, 2], [3, 0]])).logDeterminant.sign == -1)
    #expect(throws: LinearAlgebraError.singular(pivot: 1)) { try solve(Matrix([[1, 1], [1, 1]]), [1, 2]) }
    #expect(distance(try solve(Matrix([[0, 2], [3, 0]]), [2, 3]), [1, 1]) < 1e-15)
  }

  @Test(arguments: [(6, 4), (4, 6), (5, 5), (1, 1), (70, 40)])
  func qrIsOrthogonalAndRebuilds(rows: Int, columns: Int) {
    let a = randomMatrix(rows, columns)
    let k = min(rows, columns)
    for full in [false, true] {
      let qr = QR(a, full: full)
      #expect(distance(qr.q * qr.r, a) < 1e-13)
      #expect(distance(qr.q.gram(), .identity(full ? rows : k)) < 1e-13)
    }
    let pivoted = PivotedQR(a)
    #expect(distance(pivoted.q * pivoted.r, a.selecting(columns: pivoted.pivots)) < 1e-13)
    #expect(pivoted.rank == k)
  }

  @Test func qrHasTheSignsOfNumpy() {
    // numpy.linalg.qr([[1, 2], [3, 4], [5, 6]])
    let qr = QR(Matrix([[1, 2], [3, 4], [5, 6]]))
    let r = Matrix([[-5.916079783099616, -7.437357441610946], [0, 0.828078671210825]])
    #expect(distance(qr.r, r) < 1e-14)
  }

  @Test func rankCountsIndependentColumns() throws {
    let a = randomMatrix(20, 3)
    let b = a.appending(columnsOf: a * randomMatrix(3, 2, seed: 9))
    #expect(PivotedQR(b, tolerance: 1e-12).rank == 3)
    #expect(try b.matrixRank() == 3)
    #expect(try Matrix(rows: 3, columns: 2).matrixRank() == 0)
  }

  @Test(arguments: [1, 2, 5, 60]) func eigenRebuilds(n: Int) throws {
    let a = randomPositiveDefinite(n)
    let eigen = try SymmetricEigen(a)
    #expect(distance(eigen.applying { $0 }, a) < 1e-11)
    #expect(eigen.values == eigen.values.sorted())
    #expect(distance(eigen.applying { 1 / $0 }, try Cholesky(a).inverse) < 1e-10)
  }

  @Test(arguments: [(5, 3), (3, 5), (1, 4), (40, 40)])
  func svdRebuildsAndPseudoInverts(rows: Int, columns: Int) throws {
    let a = randomMatrix(rows, columns)
    let svd = try SVD(a)
    #expect(distance(svd.u * Matrix(diagonal: svd.values) * svd.vTransposed, a) < 1e-13)
    let p = try a.pseudoInverse()
    #expect(distance(a * p * a, a) < 1e-12)
    #expect(distance((a * p).symmetrized, a * p) < 1e-10)
  }

  @Test func nonFiniteInputIsAnError() {
    let bad = Matrix([[1, .nan], [.nan, 1]])
    #expect(throws: LinearAlgebraError.notFinite) { try SymmetricEigen(bad) }
    #expect(throws: LinearAlgebraError.notFinite) { try SVD(bad) }
  }

  @Test func printsAsRows() {
    #expect(Matrix([[1, -2.5], [10, 3]]).description == "[[ 1.0 -2.5]\n [10.0  3.0]]")
    #expect(Matrix(rows: 30, columns: 1, repeating: 2).description.contains("[2.0]\n ...\n [2.0]"))
    #expect(Matrix(rows: 0, columns: 2).description == "[]")
  }

  @Test func threadLeasesNest() {
    // Other suites may hold leases meanwhile: only what holds in any case is asked.
    #expect(BLASThreads.with(1) { BLASThreads.with(2) { BLASThreads.current } } == 1)
    let done = DispatchSemaphore(value: 0)
    nonisolated(unsafe) var overlapping = 0
    BLASThreads.with(2) {
      Thread.detachNewThread {
        overlapping = BLASThreads.with(2) { BLASThreads.current }
        done.signal()
      }
      done.wait()
    }
    #expect(overlapping == 1)
    #expect(BLASThreads.current >= 1)
  }
}
