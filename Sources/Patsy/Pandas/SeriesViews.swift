import DataFrames

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Views of a Series: groups of its rows, moving windows, positions.
enum SeriesViews {
  /// `series.name`; nil when it is no view.
  static func view(_ name: String, of vector: FormulaVector) -> FormulaValue? {
    switch name {
    case "groupby":
      return ColumnMethods.method(name, vector, ["by", "axis", "level", "as_index", "sort"]) {
        .object(try groups(of: vector, by: $0["by"] ?? .none))
      }
    case "rolling":
      return ColumnMethods.method(name, vector, ["window", "min_periods", "center"]) { arguments in
        guard let window = arguments["window"]?.wholeNumber, window > 0 else {
          throw EvaluationError.value("window must be an integer 0 or greater")
        }
        let least = arguments["min_periods"]?.wholeNumber ?? window
        guard !window.multipliedReportingOverflow(by: vector.count).overflow,
          window * vector.count < 1 << 32
        else { throw EvaluationError("MemoryError", "a rolling window of \(window) rows is too wide") }
        let isCentered = try arguments["center"]?.truth() ?? false
        return .object(
          windows(of: vector, size: window, least: least, ahead: isCentered ? (window - 1) / 2 : 0))
      }
    case "expanding":
      return ColumnMethods.method(name, vector, ["min_periods"], required: 0) { arguments in
        guard vector.count < 1 << 14 else {
          throw EvaluationError("MemoryError", "an expanding window over \(vector.count) rows is too wide")
        }
        let least = arguments["min_periods"]?.wholeNumber ?? 1
        return .object(windows(of: vector, size: max(1, vector.count), least: least, ahead: 0))
      }
    case "ewm":
      return ColumnMethods.method(name, vector, ["com", "span", "halflife", "alpha"], required: 0) {
        arguments in
        .object(weighted(vector, smoothing: try smoothing(arguments)))
      }
    case "iloc", "loc":
      return .object(
        FormulaObject(typeName: name == "loc" ? "_LocIndexer" : "_iLocIndexer") { _ in
          nil
        } item: { index in
          // The labels are the positions; a slice of labels includes its end.
          if name == "loc", case .slice(let start, .integer(let stop), let step) = index {
            return try Subscripts.item(.slice(start, .integer(stop &+ 1), step), of: .vector(vector))
          }
          // A single negative position is no label, which a Series would take it for.
          let isSingle = index.wholeNumber != nil
          return try Subscripts.item(index, of: .vector(isSingle ? FormulaVector(vector.storage) : vector))
        })
    default: return nil
    }
  }

  // MARK: Groups

  /// Rows by group; rows whose key is missing are in none.
  private struct Groups: Sendable {
    let vector: FormulaVector
    let rows: [[Int]]

    /// For each row the value of its group; NaN in no group.
    func broadcast(_ value: ([Int]) throws -> Double) rethrows -> [Double] {
      var result = [Double](repeating: .nan, count: vector.count)
      for group in rows {
        let summary = try value(group)
        for row in group { result[row] = summary }
      }
      return result
    }
  }

  private static func groups(of vector: FormulaVector, by key: FormulaValue) throws -> FormulaObject {
    let keys: [FormulaValue]
    if case .list(let items) = key { keys = items } else { keys = [key] }
    var codes = [Int](repeating: 0, count: vector.count)
    for key in keys {
      guard case .vector(let column) = key, column.count == vector.count else {
        throw EvaluationError("KeyError", key.pythonRepr)
      }
      let coded = column.coded()
      for row in codes.indices {
        let code = Int(coded.codes[row])
        codes[row] = code < 0 || codes[row] < 0 ? -1 : codes[row] &* coded.levels.count &+ code
      }
      // Numbered anew after each key: the product of many level counts would overflow.
      let used = Set(codes).subtracting([-1]).sorted()
      let place = Dictionary(uniqueKeysWithValues: zip(used, used.indices))
      codes = codes.map { place[$0] ?? -1 }
    }
    var rows = [[Int]](repeating: [], count: (codes.max() ?? -1) + 1)
    for (row, code) in codes.enumerated() where code >= 0 { rows[code].append(row) }
    let groups = Groups(vector: vector, rows: rows)
    return FormulaObject(typeName: "SeriesGroupBy") { name in
      switch name {
      case "transform":
        return ColumnMethods.method(name, vector, ["func"]) { try transform(groups, $0["func"] ?? .none) }
      case "ngroup", "cumcount", "cumsum", "rank", "shift", "diff":
        return .function(FormulaFunction(name) { arguments in try running(groups, name, arguments) })
      default:
        guard name == "size" || summary(name, of: vector) != nil else { return nil }
        return .function(
          FormulaFunction(name) { _ in
            let summary = try require(summary(name, of: vector), name)
            return .vector(FormulaVector(try groups.rows.map(summary), isSeries: true))
          })
      }
    }
  }

  /// `groupby(…).transform(function)`, the function given by name or itself.
  private static func transform(_ groups: Groups, _ function: FormulaValue) throws -> FormulaValue {
    let vector = groups.vector
    switch function {
    case .string(let name):
      if ["cumsum", "rank", "shift", "diff", "cumcount", "ngroup"].contains(name) {
        return try running(groups, name, FunctionArguments())
      }
      let summary = try require(summary(name, of: vector), name)
      let values = try groups.broadcast(summary)
      if keepsWholeNumbers(name, vector), let whole = wholeNumbers(values) {
        return .vector(FormulaVector(.integer(whole, missing: nil), isSeries: true))
      }
      return .vector(FormulaVector(values, isSeries: true))
    case .function(let function):
      return try filled(groups) { try function(FunctionArguments([.vector($0)])) }
    default:
      throw EvaluationError.type("'\(function.typeName)' object is not callable")
    }
  }

