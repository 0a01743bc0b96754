/// The rows of a data frame in groups that have the same values in one or several key columns.
///
/// Groups are in the order of their keys; rows with a missing key belong to none. Results are data frames with
/// the keys as columns, one row a group, as pandas gives them for `as_index=False`.
///
/// ```swift
/// let means = try data.groupby("g").mean()
/// let table = try data.groupby(["school", "sex"]).agg(["score": .mean, "age": .max])
/// ```
/// Python: pandas.core.groupby.DataFrameGroupBy
public struct GroupBy: Sendable {
  /// The frame that is grouped.
  let frame: DataFrame
  /// The key columns, a value for each row of the frame.
  let keys: [Column]
  /// The columns that are summarised.
  let values: [Column]
  /// The group of each row.
  let grouping: Grouping

  /// Number of groups.
  /// Python: DataFrameGroupBy.ngroups
  public var ngroups: Int { grouping.count }

  /// The key columns, one row a group.
  var keyColumns: [Column] { keys.map { $0.rows(uncheckedPositions: grouping.firstRows) } }

  /// The keys of the groups as a frame, one row a group.
  public var keyFrame: DataFrame {
    DataFrame(uncheckedColumns: keyColumns, rowLabels: RowLabels(count: ngroups))
  }

  /// The keys of the groups, in their order.
  public var groupKeys: [GroupKey] {
    let columns = keyColumns
    return (0..<ngroups).map { group in GroupKey(columns.map { $0[group] ?? .double(.nan) }) }
  }

  /// The key columns beside results, one row a group.
  ///
  /// - Throws: ``DataFrameError`` when a result has the name of a key column.
  func table(_ results: [Column]) throws(DataFrameError) -> DataFrame {
    try DataFrame(columns: keyColumns + results, rowLabels: RowLabels(count: ngroups))
  }

  /// The column of a name, key columns included.
  func column(_ name: String) throws(DataFrameError) -> Column {
    if let key = keys.first(where: { $0.name == name }), !frame.contains(name) { return key }
    return try frame.column(name)
  }

  /// Summaries of one column only; a wrong name stops with a message that lists the nearest ones.
  ///
  /// ``selecting(_:)`` throws instead.
  /// Python: DataFrameGroupBy.__getitem__
  public subscript(name: String) -> ColumnGroupBy {
    do { return ColumnGroupBy(groups: self, column: try column(name)) } catch { stop(error.message) }
  }

  /// Summaries of some columns only; a wrong name stops with a message that lists the nearest ones.
  /// Python: DataFrameGroupBy.__getitem__
  public subscript(names: [String]) -> GroupBy {
    do { return try selecting(names) } catch { stop(error.message) }
  }

  /// Summaries of some columns only.
  ///
  /// - Throws: ``DataFrameError`` for an unknown name.
  public func selecting(_ names: [String]) throws(DataFrameError) -> GroupBy {
    var values: [Column] = []
    for name in names { values.append(try column(name)) }
    return GroupBy(frame: frame, keys: keys, values: values, grouping: grouping)
  }
}

extension DataFrame {
  /// The rows in groups that have the same value in a column.
  ///
  /// - Parameters:
  ///   - name: the key column.
  ///   - sort: whether groups are in the order of their keys; otherwise in order of appearance.
  ///   - dropna: whether rows with a missing key belong to no group; otherwise these form the last group.
  /// - Throws: ``DataFrameError`` for an unknown name.
  ///
  /// Python: DataFrame.groupby
  public func groupby(_ name: String, sort: Bool = true, dropna: Bool = true) throws(DataFrameError)
    -> GroupBy
  {
    try groupby([name], sort: sort, dropna: dropna)
  }

  /// The rows in groups that have the same values in several columns.
  ///
  /// - Parameters:
  ///   - names: the key columns; the first one decides the order of groups, then the second, and so on.
  ///   - sort: whether groups are in the order of their keys; otherwise in order of appearance.
  ///   - dropna: whether rows with a missing key belong to no group; otherwise missing is a value like others.
  /// - Throws: ``DataFrameError`` for an unknown or repeated name, and for no name at all.
  ///
  /// Python: DataFrame.groupby
  public func groupby(_ names: [String], sort: Bool = true, dropna: Bool = true) throws(DataFrameError)
    -> GroupBy
  {
    guard !names.isEmpty else {
      throw DataFrameError(.invalidArgument, "groupby([]): name at least one key column")
    }
    return grouped(try selecting(names).columns, sort: sort, dropna: dropna)
  }

  /// The rows in groups that have the same value in a column of labels, as `data["date"].dt.year`.
  ///
  /// - Throws: ``DataFrameError`` unless there is a label for each row.
  ///
  /// Python: DataFrame.groupby
  public func groupby(_ labels: Column, sort: Bool = true, dropna: Bool = true) throws(DataFrameError)
    -> GroupBy
  {
    guard labels.count == rowCount else {
      throw DataFrameError(.lengthMismatch, "groupby: \(labels.count) labels for \(rowCount) rows")
    }
    return grouped([labels], sort: sort, dropna: dropna)
  }

  /// The rows in two groups, those for which a mask is false and those for which it is true.
  ///
  /// - Throws: ``DataFrameError`` unless the mask has a value for each row.
  ///
  /// Python: DataFrame.groupby
  public func groupby(_ mask: Mask) throws(DataFrameError) -> GroupBy { try groupby(mask.column) }

  private func grouped(_ keys: [Column], sort: Bool, dropna: Bool) -> GroupBy {
    let names = Set(keys.map { ColumnValue.string($0.name) })
    return GroupBy(
      frame: self, keys: keys, values: columns.filter { !names.contains(.string($0.name)) },
      grouping: Grouping(keys, rowCount: rowCount, sorted: sort, keepsMissing: !dropna))
  }
}
