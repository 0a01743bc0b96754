import DataFrames
import LinearAlgebra

/// Numpy's functions that are neither element by element nor plain summaries, and its constants.
enum NumpyFunctions {
  /// Everything in the namespace `np`.
  static let table: [String: Value] = {
    var table: [String: Value] = [
      "pi": .double(.pi), "e": .double(2.718281828459045), "nan": .double(.nan), "inf": .double(.infinity),
      "newaxis": .none, "c_": .module("numpy.c_"), "linalg": .module("numpy.linalg"),
      "char": .module("numpy.char"), "True_": .boolean(true),
      "False_": .boolean(false),
    ]
    for (name, function) in NumpyUfuncs.table { table[name] = .function(function) }
    for (name, reduction) in Reductions.table {
      table[name] = .function(Reductions.function(reduction, name: name))
      table["nan" + name] = .function(
        Reductions.function(reduction, name: "nan" + name, skipsMissing: true))
    }
    for (alias, name) in ["amin": "min", "amax": "max", "average": "mean"] { table[alias] = table[name] }
    for function in arrays + NumpyMaking.functions + NumpyShapes.functions + [NumpyPiecewise.function] {
      table[function.name] = .function(function)
    }
    for (alias, name) in ["around": "round", "array": "asarray", "asanyarray": "asarray", "copy": "asarray"] {
      table[alias] = table[name]
    }
    for (name, function) in Conversions.numpyTypes { table[name] = .function(function) }
    return table
  }()

  private static let arrays: [Function] = [
    Function("where", isElementwise: true, choose),
    Function("clip", isElementwise: true) { arguments in
      let bound = try arguments.bound(to: ["a", "a_min", "a_max", "min", "max"], in: "clip")
      if bound["min"] == nil, bound["max"] == nil, (bound["a_min"] == nil) != (bound["a_max"] == nil) {
        let absent = bound["a_min"] == nil ? "a_min" : "a_max"
        throw EvaluationError.type("clip() missing 1 required positional argument: '\(absent)'")
      }
      return try clip(
        bound["a"] ?? .none, bound["a_min"] ?? bound["min"] ?? .none, bound["a_max"] ?? bound["max"] ?? .none)
    },
    Function("round", isElementwise: true) { arguments in
      let bound = try arguments.bound(to: ["a", "decimals"], in: "round")
      return try round(bound["a"] ?? .none, decimals: decimals(bound["decimals"]))
    },
    Function("isin", isElementwise: true) { arguments in
      let bound = try arguments.bound(to: ["element", "test_elements"], required: 2, in: "isin")
      return try isIn(bound["element"] ?? .none, bound["test_elements"] ?? .none)
    },
    Function("cumsum") { try accumulate($0, "cumsum", { $0 + $1 }, { $0 &+ $1 }) },
    Function("cumprod") { try accumulate($0, "cumprod", { $0 * $1 }, { $0 &* $1 }) },
    Function("quantile") { try quantile($0, "quantile", scale: 1, skipsMissing: false) },
    Function("percentile") { try quantile($0, "percentile", scale: 100, skipsMissing: false) },
    Function("nanquantile") { try quantile($0, "nanquantile", scale: 1, skipsMissing: true) },
    Function("nanpercentile") { try quantile($0, "nanpercentile", scale: 100, skipsMissing: true) },
    Function("size") { .integer(try $0.bound(to: ["a"], in: "size")["a"]?.rowCount ?? 1) },
    Function("all") { arguments in
      let value = try arguments.bound(to: ["a"], in: "all")["a"] ?? .none
      return .boolean(try truths(value).allSatisfy { $0 })
    },
    Function("any") { arguments in
      let value = try arguments.bound(to: ["a"], in: "any")["a"] ?? .none
      return .boolean(try truths(value).contains(true))
    },
    Function("nan_to_num", isElementwise: true) { arguments in
      let bound = try arguments.bound(to: ["x", "copy", "nan"], in: "nan_to_num")
      let value = bound["x"] ?? .none
      guard let operand = Operand(value), !operand.isIntegral else { return value }
      let filler = bound["nan"]?.number ?? 0
      let limit = Double.greatestFiniteMagnitude
      return Value(
        operand.doubles.map { $0.isNaN ? filler : min(max($0, -limit), limit) }, like: operand.shape,
        isSeries: value.isSeries)
    },
    Function("digitize", isElementwise: true) { arguments in
      let bound = try arguments.bound(to: ["x", "bins", "right"], required: 2, in: "digitize")
      return try search(
        bound["bins"] ?? .none, bound["x"] ?? .none, right: !(bound["right"]?.truth() ?? false))
    },
    Function("searchsorted", isElementwise: true) { arguments in
      let bound = try arguments.bound(to: ["a", "v", "side"], required: 2, in: "searchsorted")
      var right = false
      if case .string("right")? = bound["side"] { right = true }
      return try search(bound["a"] ?? .none, bound["v"] ?? .none, right: right)
    },
    Function("interp", isElementwise: true) { arguments in
      let bound = try arguments.bound(to: ["x", "xp", "fp"], required: 3, in: "interp")
      return try interpolate(bound["x"] ?? .none, bound["xp"] ?? .none, bound["fp"] ?? .none)
    },
    Function("unique") { arguments in
      let value = try (arguments.bound(to: ["ar"], in: "unique")["ar"] ?? .none).asArray()
      guard case .vector(let vector) = value else { return value }
      return .vector(
        Vector(Level.columnStorage(Column(storage: vector.storage).factorized().levels.map { $0 as Level? })))
    },
  ]

