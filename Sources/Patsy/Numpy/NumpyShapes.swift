import DataFrames
import LinearAlgebra

/// Numpy's functions that reorder or reshape arrays, or look at neighbouring elements.
enum NumpyShapes {
  static let functions: [FormulaFunction] = [
    FormulaFunction("transpose") { arguments in
      let array = try (arguments.bound(to: ["a"], in: "transpose")["a"] ?? .none).asArray()
      guard case .matrix(let matrix) = array else { return array }
      return .matrix(matrix.transposed)
    },
    FormulaFunction("reshape") { arguments in
      let bound = try arguments.bound(to: ["a", "shape"], required: 2, in: "reshape")
      return try reshaped(bound["a"] ?? .none, bound["shape"] ?? .none)
    },
    FormulaFunction("expand_dims") { arguments in
      let bound = try arguments.bound(to: ["a", "axis"], required: 2, in: "expand_dims")
      guard let axis = bound["axis"]?.wholeNumber, axis == 1 || axis == -1 else {
        throw EvaluationError.value("expand_dims() adds a second axis only in formulas")
      }
      return .matrix(try (bound["a"] ?? .none).numericMatrix())
    },
    FormulaFunction("ravel", isElementwise: true) { try flat($0, "ravel") },
    FormulaFunction("squeeze", isElementwise: true) { try flat($0, "squeeze") },
    FormulaFunction("atleast_1d", isElementwise: true) { try flat($0, "atleast_1d") },
    FormulaFunction("flip") { arguments in
      let value = try arguments.bound(to: ["m", "axis"], in: "flip")["m"] ?? .none
      return try picked(value.isSeries ? value : value.asArray()) { Array($0.reversed()) }
    },
    FormulaFunction("roll") { arguments in
      let bound = try arguments.bound(to: ["a", "shift", "axis"], required: 2, in: "roll")
      guard let shift = bound["shift"]?.wholeNumber else {
        throw EvaluationError.type("roll() requires a whole number in formulas")
      }
      return try picked((bound["a"] ?? .none).asArray()) { rows in
        rows.map { Arithmetic.remainderOfIntegers($0 &- shift, rows.count) }
      }
    },
    FormulaFunction("gradient") { arguments in
      let values = try (arguments.bound(to: ["f"], in: "gradient")["f"] ?? .none).doubles()
      guard let first = values.first, let last = values.last, values.count > 1 else {
        throw EvaluationError.value(
          "Shape of array too small to calculate a numerical gradient, at least (edge_order + 1) elements are "
            + "required.")
      }
      var slopes = values.indices.map { row in
        row == 0 || row == values.count - 1 ? 0 : (values[row + 1] - values[row - 1]) / 2
      }
      slopes[0] = values[1] - first
      slopes[values.count - 1] = last - values[values.count - 2]
      return .vector(FormulaVector(slopes))
    },
    FormulaFunction("average") { arguments in
      let bound = try arguments.bound(to: ["a", "axis", "weights"], in: "average")
      let values = try (bound["a"] ?? .none).doubles()
      guard let weights = bound["weights"], !weights.isNone else { return .double(Reductions.mean(values)) }
      let given = try weights.doubles()
      guard given.count == values.count else {
        throw EvaluationError.value(
          "Shape of weights must be consistent with shape of a along specified axis.")
      }
      return .double(Reductions.sum(zip(values, given).map { $0 * $1 }) / Reductions.sum(given))
    },
    FormulaFunction("count_nonzero") { arguments in
      let value = try arguments.bound(to: ["a"], in: "count_nonzero")["a"] ?? .none
      return .integer(try NumpyFunctions.truths(value).reduce(0) { $0 + ($1 ? 1 : 0) })
    },
    FormulaFunction("isclose", isElementwise: true) { arguments in
      let bound = try arguments.bound(
        to: ["a", "b", "rtol", "atol", "equal_nan"], required: 2, in: "isclose")
      guard let a = bound["a"].flatMap(Operand.init), let b = bound["b"].flatMap(Operand.init) else {
        throw EvaluationError.unsupportedInput(of: "isfinite")
      }
      _ = try Arithmetic.broadcast(a, b)
      let relative = bound["rtol"]?.number ?? 1e-5
      let absolute = bound["atol"]?.number ?? 1e-8
      let close = a.doubles.combine(b.doubles) { x, y -> Double in
        x == y || (x - y).magnitude <= absolute + relative * y.magnitude && y.isFinite ? 1 : 0
      }
      return FormulaValue(
        close.map { $0 == 1 }, isSeries: (bound["a"]?.isSeries ?? false) || (bound["b"]?.isSeries ?? false))
    },
  ]

  private static func flat(_ arguments: FunctionArguments, _ name: String) throws -> FormulaValue {
    let array = try (arguments.bound(to: ["a"], in: name)["a"] ?? .none).asArray()
    guard case .matrix(let matrix) = array else { return array }
    return .vector(
      FormulaVector(name == "ravel" || matrix.rows == 1 ? matrix.transposed.storage : matrix.storage))
  }

  private static func reshaped(_ value: FormulaValue, _ shape: FormulaValue) throws -> FormulaValue {
    let array = try value.asArray()
    guard case .vector(let vector) = array else { return array }
    let sizes = (shape.elements ?? [shape]).compactMap(\.wholeNumber)
    if sizes == [-1] || sizes == [vector.count] { return array }
    guard sizes == [-1, 1] || sizes == [vector.count, 1] else {
      throw EvaluationError.value("cannot reshape array of size \(vector.count) into that shape")
    }
    return .matrix(try array.numericMatrix())
  }

  /// The elements at the positions that `order` makes of all positions.
  private static func picked(_ array: FormulaValue, _ order: ([Int]) -> [Int]) throws -> FormulaValue {
    guard case .vector(let vector) = array else {
      throw EvaluationError.value("only one-dimensional arrays can be reordered in formulas")
    }
    let positions = order(Array(0..<vector.count))
    return try Subscripts.item(.vector(FormulaVector(.integer(positions, missing: nil))), of: array)
  }
}
