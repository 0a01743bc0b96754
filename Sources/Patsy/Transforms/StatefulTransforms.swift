import DataFrames
import LinearAlgebra

/// The stateful transforms every formula can call, by name.
///
/// Python: patsy.center, patsy.standardize, patsy.scale, patsy.bs, patsy.cr, patsy.cc, patsy.te
package enum StatefulTransforms {
  /// A maker of fresh transforms for each name.
  package static let builtins: [String: @Sendable () -> any StatefulTransform] = [
    "center": { CenterTransform() },
    "standardize": { StandardizeTransform() },
    "scale": { StandardizeTransform() },
    "bs": { BSplineTransform() },
    "cr": { CubicSplineTransform(cyclic: false) },
    "cc": { CubicSplineTransform(cyclic: true) },
    "te": { TensorProductTransform() },
  ]
}

/// `center(x)`: each column minus its mean.
///
/// Python: patsy.center
package struct CenterTransform: StatefulTransform {
  private(set) var moments = Moments()

  /// A transform that has learned nothing.
  package init() {}

  /// A transform that has learned these moments.
  init(moments: Moments) { self.moments = moments }

  package mutating func memorizeChunk(_ arguments: FunctionArguments) throws {
    moments.add(try Self.columns(arguments, in: "Center.memorize_chunk"))
  }

  package func transform(_ arguments: FunctionArguments) throws -> FormulaValue {
    if let texts = arguments.textInput {
      throw EvaluationError(
        "UFuncTypeError",
        "ufunc 'subtract' did not contain a loop with signature matching types "
          + "(dtype('<U\(texts.longest)'), dtype('float128')) -> None")
    }
    let (columns, input) = try Self.parse(arguments, in: "Center.transform")
    return try input.replacing(columns.combined(with: moments.means, -))
  }

  private static func columns(_ arguments: FunctionArguments, in function: String) throws -> [[Double]] {
    try parse(arguments, in: function).columns
  }

  private static func parse(
    _ arguments: FunctionArguments, in function: String
  ) throws -> (columns: [[Double]], input: FormulaValue) {
    let bound = try arguments.bound(to: ["x"], required: 1, in: function)
    let input = bound["x"] ?? .none
    return (try input.wideColumns(), input)
  }
}

/// `standardize(x, center=True, rescale=True, ddof=0)`: each column minus its mean, over its standard deviation.
///
/// Python: patsy.standardize
package struct StandardizeTransform: StatefulTransform {
  private static let parameters = ["x", "center", "rescale", "ddof"]
  private(set) var moments = Moments()

  /// A transform that has learned nothing.
  package init() {}

  /// A transform that has learned these moments.
  init(moments: Moments) { self.moments = moments }

  package mutating func memorizeChunk(_ arguments: FunctionArguments) throws {
    let bound = try arguments.bound(to: Self.parameters, required: 1, in: "Standardize.memorize_chunk")
    moments.add(try (bound["x"] ?? .none).wideColumns())
  }

  package func transform(_ arguments: FunctionArguments) throws -> FormulaValue {
    let bound = try arguments.bound(to: Self.parameters, required: 1, in: "Standardize.transform")
    let input = bound["x"] ?? .none
    if let texts = arguments.textInput {
      throw EvaluationError.value("could not convert string to float: \(PythonText.quoted(texts.first))")
    }
    var columns = try input.wideColumns(allowsBooleans: true)
    if try bound["center"]?.truth() ?? true {
      columns = try columns.combined(with: moments.means, -)
    }
    if try bound["rescale"]?.truth() ?? true {
      guard let ddof = (bound["ddof"] ?? .integer(0)).number else {
        throw EvaluationError.type("unsupported operand type(s) for -: 'int' and 'str'")
      }
      let freedom = Double(moments.count) - ddof
      columns = try columns.combined(with: moments.squares.map { ($0 / freedom).squareRoot() }, /)
    }
    return input.replacing(columns)
  }
}

extension [[Double]] {
  /// Each column combined with its own constant; one constant serves all columns.
  fileprivate func combined(
    with constants: [Double], _ operation: (Double, Double) -> Double
  ) throws -> [[Double]] {
    guard constants.count == count || constants.count == 1 else {
      throw EvaluationError.value(
        "operands could not be broadcast together with shapes (\(first?.count ?? 0),\(count)) (\(constants.count),)"
      )
    }
    return enumerated().map { j, column in
      let constant = constants[constants.count == 1 ? 0 : j]
      return column.map { operation($0, constant) }
    }
  }
}

extension FormulaValue {
  /// The columns of numeric data; other data cannot be accumulated.
  fileprivate func wideColumns(allowsBooleans: Bool = false) throws -> [[Double]] {
    func refuse(_ type: String) -> EvaluationError {
      .value("cannot widen a non-numeric type dtype('\(type)')")
    }
    switch self {
    case .vector(let vector):
      if case .boolean = vector.storage, !allowsBooleans { throw refuse("bool") }
      guard let values = vector.doubles else { throw refuse("O") }
      return [values]
    case .boolean where !allowsBooleans: throw refuse("bool")
    case .string: throw refuse("<U1")
    case .none, .categorical, .contrast, .function, .transform, .module, .object, .slice: throw refuse("O")
    default: break
    }
    let matrix = try numericMatrix()
    return (0..<matrix.columns).map(matrix.column)
  }

  /// New columns in the shape of this value: a number, a vector or a matrix.
  fileprivate func replacing(_ columns: [[Double]]) -> FormulaValue {
    switch self {
    case .vector(let vector):
      return .vector(FormulaVector(columns.first ?? [], isSeries: vector.isSeries))
    case .matrix:
      return .matrix(
        Matrix(rows: columns.first?.count ?? 0, columns: columns.count, columnMajor: columns.flatMap(\.self)))
    case .list, .tuple:
      return columns.count == 1
        ? .vector(FormulaVector(columns[0]))
        : .matrix(
          Matrix(
            rows: columns.first?.count ?? 0, columns: columns.count, columnMajor: columns.flatMap(\.self)))
    default:
      return .double(columns.first?.first ?? .nan)
    }
  }
}
