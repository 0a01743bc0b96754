import DataFrames

/// Methods that only pandas' Series have.
enum SeriesMethods {
  static func method(_ name: String, of vector: FormulaVector) -> FormulaValue? {
    let value = FormulaValue.vector(vector)
    let column = Column(storage: vector.storage)
    func bound(
      _ parameters: [String], required: Int = 1,
      _ body: @escaping @Sendable ([String: FormulaValue]) throws -> FormulaValue
    )
      -> FormulaValue
    {
      ColumnMethods.method(name, vector, parameters, required: required, body)
    }
    switch name {
    case "isna", "isnull", "notna", "notnull":
      return bound([], required: 0) { _ in
        let wanted = name.hasPrefix("is")
        return series(.boolean((0..<column.count).map { column.isMissing($0) == wanted }, missing: nil))
      }
    case "isin": return bound(["values"]) { try NumpyFunctions.isIn(value, $0["values"] ?? .none) }
    case "between":
      return bound(["left", "right", "inclusive"], required: 2) { try between(value, $0) }
    case "fillna": return bound(["value"]) { try fill(vector, $0["value"] ?? .none) }
    case "where", "mask":
      return bound(["cond", "other"]) { arguments in
        let mask = try NumpyFunctions.truths(arguments["cond"] ?? .none)
        let other = arguments["other"] ?? .double(.nan)
        let result = try NumpyFunctions.select(
          name == "where" ? mask : mask.map { !$0 }, false, value, other.isNone ? .double(.nan) : other)
        guard case .vector(let selected) = result else { return result }
        return series(selected.storage)
      }
    case "map": return bound(["arg", "na_action"]) { try map(vector, $0["arg"] ?? .none) }
    case "apply": return bound(["func"]) { try apply(value, $0["func"] ?? .none) }
    case "replace":
      return bound(["to_replace", "value"]) { try replace(vector, $0["to_replace"] ?? .none, $0["value"]) }
    case "quantile":
      return bound(["q"], required: 0) { arguments in
        let values = try value.doubles().filter { !$0.isNaN }
        return .double(Reductions.quantile(values, arguments["q"]?.number ?? 0.5))
      }
    case "count":
      return bound([], required: 0) { _ in
        .integer((0..<column.count).filter { !column.isMissing($0) }.count)
      }
    case "nunique":
      return bound([], required: 0) { _ in .integer(Set(column.values.compactMap { $0 }).count) }
    case "unique":
      return bound([], required: 0) { _ in
        .list(column.values.compactMap { $0 }.uniqued().map { FormulaValue($0) })
      }
    case "mode":
      return bound([], required: 0) { _ in
        let coded = column.factorized()
        var counts = [Int](repeating: 0, count: coded.levels.count)
        for code in coded.codes where code >= 0 { counts[Int(code)] += 1 }
        let best = counts.max() ?? 0
        return .list(zip(coded.levels, counts).filter { $0.1 == best }.map { FormulaValue($0.0) })
      }
    case "cummax", "cummin":
      return bound([], required: 0) { _ in
        let largest = name == "cummax"
        return try NumpyFunctions.accumulate(
          FunctionArguments([value]), name, { largest ? Swift.max($0, $1) : Swift.min($0, $1) },
          { largest ? Swift.max($0, $1) : Swift.min($0, $1) })
      }
    case "ffill", "bfill":
      return bound([], required: 0) { _ in
        var last: ColumnValue?
        func carried(_ value: ColumnValue?) -> ColumnValue? {
          last = value ?? last
          return last
        }
        let filled =
          name == "ffill" ? column.values.map(carried) : column.values.reversed().map(carried).reversed()
        return series(ColumnValue.columnStorage(filled))
      }
    case "interpolate": return bound(["method"], required: 0) { _ in try interpolated(value) }
    case "combine_first": return bound(["other"]) { try fill(vector, $0["other"] ?? .none) }
    case "dot", "corr", "cov":
      return bound(["other"]) { try association(name, value.doubles(), ($0["other"] ?? .none).doubles()) }
    case "transform", "pipe", "agg", "aggregate":
      return bound(["func"]) { try call($0["func"] ?? .none, on: vector, whole: name != "transform") }
    case "value_counts":
      return bound(["normalize"], required: 0) { arguments in
        let coded = column.factorized()
        var counts = [Int](repeating: 0, count: coded.levels.count)
        for code in coded.codes where code >= 0 { counts[Int(code)] += 1 }
        let total = Double(counts.reduce(0, +))
        let isShare = try arguments["normalize"]?.truth() ?? false
        return .dictionary(
          zip(coded.levels, counts).map {
            (key: FormulaValue($0), value: isShare ? .double(Double($1) / total) : .integer($1))
          })
      }
    default: return SeriesOrder.method(name, of: vector) ?? SeriesViews.view(name, of: vector)
    }
  }

