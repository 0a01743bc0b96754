/// Which rows a merge keeps.
/// Python: the argument how of DataFrame.merge
public enum JoinType: String, Sendable, CaseIterable {
  /// Rows whose key both frames have, in the order of the left frame.
  case inner
  /// All rows of the left frame, in their order.
  case left
  /// All rows of the right frame, in their order.
  case right
  /// All rows of both frames, in the order of the keys.
  case outer
  /// Every row of the left frame with every row of the right one.
  case cross
}

/// How often a key may occur on each side of a merge.
/// Python: the argument validate of DataFrame.merge
public enum JoinValidation: String, Sendable, CaseIterable {
  /// Once on both sides.
  case oneToOne = "one_to_one"
  /// Once on the left.
  case oneToMany = "one_to_many"
  /// Once on the right.
  case manyToOne = "many_to_one"
  /// As often as it likes.
  case manyToMany = "many_to_many"
}

extension DataFrame {
  /// The rows of two frames side by side where their keys are equal. Missing keys are equal, as in pandas.
  ///
  /// Without `on`, `leftOn` and `rightOn` the keys are the columns that both frames have. Keys of the same name
  /// become one column; other columns of the same name get the suffixes.
  /// - Parameters:
  ///   - right: the other frame.
  ///   - on: the key columns of both frames.
  ///   - how: which rows are kept.
  ///   - leftOn: the key columns of this frame, if they have other names.
  ///   - rightOn: the key columns of the other frame, as many as `leftOn`.
  ///   - suffixes: what is put after names that both frames have.
  ///   - validate: how often a key may occur.
  ///   - indicator: whether a column `_merge` says where each row comes from: `left_only`, `right_only`, `both`.
  /// - Throws: ``DataFrameError`` for unknown names, texts against numbers, keys that occur too often, and names
  ///   that repeat in spite of their suffixes.
  ///
  /// Python: DataFrame.merge
  public func merge(
    _ right: DataFrame, on: [String]? = nil, how: JoinType = .inner, leftOn: [String]? = nil,
    rightOn: [String]? = nil, suffixes: (String, String) = ("_x", "_y"), validate: JoinValidation? = nil,
    indicator: Bool = false
  ) throws(DataFrameError) -> DataFrame {
    let names = try mergeNames(right, on: on, how: how, leftOn: leftOn, rightOn: rightOn)
    var pairs: [(left: Column, right: Column)] = []
    for (a, b) in names { pairs.append((try column(a), try right.column(b))) }
    let rows: JoinRows
    if how == .cross {
      rows = try JoinRows(cross: rowCount, right.rowCount)
    } else {
      let keys = try JoinKeys(pairs, leftCount: rowCount, rightCount: right.rowCount)
      if let validate { try Self.check(keys, validate) }
      rows = try JoinRows(keys, how)
    }
    let shared = Set(names.filter { $0.0.utf8.elementsEqual($0.1.utf8) }.map { ColumnValue.string($0.0) })
    var result = try Self.joined(self, right, rows, shared: shared, suffixes: suffixes)
    if indicator { try result.assign("_merge", Self.indicator(rows)) }
    return result
  }

  /// The rows of two frames side by side where a key is equal, as
  /// ``merge(_:on:how:leftOn:rightOn:suffixes:validate:indicator:)`` has them.
  ///
  /// - Throws: ``DataFrameError`` as there.
  ///
  /// Python: DataFrame.merge
  public func merge(
    _ right: DataFrame, on: String, how: JoinType = .inner, suffixes: (String, String) = ("_x", "_y"),
    validate: JoinValidation? = nil, indicator: Bool = false
  ) throws(DataFrameError) -> DataFrame {
    try merge(right, on: [on], how: how, suffixes: suffixes, validate: validate, indicator: indicator)
  }

  /// The pairs of key columns.
  private func mergeNames(
    _ right: DataFrame, on: [String]?, how: JoinType, leftOn: [String]?, rightOn: [String]?
  ) throws(DataFrameError) -> [(String, String)] {
    if how == .cross {
      if on == nil, leftOn == nil, rightOn == nil { return [] }
      throw DataFrameError(.invalidArgument, "merge: how: .cross takes no keys")
    }
    if on != nil, leftOn != nil || rightOn != nil {
      throw DataFrameError(.invalidArgument, "merge: give either on or leftOn and rightOn")
    }
    let common = columnNames.filter(right.contains)
    let names = (left: on ?? leftOn ?? common, right: on ?? rightOn ?? common)
    if (leftOn == nil) != (rightOn == nil) || names.left.count != names.right.count {
      throw DataFrameError(.invalidArgument, "merge: leftOn and rightOn must name as many columns each")
    }
    if names.left.isEmpty {
      throw DataFrameError(
        .invalidArgument, "merge: the frames have no column in common: name the keys by leftOn and rightOn")
    }
    return Array(zip(names.left, names.right))
  }

