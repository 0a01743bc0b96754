/// Which columns ``DataFrame/describe(percentiles:include:)`` describes.
/// Python: the argument include of DataFrame.describe
public enum DescribedColumns: String, Sendable, CaseIterable {
  /// Those of numbers; where there are none, all.
  case numbers
  /// All, with the rows of both kinds of columns.
  case all
}

extension DataFrame {
  /// Count, mean, standard deviation, least, quantiles and greatest of each column of numbers; of others count, number
  /// of distinct values, the most frequent one and how often it occurs, as texts.
  ///
  /// - Parameters:
  ///   - percentiles: fractions from 0 to 1.
  ///   - include: which columns.
  /// - Throws: ``DataFrameError`` for a fraction outside 0 to 1.
  ///
  /// Python: DataFrame.describe
  public func describe(
    percentiles: [Double], include: DescribedColumns = .numbers
  ) throws(DataFrameError) -> DataFrame {
    if let bad = percentiles.first(where: { !($0 >= 0 && $0 <= 1) }) {
      throw DataFrameError(.invalidArgument, "describe: \(bad) is no fraction from 0 to 1")
    }
    return described(percentiles, include)
  }

  /// Count, mean, standard deviation, least, quartiles and greatest of each column of numbers; where there are none,
  /// count, number of distinct values, the most frequent one and how often it occurs.
  /// Python: DataFrame.describe
  public func describe(include: DescribedColumns = .numbers) -> DataFrame {
    described([0.25, 0.5, 0.75], include)
  }

  private func described(_ percentiles: [Double], _ include: DescribedColumns) -> DataFrame {
    let fractions = Array(Set(percentiles)).sorted()
    let hasNumbers = columns.contains(where: \.isNumeric)
    let chosen = include == .all || !hasNumbers ? columns : columns.filter(\.isNumeric)
    let numberRows = ["mean", "std", "min"] + fractions.map { Self.percent($0) } + ["max"]
    let textRows = ["unique", "top", "freq"]
    let hasTexts = chosen.contains { !$0.isNumeric }
    let rows = ["count"] + (hasTexts ? textRows : []) + (hasNumbers || !hasTexts ? numberRows : [])
    let summaries = chosen.map { column -> Column in
      if column.isNumeric {
        let numbers =
          [column.mean(), column.std(), column.min()] + column.quantile(fractions) + [column.max()]
        let gaps = [Double](repeating: .nan, count: hasTexts ? textRows.count : 0)
        return Column(name: column.name, [Double(column.nonMissingCount)] + gaps + numbers)
      }
      let counts = column.valueCounts()
      let top = counts.first
      let texts = [String(counts.count), top?.level.description, top.map { String($0.count) }]
      let gaps = [String?](repeating: nil, count: rows.count - 1 - textRows.count)
      return Column(name: column.name, [String(column.nonMissingCount)] + texts + gaps)
    }
    return DataFrame(uncheckedColumns: summaries, rowLabels: RowLabels(rows))
  }

  /// `25%`, `97.5%`.
  private static func percent(_ fraction: Double) -> String {
    let value = (fraction * 100 * 1e10).rounded() / 1e10
    return (value == value.rounded() ? String(Int(value)) : PythonText.of(value)) + "%"
  }
}

extension Column {
  /// The rows of ``DataFrame/describe(include:)`` for this column.
  /// Python: Series.describe
  public func describe() -> DataFrame {
    DataFrame(uncheckedColumns: [self], rowLabels: RowLabels(count: count)).describe()
  }
}
