import DataFrames
import LinearAlgebra

/// `cr(x, df=None, knots=None, lower_bound=None, upper_bound=None, constraints=None)`, a natural cubic
/// regression spline, and `cc(…)`, a cyclic one, as in R's mgcv.
///
/// Python: patsy.cr, patsy.cc
package struct CubicSplineTransform: StatefulTransform {
  private static let parameters = ["x", "df", "knots", "lower_bound", "upper_bound", "constraints"]

  /// What learning collects; gone once it is over.
  private struct Pending: Sendable {
    var arguments: [String: FormulaValue] = [:]
    var x: [Double] = []
    var isInteger = true
    /// Why numpy cannot find knots among the data.
    var refusal: String?
  }

  private enum CodingKeys: CodingKey { case cyclic, knots, constraints }

  private let cyclic: Bool
  private var pending = Pending()
  private var knots: [Double] = []
  private var constraints: [[Double]]?

  private var name: String { cyclic ? "cc" : "cr" }
  private var inputError: String { "Input to '\(name)' must be 1-d, or a 2-d column vector." }

  /// A transform that has learned nothing.
  package init(cyclic: Bool) { self.cyclic = cyclic }

  package mutating func memorizeChunk(_ arguments: FunctionArguments) throws {
    let function = "CubicRegressionSpline.memorize_chunk"
    let bound = try arguments.bound(to: Self.parameters, required: 1, in: function)
    pending.refusal = SplineArguments.refusal(of: bound["x"])
    if !(bound["x"]?.isTexts ?? false) {
      pending.x += try SplineArguments.column(bound["x"], orThrow: inputError)
    }
    pending.isInteger = pending.isInteger && (bound["x"]?.isIntegerData ?? false)
    // The data are kept in `x`; keeping them here as well would double the memory.
    pending.arguments = bound.filter { $0.key != "x" }
  }

  package mutating func memorizeFinish() throws {
    defer { pending = Pending() }
    let arguments = pending.arguments
    let df = try SplineArguments.number(arguments["df"])
    let given = try SplineNumbers(arguments["knots"])
    guard df != nil || given != nil else { throw PatsyError("Must specify either 'df' or 'knots'.") }
    let asked = try SplineConstraint(arguments["constraints"])
    var innerCount: ColumnValue?
    if let df {
      let least = !cyclic && asked.count == 0 ? 2 : 1
      if let number = df.number, number < Double(least) {
        throw PatsyError("'df'=\(df.debugDescription) must be greater than or equal to \(least).")
      }
      innerCount = SplineArguments.sum(df, asked.count - 2 + (cyclic ? 1 : 0))
    }
    if let refusal = pending.refusal, given == nil || pending.x.isEmpty { throw PatsyError(refusal) }
    knots = try SplineKnots(
      arguments, data: pending.x, isInteger: pending.isInteger, inner: given, innerCount: innerCount
    ).all
    guard asked.count > 0 else { return }
    let width = knots.count - (cyclic ? 1 : 0)
    let found = try asked.rows ?? [means(of: pending.x)]
    guard let columns = found.first?.count, columns == width else {
      throw PatsyError("Constraints array should have \(width) columns but \(found.first?.count ?? 0) found.")
    }
    constraints = found
  }

  package func transform(_ arguments: FunctionArguments) throws -> FormulaValue {
    let function = "CubicRegressionSpline.transform"
    let bound = try arguments.bound(to: Self.parameters, required: 1, in: function)
    guard arguments.textInput == nil else {
      throw EvaluationError.type(
        cyclic
          ? "'>' not supported between instances of 'str' and 'float'"
          : "'<' not supported between instances of 'float' and 'str'")
    }
    guard knots.allSatisfy(\.isFinite) else {
      throw EvaluationError.value("array must not contain infs or NaNs")
    }
    let x = try SplineArguments.column(bound["x"], orThrow: inputError)
    try FormulaLimits.requireMatrix(rows: max(x.count, knots.count), columns: knots.count)
    let basis = try CubicSpline(knots: knots, cyclic: cyclic).basis(at: x)
    return .matrix(try SplineConstraint.absorb(constraints, into: basis))
  }

  /// Column means of the unconstrained basis: the constraint that centres the spline on the data.
  private func means(of x: [Double]) throws -> [Double] {
    do {
      try FormulaLimits.requireMatrix(rows: max(x.count, knots.count), columns: knots.count)
      let basis = try CubicSpline(knots: knots, cyclic: cyclic).basis(at: x)
      return (0..<basis.columns).map { basis.column($0).reduce(0, +) / Double(basis.rows) }
    } catch let error as EvaluationError {
      throw PatsyError(error.message)
    }
  }
}

