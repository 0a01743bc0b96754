extension DataFrame {
  /// Where each value is missing.
  /// Python: DataFrame.isna
  public func isna() -> DataFrame { mapColumns { Column(name: $0.name, $0.isna()) } }

  /// The frame with a value in place of all missing ones.
  /// Python: DataFrame.fillna
  public func fillna(_ value: some ColumnScalar) -> DataFrame { mapColumns { $0.fillna(value) } }

  private func mapColumns(_ transform: (Column) -> Column) -> DataFrame {
    DataFrame(uncheckedColumns: columns.map(transform), rowLabels: rowLabels)
  }
}

extension DataFrame: Equatable {
  /// Whether both have the same names, types, values and row labels, missing values in the same places.
  /// Python: DataFrame.equals
  public static func == (a: DataFrame, b: DataFrame) -> Bool {
    a.columnNames == b.columnNames && a.rowLabels == b.rowLabels
      && zip(a.columns, b.columns).allSatisfy { $0.equals($1) }
  }
}
