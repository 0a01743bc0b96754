/// Uncorrelated effects: θ are standard deviations, φ variances.
struct Diagonal: LinearForm {
  let key = "diagonal"
  let spelling: String? = "diag"
  let standardisation = Standardisation.columnScales

  func contains(_ other: any CovarianceForm) -> Bool { absorbs(other) }
  func absorbs(_ other: any CovarianceForm) -> Bool { other is Diagonal || other is Identity }
  func absorbsPart(_ other: any CovarianceForm, width: Int) -> Bool { width == 1 || absorbs(other) }

  func count(width: Int) -> Int { width }
  func forEachEntry(width: Int, _ body: (_ theta: Int, _ row: Int, _ column: Int) -> Void) {
    for a in 0..<width { body(a, a, a) }
  }

  func runs(width: Int) -> [Range<Int>] { (0..<width).map { $0..<$0 + 1 } }
  func pivots(width: Int) -> [Int] { Array(0..<width) }

  func reported(width: Int) -> [ReportedParameter] {
    (0..<width).map { ReportedParameter(kind: .variance, row: $0, column: $0) }
  }
}
