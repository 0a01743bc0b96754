// Where in the frame the groups, and their extremes, are.

extension GroupBy {
  /// The positions of each group's rows.
  /// Python: DataFrameGroupBy.indices
  public var indices: [GroupKey: [Int]] {
    let (rows, starts) = grouping.ordered()
    return Dictionary(
      groupKeys.enumerated().map { ($1, Array(rows[starts[$0]..<starts[$0 + 1]])) },
      uniquingKeysWith: { first, _ in first })
  }

  /// The correlation of two columns in each group, beside the keys.
  ///
  /// pandas gives all pairs.
  /// - Parameters:
  ///   - a: a column.
  ///   - b: another column.
  ///   - method: how it is computed.
  /// - Throws: ``DataFrameError`` for unknown names, and for texts and categories.
  ///
  /// Python: DataFrameGroupBy.corr
  public func corr(_ a: String, _ b: String, method: CorrelationMethod = .pearson) throws -> DataFrame {
    let (x, y) = (try column(a), try column(b))
    let (rows, starts) = grouping.ordered()
    let values = try (0..<ngroups).map { group in
      let part = Array(rows[starts[group]..<starts[group + 1]])
      return try x.rows(uncheckedPositions: part).corr(y.rows(uncheckedPositions: part), method: method)
    }
    return try table([Column(name: "corr", values)])
  }
}

extension ColumnGroupBy {
  /// The label of the first row with the greatest value of each group that has values:
  /// `data.rows(labels: groups["x"].idxmax())`.
  /// Python: SeriesGroupBy.idxmax
  public func idxmax() -> [String] { labels(greatest: true) }

  /// The label of the first row with the least value of each group that has values.
  /// Python: SeriesGroupBy.idxmin
  public func idxmin() -> [String] { labels(greatest: false) }

  private func labels(greatest: Bool) -> [String] {
    GroupRows.extreme(column, groups.grouping, greatest: greatest).filter { $0 >= 0 }.map {
      groups.frame.rowLabels[$0]
    }
  }

  /// How often each value occurs in each group, the most frequent first, in a column `count`.
  ///
  /// - Throws: ``DataFrameError`` when the column is a key.
  ///
  /// Python: SeriesGroupBy.value_counts
  public func valueCounts() throws -> DataFrame {
    let frame = try DataFrame(columns: groups.keys + [column])
    // Equal counts stay in order of appearance.
    let sizes = try frame.groupby(frame.columnNames, sort: false).size().rename(columns: ["size": "count"])
    let counted = sizes.rows(uncheckedPositions: sizes["count"].sortedPositions(ascending: false))
    return try counted.sortValues(by: groups.keys.map(\.name), ignoreIndex: true)
  }
}