  /// Whether a summary of whole numbers is a whole number, or it counts.
  private static func keepsWholeNumbers(_ name: String, _ vector: FormulaVector) -> Bool {
    if ["count", "size", "nunique"].contains(name) { return true }
    guard case .integer(_, missing: nil) = vector.storage else { return false }
    return ["sum", "prod", "min", "max", "first", "last"].contains(name)
  }

  /// The values as whole numbers; nil when one is not.
  private static func wholeNumbers(_ values: [Double]) -> [Int]? {
    let whole = values.compactMap { Int(exactly: $0) }
    return whole.count == values.count ? whole : nil
  }

  private static func require(
    _ summary: (@Sendable ([Int]) throws -> Double)?, _ name: String
  ) throws -> @Sendable ([Int]) throws -> Double {
    guard let summary else {
      throw EvaluationError.value("'\(name)' is not a valid function name for transform(name)")
    }
    return summary
  }

  /// A group's summary in one number, missing values passed over; nil for an unknown name.
  private static func summary(_ name: String, of vector: FormulaVector) -> (
    @Sendable ([Int]) throws -> Double
  )? {
    let column = Column(storage: vector.storage)
    switch name {
    case "size": return { Double($0.count) }
    case "count": return { rows in Double(rows.lazy.filter { !column.isMissing($0) }.count) }
    case "nunique": return { rows in Double(Set(rows.compactMap { column[$0] }).count) }
    default: break
    }
    guard let values = vector.doubles else { return nil }
    @Sendable func present(_ rows: [Int]) -> [Double] { rows.map { values[$0] }.filter { !$0.isNaN } }
    if name == "first" { return { present($0).first ?? .nan } }
    if name == "last" { return { present($0).last ?? .nan } }
    guard let reduction = Reductions.table[name], name != "ptp" else { return nil }
    return { reduction.body(present($0), 1) }
  }

  /// Methods whose result has one value for each row.
  private static func running(_ groups: Groups, _ name: String, _ arguments: FunctionArguments) throws
    -> FormulaValue
  {
    if name == "ngroup" || name == "cumcount" {
      var numbers = [Int](repeating: -1, count: groups.vector.count)
      for (group, rows) in groups.rows.enumerated() {
        for (position, row) in rows.enumerated() { numbers[row] = name == "ngroup" ? group : position }
      }
      return .vector(FormulaVector(.integer(numbers, missing: nil), isSeries: true))
    }
    return try filled(groups) { part in
      guard case .function(let method)? = try ColumnMethods.attribute(name, of: part) else { return .none }
      return try method(arguments)
    }
  }

  /// Each group's rows filled with what `body` makes of the group: one number for all, or one for each.
  private static func filled(_ groups: Groups, _ body: (FormulaVector) throws -> FormulaValue) throws
    -> FormulaValue
  {
    let column = Column(storage: groups.vector.storage)
    var result = [Double](repeating: .nan, count: groups.vector.count)
    for rows in groups.rows {
      let part = FormulaVector(ColumnValue.columnStorage(rows.map { column[$0] }), isSeries: true)
      let values = try body(part).doubles()
      guard values.count == rows.count || values.count == 1 else {
        throw EvaluationError.value("transform must return a scalar value for each group")
      }
      for (position, row) in rows.enumerated() { result[row] = values[values.count == 1 ? 0 : position] }
    }
    return .vector(FormulaVector(result, isSeries: true))
  }

  // MARK: Windows

  /// Summaries of the `size` rows up to each row, or centred on it; NaN where fewer than `least` are present.
  private static func windows(of vector: FormulaVector, size: Int, least: Int, ahead: Int) -> FormulaObject {
    FormulaObject(typeName: "Rolling") { name in
      guard let values = vector.doubles, let summary = summary(name, of: vector), name != "size" else {
        return nil
      }
      return .function(
        FormulaFunction(name) { _ in
          let result = try values.indices.map { row -> Double in
            let end = min(row + ahead, values.count - 1)
            let rows = Array(max(0, row + ahead - size + 1)...end)
            return rows.lazy.filter { !values[$0].isNaN }.count < least ? .nan : try summary(rows)
          }
          return .vector(FormulaVector(result, isSeries: true))
        })
    }
  }

  // MARK: Exponential weights

  /// The weight that the newest value has in a long series.
  private static func smoothing(_ arguments: [String: FormulaValue]) throws -> Double {
    let given = arguments.compactMap { name, value in value.number.map { (name: name, number: $0) } }
    guard given.count == 1, let (name, number) = given.first else {
      throw EvaluationError.value("Must pass one of comass, span, halflife, or alpha")
    }
    switch name {
    case "span" where number >= 1: return 2 / (number + 1)
    case "com" where number >= 0: return 1 / (1 + number)
    case "halflife" where number > 0: return 1 - exp2(-1 / number)
    case "alpha" where number > 0 && number <= 1: return number
    default: throw EvaluationError.value("\(name) does not satisfy its bounds")
    }
  }

  /// Means of all values so far, each weighing less the longer ago it was.
  private static func weighted(_ vector: FormulaVector, smoothing: Double) -> FormulaObject {
    FormulaObject(typeName: "ExponentialMovingWindow") { name in
      guard name == "mean", let values = vector.doubles else { return nil }
      return .function(
        FormulaFunction(name) { _ in
          var mean = Double.nan
          var weight = 1.0
          let result = values.map { value -> Double in
            if mean.isNaN {
              mean = value
            } else {
              weight *= 1 - smoothing
              if !value.isNaN {
                mean = (weight * mean + value) / (weight + 1)
                weight += 1
              }
            }
            return mean
          }
          return .vector(FormulaVector(result, isSeries: true))
        })
    }
  }
}
