import Foundation
import LinearAlgebra
import Patsy
import TestSupport
import Testing

/// Bases computed by R's `splines::bs` and by mgcv, exported from patsy's own tests.
@Suite struct SplineVectors {
  struct File<Case: Decodable>: Decodable {
    var x: [Double]
    var cases: [Case]
  }

  struct BSplineCase: Decodable {
    var degree: Int
    var df: Int?
    var knots: [Double]?
    var includeIntercept: Bool
    var lowerBound: Double?
    var upperBound: Double?
    var columns: [[Double]]
  }

  struct CubicCase: Decodable {
    var type: String
    var center: Bool
    var df: Int?
    var knots: [Double]?
    var lowerBound: Double?
    var upperBound: Double?
    var columns: [[Double]]
  }

  private func shared(
    df: Int?, knots: [Double]?, lower: Double?, upper: Double?
  ) -> [(name: String, value: FormulaValue)] {
    [
      ("df", df.map(FormulaValue.integer) ?? .none), ("knots", knots.map(FormulaValue.numbers) ?? .none),
      ("lower_bound", lower.map(FormulaValue.double) ?? .none),
      ("upper_bound", upper.map(FormulaValue.double) ?? .none),
    ]
  }

  @Test(arguments: [7, 20]) func bSplinesEqualR(chunk: Int) throws {
    let file = try Fixtures.load(File<BSplineCase>.self, "patsy/splines-bs.json")
    #expect(file.cases.count == 72)
    for (i, test) in file.cases.enumerated() {
      let keywords =
        shared(df: test.df, knots: test.knots, lower: test.lowerBound, upper: test.upperBound)
        + [("degree", .integer(test.degree)), ("include_intercept", .boolean(test.includeIntercept))]
      let found = try transformed({ BSplineTransform() }, file.x, size: chunk, keywords: keywords)
      #expect(difference(found, test.columns) < 1e-12, "case \(i)")
    }
  }

  @Test(arguments: [6, 20]) func cubicSplinesEqualMgcv(chunk: Int) throws {
    let file = try Fixtures.load(File<CubicCase>.self, "patsy/splines-crs.json")
    #expect(file.cases.count == 42)
    for (i, test) in file.cases.enumerated() {
      let keywords =
        shared(df: test.df, knots: test.knots, lower: test.lowerBound, upper: test.upperBound)
        + [("constraints", test.center ? .string("center") : .none)]
      let found = try transformed(
        { CubicSplineTransform(cyclic: test.type == "cc") }, file.x, size: chunk, keywords: keywords)
      #expect(difference(found, test.columns) < 1e-10, "case \(i)")
    }
  }

  @Test func degreeZeroIsOneOnHalfOpenIntervals() {
    let x = (0..<10).map { pow(10, -1 + 2 * Double($0) / 9) }
    let spline = BSpline(knots: [0.1, 1, 4, 10], degree: 0)
    let inside: [(Double) -> Bool] = [{ $0 < 1 }, { $0 >= 1 && $0 < 4 }, { $0 >= 4 }]
    let expected = inside.map { test in x.map { test($0) ? 1.0 : 0 } }
    #expect(spline.basis(at: x).columnLists == expected)
    #expect(
      BSpline(knots: [0, 1, 2], degree: 0).basis(at: [0, 1, 2]).columnLists == [[1, 0, 0], [0, 1, 1]])
  }

  @Test func basesSumToOne() {
    let x = (0...50).map { Double($0) / 50 }
    for degree in 0...5 {
      let ends = [Double](repeating: 0, count: degree + 1) + [Double](repeating: 1, count: degree + 1)
      let basis = BSpline(knots: ends + [0.2, 0.2, 0.7], degree: degree).basis(at: x)
      for i in 0..<x.count { #expect(abs(basis.row(i).reduce(0, +) - 1) < 1e-14) }
    }
  }

  @Test func cyclicValuesWrapIntoThePeriod() {
    let wrapped = [1.5, 2.6, 0.1, 4.4, 10.7].map { CubicSpline.wrap($0, 2.1, 3.6) }
    #expect(difference([wrapped], [[3.0, 2.6, 3.1, 2.9, 3.2]]) < 1e-14)
  }

  @Test func tensorProductsVaryTheLastFastest() {
    let a = Matrix([[1, 2], [1, 2]])
    let b = Matrix([[1, 2, 3], [4, 5, 6]])
    #expect(rowTensorProduct([a, b]) == Matrix([[1, 2, 3, 2, 4, 6], [4, 5, 6, 8, 10, 12]]))
    #expect(rowTensorProduct([b, a]) == Matrix([[1, 2, 2, 4, 3, 6], [4, 8, 5, 10, 6, 12]]))
    #expect(rowTensorProduct([b]) == b)
  }

  @Test func absorbedConstraintsHold() {
    let basis = Matrix([[1, 0, 2, 1], [0, 1, 1, 3], [2, 2, 0, 1]])
    let constraint = Matrix([[1, 2, 3, 4], [0, 1, 0, -1]])
    let absorbed = absorbConstraints(basis, constraint)
    #expect((absorbed.rows, absorbed.columns) == (3, 2))
    // The admissible coefficients are those that the constraint sends to zero.
    let free = absorbConstraints(.identity(4), constraint)
    #expect((constraint * free).storage.allSatisfy { abs($0) < 1e-14 })
    #expect(absorbConstraints(basis, .identity(4)).columns == 0)
  }
}

/// Messages of patsy and of numpy for arguments that do not fit.
@Suite struct SplineErrors {
  private static let x = (0..<20).map { -10 + 20 * Double($0) / 19 }
  typealias Keywords = [(name: String, value: FormulaValue)]

