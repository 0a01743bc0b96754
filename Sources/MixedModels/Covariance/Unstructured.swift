internal import LinearAlgebra

/// Any positive semidefinite S: θ is the lower triangle of T by columns, φ that of S by rows.
struct Unstructured: LinearForm {
  let key = "unstructured"
  let spelling: String? = "us"
  let standardisation = Standardisation.basis

  func contains(_ other: any CovarianceForm) -> Bool { true }
  func absorbs(_ other: any CovarianceForm) -> Bool { true }
  func absorbsPart(_ other: any CovarianceForm, width: Int) -> Bool { true }

  func count(width k: Int) -> Int { k * (k + 1) / 2 }

  func forEachEntry(width k: Int, _ body: (_ theta: Int, _ row: Int, _ column: Int) -> Void) {
    var i = 0
    for column in 0..<k {
      for row in column..<k {
        body(i, row, column)
        i += 1
      }
    }
  }

  /// The columns of T.
  func vectors(width k: Int) -> [[Int]] {
    var first = 0
    return (0..<k).map { column in
      defer { first += k - column }
      return Array(first..<first + k - column)
    }
  }

  func runs(width: Int) -> [Range<Int>] { [0..<width] }
  func pivots(width: Int) -> [Int] { Array(0..<width) }

  /// The variances with all correlations 1 or -1: as the first effect's, and with one of them turned.
  func farCorrelations(from theta: ArraySlice<Double>, root: Matrix) -> [[Double]] {
    let k = root.rows
    guard k > 1 else { return [] }
    let sizes = (0..<k).map { row in
      (0..<k).reduce(0.0) { $0 + root[row, $1] * root[row, $1] }.squareRoot()
    }
    let signs = (0..<k).map { root[$0, 0] < 0 ? -1.0 : 1.0 }
    return (0..<k).map { turned in
      var far = Matrix(rows: k, columns: k)
      for row in 0..<k {
        let sign = row == turned && row > 0 ? -signs[row] : signs[row]
        far[row, 0] = sign * sizes[row]
      }
      return self.theta(roots: [far])
    }
  }

  func reported(width k: Int) -> [ReportedParameter] {
    (0..<k).flatMap { row in
      (0...row).map { ReportedParameter(kind: $0 == row ? .variance : .covariance, row: row, column: $0) }
    }
  }
}
