// Why texts and categories do not go with numbers.

extension Column {
  /// The error of an operation on numbers, nil where the column holds numbers, truth values or nothing at all.
  func typeError(_ operation: String) -> DataFrameError? {
    switch storage {
    case .double, .integer, .boolean: return nil
    case .string:
      guard let (row, text) = firstText else { return nil }
      return DataFrameError(
        .wrongType,
        "\(label) holds texts (\(PythonText.quoted(text)) in row \(row)): \(operation) needs numbers. Use "
          + "toNumeric(errors: .coerce), or name the text as a marker of missing values when the file is read"
      )
    case .time(let times):
      let remedy =
        times.kind == .moment
        ? "dt.min(), dt.max(), dt.mean(), dt.days(since:), dt.year and the like"
        : "dt.min(), dt.max(), dt.mean(), dt.days or dt.totalSeconds()"
      return DataFrameError(
        .wrongType,
        "\(label) holds \(times.kind == .moment ? "dates" : "spans of time"): \(operation) needs numbers. Use "
          + "\(remedy)")
    case .categorical:
      return DataFrameError(
        .wrongType,
        "\(label) holds categories: \(operation) needs numbers. Use astype(.double) or astype(.string) first")
    }
  }

  /// The error of asking which is less, nil where the types have an order.
  func orderError(_ relation: Relation, with value: ColumnValue) -> DataFrameError? {
    switch storage {
    case .double, .integer, .boolean:
      guard case .string = value else { return nil }
      return mixedError(relation, "\(label) holds numbers, \(value.debugDescription) is a text")
    case .string(let column):
      guard value.number != nil, column.codes.contains(where: { $0 >= 0 }) else { return nil }
      return mixedError(relation, "\(textSample), \(value.debugDescription) is a number")
    case .time: return nil
    case .categorical(let column):
      if !column.ordered { return unorderedError(relation) }
      return column.levels.contains(value)
        ? nil : mixedError(relation, "\(label) has no level \(value.debugDescription)")
    }
  }

  /// The error of asking which of two columns is less, nil where the types have an order.
  func orderError(_ relation: Relation, with other: Column) -> DataFrameError? {
    switch (storage, other.storage) {
    case (.categorical(let a), .categorical(let b)):
      if !a.ordered { return unorderedError(relation) }
      if !b.ordered { return other.unorderedError(relation) }
      return a.levels == b.levels
        ? nil : mixedError(relation, "\(label) and \(other.label) have different levels")
    case (.categorical(let a), _):
      if !a.ordered { return unorderedError(relation) }
      return mixedError(relation, "\(label) holds ordered categories, \(other.label) does not")
    case (_, .categorical): return other.orderError(relation, with: self)
    case (.string, .string): return nil
    case (.time, _): return mixedError(relation, "\(label) and \(other.label) hold different types")
    case (_, .time): return other.orderError(relation, with: self)
    case (.string, _):
      return firstText == nil ? nil : mixedError(relation, "\(textSample), \(other.label) numbers")
    case (_, .string): return other.orderError(relation, with: self)
    default: return nil
    }
  }

  private func unorderedError(_ relation: Relation) -> DataFrameError {
    mixedError(
      relation,
      "\(label) holds categories without an order: use Categorical(…, ordered: true) or astype(.string)")
  }

  private func mixedError(_ relation: Relation, _ reason: String) -> DataFrameError {
    DataFrameError(.wrongType, "'\(relation.rawValue)' cannot compare: \(reason)")
  }

  private var label: String { name.isEmpty ? "the column" : "column \(PythonText.quoted(name))" }

  private var textSample: String {
    guard let (row, text) = firstText else { return "\(label) holds texts" }
    return "\(label) holds texts (\(PythonText.quoted(text)) in row \(row))"
  }

  /// The first text that is no number, else the first text; nil if there is none.
  private var firstText: (row: Int, text: String)? {
    if let stray = StrayTexts(self)?.first.first { return (stray.row, stray.text) }
    guard case .string(let column) = storage, let row = column.codes.firstIndex(where: { $0 >= 0 }) else {
      return nil
    }
    return (row, column.pool[Int(column.codes[row])])
  }
}