  /// Sum of products, covariance or correlation of the rows where neither is missing.
  private static func association(_ name: String, _ a: [Double], _ b: [Double]) throws -> FormulaValue {
    guard a.count == b.count else { throw EvaluationError.value("matrices are not aligned") }
    if name == "dot" { return .double(Reductions.sum(zip(a, b).map { $0 * $1 })) }
    let pairs = zip(a, b).filter { !$0.isNaN && !$1.isNaN }
    let (x, y) = (pairs.map(\.0), pairs.map(\.1))
    guard pairs.count > 1 else { return .double(.nan) }
    let (centerX, centerY) = (Reductions.mean(x), Reductions.mean(y))
    let product = Reductions.sum(pairs.map { ($0 - centerX) * ($1 - centerY) })
    let covariance = product / Double(pairs.count - 1)
    if name == "cov" { return .double(covariance) }
    return .double(covariance / (Reductions.variance(x, 1) * Reductions.variance(y, 1)).squareRoot())
  }

  static func series(_ storage: Column.Storage) -> FormulaValue {
    .vector(FormulaVector(storage, isSeries: true))
  }

  private static func between(_ value: FormulaValue, _ arguments: [String: FormulaValue]) throws
    -> FormulaValue
  {
    var inclusive = "both"
    if case .string(let text)? = arguments["inclusive"] { inclusive = text }
    let atLeft = inclusive == "both" || inclusive == "left"
    let atRight = inclusive == "both" || inclusive == "right"
    return try Arithmetic.apply(
      .and, Comparison.apply(atLeft ? .greaterOrEqual : .greater, value, arguments["left"] ?? .none),
      Comparison.apply(atRight ? .lessOrEqual : .less, value, arguments["right"] ?? .none))
  }

  /// Missing values replaced by one value.
  private static func fill(_ vector: FormulaVector, _ value: FormulaValue) throws -> FormulaValue {
    let column = Column(storage: vector.storage)
    switch vector.storage {
    case .double(let values):
      if let number = value.number, value.rowCount == nil {
        return series(.double(values.map { $0.isNaN ? number : $0 }))
      }
      let others = try value.doubles()
      guard others.count == values.count else { throw EvaluationError.value("Length mismatch") }
      return series(.double(zip(values, others).map { $0.isNaN ? $1 : $0 }))
    case .categorical(let categories):
      guard let level = value.level, categories.levels.contains(level) else {
        throw EvaluationError.type(
          "Cannot setitem on a Categorical with a new category (\(value.pythonText)), set the categories first"
        )
      }
      return series(.categorical(Categorical(column.values.map { $0 ?? level }, levels: categories.levels)))
    default: return series(ColumnValue.columnStorage(column.values.map { $0 ?? value.level }))
    }
  }

