import DataFrames
import LinearAlgebra

/// `value[index]`
enum Subscripts {
  static func item(_ index: FormulaValue, of value: FormulaValue) throws -> FormulaValue {
    switch value {
    case .vector(let vector): return try item(index, of: vector)
    case .matrix(let matrix): return try item(index, of: matrix)
    case .accessor(let vector, "str"): return try TextMethods.item(index, of: vector)
    case .object(let object) where object.item != nil:
      return try object.item?(index) ?? .none
    case .string(let text):
      let scalars = Array(text.unicodeScalars)
      let positions = try positions(index, scalars.count, "string index out of range", of: value)
      return .string(String(String.UnicodeScalarView(positions.rows.map { scalars[$0] })))
    case .list(let items):
      let positions = try positions(index, items.count, "list index out of range", of: value)
      return positions.isSingle ? items[positions.rows[0]] : .list(positions.rows.map { items[$0] })
    case .tuple(let items):
      let positions = try positions(index, items.count, "tuple index out of range", of: value)
      return positions.isSingle ? items[positions.rows[0]] : .tuple(positions.rows.map { items[$0] })
    case .dictionary(let pairs):
      guard let key = index.level, let pair = pairs.last(where: { $0.key.level == key }) else {
        throw EvaluationError("KeyError", index.pythonRepr)
      }
      return pair.value
    case .module("numpy.c_"), .module("numpy.r_"): return try NumpyMaking.stack(index)
    default: throw EvaluationError.type("'\(value.typeName)' object is not subscriptable")
    }
  }

  private static func item(_ index: FormulaValue, of vector: FormulaVector) throws -> FormulaValue {
    if case .tuple(let parts) = index, parts.count == 2, parts[1].isNone, !vector.isSeries {
      return .matrix(try FormulaValue.vector(vector).numericMatrix())
    }
    if case .vector(let mask) = index, case .boolean(let flags, _) = mask.storage {
      guard flags.count == vector.count else {
        throw EvaluationError("IndexError", "boolean index did not match indexed array along axis 0")
      }
      return .vector(vector.picking(flags.indices.filter { flags[$0] }))
    }
    if case .vector(let rows) = index, case .integer(let wanted, nil) = rows.storage {
      let positions = try wanted.map { try position($0, vector.count, "index out of bounds") }
      return .vector(vector.picking(positions))
    }
    if vector.isSeries, let label = index.wholeNumber, label < 0 || label >= vector.count {
      throw EvaluationError("KeyError", String(label))
    }
    let found = try positions(index, vector.count, "index out of bounds", of: .vector(vector))
    return found.isSingle
      ? FormulaValue(Column(storage: vector.storage)[found.rows[0]]) : .vector(vector.picking(found.rows))
  }

  private static func item(_ index: FormulaValue, of matrix: Matrix) throws -> FormulaValue {
    guard case .tuple(let parts) = index, parts.count == 2 else {
      let rows = try positions(index, matrix.rows, "index out of bounds")
      if rows.isSingle { return .vector(FormulaVector(matrix.row(rows.rows[0]))) }
      return .matrix(block(matrix, rows.rows, Array(0..<matrix.columns)))
    }
    let rows = try positions(parts[0], matrix.rows, "index out of bounds")
    let columns = try positions(
      parts[1], matrix.columns,
      "index \(parts[1].pythonText) is out of bounds for axis 1 with size \(matrix.columns)")
    switch (rows.isSingle, columns.isSingle) {
    case (true, true): return .double(matrix[rows.rows[0], columns.rows[0]])
    case (false, true): return .vector(FormulaVector(rows.rows.map { matrix[$0, columns.rows[0]] }))
    case (true, false): return .vector(FormulaVector(columns.rows.map { matrix[rows.rows[0], $0] }))
    case (false, false): return .matrix(block(matrix, rows.rows, columns.rows))
    }
  }

  private static func block(_ matrix: Matrix, _ rows: [Int], _ columns: [Int]) -> Matrix {
    var result = Matrix(rows: rows.count, columns: columns.count)
    for (j, column) in columns.enumerated() {
      for (i, row) in rows.enumerated() { result[i, j] = matrix[row, column] }
    }
    return result
  }

  /// The positions that an index or slice selects among `count`.
  private static func positions(
    _ index: FormulaValue, _ count: Int, _ message: String, of container: FormulaValue? = nil
  ) throws -> (rows: [Int], isSingle: Bool) {
    if case .slice(let start, let stop, let step) = index {
      return (try slice(start, stop, step, count), false)
    }
    if case .list(let items) = index {
      return (
        try items.map { item throws -> Int in
          guard let wanted = item.wholeNumber else { throw EvaluationError("KeyError", item.pythonRepr) }
          return try position(wanted, count, message)
        }, false
      )
    }
    guard let wanted = index.wholeNumber else {
      throw badIndex(index, of: container)
    }
    return ([try position(wanted, count, message)], true)
  }

  private static func badIndex(_ index: FormulaValue, of container: FormulaValue?) -> EvaluationError {
    switch container {
    case .string?: .type("string indices must be integers, not '\(index.typeName)'")
    case .list?, .tuple?:
      .type("\(container?.typeName ?? "") indices must be integers or slices, not \(index.typeName)")
    case .vector(let vector)? where vector.isSeries: EvaluationError("KeyError", index.pythonRepr)
    default: EvaluationError("IndexError", "only integers and slices are valid indices")
    }
  }

  private static func position(_ wanted: Int, _ count: Int, _ message: String) throws -> Int {
    let position = wanted < 0 ? wanted &+ count : wanted
    guard position >= 0, position < count else { throw EvaluationError("IndexError", message) }
    return position
  }

  private static func slice(_ start: FormulaValue, _ stop: FormulaValue, _ step: FormulaValue, _ count: Int)
    throws -> [Int]
  {
    let stride = step.wholeNumber ?? 1
    guard stride != 0 else { throw EvaluationError.value("slice step cannot be zero") }
    func limit(_ value: FormulaValue, _ none: Int) throws -> Int {
      if value.isNone { return none }
      guard let number = value.wholeNumber else {
        throw EvaluationError.type("slice indices must be integers or None or have an __index__ method")
      }
      let low = stride > 0 ? 0 : -1
      let high = stride > 0 ? count : count - 1
      return min(max(number < 0 ? max(number, -count - 1) + count : number, low), high)
    }
    let first = try limit(start, stride > 0 ? 0 : count - 1)
    let last = try limit(stop, stride > 0 ? count : -1)
    return Array(Swift.stride(from: first, to: last, by: stride))
  }
}
