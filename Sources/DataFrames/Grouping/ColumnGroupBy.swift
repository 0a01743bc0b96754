/// The values of one column in groups of rows: `try data.groupby("g")["x"]`.
/// Python: pandas.core.groupby.SeriesGroupBy
public struct ColumnGroupBy: Sendable {
  /// The groups.
  let groups: GroupBy
  /// The column.
  let column: Column

  /// A function of each group's values, as a column of the column's name beside the keys.
  ///
  /// - Throws: ``DataFrameError`` for a column that has no such value.
  ///
  /// Python: SeriesGroupBy.agg
  public func agg(_ function: Aggregation) throws -> DataFrame {
    try groups.table([try function(column, groups.grouping)])
  }

  /// Several functions of each group's values, as columns of their names beside the keys.
  ///
  /// - Throws: ``DataFrameError`` for a column that has no such value.
  ///
  /// Python: SeriesGroupBy.agg
  public func agg(_ functions: [Aggregation]) throws -> DataFrame {
    try groups.table(functions.map { try $0(column, groups.grouping).renamed($0.name) })
  }

  /// The arithmetic means. - Throws: ``DataFrameError`` for texts and categories.
  /// Python: SeriesGroupBy.mean
  public func mean() throws -> DataFrame { try agg(.mean) }
  /// The sums; texts are joined. - Throws: ``DataFrameError`` for categories.
  /// Python: SeriesGroupBy.sum
  public func sum() throws -> DataFrame { try agg(.sum) }
  /// The standard deviations with divisor n - 1. - Throws: ``DataFrameError`` for texts and categories.
  /// Python: SeriesGroupBy.std
  public func std() throws -> DataFrame { try agg(.std) }
  /// The variances with divisor n - 1. - Throws: ``DataFrameError`` for texts and categories.
  /// Python: SeriesGroupBy.var
  public func `var`() throws -> DataFrame { try agg(.var) }
  /// The standard errors of the means. - Throws: ``DataFrameError`` for texts and categories.
  /// Python: SeriesGroupBy.sem
  public func sem() throws -> DataFrame { try agg(.sem) }
  /// The medians. - Throws: ``DataFrameError`` for texts and categories.
  /// Python: SeriesGroupBy.median
  public func median() throws -> DataFrame { try agg(.median) }
  /// The quantiles at a fraction. - Throws: ``DataFrameError`` outside 0 to 1, for texts and categories.
  /// Python: SeriesGroupBy.quantile
  public func quantile(_ q: Double = 0.5) throws -> DataFrame { try agg(.quantile(q)) }
  /// The least values. - Throws: ``DataFrameError`` for categories without an order.
  /// Python: SeriesGroupBy.min
  public func min() throws -> DataFrame { try agg(.min) }
  /// The greatest values. - Throws: ``DataFrameError`` for categories without an order.
  /// Python: SeriesGroupBy.max
  public func max() throws -> DataFrame { try agg(.max) }
  /// The first values that are not missing.
  /// Python: SeriesGroupBy.first
  public func first() throws -> DataFrame { try agg(.first) }
  /// The last values that are not missing.
  /// Python: SeriesGroupBy.last
  public func last() throws -> DataFrame { try agg(.last) }
  /// The numbers of values that are not missing.
  /// Python: SeriesGroupBy.count
  public func count() throws -> DataFrame { try agg(.count) }
  /// The numbers of distinct values.
  /// Python: SeriesGroupBy.nunique
  public func nunique() throws -> DataFrame { try agg(.nunique) }
  /// The numbers of rows, as a column `size`.
  /// Python: SeriesGroupBy.size
  public func size() throws(DataFrameError) -> DataFrame { try groups.size() }

  /// Count, mean, standard deviation, least, quartiles and greatest, as columns of their names beside the keys.
  /// - Throws: ``DataFrameError`` for texts and categories.
  ///
  /// Python: SeriesGroupBy.describe
  public func describe() throws -> DataFrame {
    try groups.table(
      GroupBy.summaries.map { try $0.function(column, groups.grouping).renamed($0.name) })
  }

  /// The numbers that a function makes of each group's values, as a column of the column's name beside the keys.
  ///
  /// - Throws: what the function throws.
  ///
  /// Python: SeriesGroupBy.apply
  public func apply(_ function: (Column) throws -> Double) throws -> DataFrame {
    let (rows, starts) = groups.grouping.ordered()
    let numbers = try (0..<groups.ngroups).map { group in
      try function(column.rows(uncheckedPositions: Array(rows[starts[group]..<starts[group + 1]])))
    }
    return try groups.table([Column(name: column.name, storage: .double(numbers))])
  }
}

