import DataFrames
import LinearAlgebra

/// Properties and methods of columns and arrays, pandas' and numpy's.
enum ColumnMethods {
  /// Names whose result's rows depend on the same rows of the column only.
  static let elementwise: Set<String> = [
    "abs", "round", "clip", "astype", "map", "replace", "fillna", "isna", "isnull", "notna", "notnull",
    "isin",
    "between", "where", "mask", "values", "str", "copy", "to_numpy", "add", "sub", "mul", "div", "truediv",
    "floordiv", "mod", "pow", "eq", "ne", "lt", "le", "gt", "ge", "upper", "lower", "len", "strip", "lstrip",
    "rstrip", "contains", "startswith", "endswith", "slice", "get", "title", "capitalize", "zfill", "apply",
    "radd", "rsub", "rmul", "rdiv", "rtruediv", "rpow", "cat", "astype", "subtract", "multiply", "divide",
  ]

  /// `vector.name`
  static func attribute(_ name: String, of vector: FormulaVector) throws -> FormulaValue? {
    switch name {
    case "values", "array": return .vector(keepingCategories(vector))
    case "shape": return .tuple([.integer(vector.count)])
    case "size": return .integer(vector.count)
    case "ndim": return .integer(1)
    case "empty": return .boolean(vector.count == 0)
    case "T": return .vector(vector)
    case "index" where vector.isSeries:
      return .vector(FormulaVector(.integer(Array(0..<vector.count), missing: nil)))
    case "codes", "categories", "ordered":
      return vector.isSeries ? nil : try categoricalAttribute(name, of: FormulaVector(vector.storage))
    case "name": return vector.isSeries ? .string("") : nil
    case "str" where vector.isSeries:
      guard vector.texts != nil || vector.categoryTexts != nil else {
        let kinds = ["float64": "floating", "int64": "integer", "bool": "boolean", "category": "categorical"]
        let kind = FormulaValue.vector(vector).dtypeName
        throw EvaluationError.attribute(
          "Can only use .str accessor with string values, not \(kinds[kind] ?? kind)")
      }
      return .accessor(vector, name)
    case "cat" where vector.isSeries:
      guard case .categorical = vector.storage else {
        throw EvaluationError.attribute("Can only use .cat accessor with a 'category' dtype")
      }
      return .accessor(vector, name)
    default: break
    }
    if let reduction = Reductions.table[name], name != "ptp" || !vector.isSeries {
      if vector.isSeries || (name != "median" && name != "sem") {
        return .function(Reductions.method(reduction, of: vector))
      }
    }
    if let operation = operators[name], vector.isSeries {
      return method(name, vector, ["other", "level", "fill_value"]) {
        try Arithmetic.apply(operation, .vector(vector), $0["other"] ?? .none)
      }
    }
    if let operation = reflected[name], vector.isSeries {
      return method(name, vector, ["other"]) {
        try Arithmetic.apply(operation, $0["other"] ?? .none, .vector(vector))
      }
    }
    if let operation = comparisons[name], vector.isSeries {
      return method(name, vector, ["other"]) {
        try Comparison.apply(operation, .vector(vector), $0["other"] ?? .none)
      }
    }
    return conversion(name, vector) ?? (vector.isSeries ? SeriesMethods.method(name, of: vector) : nil)
  }

  private static let operators: [String: Expression.BinaryOperator] = [
    "add": .add, "sub": .subtract, "subtract": .subtract, "mul": .multiply, "multiply": .multiply,
    "div": .divide, "divide": .divide, "truediv": .divide, "floordiv": .floorDivide, "mod": .remainder,
    "pow": .power,
  ]

  private static let reflected: [String: Expression.BinaryOperator] = [
    "radd": .add, "rsub": .subtract, "rmul": .multiply, "rdiv": .divide, "rtruediv": .divide, "rpow": .power,
  ]

  private static let comparisons: [String: Expression.ComparisonOperator] = [
    "eq": .equal, "ne": .notEqual, "lt": .less, "le": .lessOrEqual, "gt": .greater, "ge": .greaterOrEqual,
  ]

  /// A bound method with the given parameters, of which the first `required` must be given.
  static func method(
    _ name: String, _ vector: FormulaVector, _ parameters: [String], required: Int = 1,
    _ body: @escaping @Sendable ([String: FormulaValue]) throws -> FormulaValue
  ) -> FormulaValue {
    let owner = vector.isSeries ? "Series" : "ndarray"
    return .function(
      FormulaFunction(name) { try body($0.bound(to: parameters, required: required, in: "\(owner).\(name)")) }
    )
  }