/// The `constraints` argument of a spline: none, `"center"`, or a matrix.
struct SplineConstraint {
  /// Number of constraints.
  let count: Int
  /// The constraints when they are given, row by row.
  let rows: [[Double]]?

  /// Reads the argument.
  init(_ value: FormulaValue?) throws {
    switch value {
    case nil, .some(.none):
      (count, rows) = (0, nil)
    case .string("center"):
      (count, rows) = (1, nil)
    case .string:
      (count, rows) = (1, [[.nan]])
    case .some(let value):
      if value.elements?.contains(where: \.isNested) ?? false {
        throw PatsyError("Constraints must be 2-d array or 1-d vector.")
      }
      let matrix = try value.numericMatrix()
      let all = value.isNested ? matrix : matrix.transposed
      (count, rows) = (all.rows, (0..<all.rows).map(all.row))
    }
  }

  /// `basis` with the constraints absorbed.
  static func absorb(_ constraints: [[Double]]?, into basis: Matrix) throws -> Matrix {
    guard let constraints, !constraints.isEmpty else { return basis }
    let matrix = try Matrix(rowsOf: constraints)
    guard matrix.storage.allSatisfy(\.isFinite) else {
      throw EvaluationError.value("array must not contain infs or NaNs")
    }
    guard matrix.columns == basis.columns else {
      let kept = max(matrix.columns - matrix.rows, 0)
      throw EvaluationError.value(
        "shapes (\(basis.rows),\(basis.columns)) and (\(matrix.columns),\(kept)) not aligned: "
          + "\(basis.columns) (dim 1) != \(matrix.columns) (dim 0)")
    }
    return absorbConstraints(basis, matrix)
  }
}

/// All knots of a cubic regression spline: the bounds and between them the given knots or quantiles.
struct SplineKnots {
  /// Ascending and distinct.
  let all: [Double]

  /// Finds the knots; `innerCount` or `inner` is given.
  init(
    _ arguments: [String: FormulaValue], data: [Double], isInteger: Bool, inner: SplineNumbers?,
    innerCount: ColumnValue?
  ) throws {
    let bounds = try SplineBounds(arguments, data: data, isInteger: isInteger)
    var used = data.count
    var values: [Double] = []
    let count: Int
    if let inner {
      var distinct = inner
      distinct.values = Self.unique(inner.values)
      if let innerCount, innerCount.number != Double(distinct.values.count) {
        throw PatsyError(
          "Needed number of inner knots=\(innerCount.debugDescription) does not match provided number of "
            + "inner knots=\(distinct.values.count).")
      }
      try bounds.require(distinct, belowText: "Some knot values", ending: ".")
      values = distinct.values
      count = values.count
    } else {
      let number = innerCount ?? .integer(0)
      if let value = number.number, value < 0 {
        throw PatsyError("Invalid requested number of inner knots: \(number.debugDescription)")
      }
      let inside = Self.unique(data.filter { bounds.low <= $0 && $0 <= bounds.high })
      used = inside.count
      if inside.isEmpty, number.number != 0 {
        throw PatsyError(
          "No data values between lower_bound(=\(bounds.lowText)) and upper_bound(=\(bounds.highText)): "
            + "cannot compute requested \(number.debugDescription) inner knot(s).")
      }
      count = try SplineArguments.wholeCount(number)
      try FormulaLimits.requireMatrix(rows: count, columns: count)
      values = inside.isEmpty ? [] : Quantile(inside).inner(count)
    }
    all = Self.unique([bounds.low, bounds.high] + values)
    guard all.count == count + 2 else {
      throw PatsyError(
        "Unable to compute n_inner_knots(=\(count)) + 2 distinct knots: \(used) data value(s) found between "
          + "lower_bound(=\(bounds.lowText)) and upper_bound(=\(bounds.highText)).")
    }
  }

  /// The distinct values, ascending.
  private static func unique(_ values: [Double]) -> [Double] {
    var result: [Double] = []
    for value in values.sorted() where result.last != value { result.append(value) }
    return result
  }
}
