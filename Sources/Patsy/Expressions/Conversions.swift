import DataFrames
import LinearAlgebra

/// Changes of type: `astype`, `float()`, numpy's type names.
enum Conversions {
  /// The types that Python knows by a name or a text.
  enum Target: String {
    case double, single, integer, boolean, text, category
  }

  /// `np.float64` and the like, which are both functions and types.
  static let numpyTypes: [String: FormulaFunction] = {
    var table: [String: FormulaFunction] = [:]
    for name in [
      "float64", "float32", "double", "int64", "int32", "int16", "int8", "uint8", "int_", "intp", "bool_",
      "bool",
      "str_",
    ] {
      table[name] = FormulaFunction(name, isElementwise: true) { arguments in
        let value = try arguments.bound(to: ["x"], in: name)["x"] ?? .none
        return try convert(value.isScalar ? value : value.asArray(), to: .string(name))
      }
    }
    return table
  }()

  /// `value` as the type that `type` names.
  static func convert(_ value: FormulaValue, to type: FormulaValue) throws -> FormulaValue {
    if case .vector(let vector) = value, case .string(let name) = type, let texts = vector.textColumn,
      let unit = TimeUnits.ofType(name), unit.kind == .moment
    {
      var time = try TimeValue(texts, like: vector)
      time.unitsPerMicrosecond = unit.perMicrosecond
      return time.object
    }
    guard let target = target(type) else {
      throw EvaluationError.type("data type \(type.pythonRepr) not understood")
    }
    switch value {
    case .vector(let vector):
      return .vector(FormulaVector(try convert(vector, to: target), isSeries: vector.isSeries))
    case .matrix: return value
    default:
      guard case .vector(let vector) = try FormulaValue.array([value]) else { return value }
      return FormulaValue(Column(storage: try convert(vector, to: target))[0])
    }
  }

  private static func target(_ type: FormulaValue) -> Target? {
    let name: String
    switch type {
    case .string(let text): name = text
    case .function(let function): name = function.name
    default: return nil
    }
    switch name {
    case "float", "float64", "double", "Float64", "f8", "d": return .double
    case "float32", "f4", "f": return .single
    case "int", "int64", "int32", "int16", "int8", "uint8", "int_", "intp", "Int64", "i8", "i4", "i":
      return .integer
    case "bool", "bool_", "boolean", "?": return .boolean
    case "str", "str_", "string", "U": return .text
    case "category", "object", "O": return .category
    default: return nil
    }
  }

  private static func convert(_ vector: FormulaVector, to target: Target) throws -> Column.Storage {
    let column = Column(storage: vector.storage)
    switch target {
    case .text:
      if case .string = vector.storage { return vector.storage }
      if case .double(let values) = vector.storage, !vector.isSeries {
        return .string(StringColumn(values.map { PythonText.of($0) as String? }))
      }
      return .string(StringColumn(column.strings))
    case .category:
      let coded = column.factorized()
      return .categorical(Categorical(levels: coded.levels, codes: coded.codes))
    case .double: return .double(try numbers(of: vector))
    case .single: return .double(try numbers(of: vector).map { Double(Float($0)) })
    case .boolean:
      if case .string(let texts) = vector.storage {
        return .boolean(texts.codes.map { $0 < 0 || !texts.pool[Int($0)].isEmpty }, missing: nil)
      }
      if case .boolean(let values, let missing) = vector.storage {
        // A missing value is an object, which is true.
        return .boolean(missing.map { zip(values, $0).map { $0 || $1 } } ?? values, missing: nil)
      }
      return .boolean(try numbers(of: vector).map { $0 != 0 }, missing: nil)
    case .integer:
      if case .integer = vector.storage { return vector.storage }
      if let texts = vector.texts, let text = texts.pool.first(where: { PythonNumber.integer($0) == nil }) {
        throw EvaluationError.value("invalid literal for int() with base 10: \(PythonText.quoted(text))")
      }
      if FormulaValue.vector(vector).hasMissingTruths {
        throw EvaluationError.value("cannot convert float NaN to integer")
      }
      let values = try numbers(of: vector).map { number throws -> Int in
        guard let whole = Int(exactly: number.rounded(.towardZero)) else {
          throw EvaluationError(
            "IntCastingNaNError",
            "Cannot convert non-finite values (NA or inf) to integer. Replace or remove non-finite values or "
              + "cast to an integer type that supports these values (e.g. 'Int64')")
        }
        return whole
      }
      return .integer(values, missing: nil)
    }
  }

  /// The elements as numbers; texts are parsed.
  static func numbers(of vector: FormulaVector) throws -> [Double] {
    if let values = vector.doubles { return values }
    let texts = TextColumn(.vector(vector))
    return try (0..<vector.count).map { row in
      guard let text = texts[row] else { return .nan }
      guard let number = PythonNumber.double(text) else {
        throw EvaluationError.value("could not convert string to float: \(PythonText.quoted(text))")
      }
      return number
    }
  }
}
