import DataFrames
import Foundation
import TestSupport

/// Operations on data frames with pandas' answers: one file of `compat-fixtures/frames`.
struct PandasCases: Decodable {
  /// A column: its type and values, null where missing.
  struct TypedColumn: Decodable {
    var name: String
    var type: String
    var values: [Argument]
    var levels: [Argument]?
    var ordered: Bool?
  }

  struct Table: Decodable {
    var columns: [TypedColumn]
    var labels: [String]?
  }

  struct Case: Decodable {
    var frame: Int
    var op: String
    var args: [String: Argument]
    var expected: Table?
    var error: Bool?
  }

  var frames: [Table]
  var cases: [Case]

  /// Reads a file of a name.
  init(_ name: String) throws {
    let url = URL(fileURLWithPath: Fixtures.path("frames/\(name).json"))
    try self.init(path: url.path)
  }

  /// Reads a file at a path.
  init(path: String) throws {
    self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
  }

  /// Runs every case; returns one line for each that differs from pandas.
  func differences(_ answer: (Case, DataFrame) throws -> DataFrame) throws -> [String] {
    let inputs = try frames.map { try $0.frame() }
    return cases.compactMap { entry in
      let place = "frame \(entry.frame) \(entry.op) \(entry.args)"
      do {
        let found = try answer(entry, inputs[entry.frame])
        guard let expected = entry.expected else { return "\(place): pandas raises" }
        return expected.difference(found).map { "\(place): \($0)" }
      } catch {
        return entry.error == true ? nil : "\(place): \(error)"
      }
    }
  }
}

/// A value in a fixture's arguments.
enum Argument: Decodable, CustomStringConvertible {
  case missing
  case level(ColumnValue)
  case list([Argument])

  init(from decoder: any Decoder) throws {
    if var list = try? decoder.unkeyedContainer() {
      var values: [Argument] = []
      while !list.isAtEnd { values.append(try list.decode(Argument.self)) }
      self = .list(values)
      return
    }
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .missing
    } else if let flag = try? value.decode(Bool.self) {
      self = .level(.boolean(flag))
    } else if let whole = try? value.decode(Int.self) {
      // -0.0 would lose its sign.
      let isNegativeZero = whole == 0 && (try? value.decode(Double.self))?.sign == .minus
      self = .level(isNegativeZero ? .double(-0.0) : .integer(whole))
    } else if let number = try? value.decode(Double.self) {
      self = .level(.double(number))
    } else {
      self = .level(.string(try value.decode(String.self)))
    }
  }

  var level: ColumnValue? { if case .level(let level) = self { level } else { nil } }
  var text: String { level?.description ?? "" }
  var optionalText: String? { level?.description }
  var flag: Bool { level == true }
  var whole: Int { level.flatMap { Int($0.description) } ?? 0 }
  var number: Double {
    if case .string(let text)? = level { return Double(text) ?? .nan }
    return level?.number ?? .nan
  }
  var items: [Argument] { if case .list(let items) = self { items } else { [] } }
  var texts: [String] { items.map(\.text) }

  var description: String {
    switch self {
    case .missing: "nil"
    case .level(let level): level.debugDescription
    case .list(let items): "\(items)"
    }
  }
}

extension PandasCases.Case {
  /// An argument; missing where the case has none.
  subscript(name: String) -> Argument { args[name] ?? .missing }
}

extension PandasCases.TypedColumn {
  func column() -> Column {
    let levels = values.map(\.level)
    switch type {
    case "double": return Column(name: name, values.map(\.number))
    case "integer": return Column(name: name, values.map { $0.level.map { Int($0.description) ?? 0 } })
    case "boolean": return Column(name: name, levels.map { $0.map { $0 == true } })
    case "string": return Column(name: name, levels.map { $0?.description })
    case "datetime", "timedelta":
      let microseconds = values.map { $0.level == nil ? TimeColumn.missing : $0.whole }
      return Column(
        name: name,
        storage: .time(TimeColumn(type == "datetime" ? .moment : .span, microseconds: microseconds)))
    default:
      let known = (self.levels ?? []).compactMap(\.level)
      return Column(
        name: name,
        Categorical(
          levels.isEmpty ? Column([String]()) : Column(levels), levels: known, ordered: ordered ?? false))
    }
  }

  /// How a column differs, nil if it does not.
  func difference(_ found: Column) -> String? {
    let expected = column()
    guard expected.count == found.count else { return "\(name): \(found.count) rows, not \(expected.count)" }
    // A column without values has no type that matters.
    let isEmpty = expected.nonMissingCount == 0 && found.nonMissingCount == 0
    if !isEmpty, expected.type != found.type { return "\(name): \(found.type), not \(expected.type)" }
    if type == "categorical", !isEmpty, expected.factorized().levels != found.factorized().levels {
      return "\(name): levels \(found.factorized().levels)"
    }
    for row in 0..<found.count where !Self.agree(expected[row], found[row]) {
      return "\(name): row \(row) is \(found[row] as Any), not \(expected[row] as Any)"
    }
    return nil
  }

  /// Sums in another order differ by so much at most.
  private static let tolerance = 1e-12

  private static func agree(_ a: ColumnValue?, _ b: ColumnValue?) -> Bool {
    guard case .double(let x)? = a, let y = b?.number else { return a == b }
    return x == y || abs(x - y) <= tolerance * max(1, abs(x), abs(y))
  }
}

extension PandasCases.Table {
  func frame() throws -> DataFrame {
    try DataFrame(columns: columns.map { $0.column() }, rowLabels: labels.map(Self.rowLabels))
  }

  /// Labels that are whole numbers as such.
  private static func rowLabels(_ labels: [String]) -> RowLabels {
    let numbers = labels.compactMap { Int($0) }
    if numbers == Array(labels.indices) { return RowLabels(count: labels.count) }
    return numbers.count == labels.count ? RowLabels(numbers) : RowLabels(labels)
  }

  /// How a frame differs, nil if it does not.
  func difference(_ found: DataFrame) -> String? {
    let names = columns.map(\.name)
    if names != found.columnNames { return "columns \(found.columnNames), not \(names)" }
    if let labels, labels != Array(found.rowLabels) {
      return "labels \(Array(found.rowLabels)), not \(labels)"
    }
    for (expected, column) in zip(columns, found.columns) {
      if let difference = expected.difference(column) { return difference }
    }
    return nil
  }
}
