import DataFrames

// A number for each column, under the columns' names. Texts, categories and dates are left out of sums, means and the like,
// where pandas takes numeric_only=True; of missing and distinct values all columns are counted.
extension DataFrame {
  /// The sums: `data.isna().sum()` counts missing values. Python: DataFrame.sum
  public func sum() -> Series { byColumn { $0.sum() } }
  /// The arithmetic means. Python: DataFrame.mean
  public func mean() -> Series { byColumn { $0.mean() } }
  /// The medians. Python: DataFrame.median
  public func median() -> Series { byColumn { $0.median() } }
  /// The standard deviations with divisor n - 1. Python: DataFrame.std
  public func std() -> Series { byColumn { $0.std() } }
  /// The variances with divisor n - 1. Python: DataFrame.var
  public func `var`() -> Series { byColumn { $0.std() * $0.std() } }
  /// The least values. Python: DataFrame.min
  public func min() -> Series { byColumn { $0.min() } }
  /// The greatest values. Python: DataFrame.max
  public func max() -> Series { byColumn { $0.max() } }
  /// The quantiles at a fraction from 0 to 1. Python: DataFrame.quantile
  public func quantile(_ q: Double = 0.5) -> Series { byColumn { $0.quantile(q) } }
  /// The numbers of values that are not missing. Python: DataFrame.count
  public func count() -> Series { byColumn(columns) { Double($0.nonMissingCount) } }
  /// The numbers of distinct values. Python: DataFrame.nunique
  public func nunique() -> Series { byColumn(columns) { Double($0.nunique()) } }

  private func byColumn(_ value: (Column) -> Double) -> Series {
    byColumn(columns.filter { [.double, .integer, .boolean].contains($0.type) }, value)
  }

  private func byColumn(_ chosen: [Column], _ value: (Column) -> Double) -> Series {
    Series(index: chosen.map(\.name), values: chosen.map(value))
  }
}
