// One row for each group.

extension GroupBy {
  /// One function of all columns but the keys.
  ///
  /// - Throws: ``DataFrameError`` for a column that has no such value, as the mean of texts: select columns first.
  ///
  /// Python: DataFrameGroupBy.agg
  public func agg(_ function: Aggregation) throws -> DataFrame {
    try table(values.map { try function($0, grouping) })
  }

  /// A function of each named column, in the order written: `agg(["x": .mean, "y": .std])`.
  ///
  /// - Throws: ``DataFrameError`` for an unknown name, and for a column that has no such value.
  ///
  /// Python: DataFrameGroupBy.agg
  public func agg(_ functions: KeyValuePairs<String, Aggregation>) throws -> DataFrame {
    try table(functions.map { name, function in try function(column(name), grouping) })
  }

  /// Several functions of all columns but the keys; their results are named `x_mean`, `x_std`.
  ///
  /// pandas has a second level of names instead.
  /// - Throws: ``DataFrameError`` for a column that has no such value.
  ///
  /// Python: DataFrameGroupBy.agg
  public func agg(_ functions: [Aggregation]) throws -> DataFrame {
    try table(values.flatMap { column in try functions.map { try named($0, of: column) } })
  }

  /// Several functions of each named column; their results are named `x_mean`, `x_std`.
  ///
  /// pandas has a second level of names instead.
  /// - Throws: ``DataFrameError`` for an unknown name, and for a column that has no such value.
  ///
  /// Python: DataFrameGroupBy.agg
  public func agg(_ functions: KeyValuePairs<String, [Aggregation]>) throws -> DataFrame {
    try table(
      functions.flatMap { name, functions in
        let column = try column(name)
        return try functions.map { try named($0, of: column) }
      })
  }

  /// Named results: `agg(named: ["m": ("x", .mean), "n": ("x", .count)])`.
  ///
  /// - Throws: ``DataFrameError`` for an unknown name, and for a column that has no such value.
  ///
  /// Python: DataFrameGroupBy.agg with keywords
  public func agg(named results: KeyValuePairs<String, (String, Aggregation)>) throws -> DataFrame {
    try table(results.map { name, source in try source.1(column(source.0), grouping).renamed(name) })
  }

  private func named(_ function: Aggregation, of column: Column) throws -> Column {
    try function(column, grouping).renamed("\(column.name)_\(function.name)")
  }

  private func agg(_ function: Aggregation, numericOnly: Bool) throws -> DataFrame {
    let chosen = numericOnly ? values.filter { $0.isNumeric || $0.type == .boolean } : values
    return try table(chosen.map { try function($0, grouping) })
  }

  /// The arithmetic means.
  ///
  /// - Parameter numericOnly: whether columns of texts and categories are left out; otherwise they are an error.
  /// - Throws: ``DataFrameError`` for texts and categories.
  ///
  /// Python: DataFrameGroupBy.mean
  public func mean(numericOnly: Bool = false) throws -> DataFrame { try agg(.mean, numericOnly: numericOnly) }
  /// The sums; texts are joined.
  /// - Throws: ``DataFrameError`` for categories, unless only numbers are wanted.
  ///
  /// Python: DataFrameGroupBy.sum
  public func sum(numericOnly: Bool = false) throws -> DataFrame { try agg(.sum, numericOnly: numericOnly) }
  /// The standard deviations with divisor n - 1.
  /// - Throws: ``DataFrameError`` for texts and categories, unless only numbers are wanted.
  ///
  /// Python: DataFrameGroupBy.std
  public func std(numericOnly: Bool = false) throws -> DataFrame { try agg(.std, numericOnly: numericOnly) }
  /// The variances with divisor n - 1.
  /// - Throws: ``DataFrameError`` for texts and categories, unless only numbers are wanted.
  ///
  /// Python: DataFrameGroupBy.var
  public func `var`(numericOnly: Bool = false) throws -> DataFrame { try agg(.var, numericOnly: numericOnly) }
  /// The standard errors of the means.
  /// - Throws: ``DataFrameError`` for texts and categories, unless only numbers are wanted.
  ///
  /// Python: DataFrameGroupBy.sem
  public func sem(numericOnly: Bool = false) throws -> DataFrame { try agg(.sem, numericOnly: numericOnly) }
  /// The medians.
  /// - Throws: ``DataFrameError`` for texts and categories, unless only numbers are wanted.
  ///
  /// Python: DataFrameGroupBy.median
  public func median(numericOnly: Bool = false) throws -> DataFrame {
    try agg(.median, numericOnly: numericOnly)
  }
  /// The quantiles at a fraction from 0 to 1.
  /// - Throws: ``DataFrameError`` for another fraction; for texts and categories, unless only numbers are wanted.
  ///
  /// Python: DataFrameGroupBy.quantile
  public func quantile(_ q: Double = 0.5, numericOnly: Bool = false) throws -> DataFrame {
    try agg(.quantile(q), numericOnly: numericOnly)
  }
  /// The least values.
  /// - Throws: ``DataFrameError`` for categories without an order.
  ///
  /// Python: DataFrameGroupBy.min
  public func min(numericOnly: Bool = false) throws -> DataFrame { try agg(.min, numericOnly: numericOnly) }
  /// The greatest values.
  /// - Throws: ``DataFrameError`` for categories without an order.
  ///
  /// Python: DataFrameGroupBy.max
  public func max(numericOnly: Bool = false) throws -> DataFrame { try agg(.max, numericOnly: numericOnly) }
  /// The first values that are not missing.
  /// Python: DataFrameGroupBy.first
  public func first() throws -> DataFrame { try agg(.first) }
  /// The last values that are not missing.
  /// Python: DataFrameGroupBy.last
  public func last() throws -> DataFrame { try agg(.last) }
  /// The numbers of values that are not missing.
  /// Python: DataFrameGroupBy.count
  public func count() throws -> DataFrame { try agg(.count) }
  /// The numbers of distinct values.
  /// Python: DataFrameGroupBy.nunique
  public func nunique() throws -> DataFrame { try agg(.nunique) }

  /// The numbers of rows, as a column `size`.
  /// Python: DataFrameGroupBy.size
  public func size() throws(DataFrameError) -> DataFrame {
    try table([Column(name: "size", storage: .integer(grouping.sizes, missing: nil))])
  }

  /// Count, mean, standard deviation, least, quartiles and greatest of each column of numbers, named `x_count`,
  /// `x_mean`, and so on.
  /// Python: DataFrameGroupBy.describe
  public func describe() throws -> DataFrame {
    try table(
      values.filter(\.isNumeric).flatMap { column in
        try Self.summaries.map { try $0.function(column, grouping).renamed("\(column.name)_\($0.name)") }
      })
  }

  /// What `describe` tells of the values of a group.
  static var summaries: [(name: String, function: Aggregation)] {
    [
      ("count", .count), ("mean", .mean), ("std", .std), ("min", .min), ("25%", .quantile(0.25)),
      ("50%", .median), ("75%", .quantile(0.75)), ("max", .max),
    ]
  }

  /// The value of a function of each group's values, in every row of the group; missing in rows of no group.
  ///
  /// - Throws: ``DataFrameError`` for an unknown name, and for a column that has no such value.
  ///
  /// Python: DataFrameGroupBy.transform
  public func transform(_ name: String, _ function: Aggregation) throws -> Column {
    try ColumnGroupBy(groups: self, column: column(name)).transform(function)
  }
}