  /// Methods that arrays and Series share.
  private static func conversion(_ name: String, _ vector: FormulaVector) -> FormulaValue? {
    let value = FormulaValue.vector(vector)
    switch name {
    case "abs" where vector.isSeries:
      return method(name, vector, [], required: 0) { _ in
        guard let function = NumpyUfuncs.table["absolute"] else { return value }
        return try function(FunctionArguments([value]))
      }
    case "round":
      return method(name, vector, ["decimals"], required: 0) {
        try NumpyFunctions.round(value, decimals: NumpyFunctions.decimals($0["decimals"]))
      }
    case "clip":
      return method(
        name, vector, vector.isSeries ? ["lower", "upper", "axis"] : ["min", "max"], required: 0
      ) {
        try NumpyFunctions.clip(
          value, $0["lower"] ?? $0["min"] ?? .none, $0["upper"] ?? $0["max"] ?? .none)
      }
    case "astype":
      return method(name, vector, ["dtype", "copy", "errors"]) {
        try Conversions.convert(value, to: $0["dtype"] ?? .none)
      }
    case "copy", "ravel", "flatten", "squeeze", "infer_objects":
      return method(name, vector, ["deep"], required: 0) { _ in value }
    case "reshape":
      return .function(
        FormulaFunction(name) { arguments in
          let sizes = arguments.positional.flatMap { $0.elements ?? [$0] }.compactMap(\.wholeNumber)
          if sizes.count == 1 { return value }
          guard sizes == [-1, 1] || sizes == [vector.count, 1] else {
            throw EvaluationError.value("cannot reshape array of size \(vector.count) into that shape")
          }
          return .matrix(try value.numericMatrix())
        })
    case "to_numpy":
      return method(name, vector, ["dtype"], required: 0) { _ in .vector(keepingCategories(vector)) }
    case "tolist", "to_list":
      return method(name, vector, [], required: 0) { _ in .list(value.elements ?? []) }
    case "cumsum", "cumprod":
      guard case .function(let function)? = NumpyFunctions.table[name] else { return nil }
      return method(name, vector, ["axis", "skipna"], required: 0) { _ in
        try function(FunctionArguments([value]))
      }
    case "any", "all":
      return method(name, vector, ["axis"], required: 0) { _ in
        let truths = try NumpyFunctions.truths(value)
        return .boolean(name == "any" ? truths.contains(true) : truths.allSatisfy { $0 })
      }
    default: return nil
    }
  }

  /// The bare array; categories stay categories, as in `Series.values`.
  private static func keepingCategories(_ vector: FormulaVector) -> FormulaVector {
    if case .categorical = vector.storage { return vector }
    return FormulaVector(vector.storage)
  }

  /// `vector.cat.name`
  static func categoricalAttribute(_ name: String, of vector: FormulaVector) throws -> FormulaValue? {
    guard case .categorical(let categories) = vector.storage else { return nil }
    switch name {
    case "codes":
      return .vector(
        FormulaVector(.integer(categories.codes.map(Int.init), missing: nil), isSeries: vector.isSeries))
    case "categories": return .list(categories.levels.map { FormulaValue($0) })
    case "ordered": return .boolean(categories.ordered)
    case "remove_unused_categories":
      return method(name, vector, [], required: 0) { _ in
        let used = Set(categories.codes.filter { $0 >= 0 })
        let levels = categories.levels.indices.filter { used.contains(Int32($0)) }.map {
          categories.levels[$0]
        }
        return recoded(categories, levels, vector)
      }
    case "reorder_categories", "set_categories":
      return method(name, vector, ["new_categories", "ordered"]) {
        recoded(categories, $0["new_categories"]?.elements?.compactMap(\.level) ?? [], vector)
      }
    case "as_ordered", "as_unordered":
      return method(name, vector, [], required: 0) { _ in
        let result = Categorical(
          levels: categories.levels, codes: categories.codes, ordered: name == "as_ordered")
        return .vector(FormulaVector(.categorical(result), isSeries: true))
      }
    default: return nil
    }
  }

  private static func recoded(_ categories: Categorical, _ levels: [ColumnValue], _ vector: FormulaVector)
    -> FormulaValue
  {
    let values = categories.codes.map { $0 < 0 ? nil : categories.levels[Int($0)] as ColumnValue? }
    return .vector(
      FormulaVector(
        .categorical(Categorical(values, levels: levels, ordered: categories.ordered)),
        isSeries: vector.isSeries))
  }
}

extension FormulaVector {
  /// The levels of a categorical column when all are texts.
  var categoryTexts: [String]? {
    guard case .categorical(let categories) = storage else { return nil }
    let texts = categories.levels.compactMap { level -> String? in
      if case .string(let text) = level { text } else { nil }
    }
    return texts.count == categories.levels.count ? texts : nil
  }

  /// The column as texts in a pool, from texts or categories of texts.
  var textColumn: StringColumn? {
    if let texts { return texts }
    guard let pool = categoryTexts, case .categorical(let categories) = storage else { return nil }
    return StringColumn(pool: pool, codes: categories.codes)
  }
}
