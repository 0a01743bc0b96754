import DataFrames
import LinearAlgebra

/// `bs(x, df=None, knots=None, degree=3, include_intercept=False, lower_bound=None, upper_bound=None)`: a
/// B-spline basis, as R's `bs`.
///
/// Python: patsy.bs
package struct BSplineTransform: StatefulTransform {
  private static let parameters = [
    "x", "df", "knots", "degree", "include_intercept", "lower_bound", "upper_bound",
  ]
  private static let inputError = "input to 'bs' must be 1-d, or a 2-d column vector"
  /// Degrees beyond this one take too long, and no double holds their values.
  private static let highestDegree = 1000

  /// What learning collects; gone once it is over.
  private struct Pending: Sendable {
    var arguments: [String: FormulaValue] = [:]
    var x: [Double] = []
    var isInteger = true
    /// Why numpy cannot find knots among the data.
    var refusal: String?
  }

  private enum CodingKeys: CodingKey { case knots, degree }

  private var pending = Pending()
  private var knots: [Double] = []
  private var degree = 3

  /// A transform that has learned nothing.
  package init() {}

  package mutating func memorizeChunk(_ arguments: FunctionArguments) throws {
    let bound = try arguments.bound(to: Self.parameters, required: 1, in: "BS.memorize_chunk")
    pending.refusal = SplineArguments.refusal(of: bound["x"])
    if !(bound["x"]?.isTexts ?? false) {
      pending.x += try SplineArguments.column(bound["x"], orThrow: Self.inputError)
    }
    pending.isInteger = pending.isInteger && (bound["x"]?.isIntegerData ?? false)
    // The data are kept in `x`; keeping them here as well would double the memory.
    pending.arguments = bound.filter { $0.key != "x" }
  }

  package mutating func memorizeFinish() throws {
    defer { pending = Pending() }
    let arguments = pending.arguments
    let x = pending.x
    degree = try Self.degree(arguments["degree"])
    let df = try SplineArguments.number(arguments["df"], operation: "-")
    let given = try SplineNumbers(arguments["knots"])
    guard df != nil || given != nil else { throw PatsyError("must specify either df or knots") }
    let innerCount = try df.map { try self.innerCount($0, arguments, given, arguments["knots"]) }
    let inner: SplineNumbers
    if let given {
      guard case .some(let value) = arguments["knots"], !value.isNested else {
        throw PatsyError("knots must be 1 dimensional")
      }
      inner = given
    } else {
      let count = try SplineArguments.wholeCount(innerCount ?? .integer(0))
      try FormulaLimits.requireMatrix(rows: x.count, columns: count)
      if count > 0, let refusal = pending.refusal { throw PatsyError(refusal) }
      inner = SplineNumbers(Quantile(x).inner(count))
    }
    if let refusal = pending.refusal, x.isEmpty { throw PatsyError(refusal) }
    let bounds = try SplineBounds(arguments, data: x, isInteger: pending.isInteger)
    try bounds.require(inner, belowText: "some knot values", ending: "")
    guard arguments["knots"]?.isScalarNumber != true else {
      throw PatsyError(
        "all the input arrays must have same number of dimensions, but the array at index 0 has 1 dimension(s) "
          + "and the array at index 1 has 0 dimension(s)")
    }
    let ends =
      [Double](repeating: bounds.low, count: degree + 1) + [Double](repeating: bounds.high, count: degree + 1)
    knots = BSpline(knots: ends + inner.values, degree: degree).knots
  }

  package func transform(_ arguments: FunctionArguments) throws -> FormulaValue {
    let bound = try arguments.bound(to: Self.parameters, required: 1, in: "BS.transform")
    guard arguments.textInput == nil else {
      throw EvaluationError(
        "UFuncTypeError",
        "ufunc 'greater' did not contain a loop with signature matching types "
          + "(<class 'numpy.dtypes.Float64DType'>, <class 'numpy.dtypes.StrDType'>) -> None")
    }
    let x = try SplineArguments.column(bound["x"], orThrow: Self.inputError)
    let spline = BSpline(knots: knots, degree: degree)
    guard spline.covers(x) else {
      throw EvaluationError(
        "NotImplementedError",
        "some data points fall outside the outermost knots, and I'm not sure how to handle them. "
          + "(Patches accepted!)")
    }
    try FormulaLimits.requireMatrix(rows: x.count, columns: spline.count)
    let withIntercept = try bound["include_intercept"]?.truth() ?? false
    return .matrix(spline.basis(at: x, dropFirst: !withIntercept))
  }

  private static func degree(_ value: FormulaValue?) throws -> Int {
    let level = try SplineArguments.number(value ?? .integer(3)) ?? .integer(3)
    guard let number = level.number, number >= 0 else {
      throw PatsyError("degree must be greater than 0 (not \(level.debugDescription))")
    }
    guard number == number.rounded() else { throw PatsyError("degree must be an integer (not None)") }
    let degree = try SplineArguments.wholeCount(level)
    guard degree <= highestDegree else { throw PatsyError("degree \(degree) is too large") }
    return degree
  }

  /// Python's truth of an argument, outside the factor's evaluation.
  private static func truth(_ value: FormulaValue) throws -> Bool {
    do { return try value.truth() } catch let error as EvaluationError { throw PatsyError(error.message) }
  }

  /// Number of inner knots that `df` asks for.
  private func innerCount(
    _ df: ColumnValue, _ arguments: [String: FormulaValue], _ given: SplineNumbers?, _ knots: FormulaValue?
  ) throws -> ColumnValue {
    let intercept = arguments["include_intercept"] ?? .boolean(false)
    let needed = degree + (try Self.truth(intercept) ? 1 : 0)
    let count = SplineArguments.sum(df, -needed)
    if let number = count.number, number < 0 {
      throw PatsyError(
        "df=\(df.debugDescription) is too small for degree=\(degree) and "
          + "include_intercept=\(intercept.level?.debugDescription ?? intercept.typeName); "
          + "must be >= \(needed)")
    }
    if let given, case .some(let value) = knots {
      guard value.isSequence else { throw PatsyError("object of type '\(value.typeName)' has no len()") }
      if count.number != Double(given.values.count) {
        throw PatsyError(
          "df=\(df) with degree=\(degree) implies \(count) knots, but \(given.values.count) knots were provided"
        )
      }
    }
    return count
  }
}

