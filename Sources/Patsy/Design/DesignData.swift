import DataFrames

/// Where formulas find their variables.
public protocol DesignData: Sendable {
  /// The variable of that name, nil when there is none.
  func value(named name: String) -> FormulaValue?

  /// Number of rows, nil when only the variables used tell it.
  var designRowCount: Int? { get }
}

extension DataFrame: DesignData {
  /// A column, as a pandas Series.
  public func value(named name: String) -> FormulaValue? {
    guard contains(name) else { return nil }
    let storage = self[name].storage
    if case .time(let times) = storage { return TimeValue(times).object }
    return .vector(FormulaVector(storage, isSeries: true))
  }

  /// The data frame's number of rows.
  public var designRowCount: Int? { rowCount }
}

/// Named arrays, which need not agree in length as long as a formula does not use both.
package struct NamedArrays: DesignData {
  private let values: [String: FormulaValue]

  /// Arrays by name; single values are broadcast by the expressions that use them.
  package init(_ arrays: [String: any ColumnConvertible]) {
    values = arrays.mapValues { array in
      let column = Column(storage: array.columnStorage(broadcastTo: array.columnCount ?? 1))
      return array.columnCount == nil ? FormulaValue(column[0]) : .vector(FormulaVector(column.storage))
    }
  }

  /// Any values by name.
  package init(values: [String: FormulaValue]) { self.values = values }

  /// The array of that name.
  package func value(named name: String) -> FormulaValue? { values[name] }

  /// Unknown: the variables used tell it.
  package var designRowCount: Int? { nil }
}
