import DataFrames

/// A number for each row of a model that stands outside its formulas: prior weights, or an offset.
struct RowNumbers: Sendable, Equatable {
  /// The column that they came from, by which new data have them; nil for values without a name.
  var column: String?
  var values: [Double]

  /// The numbers of chosen rows.
  func selecting(_ rows: [Int]) -> RowNumbers { RowNumbers(column: column, values: rows.map { values[$0] }) }

  /// The numbers of other rows than the model's: of the column of that name.
  ///
  /// - Parameter argument: what they are, for messages.
  /// - Returns: nil where they have no name; nan where a value is missing.
  /// - Throws: ``StatsModelsError`` for a column that holds no numbers, `DataFrameError` where there is none.
  func values(in data: DataFrame, argument: String) throws -> [Double]? {
    guard let column else { return nil }
    return try Self.numbers(of: data.column(column), argument: argument)
  }

  /// The numbers of a column; nan where a value is missing.
  static func numbers(of column: Column, argument: String) throws -> [Double] {
    if let numbers = column.doubles { return numbers }
    throw StatsModelsError(
      .invalidArgument, "\(argument): the column '\(column.name)' holds texts, and numbers are needed",
      values: [column.name])
  }
}

extension RowNumbers {
  /// The rows whose weight is not 0, nil where none is; such rows say nothing.
  ///
  /// - Parameter labels: names of the rows, for messages.
  /// - Throws: ``StatsModelsError`` for weights that are negative, infinite or missing.
  func weighted(labels: RowLabels) throws -> [Int]? {
    if let bad = values.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
      throw StatsModelsError(
        .invalidArgument,
        "the weight of row \(labels[bad]) is \(values[bad]): weights must be positive numbers, inverse to the "
          + "variance of the row; remove the row, or give it the weight 0",
        values: [labels[bad]])
    }
    guard values.contains(0) else { return nil }
    return values.indices.filter { values[$0] > 0 }
  }

  /// - Throws: ``StatsModelsError`` for an offset that is no finite number.
  func requireFinite(labels: RowLabels) throws {
    guard let bad = values.firstIndex(where: { !$0.isFinite }) else { return }
    throw StatsModelsError(
      .invalidArgument, "the offset of row \(labels[bad]) is \(values[bad]): remove the row",
      values: [labels[bad]])
  }

  /// The warning that rows of weight 0 were left out; nil where none was.
  static func warning(unweighted count: Int, of total: Int) -> FitWarning? {
    guard count > 0 else { return nil }
    return FitWarning(
      kind: .droppedRows, message: "\(count) of \(total) rows have the weight 0 and were dropped")
  }
}