  private static func check(_ keys: JoinKeys, _ validate: JoinValidation) throws(DataFrameError) {
    func refuse(_ side: String) -> DataFrameError {
      DataFrameError(
        .repeatedKey, "merge: keys repeat in the \(side) frame, which validate: .\(validate) forbids")
    }
    if validate == .oneToOne || validate == .oneToMany, !JoinKeys.areUnique(keys.left, keys.count) {
      throw refuse("left")
    }
    if validate == .oneToOne || validate == .manyToOne, !JoinKeys.areUnique(keys.right, keys.count) {
      throw refuse("right")
    }
  }

  /// The columns of both sides, shared keys once.
  private static func joined(
    _ left: DataFrame, _ right: DataFrame, _ rows: JoinRows, shared: Set<ColumnValue>,
    suffixes: (String, String)
  ) throws(DataFrameError) -> DataFrame {
    func name(_ column: Column, _ other: DataFrame, _ suffix: String) -> String {
      other.contains(column.name) && !shared.contains(.string(column.name))
        ? column.name + suffix : column.name
    }
    let lacksLeft = rows.left.contains(-1)
    let (takesLeft, takesRight) = (
      JoinRows.areAll(rows.left, of: left.rowCount), JoinRows.areAll(rows.right, of: right.rowCount)
    )
    var columns: [Column] = []
    for column in left.columns {
      if lacksLeft, shared.contains(.string(column.name)) {
        columns.append(Self.key(column, right[column.name], rows))
      } else {
        let picked = takesLeft ? column : column.rows(withGaps: rows.left)
        columns.append(picked.renamed(name(column, right, suffixes.0)))
      }
    }
    for column in right.columns where !shared.contains(.string(column.name)) {
      let picked = takesRight ? column : column.rows(withGaps: rows.right)
      columns.append(picked.renamed(name(column, left, suffixes.1)))
    }
    return try DataFrame(columns: columns, rowLabels: RowLabels(count: rows.left.count))
  }

  /// A key column whose values come from the left where it has a row, else from the right.
  private static func key(_ left: Column, _ right: Column, _ rows: JoinRows) -> Column {
    let both = Column.concatenated([left, right])
    return both.renamed(left.name).rows(
      uncheckedPositions: zip(rows.left, rows.right).map { $0 >= 0 ? $0 : left.count + $1 })
  }

  private static func indicator(_ rows: JoinRows) -> Categorical {
    Categorical(
      uncheckedLevels: ["left_only", "right_only", "both"],
      codes: zip(rows.left, rows.right).map { $1 < 0 ? 0 : ($0 < 0 ? 1 : 2) }, ordered: false)
  }

  /// The columns of another frame beside this one's, matched by row labels.
  ///
  /// - Parameters:
  ///   - other: the other frame.
  ///   - on: a column of this frame that holds labels of the other one's rows; nil for the row labels.
  ///   - how: which rows are kept.
  ///   - lsuffix: what is put after this frame's names that both have.
  ///   - rsuffix: what is put after the other frame's names that both have.
  /// - Throws: ``DataFrameError`` for an unknown name and for names that repeat.
  ///
  /// Python: DataFrame.join
  public func join(
    _ other: DataFrame, on: String? = nil, how: JoinType = .left, lsuffix: String = "", rsuffix: String = ""
  ) throws(DataFrameError) -> DataFrame {
    if how == .cross { return try merge(other, how: .cross, suffixes: (lsuffix, rsuffix)) }
    var labels = try on.map { name throws(DataFrameError) in try column(name) } ?? rowLabels.values
    var others = other.rowLabels.values
    // Numbers are matched, and in order, by their values, labels of several types by their texts.
    if labels.type != others.type {
      let common: ColumnType = labels.isNumeric && others.isNumeric ? .double : .string
      (labels, others) = (labels.astype(common), others.astype(common))
    }
    let keys = try JoinKeys([(labels, others)], leftCount: rowCount, rightCount: other.rowCount)
    let rows = try JoinRows(keys, how)
    let result = try Self.joined(self, other, rows, shared: [], suffixes: (lsuffix, rsuffix))
    if on == nil { return try result.labeled(RowLabels(values: Self.key(labels, others, rows))) }
    let found = Self.key(rowLabels.values.astype(.string), others.astype(.string), rows)
    return try result.labeled(RowLabels(found.strings.map { $0 ?? "nan" }))
  }
}
