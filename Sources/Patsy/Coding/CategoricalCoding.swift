import DataFrames

/// Turns categorical values into positions among known levels.
enum CategoricalCoding {
  /// Distinct values of data, missing ones left out.
  static func distinctLevels(_ data: FormulaValue, origin: Origin?) throws(PatsyError) -> [ColumnValue] {
    switch try array(data, origin: origin) {
    case .vector(let vector): return vector.coded().levels
    default: return []
    }
  }

  /// Levels given by the user.
  static func levels(_ value: FormulaValue, origin: Origin?) throws(PatsyError) -> [ColumnValue] {
    let items: [FormulaValue]
    do { items = try PythonBuiltins.iterate(value) } catch {
      // Outside the factor's evaluation patsy lets exceptions through.
      throw PatsyError((error as? EvaluationError)?.message ?? "\(error)")
    }
    let levels = items.compactMap(\.level)
    guard levels.count == items.count else {
      throw PatsyError("Error interpreting categorical data: all items must be hashable", origin: origin)
    }
    return levels
  }

  /// The position of each value among `levels`, -1 where missing.
  static func codes(
    _ value: FormulaValue, levels: [ColumnValue], action: NAAction, origin: Origin?
  ) throws(PatsyError) -> [Int32] {
    var data = value
    if case .vector(let vector) = value, case .categorical(let categories) = vector.storage {
      try requireEqual(levels, categories.levels, origin)
      return categories.codes
    }
    if case .categorical(let box) = value {
      if let given = box.levels { try requireEqual(levels, self.levels(given, origin: origin), origin) }
      data = box.data
    }
    guard case .vector(let vector) = try array(data, origin: origin) else { return [] }
    let coded = vector.coded()
    if coded.levels == levels && !levels.contains(where: action.isCategoricalNA) {
      return try checkMissing(coded.codes, levels, action, origin)
    }
    var position: [ColumnValue: Int32] = [:]
    for (index, level) in levels.enumerated() { position[level] = Int32(truncatingIfNeeded: index) }
    let unknown: Int32 = -2
    let target = coded.levels.map { action.isCategoricalNA($0) ? -1 : position[$0] ?? unknown }
    if target.contains(unknown),
      let row = coded.codes.firstIndex(where: { $0 >= 0 && target[Int($0)] == unknown })
    {
      throw unexpected(shown(coded.levels[Int(coded.codes[row])]), levels, origin)
    }
    return try checkMissing(coded.codes.map { $0 < 0 ? -1 : target[Int($0)] }, levels, action, origin)
  }

  /// Where nothing counts as missing, a missing value is an unexpected level.
  private static func checkMissing(
    _ codes: [Int32], _ levels: [ColumnValue], _ action: NAAction, _ origin: Origin?
  ) throws(PatsyError) -> [Int32] {
    if !action.isCategoricalNA(nil), codes.contains(-1) { throw unexpected("None", levels, origin) }
    return codes
  }

  /// Data as an array: single values become one row, a matrix is refused.
  private static func array(_ data: FormulaValue, origin: Origin?) throws(PatsyError) -> FormulaValue {
    switch data {
    case .vector: return data
    case .matrix(let matrix):
      guard matrix.columns == 0 else { throw PatsyError("categorical data cannot be >1-dimensional") }
      return .vector(FormulaVector([]))
    case .object(let object) where object.levels != nil:
      return .vector(FormulaVector(.string(object.levels ?? StringColumn([])), isSeries: true))
    case .object(let object) where object.typeName == "DataFrame":
      throw PatsyError("categorical data cannot be >1-dimensional")
    case .list(let items), .tuple(let items):
      if items.contains(where: \.isSequence) {
        throw PatsyError("Error interpreting categorical data: all items must be hashable", origin: origin)
      }
      return .vector(FormulaVector(ColumnValue.columnStorage(items.map(\.level))))
    default:
      if data.isNone { return .vector(FormulaVector([Double.nan])) }
      return .vector(FormulaVector(ColumnValue.columnStorage([data.level ?? .string(data.pythonRepr)])))
    }
  }

  private static func requireEqual(
    _ expected: [ColumnValue], _ found: [ColumnValue], _ origin: Origin?
  ) throws(PatsyError) {
    guard expected != found else { return }
    func text(_ levels: [ColumnValue]) -> String {
      let shown = levels.map(shown)
      return "(" + shown.joined(separator: ", ") + (shown.count == 1 ? ",)" : ")")
    }
    throw PatsyError("mismatching levels: expected \(text(expected)), got \(text(found))", origin: origin)
  }

  /// Python's `repr` of a level: without quotes for intervals and moments, which are objects there.
  private static func shown(_ level: ColumnValue) -> String {
    if case .string(let text) = level, text.hasPrefix("Interval(") || text.hasPrefix("Timestamp(") {
      return text
    }
    return level.debugDescription
  }

  private static func unexpected(_ value: String, _ levels: [ColumnValue], _ origin: Origin?) -> PatsyError {
    var shown = levels.map(shown)
    if shown.count > 4 { shown = shown.prefix(2) + ["..."] + shown.suffix(2) }
    return PatsyError(
      "Error converting data to categorical: observation with value \(value) does not match any of the "
        + "expected levels (expected: [\(shown.joined(separator: ", "))])", origin: origin)
  }
}

extension FormulaVector {
  /// The sorted distinct values and each row's position among them, -1 where missing.
  func coded() -> (codes: [Int32], levels: [ColumnValue]) { Column(storage: storage).factorized() }
}
