import DataFrames
import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Python's own functions that formulas use.
enum PythonBuiltins {
  static let table: [String: FormulaValue] = {
    let functions: [FormulaFunction] = [
      FormulaFunction("abs", isElementwise: true) { arguments in
        let value = try arguments.bound(to: ["x"], in: "abs")["x"] ?? .none
        if let time = TimeValue(value), time.kind == .span { return try time.magnitude() }
        guard let function = NumpyUfuncs.table["absolute"], Operand(value) != nil else {
          throw EvaluationError.type("bad operand type for abs(): '\(value.elementTypeName)'")
        }
        if case .boolean(let flag) = value { return .integer(flag ? 1 : 0) }
        return try function(FunctionArguments([value]))
      },
      FormulaFunction("round", isElementwise: true, round),
      FormulaFunction("min") { try extreme($0, "min") { $0 < $1 } },
      FormulaFunction("max") { try extreme($0, "max") { $1 < $0 } },
      FormulaFunction("len") { arguments in
        let value = try arguments.bound(to: ["obj"], in: "len")["obj"] ?? .none
        if case .string(let text) = value { return .integer(text.unicodeScalars.count) }
        guard let count = value.rowCount else {
          throw EvaluationError.type("object of type '\(value.typeName)' has no len()")
        }
        return .integer(count)
      },
      FormulaFunction("sum") { arguments in
        let bound = try arguments.bound(to: ["iterable", "start"], in: "sum")
        let items = try iterate(bound["iterable"] ?? .none)
        return try items.reduce(bound["start"] ?? .integer(0)) { try Arithmetic.apply(.add, $0, $1) }
      },
      FormulaFunction("float", isElementwise: true, float), FormulaFunction("int", isElementwise: true, int),
      FormulaFunction("str", isElementwise: true) { arguments in
        .string(try (arguments.bound(to: ["object"], in: "str")["object"] ?? .none).pythonText)
      },
      FormulaFunction("object") { _ in .none },
      FormulaFunction("bool") { .boolean(try ($0.bound(to: ["x"], in: "bool")["x"] ?? .none).truth()) },
      FormulaFunction("list") {
        .list(try iterate($0.bound(to: ["iterable"], in: "list")["iterable"] ?? .none))
      },
      FormulaFunction("tuple") {
        .tuple(try iterate($0.bound(to: ["iterable"], in: "tuple")["iterable"] ?? .none))
      },
      FormulaFunction("set") { arguments in
        let items = try iterate(arguments.bound(to: ["iterable"], in: "set")["iterable"] ?? .none)
        return .list(try levels(items, "set").uniqued().map { FormulaValue($0) })
      },
      FormulaFunction("sorted") { arguments in
        let bound = try arguments.bound(to: ["iterable", "reverse"], in: "sorted")
        let sorted = try levels(iterate(bound["iterable"] ?? .none), "sorted").sorted()
        let isReversed = try bound["reverse"]?.truth() ?? false
        return .list((isReversed ? sorted.reversed() : sorted).map { FormulaValue($0) })
      },
      FormulaFunction("any") { arguments in
        let items = try iterate(arguments.bound(to: ["iterable"], in: "any")["iterable"] ?? .none)
        return .boolean(try items.contains { try $0.truth() })
      },
      FormulaFunction("all") { arguments in
        let items = try iterate(arguments.bound(to: ["iterable"], in: "all")["iterable"] ?? .none)
        return .boolean(try items.allSatisfy { try $0.truth() })
      },
      FormulaFunction("range") { arguments in
        let numbers = arguments.positional.compactMap(\.wholeNumber)
        guard (1...3).contains(numbers.count), numbers.count == arguments.positional.count else {
          throw EvaluationError.type("range expected integer arguments")
        }
        let values = try NumpyMaking.range(
          numbers.count == 1 ? 0 : numbers[0], numbers.count == 1 ? numbers[0] : numbers[1],
          numbers.count == 3 ? numbers[2] : 1)
        return .list(values.map { .integer($0) })
      },
      FormulaFunction("pow", isElementwise: true) { arguments in
        let bound = try arguments.bound(to: ["base", "exp"], required: 2, in: "pow")
        return try Arithmetic.apply(.power, bound["base"] ?? .none, bound["exp"] ?? .none)
      },
      FormulaFunction("divmod", isElementwise: true) { arguments in
        let bound = try arguments.bound(to: ["a", "b"], required: 2, in: "divmod")
        let (a, b) = (bound["a"] ?? .none, bound["b"] ?? .none)
        return .tuple([try Arithmetic.apply(.floorDivide, a, b), try Arithmetic.apply(.remainder, a, b)])
      },
      FormulaFunction("dict") { arguments in
        .dictionary(arguments.keywords.map { (key: .string($0.name), value: $0.value) })
      },
      FormulaFunction("slice") { arguments in
        let parts = arguments.positional + [FormulaValue](repeating: .none, count: 3)
        return arguments.positional.count == 1
          ? .slice(.none, parts[0], .none) : .slice(parts[0], parts[1], parts[2])
      },
    ]
    return Dictionary(uniqueKeysWithValues: functions.map { ($0.name, .function($0)) })
  }()

  /// 10 to the power `exponent`, infinite when it is large.
  static func powerOfTen(_ exponent: UInt) -> Double { pow(10, Double(exponent)) }