/// The outer knots of a spline: given, or the extremes of the data.
struct SplineBounds {
  /// The lower one.
  let low: Double
  /// The upper one.
  let high: Double
  /// Their texts, as Python shows them.
  let lowText: String
  let highText: String

  /// Reads `lower_bound` and `upper_bound`.
  init(_ arguments: [String: FormulaValue], data: [Double], isInteger: Bool) throws {
    func bound(
      _ name: String, _ side: String, _ choose: ([Double]) -> Double?
    ) throws -> (value: Double, text: String) {
      if let given = try SplineArguments.number(arguments[name]), let value = given.number {
        return (value, given.debugDescription)
      }
      guard let value = data.contains(where: \.isNaN) ? .nan : choose(data) else {
        throw PatsyError(
          "Cannot set \(side) exterior knot location: empty input data and \(name) not specified.")
      }
      return (value, NumpyText.scalar(value, isInteger: isInteger))
    }
    (low, lowText) = try bound("lower_bound", "lower") { $0.min() }
    (high, highText) = try bound("upper_bound", "upper") { $0.max() }
    if low > high {
      throw PatsyError("lower_bound > upper_bound (\(lowText) > \(highText))")
    }
  }

  /// Refuses inner knots beyond the outer ones.
  func require(_ knots: SplineNumbers, belowText subject: String, ending: String) throws {
    if knots.values.contains(where: { $0 < low }) {
      throw PatsyError(
        "\(subject) (\(knots.text { $0 < low })) fall below lower bound (\(lowText))\(ending)")
    }
    if knots.values.contains(where: { $0 > high }) {
      throw PatsyError(
        "\(subject) (\(knots.text { $0 > high })) fall above upper bound (\(highText))\(ending)")
    }
  }
}

extension FormulaValue {
  /// Whether the data are whole numbers: a column of integers without a missing value, or an integer.
  var isIntegerData: Bool {
    switch self {
    case .integer: true
    case .vector(let vector):
      if case .integer(_, missing: nil) = vector.storage { true } else { false }
    default: false
    }
  }

  /// Whether the data are texts.
  var isTexts: Bool {
    switch self {
    case .string: true
    case .vector(let vector): vector.texts != nil
    default: false
    }
  }

  /// Whether the data are truth values.
  var isBooleanData: Bool {
    switch self {
    case .boolean: true
    case .vector(let vector):
      if case .boolean = vector.storage { true } else { false }
    default: false
    }
  }

  /// Whether this is a single number.
  var isScalarNumber: Bool { level?.number != nil }

  /// Whether this is a two-dimensional list or array.
  var isNested: Bool {
    switch self {
    case .matrix: true
    case .list(let items), .tuple(let items): items.contains(where: \.isSequence)
    default: false
    }
  }
}