// A value for each row.
extension ColumnGroupBy {
  /// The value of a function of each group's values, in every row of the group; missing in rows of no group.
  ///
  /// - Throws: ``DataFrameError`` for a column that has no such value.
  ///
  /// Python: SeriesGroupBy.transform
  public func transform(_ function: Aggregation) throws -> Column {
    try function(column, groups.grouping).rows(withGaps: groups.grouping.codes.map(Int.init))
  }

  /// What a function makes of each group's values, row by row; missing in rows of no group.
  ///
  /// - Throws: what the function throws, and ``DataFrameError`` when it gives another number of values.
  ///
  /// Python: SeriesGroupBy.transform
  public func transform(_ function: (Column) throws -> Column) throws -> Column {
    let (rows, starts) = groups.grouping.ordered()
    var pieces: [DataFrame] = []
    for group in 0..<groups.ngroups {
      let part = column.rows(uncheckedPositions: Array(rows[starts[group]..<starts[group + 1]]))
      let result = try function(part)
      guard result.count == part.count else {
        throw DataFrameError(
          .lengthMismatch,
          "transform: the function gave \(result.count) values for a group of \(part.count) rows")
      }
      pieces.append(try DataFrame(columns: [result.renamed(column.name)]))
    }
    var place = [Int](repeating: -1, count: column.count)
    for (position, row) in rows.enumerated() { place[row] = position }
    guard let joined = DataFrame.concat(pieces).columns.first else {
      return column.rows(withGaps: place)
    }
    return joined.rows(withGaps: place)
  }

  /// The running sum in each group; missing values stay and do not count.
  /// - Throws: ``DataFrameError`` for texts and categories.
  ///
  /// Python: SeriesGroupBy.cumsum
  public func cumsum() throws(DataFrameError) -> Column { try column.running(.sum, groups.grouping) }
  /// The running product in each group; missing values stay and do not count.
  /// - Throws: ``DataFrameError`` for texts and categories.
  ///
  /// Python: SeriesGroupBy.cumprod
  public func cumprod() throws(DataFrameError) -> Column { try column.running(.product, groups.grouping) }
  /// The greatest value so far in each group; missing values stay and do not count.
  /// - Throws: ``DataFrameError`` for texts and categories.
  ///
  /// Python: SeriesGroupBy.cummax
  public func cummax() throws(DataFrameError) -> Column { try column.running(.max, groups.grouping) }
  /// The least value so far in each group; missing values stay and do not count.
  /// - Throws: ``DataFrameError`` for texts and categories.
  ///
  /// Python: SeriesGroupBy.cummin
  public func cummin() throws(DataFrameError) -> Column { try column.running(.min, groups.grouping) }

  /// The value a number of rows before in the same group; negative numbers look ahead.
  /// Python: SeriesGroupBy.shift
  public func shift(_ periods: Int = 1) -> Column { column.shifted(periods, groups.grouping) }
  /// The difference from the value a number of rows before in the same group.
  /// - Throws: ``DataFrameError`` for texts and categories.
  ///
  /// Python: SeriesGroupBy.diff
  public func diff(_ periods: Int = 1) throws(DataFrameError) -> Column {
    try column.sub(shift(periods)).withoutRows(of: groups.grouping)
  }
  /// The relative change from the value a number of rows before in the same group.
  /// - Throws: ``DataFrameError`` for texts and categories.
  ///
  /// Python: SeriesGroupBy.pct_change
  public func pctChange(_ periods: Int = 1) throws(DataFrameError) -> Column {
    try column.truediv(shift(periods)).sub(1).withoutRows(of: groups.grouping)
  }

  /// The rank of each value in its group, from 1.
  /// Python: SeriesGroupBy.rank
  public func rank(method: RankMethod = .average, ascending: Bool = true, pct: Bool = false) -> Column {
    column.ranked(method, ascending: ascending, pct: pct, groups.grouping)
  }

  /// Missing values filled with the last value before in the same group, at most `limit` in a row.
  /// Python: SeriesGroupBy.ffill
  public func ffill(limit: Int? = nil) -> Column {
    column.filled(groups.grouping, backward: false, limit: limit)
  }
  /// Missing values filled with the next value in the same group, at most `limit` in a row.
  /// Python: SeriesGroupBy.bfill
  public func bfill(limit: Int? = nil) -> Column {
    column.filled(groups.grouping, backward: true, limit: limit)
  }

  /// The mean of the last `window` rows of the same group; missing where there are fewer than `minPeriods` values.
  /// - Throws: ``DataFrameError`` for texts and categories, and for a window below 1.
  ///
  /// Python: SeriesGroupBy.rolling
  public func rollingMean(_ window: Int, minPeriods: Int? = nil) throws(DataFrameError) -> Column {
    try rolling(window, minPeriods: minPeriods).mean()
  }
}
