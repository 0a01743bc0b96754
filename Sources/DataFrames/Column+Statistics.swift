// Summaries of a column. Missing values do not count; a column without values gives nan. Texts and categories
// stop with a message that names the column and its first text: `try column.toNumeric().mean()` throws instead.

extension Column {
  /// Number of values that are not missing.
  /// Python: Series.count
  public var nonMissingCount: Int { count - isna().trueCount }

  /// The sum of the numbers, 0 for none.
  /// Python: Series.sum
  public func sum() -> Double { Self.compensatedSum(numbersPresent("sum()")) }
  /// The arithmetic mean.
  /// Python: Series.mean
  public func mean() -> Double {
    let numbers = numbersPresent("mean()")
    return numbers.isEmpty ? .nan : Self.compensatedSum(numbers) / Double(numbers.count)
  }

  /// The variance, with divisor `n - ddof`.
  /// Python: Series.var
  public func `var`(ddof: Int = 1) -> Double {
    let numbers = numbersPresent("var()")
    guard numbers.count > ddof else { return .nan }
    let center = Self.compensatedSum(numbers) / Double(numbers.count)
    let squares = numbers.map { ($0 - center) * ($0 - center) }
    return Self.compensatedSum(squares) / (Double(numbers.count) - Double(ddof))
  }

  /// The standard deviation, with divisor `n - ddof`.
  /// Python: Series.std
  public func std(ddof: Int = 1) -> Double { self.var(ddof: ddof).squareRoot() }
  /// The least number.
  /// Python: Series.min
  public func min() -> Double { numbersPresent("min()").min() ?? .nan }
  /// The greatest number.
  /// Python: Series.max
  public func max() -> Double { numbersPresent("max()").max() ?? .nan }
  /// The middle number, or the mean of the middle two.
  /// Python: Series.median
  public func median() -> Double { quantile(0.5) }

  /// The quantile at a fraction from 0 to 1, linear between neighbours; another fraction stops with a message.
  /// Python: Series.quantile
  public func quantile(_ q: Double) -> Double {
    require(
      q >= 0 && q <= 1, "quantile(\(q)): a fraction lies between 0 and 1; a percentage is divided by 100")
    let numbers = numbersPresent("quantile()").sorted()
    guard let last = numbers.indices.last else { return .nan }
    let place = q * Double(last)
    let lower = Int(place)
    let upper = Swift.min(lower + 1, last)
    let weight = place - Double(lower)
    return weight == 0 ? numbers[lower] : numbers[lower] + weight * (numbers[upper] - numbers[lower])
  }

  /// Whether some value is true, a number other than 0, or a text that is not empty; dates and categories stop with a
  /// message.
  /// Python: Series.any
  public func any() -> Bool { truth("any()", all: false) }
  /// Whether all values are true, numbers other than 0, or texts that are not empty; dates and categories stop with a
  /// message.
  /// Python: Series.all
  public func all() -> Bool { truth("all()", all: true) }

  private func truth(_ operation: String, all: Bool) -> Bool {
    if type != .string, let error = typeError(operation) { stop(error.message) }
    let found = Column(storage: GroupTotals.truth(self, Grouping(single: count), all: all)).mask
    return all ? found.all() : found.any()
  }

  /// The distinct values in order of appearance.
  /// Python: Series.unique, without the missing value
  public func unique() -> [ColumnValue] { tally().map(\.level) }
  /// Number of distinct values.
  /// Python: Series.nunique
  public func nunique() -> Int { tally().count }

  /// The distinct values and how often each occurs, the most frequent first, equal ones in order of
  /// appearance.
  /// Python: Series.value_counts
  public func valueCounts() -> [(level: ColumnValue, count: Int)] {
    let tally = tally()
    return tally.indices
      .sorted { tally[$0].count != tally[$1].count ? tally[$0].count > tally[$1].count : $0 < $1 }
      .map { tally[$0] }
  }

  /// The distinct values in order of appearance, with their numbers of rows.
  private func tally() -> [(level: ColumnValue, count: Int)] {
    let (codes, levels) = factorized()
    var counts = [Int](repeating: 0, count: levels.count)
    var order: [Int] = []
    for code in codes where code >= 0 {
      if counts[Int(code)] == 0 { order.append(Int(code)) }
      counts[Int(code)] += 1
    }
    return order.map { (levels[$0], counts[$0]) }
  }

  /// The numbers that are not missing; texts stop with a message that names the operation.
  private func numbersPresent(_ operation: String) -> [Double] {
    if let error = typeError(operation) { stop(error.message) }
    return doubles?.filter { !$0.isNaN } ?? []
  }

  /// Neumaier's summation: the error does not grow with the number of terms.
  private static func compensatedSum(_ values: [Double]) -> Double {
    var sum = 0.0
    var correction = 0.0
    for value in values {
      let next = sum + value
      correction += sum.magnitude >= value.magnitude ? (sum - next) + value : (value - next) + sum
      sum = next
    }
    return correction.isFinite ? sum + correction : sum
  }
}
