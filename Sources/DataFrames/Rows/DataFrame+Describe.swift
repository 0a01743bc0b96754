/// Which columns ``DataFrame/describe(percentiles:include:)`` describes.
/// Python: the argument include of DataFrame.describe
public enum DescribedColumns: String, Sendable, CaseIterable {
  /// Those of numbers, dates and spans; where there are none, all.
  case numbers
  /// All, with the rows of both kinds of columns.
  case all
}

extension DataFrame {
  /// Count, mean, standard deviation, least, quantiles and greatest of each column of numbers; of others count, number
  /// of distinct values, the most frequent one and how often it occurs, as texts. Of dates and spans there are the rows of
  /// numbers, as texts; dates have no standard deviation, which comes last beside them.
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
    func isMeasured(_ column: Column) -> Bool {
      column.isNumeric || column.type == .datetime || column.type == .timedelta
    }
    let hasNumbers = columns.contains(where: isMeasured)
    let chosen = include == .all || !hasNumbers ? columns : columns.filter(isMeasured)
    let quantiles = ["min"] + fractions.map { Self.percent($0) } + ["max"]
    // As in pandas, where the shortest column leads.
    let hasDates = chosen.contains { $0.type == .datetime }
    let deviation = chosen.contains { $0.type != .datetime && isMeasured($0) } || !hasDates ? ["std"] : []
    let numberRows = ["mean"] + (hasDates ? quantiles + deviation : deviation + quantiles)
    let hasTexts = chosen.contains { !isMeasured($0) }
    let rows =
      ["count"] + (hasTexts ? ["unique", "top", "freq"] : [])
      + (chosen.contains(where: isMeasured) || !hasTexts ? numberRows : [])
    let summaries = chosen.map { column -> Column in
      if column.isNumeric {
        let summary = column.summary(fractions)
        return Column(name: column.name, rows.map { summary[$0] ?? .nan })
      }
      if case .time(let times) = column.storage {
        let summary = times.summary(fractions).merging(["count": String(column.nonMissingCount)]) { $1 }
        return Column(name: column.name, rows.map { summary[$0] })
      }
      let counts = column.valueCounts()
      let summary = [
        "count": String(column.nonMissingCount), "unique": String(counts.count),
        "top": counts.first?.level.description, "freq": counts.first.map { String($0.count) },
      ]
      return Column(name: column.name, rows.map { summary[$0] ?? nil })
    }
    return DataFrame(uncheckedColumns: summaries, rowLabels: RowLabels(rows))
  }

  /// `25%`, `97.5%`.
  fileprivate static func percent(_ fraction: Double) -> String {
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

extension Column {
  /// The rows of `describe` of numbers, by name.
  fileprivate func summary(_ fractions: [Double]) -> [String: Double] {
    var rows = [
      "count": Double(nonMissingCount), "mean": mean(), "std": std(), "min": min(), "max": max(),
    ]
    for (fraction, value) in zip(fractions, quantile(fractions)) { rows[DataFrame.percent(fraction)] = value }
    return rows
  }
}

extension TimeColumn {
  /// The rows of `describe` but for the count, by name; none without values.
  fileprivate func summary(_ fractions: [Double]) -> [String: String] {
    guard let origin = microseconds.first(where: { $0 != Self.missing }) else { return [:] }
    // Counted from the first time, so that doubles hold the microseconds exactly.
    let distances = Column(microseconds.map { $0 == Self.missing ? Double.nan : Double($0 &- origin) })
    var rows: [String: String] = [:]
    for (name, distance) in distances.summary(fractions) where name != "count" && name != "std" {
      rows[name] = Self.text(kind, origin + Int(distance.rounded(.down)), short: false)
    }
    let deviation = distances.std()
    if kind == .span, !deviation.isNaN { rows["std"] = Self.text(.span, Int(deviation), short: false) }
    return rows
  }
}