  static func truths(_ value: Value) throws -> [Bool] {
    guard let operand = Operand(value) else { return try (value.elements ?? [value]).map { try $0.truth() } }
    switch operand.doubles {
    case .one(let number): return [number != 0]
    case .many(let values): return values.map { $0 != 0 }
    }
  }
}

// MARK: - Element by element with several arguments

extension NumpyFunctions {
  /// `np.where(condition, x, y)`
  private static func choose(_ arguments: Arguments) throws -> Value {
    let bound = try arguments.bound(to: ["condition", "x", "y"], in: "where")
    let condition = bound["condition"] ?? .none
    guard let yes = bound["x"], let no = bound["y"] else {
      guard bound["x"] == nil, bound["y"] == nil else {
        throw EvaluationError.value("either both or neither of x and y should be given")
      }
      let positions = try truths(condition).enumerated().filter(\.element).map { Double($0.offset) }
      return .matrix(Matrix(rows: 1, columns: positions.count, columnMajor: positions))
    }
    if yes.isNone != no.isNone, let numbers = Operand(yes.isNone ? no : yes), !numbers.isScalar {
      // With `None` the array is one of objects.
      let absent = Value.double(.nan)
      return try select(
        truths(condition), condition.isScalar, yes.isNone ? absent : yes, no.isNone ? absent : no
      ).asObject
    }
    for case (.string, let other) in [(yes, no), (no, yes)] where Operand(other) != nil {
      throw EvaluationError(
        "DTypePromotionError",
        "The DType <class 'numpy.dtypes.StrDType'> could not be promoted by that of the numbers. This means that "
          + "no common DType exists for the given inputs.")
    }
    return try select(truths(condition), condition.isScalar, yes, no)
  }

  /// `yes` where the mask is true, `no` elsewhere, in their common type.
  static func select(_ mask: [Bool], _ maskIsScalar: Bool, _ yes: Value, _ no: Value) throws -> Value {
    let counts = [maskIsScalar ? nil : mask.count, yes.rowCount, no.rowCount].compactMap { $0 }
    guard let count = counts.max() else { return mask.first == true ? yes : no }
    guard counts.allSatisfy({ $0 == count || $0 == 1 }) else {
      throw EvaluationError.value(
        "operands could not be broadcast together with shapes "
          + counts.map { "(\($0),)" }.joined(separator: " ") + " ")
    }
    func flag(_ row: Int) -> Bool { mask[mask.count == 1 ? 0 : row] }
    if let a = Operand(yes), let b = Operand(no) {
      func pick<T>(_ a: Elements<T>, _ b: Elements<T>) -> [T] {
        func at(_ elements: Elements<T>, _ row: Int) -> T {
          switch elements {
          case .one(let value): value
          case .many(let values): values[values.count == 1 ? 0 : row]
          }
        }
        return (0..<count).map { flag($0) ? at(a, $0) : at(b, $0) }
      }
      if a.isBoolean && b.isBoolean {
        return Value(Elements.many(pick(a.booleans, b.booleans)), isSeries: false)
      }
      if a.isIntegral && b.isIntegral {
        return Value(Elements.many(pick(a.integers, b.integers)), isSeries: false)
      }
      return .vector(Vector(pick(a.doubles, b.doubles)))
    }
    let left = TextColumn(yes)
    let right = TextColumn(no)
    return .vector(
      Vector(.string(StringColumn((0..<count).map { flag($0) ? left[$0] : right[$0] }))))
  }