  /// 10 to the power `-exponent`.
  static func inversePowerOfTen(_ exponent: Int) -> Double { pow(10, -Double(exponent)) }

  /// Rounded by the exact decimal expansion, as Python rounds a float; numpy scales and rounds instead.
  static func correctlyRounded(_ number: Double, _ places: Int) -> Double {
    guard number.isFinite else { return number }
    var buffer = [CChar](repeating: 0, count: 700)
    _ = withVaList([Int32(truncatingIfNeeded: places), number]) {
      vsnprintf(&buffer, buffer.count, "%.*f", $0)
    }
    let text = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return Double(text) ?? number
  }

  /// The items that iteration over a value yields.
  static func iterate(_ value: FormulaValue) throws -> [FormulaValue] {
    if let items = value.elements { return items }
    switch value {
    case .string(let text): return text.unicodeScalars.map { .string(String($0)) }
    case .dictionary(let pairs): return pairs.map(\.key)
    case .matrix(let matrix): return (0..<matrix.rows).map { .vector(FormulaVector(matrix.row($0))) }
    default: throw EvaluationError.type("'\(value.typeName)' object is not iterable")
    }
  }

  /// The items as levels, which compare and hash.
  private static func levels(_ items: [FormulaValue], _ function: String) throws -> [ColumnValue] {
    let levels = items.compactMap(\.level)
    guard levels.count == items.count else {
      throw EvaluationError.type("\(function)() takes numbers, texts and truth values in formulas")
    }
    return levels
  }

  private static func round(_ arguments: FunctionArguments) throws -> FormulaValue {
    let bound = try arguments.bound(to: ["number", "ndigits"], in: "round")
    if let number = bound["number"], number.rowCount != nil, !number.isSeries {
      throw EvaluationError.type("type \(number.typeName) doesn't define __round__ method")
    }
    let value = bound["number"] ?? .none
    let digits = bound["ndigits"] ?? .none
    if case .double(let number) = value, let places = digits.wholeNumber, (0...300).contains(places) {
      return .double(correctlyRounded(number, places))
    }
    let rounded = try NumpyFunctions.round(value, decimals: NumpyFunctions.decimals(digits))
    if digits.isNone, case .double(let number) = rounded, let whole = Int(exactly: number) {
      return .integer(whole)
    }
    return rounded
  }

  /// `min` and `max` of several arguments or of one sequence.
  private static func extreme(
    _ arguments: FunctionArguments, _ name: String, _ precedes: (ColumnValue, ColumnValue) -> Bool
  ) throws -> FormulaValue {
    guard !arguments.positional.isEmpty else {
      throw EvaluationError.type("\(name) expected at least 1 argument, got 0")
    }
    let items =
      arguments.positional.count == 1 ? try iterate(arguments.positional[0]) : arguments.positional
    guard let first = items.first else {
      throw EvaluationError.value("\(name)() iterable argument is empty")
    }
    var best = first
    for item in items.dropFirst() {
      guard let a = item.level, let b = best.level else {
        if case .vector = item { throw EvaluationError.ambiguousTruth(of: item) }
        throw EvaluationError.type(
          "'<' not supported between instances of '\(item.typeName)' and '\(best.typeName)'")
      }
      if precedes(a, b) { best = item }
    }
    if case .vector = best, items.count > 1 { throw EvaluationError.ambiguousTruth(of: best) }
    return best
  }

  private static func single(_ value: FormulaValue, _ function: String) throws -> FormulaValue {
    guard case .vector(let vector) = value else { return value }
    guard vector.count == 1, let only = value.elements?.first else {
      guard vector.isSeries else {
        throw EvaluationError.type("only 0-dimensional arrays can be converted to Python scalars")
      }
      let kinds =
        function == "int" ? "a string, a bytes-like object or a real number" : "a string or a real number"
      throw EvaluationError.type("\(function)() argument must be \(kinds), not 'Series'")
    }
    return only
  }

  private static func float(_ arguments: FunctionArguments) throws -> FormulaValue {
    let value = try single(arguments.bound(to: ["x"], required: 0, in: "float")["x"] ?? .double(0), "float")
    if let number = value.level?.number { return .double(number) }
    guard case .string(let text) = value else {
      throw EvaluationError.type(
        "float() argument must be a string or a real number, not '\(value.typeName)'")
    }
    guard let number = PythonNumber.double(text) else {
      throw EvaluationError.value("could not convert string to float: \(PythonText.quoted(text))")
    }
    return .double(number)
  }

  private static func int(_ arguments: FunctionArguments) throws -> FormulaValue {
    let value = try single(arguments.bound(to: ["x"], required: 0, in: "int")["x"] ?? .integer(0), "int")
    if let whole = value.wholeNumber { return .integer(whole) }
    if case .double(let number) = value {
      if number.isNaN { throw EvaluationError.value("cannot convert float NaN to integer") }
      guard let whole = Int(exactly: number.rounded(.towardZero)) else {
        throw EvaluationError("OverflowError", "cannot convert float infinity to integer")
      }
      return .integer(whole)
    }
    guard case .string(let text) = value else {
      throw EvaluationError.type(
        "int() argument must be a string, a bytes-like object or a real number, not '\(value.typeName)'")
    }
    guard let whole = PythonNumber.integer(text) else {
      throw EvaluationError.value("invalid literal for int() with base 10: \(PythonText.quoted(text))")
    }
    return .integer(whole)
  }
}