  /// Missing values on straight lines between their neighbours; the last value is carried on.
  private static func interpolated(_ value: FormulaValue) throws -> FormulaValue {
    var values = try value.doubles()
    let known = values.indices.filter { !values[$0].isNaN }
    for (left, right) in zip(known, known.dropFirst()) where right > left + 1 {
      let slope = (values[right] - values[left]) / Double(right - left)
      for row in (left + 1)..<right { values[row] = values[left] + slope * Double(row - left) }
    }
    if let last = known.last { for row in last..<values.count { values[row] = values[last] } }
    return series(.double(values))
  }

  /// Each distinct value replaced by what `change` makes of it.
  private static func mapLevels(_ vector: FormulaVector, _ change: (ColumnValue) throws -> ColumnValue?)
    throws -> FormulaValue
  {
    let coded = Column(storage: vector.storage).factorized()
    let target = try coded.levels.map(change)
    let storage = ColumnValue.columnStorage(coded.codes.map { $0 < 0 ? nil : target[Int($0)] })
    if case .categorical(let categories) = vector.storage, Set(target).count == target.count,
      !target.contains(nil)
    {
      return series(
        .categorical(
          Categorical(levels: target.compactMap { $0 }, codes: categories.codes, ordered: categories.ordered))
      )
    }
    return series(storage)
  }

  private static func map(_ vector: FormulaVector, _ argument: FormulaValue) throws -> FormulaValue {
    switch argument {
    case .dictionary(let pairs):
      let table = Dictionary(
        pairs.compactMap { pair in pair.key.level.map { ($0, pair.value.level) } }, uniquingKeysWith: { $1 })
      return try mapLevels(vector) { table[$0] ?? nil }
    case .function(let function):
      return try mapLevels(vector) { try function(FunctionArguments([FormulaValue($0)])).level }
    default: throw EvaluationError.type("'\(argument.typeName)' object is not callable")
    }
  }

  /// What a function, or the method or numpy function of that name, makes of the column.
  private static func call(_ function: FormulaValue, on vector: FormulaVector, whole: Bool) throws
    -> FormulaValue
  {
    guard case .string(let name) = function else {
      if whole, case .function(let function) = function {
        return try function(FunctionArguments([.vector(vector)]))
      }
      return try apply(.vector(vector), function)
    }
    if case .function(let method)? = try ColumnMethods.attribute(name, of: vector) {
      return try method(FunctionArguments())
    }
    guard case .function(let function)? = NumpyFunctions.table[name] else {
      throw EvaluationError.attribute("'\(name)' is not a valid function for 'Series' object")
    }
    return try function(FunctionArguments([.vector(vector)]))
  }

  private static func apply(_ value: FormulaValue, _ function: FormulaValue) throws -> FormulaValue {
    guard case .function(let function) = function else {
      throw EvaluationError.type("'\(function.typeName)' object is not callable")
    }
    if function.isElementwise, Operand(value) != nil, PythonBuiltins.table[function.name] == nil {
      return try function(FunctionArguments([value]))
    }
    guard case .vector(let vector) = value else { return value }
    return try mapLevels(vector) { try function(FunctionArguments([FormulaValue($0)])).level }
  }

  private static func replace(_ vector: FormulaVector, _ from: FormulaValue, _ to: FormulaValue?) throws
    -> FormulaValue
  {
    var table: [ColumnValue: ColumnValue?] = [:]
    switch (from, to) {
    case (.dictionary(let pairs), _):
      for pair in pairs { if let key = pair.key.level { table[key] = pair.value.level } }
    case (.list(let keys), let to?):
      let values = to.elements ?? [FormulaValue](repeating: to, count: keys.count)
      for (key, value) in zip(keys, values) { if let key = key.level { table[key] = value.level } }
    case (let key, let to?):
      if let level = key.level { table[level] = to.level }
    default: throw EvaluationError.value("replace() needs a value")
    }
    let replaced = try mapLevels(vector) { table[$0] ?? $0 }
    // pandas keeps what replaces truth values as objects.
    guard case .boolean = vector.storage, case .vector(let result) = replaced, result.doubles != nil else {
      return replaced
    }
    if case .boolean = result.storage { return replaced }
    return replaced.asObject
  }
}