  /// Values limited to an interval; a limit may be `None` or a column.
  static func clip(_ value: Value, _ low: Value, _ high: Value) throws -> Value {
    guard let operand = Operand(value) else {
      throw EvaluationError.type("clip is not supported for '\(value.elementTypeName)' values")
    }
    func limit(_ value: Value) -> Operand? { value.isNone ? nil : Operand(value) }
    let (lower, upper) = (limit(low), limit(high))
    if operand.isIntegral, lower?.isIntegral ?? true, upper?.isIntegral ?? true {
      var result = operand.integers
      if let lower { result = result.combine(lower.integers) { max($0, $1) } }
      if let upper { result = result.combine(upper.integers) { min($0, $1) } }
      return Value(result, isSeries: value.isSeries)
    }
    var result = operand.doubles
    if let lower { result = result.combine(lower.doubles) { $0 < $1 ? $1 : $0 } }
    if let upper { result = result.combine(upper.doubles) { $0 > $1 ? $1 : $0 } }
    return Value(result, like: operand.shape, isSeries: value.isSeries)
  }

  /// The number of decimals that an argument of `round` gives.
  static func decimals(_ value: Value?) throws -> Int {
    guard let value, !value.isNone else { return 0 }
    guard let whole = value.wholeNumber else {
      throw EvaluationError.type("'\(value.typeName)' object cannot be interpreted as an integer")
    }
    return whole
  }

  /// Rounded to `decimals`, halves to even.
  static func round(_ value: Value, decimals: Int) throws -> Value {
    guard let operand = Operand(value) else {
      // pandas leaves texts as they are.
      if value.isSeries { return value }
      throw EvaluationError.type("Expected numeric dtype, got \(value.elementTypeName) instead.")
    }
    if operand.isIntegral && decimals >= 0 { return value }
    let scale = PythonBuiltins.powerOfTen(decimals.magnitude)
    let result = operand.doubles.map { number in
      decimals >= 0
        ? (number * scale).rounded(.toNearestOrEven) / scale
        : (number / scale).rounded(.toNearestOrEven) * scale
    }
    return Value(result, like: operand.shape, isSeries: value.isSeries)
  }

  /// Whether each value is among the given ones.
  static func isIn(_ value: Value, _ candidates: Value) throws -> Value {
    guard let items = candidates.elements else {
      throw EvaluationError.type(
        "only list-like objects are allowed to be passed to isin(), you passed a `\(candidates.typeName)`")
    }
    let wanted = Set(items.compactMap(\.level))
    guard case .vector(let vector) = try value.asArray() else { throw EvaluationError.type("isin") }
    let coded = Column(storage: vector.storage).factorized()
    let found = coded.levels.map(wanted.contains)
    return .vector(
      Vector(
        .boolean(coded.codes.map { $0 >= 0 && found[Int($0)] }, missing: nil), isSeries: value.isSeries))
  }

  /// Positions of values among sorted edges.
  private static func search(_ edges: Value, _ value: Value, right: Bool) throws -> Value {
    let bins = try edges.doubles()
    let isDescending = bins.count > 1 && bins[0] > bins[bins.count - 1]
    let sorted = isDescending ? bins.reversed() : bins
    func position(_ number: Double) -> Int {
      var (low, high) = (0, sorted.count)
      while low < high {
        let middle = (low + high) / 2
        let before = right ? !(sorted[middle] > number) : sorted[middle] < number
        if before { low = middle + 1 } else { high = middle }
      }
      return isDescending ? sorted.count - low : low
    }
    if value.isScalar, let number = value.number { return .integer(position(number)) }
    return .vector(Vector(.integer(try value.doubles().map(position), missing: nil)))
  }