  static let bSplines: [(Keywords, String)] = [
    ([], "must specify either df or knots"),
    (
      [("df", .integer(10)), ("knots", .numbers([0, 0, 0, 0, 0, 0, 0, 0]))],
      "df=10 with degree=3 implies 7 knots, but 8 knots were provided"
    ),
    (
      [("df", .integer(1))],
      "df=1 is too small for degree=3 and include_intercept=False; must be >= 3"
    ),
    (
      [("df", .integer(3)), ("degree", .integer(5)), ("include_intercept", .boolean(true))],
      "df=3 is too small for degree=5 and include_intercept=True; must be >= 6"
    ),
    ([("df", .integer(9)), ("degree", .integer(-1))], "degree must be greater than 0 (not -1)"),
    ([("df", .integer(9)), ("degree", .double(1.5))], "degree must be an integer (not None)"),
    (
      [("df", .integer(3)), ("lower_bound", .integer(1)), ("upper_bound", .integer(-1))],
      "lower_bound > upper_bound (1 > -1)"
    ),
    ([("knots", .list([.list([.integer(0)]), .list([.integer(2)])]))], "knots must be 1 dimensional"),
    (
      [("knots", .list([.integer(0), .integer(20)]))],
      "some knot values ([20]) fall above upper bound (np.float64(10.0))"
    ),
    (
      [("knots", .list([.double(-20.5), .integer(-300), .integer(0)]))],
      "some knot values ([ -20.5 -300. ]) fall below lower bound (np.float64(-10.0))"
    ),
    (
      [("knots", .list([.integer(0), .integer(4)])), ("upper_bound", .integer(3))],
      "some knot values ([4]) fall above upper bound (3)"
    ),
    (
      [("df", .integer(3)), ("lower_bound", .integer(0))],
      "NotImplementedError: some data points fall outside the outermost knots, and I'm not sure how to handle "
        + "them. (Patches accepted!)"
    ),
    ([("df", .double(4))], "'float' object cannot be interpreted as an integer"),
    ([("df", .integer(2000)), ("degree", .integer(1001))], "degree 1001 is too large"),
    ([("knots", .integer(1)), ("df", .integer(5))], "object of type 'int' has no len()"),
    ([("df", .integer(.max)), ("degree", .integer(1))], "any"),
    ([("knots", .list([])), ("degree", .integer(.max))], "any"),
    ([("df", .integer(.min))], "any"),
  ]

  @Test(arguments: bSplines.indices) func bSpline(index: Int) {
    let (keywords, expected) = Self.bSplines[index]
    let found = message { try transformed({ BSplineTransform() }, Self.x, size: 20, keywords: keywords) }
    if expected == "any" { #expect(found != nil) } else { #expect(found == expected) }
  }

  static let cubicSplines: [(Bool, Keywords, String)] = [
    (false, [], "Must specify either 'df' or 'knots'."),
    (false, [("df", .integer(1))], "'df'=1 must be greater than or equal to 2."),
    (true, [("df", .integer(0))], "'df'=0 must be greater than or equal to 1."),
    (
      false, [("df", .integer(4)), ("constraints", .numbers([0, 1, 2, 3, 4, 5]))],
      "Constraints array should have 5 columns but 6 found."
    ),
    (
      false, [("df", .integer(5)), ("knots", .list([.integer(1), .integer(2)]))],
      "Needed number of inner knots=3 does not match provided number of inner knots=2."
    ),
    (
      false, [("knots", .list([.integer(1), .integer(12)]))],
      "Some knot values ([12]) fall above upper bound (np.float64(10.0))."
    ),
    (
      false, [("df", .integer(4)), ("upper_bound", .double(-9.5))],
      "Unable to compute n_inner_knots(=2) + 2 distinct knots: 1 data value(s) found between "
        + "lower_bound(=np.float64(-10.0)) and upper_bound(=-9.5)."
    ),
    (
      false, [("df", .integer(4)), ("lower_bound", .double(0.1)), ("upper_bound", .double(0.2))],
      "No data values between lower_bound(=0.1) and upper_bound(=0.2): cannot compute requested 2 inner knot(s)."
    ),
    (false, [("df", .double(4))], "'float' object cannot be interpreted as an integer"),
    (true, [("df", .integer(.max))], "any"),
    (false, [("df", .integer(2))], "any"),
  ]

  @Test(arguments: cubicSplines.indices) func cubicSpline(index: Int) {
    let (cyclic, keywords, expected) = Self.cubicSplines[index]
    let found = message {
      try transformed({ CubicSplineTransform(cyclic: cyclic) }, Self.x, size: 20, keywords: keywords)
    }
    if expected == "any" { #expect(found != nil) } else { #expect(found == expected) }
  }

  @Test func severalColumnsAreRefused() {
    let input = FunctionArguments([.matrix(Matrix([[1, 2], [3, 4]]))], keywords: [("df", .integer(4))])
    var bs = BSplineTransform()
    var cr = CubicSplineTransform(cyclic: false)
    var te = TensorProductTransform()
    #expect(
      message { try bs.memorizeChunk(input) }
        == "ValueError: input to 'bs' must be 1-d, or a 2-d column vector")
    #expect(
      message { try cr.memorizeChunk(input) }
        == "ValueError: Input to 'cr' must be 1-d, or a 2-d column vector.")
    #expect(message { try te.memorizeChunk(FunctionArguments()) } == nil)
    #expect(
      message { try te.transform(FunctionArguments()) }
        == "ValueError: Tensor product arrays sequence should not be empty.")
  }
}
