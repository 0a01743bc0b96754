import DataFrames
import LinearAlgebra

/// What stands after a dot: members of modules, properties and methods of columns and texts.
enum Attributes {
  /// `value.name`
  static func attribute(_ name: String, of value: FormulaValue) throws -> FormulaValue {
    let found: FormulaValue?
    switch value {
    case .module(let module):
      found = member(name, of: module)
      if found == nil {
        throw EvaluationError.attribute("module '\(module)' has no attribute '\(name)'")
      }
    case .vector(let vector): found = try ColumnMethods.attribute(name, of: vector)
    case .matrix(let matrix): found = self.matrix(matrix, name)
    case .accessor(let vector, "str"): found = TextMethods.method(name, of: vector)
    case .accessor(let vector, _): found = try ColumnMethods.categoricalAttribute(name, of: vector)
    case .object(let object): found = try object.attribute(name)
    case .function(let function) where function.name == "str": found = TextMethods.unbound(name)
    case .string(let text): found = TextMethods.method(name, of: text)
    case .categorical(let box):
      switch name {
      case "data": found = box.data
      case "contrast": found = box.contrast ?? .some(.none)
      case "levels": found = box.levels ?? .some(.none)
      default: found = nil
      }
    case .double(let number):
      // Numpy's scalars have the methods of arrays.
      found = try ColumnMethods.attribute(name, of: FormulaVector([number])).map { firstOf($0) }
    default: found = nil
    }
    guard let found else {
      throw EvaluationError.attribute("'\(value.typeName)' object has no attribute '\(name)'")
    }
    return found
  }

  private static func member(_ name: String, of module: String) -> FormulaValue? {
    switch module {
    case "numpy": NumpyFunctions.table[name]
    case "numpy.char": NumpyStrings.function(name)
    case "pandas": PandasFunctions.table[name]
    case "numpy.linalg" where name == "norm":
      .function(
        FormulaFunction("norm") { arguments in
          let values = try (arguments.bound(to: ["x"], in: "norm")["x"] ?? .none).doubles()
          return .double(Reductions.sum(values.map { $0 * $0 }).squareRoot())
        })
    default: nil
    }
  }

  private static func matrix(_ matrix: Matrix, _ name: String) -> FormulaValue? {
    switch name {
    case "shape": return .tuple([.integer(matrix.rows), .integer(matrix.columns)])
    case "T": return .matrix(matrix.transposed)
    case "size": return .integer(matrix.storage.count)
    case "ndim": return .integer(2)
    case "values": return .matrix(matrix)
    default: break
    }
    if let reduction = Reductions.table[name] {
      let function = Reductions.function(reduction, name: name)
      return .function(
        FormulaFunction(name) { arguments in
          try function(
            FunctionArguments([.matrix(matrix)] + arguments.positional, keywords: arguments.keywords))
        })
    }
    return nil
  }

  /// The same function, its one-element result unpacked.
  private static func firstOf(_ value: FormulaValue) -> FormulaValue {
    switch value {
    case .vector(let vector): return FormulaValue(Column(storage: vector.storage)[0])
    case .function(let function):
      return .function(FormulaFunction(function.name) { firstOf(try function($0)) })
    default: return value
    }
  }
}
