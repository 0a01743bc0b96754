internal import LinearAlgebra

/// One variance for all effects, S = s I; several terms may share it.
struct Identity: LinearForm {
  let key = "tied"
  let spelling: String? = nil
  let standardisation = Standardisation.commonScale

  func contains(_ other: any CovarianceForm) -> Bool { absorbs(other) }
  func absorbs(_ other: any CovarianceForm) -> Bool { other is Identity }
  func absorbsPart(_ other: any CovarianceForm, width: Int) -> Bool { false }

  func count(width: Int) -> Int { 1 }
  func forEachEntry(width: Int, _ body: (_ theta: Int, _ row: Int, _ column: Int) -> Void) {
    for a in 0..<width { body(0, a, a) }
  }

  func runs(width: Int) -> [Range<Int>] { (0..<width).map { $0..<$0 + 1 } }
  func pivots(width: Int) -> [Int] { [0] }

  func reported(width: Int) -> [ReportedParameter] {
    [ReportedParameter(kind: .variance, row: 0, column: 0, isShared: true)]
  }

  func covariance(values: [Double], width: Int) -> Matrix {
    var result = Matrix.identity(width)
    for a in 0..<width { result[a, a] = values[0] }
    return result
  }

  func slope(_ i: Int, at s: Matrix) -> Matrix { .identity(s.rows) }

  func derivative(_ derivative: Matrix, by i: Int, at s: Matrix) -> Double {
    (0..<derivative.rows).reduce(0) { $0 + derivative[$1, $1] }
  }
}