  private static func interpolate(_ value: Value, _ at: Value, _ heights: Value) throws -> Value {
    let (x, y) = (try at.doubles(), try heights.doubles())
    guard x.count == y.count, let first = y.first, let last = y.last else {
      throw EvaluationError.value("fp and xp are not of the same length.")
    }
    let result = try value.doubles().map { number -> Double in
      if number.isNaN { return .nan }
      guard let upper = x.firstIndex(where: { $0 > number }) else { return last }
      guard upper > 0 else { return first }
      let slope = (y[upper] - y[upper - 1]) / (x[upper] - x[upper - 1])
      return slope * (number - x[upper - 1]) + y[upper - 1]
    }
    return value.isScalar ? .double(result[0]) : .vector(Vector(result))
  }

  static func accumulate(
    _ arguments: Arguments, _ name: String, _ combine: (Double, Double) -> Double,
    _ integers: (Int, Int) -> Int
  ) throws -> Value {
    let value = try arguments.bound(to: ["a", "axis"], in: name)["a"] ?? .none
    guard let operand = Operand(value) else {
      throw EvaluationError.type("\(name) is not supported for '\(value.elementTypeName)' values")
    }
    func running<T>(_ values: [T], _ combine: (T, T) -> T) -> [T] {
      var result: [T] = []
      for value in values { result.append(result.last.map { combine($0, value) } ?? value) }
      return result
    }
    if operand.isIntegral, case .many(let values) = operand.integers {
      return Value(Elements.many(running(values, integers)), isSeries: value.isSeries)
    }
    guard case .many(let values) = operand.doubles else { return value }
    if value.isSeries && values.contains(where: \.isNaN) {
      // pandas skips missing values and keeps their places.
      var rest = running(values.filter { !$0.isNaN }, combine)[...]
      return .vector(Vector(values.map { $0.isNaN ? .nan : rest.removeFirst() }, isSeries: true))
    }
    return .vector(Vector(running(values, combine), isSeries: value.isSeries))
  }

  private static func quantile(
    _ arguments: Arguments, _ name: String, scale: Double, skipsMissing: Bool
  ) throws -> Value {
    let bound = try arguments.bound(to: ["a", "q", "axis"], required: 2, in: name)
    var values = try (bound["a"] ?? .none).doubles()
    if skipsMissing { values.removeAll(where: \.isNaN) }
    let probabilities = bound["q"] ?? .none
    if let number = probabilities.level?.number {
      return .double(Reductions.quantile(values, number / scale))
    }
    return .vector(Vector(try probabilities.doubles().map { Reductions.quantile(values, $0 / scale) }))
  }
}

/// A column or single value read as texts.
struct TextColumn {
  private let texts: [String?]

  init(_ value: Value) {
    if case .vector(let vector) = value {
      texts = Column(storage: vector.storage).strings
    } else if let items = value.elements {
      texts = items.map { $0.isNone ? nil : $0.pythonText }
    } else {
      texts = [value.isNone ? nil : value.pythonText]
    }
  }

  subscript(row: Int) -> String? { texts.count == 1 ? texts[0] : texts[row] }
}

extension Value {
  /// A list as an array; other values unchanged.
  func asArray() throws -> Value {
    switch self {
    case .list(let items), .tuple(let items): return try Value.array(items)
    case .vector(var vector):
      vector.isSeries = false
      vector.labels = nil
      return .vector(vector)
    default: return level != nil ? try Value.array([self]) : self
    }
  }

  /// Number of rows; nil for single values.
  var rowCount: Int? {
    switch self {
    case .list(let items), .tuple(let items): items.count
    case .vector(let vector): vector.count
    case .matrix(let matrix): matrix.rows
    default: nil
    }
  }
}
