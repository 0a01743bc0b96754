import DataFrames
import OrderedCollections

/// What to do with missing values. Python: the `missing` argument of MixedLM
public enum MissingHandling: String, Sendable, CaseIterable {
  /// Missing values are an error.
  case none
  /// Rows with a missing value in any variable of the model are dropped.
  case drop
  /// Missing values are an error.
  case raise
}

/// What gives a value for each row, such as groups and weights: a column's name, or the values.
public protocol ColumnSpecifier {
  /// The name of a column of the data, nil for values.
  var columnName: String? { get }
  /// A value for each row, nil for a name.
  var labels: Column? { get }
}

extension String: ColumnSpecifier {
  /// The text itself.
  public var columnName: String? { self }
  /// Nil.
  public var labels: Column? { nil }
}

extension Column: ColumnSpecifier {
  /// Nil: a column gives values.
  public var columnName: String? { nil }
  /// The column.
  public var labels: Column? { self }
}

extension Array: ColumnSpecifier where Element: ColumnElement {
  /// Nil: an array gives values.
  public var columnName: String? { nil }
  /// The elements.
  public var labels: Column? { Column(self) }
}

/// Formulas of random effects: one for the groups, or one for each of several factors.
///
/// Both are written as literals: `"~Time"`, `["classroom": "~ 1 + age", "school": "~ 1"]`.
/// Python: the `re_formula` argument of MixedLM.from_formula
public struct ReFormula: Sendable, ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
  ExpressibleByDictionaryLiteral
{
  enum Content: Sendable {
    case single(String)
    case perFactor([(factor: String, formula: String)])
  }
  let content: Content

  /// The formula of the groups' effects.
  public init(_ formula: String) { content = .single(formula) }
  /// A formula for each factor, in order.
  public init(_ formulas: OrderedDictionary<String, String>) {
    content = .perFactor(formulas.map { ($0.key, $0.value) })
  }
  /// A formula for each factor, sorted by factor.
  public init(_ formulas: [String: String]) {
    content = .perFactor(
      formulas.sorted { ColumnValue.string($0.key) < ColumnValue.string($1.key) }.map { ($0.key, $0.value) })
  }
  /// The formula of the groups' effects.
  public init(stringLiteral value: String) { self.init(value) }
  /// A formula for each factor, in written order.
  public init(dictionaryLiteral elements: (String, String)...) {
    content = .perFactor(elements.map { ($0.0, $0.1) })
  }

  /// The formula of the groups, nil for a dictionary.
  var single: String? {
    if case .single(let formula) = content { return formula }
    return nil
  }
  /// The formulas by factor, empty for a single formula.
  var perFactor: [(factor: String, formula: String)] {
    if case .perFactor(let formulas) = content { return formulas }
    return []
  }
}

/// What can choose rows of a data frame: a mask, row positions, or row labels.
public protocol SubsetSpecifier {
  /// Positions of the chosen rows.
  func rowPositions(in data: DataFrame) throws -> [Int]
}

extension Array: SubsetSpecifier where Element: SubsetElement {
  /// Positions of the chosen rows.
  public func rowPositions(in data: DataFrame) throws -> [Int] {
    try Element.rowPositions(self, in: data)
  }
}

/// What a list that chooses rows can hold: truth values, positions or labels.
public protocol SubsetElement {
  /// Positions of the rows that `list` chooses.
  static func rowPositions(_ list: [Self], in data: DataFrame) throws -> [Int]
}

extension Bool: SubsetElement {
  /// Positions of the true elements.
  public static func rowPositions(_ list: [Bool], in data: DataFrame) throws -> [Int] {
    guard list.count == data.rowCount else {
      throw StatsModelsError(
        .lengthMismatch, "subset: the mask has \(list.count) values, the data \(data.rowCount) rows")
    }
    return list.indices.filter { list[$0] }
  }
}

extension Int: SubsetElement {
  /// The positions themselves; of rows with labels of their own, the rows with these labels.
  public static func rowPositions(_ list: [Int], in data: DataFrame) throws -> [Int] {
    if data.rowLabels.areDefault {
      if let bad = list.first(where: { $0 < 0 || $0 >= data.rowCount }) {
        throw StatsModelsError(
          .invalidArgument, "subset: there is no row \(bad), the data have \(data.rowCount) rows",
          values: [String(bad)])
      }
      return list
    }
    return try String.rowPositions(list.map(String.init), in: data)
  }
}

extension String: SubsetElement {
  /// Positions of the rows with these labels.
  public static func rowPositions(_ list: [String], in data: DataFrame) throws -> [Int] {
    var positions: [String: [Int]] = [:]
    for (position, label) in data.rowLabels.enumerated() { positions[label, default: []].append(position) }
    return try list.flatMap { label in
      guard let found = positions[label] else {
        throw StatsModelsError(.invalidArgument, "subset: no row is labelled '\(label)'", values: [label])
      }
      return found
    }
  }
}

extension Column: SubsetSpecifier {
  /// Positions of the rows where a column of truth values is true; missing values do not choose.
  public func rowPositions(in data: DataFrame) throws -> [Int] {
    if let truths = booleans {
      return try Bool.rowPositions(truths.map { $0 ?? false }, in: data)
    }
    if let numbers = integers { return try Int.rowPositions(numbers.compactMap { $0 }, in: data) }
    return try String.rowPositions(strings.compactMap { $0 }, in: data)
  }
}

extension Mask: SubsetSpecifier {
  /// Positions of the true elements.
  public func rowPositions(in data: DataFrame) throws -> [Int] {
    try Bool.rowPositions(values, in: data)
  }
}
