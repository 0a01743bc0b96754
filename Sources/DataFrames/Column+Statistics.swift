// Summaries of a column. Missing values do not count; a column without numbers gives nan.

extension Column {
  /// Number of values that are not missing.
  /// Python: Series.count
  public var nonMissingCount: Int { count - isna().trueCount }

  /// The sum of the numbers, 0 for none.
  /// Python: Series.sum
  public func sum() -> Double { numbersPresent.map { Self.compensatedSum($0) } ?? .nan }
  /// The arithmetic mean.
  /// Python: Series.mean
  public func mean() -> Double {
    guard let numbers = numbersPresent, !numbers.isEmpty else { return .nan }
    return Self.compensatedSum(numbers) / Double(numbers.count)
  }

  /// The variance, with divisor `n - ddof`.
  /// Python: Series.var
  public func `var`(ddof: Int = 1) -> Double {
    guard let numbers = numbersPresent, numbers.count > ddof else { return .nan }
    let center = Self.compensatedSum(numbers) / Double(numbers.count)
    let squares = numbers.map { ($0 - center) * ($0 - center) }
    return Self.compensatedSum(squares) / (Double(numbers.count) - Double(ddof))
  }

  /// The standard deviation, with divisor `n - ddof`.
  /// Python: Series.std
  public func std(ddof: Int = 1) -> Double { self.var(ddof: ddof).squareRoot() }
  /// The least number.
  /// Python: Series.min
  public func min() -> Double { numbersPresent?.min() ?? .nan }
  /// The greatest number.
  /// Python: Series.max
  public func max() -> Double { numbersPresent?.max() ?? .nan }
  /// The middle number, or the mean of the middle two.
  /// Python: Series.median
  public func median() -> Double { quantile(0.5) }

  /// The quantile at a fraction from 0 to 1, linear between neighbours; nan outside.
  /// Python: Series.quantile
  public func quantile(_ q: Double) -> Double {
    guard let numbers = numbersPresent?.sorted(), let last = numbers.indices.last, q >= 0, q <= 1 else {
      return .nan
    }
    let place = q * Double(last)
    let lower = Int(place)
    let upper = Swift.min(lower + 1, last)
    let weight = place - Double(lower)
    return weight == 0 ? numbers[lower] : numbers[lower] + weight * (numbers[upper] - numbers[lower])
  }

  /// The distinct values in order of appearance.
  /// Python: Series.unique, without the missing value
  public func unique() -> [Level] { tally().map(\.level) }
  /// Number of distinct values.
  /// Python: Series.nunique
  public func nunique() -> Int { tally().count }

  /// The distinct values and how often each occurs, the most frequent first, equal ones in order of
  /// appearance.
  /// Python: Series.value_counts
  public func valueCounts() -> [(level: Level, count: Int)] {
    let tally = tally()
    return tally.indices
      .sorted { tally[$0].count != tally[$1].count ? tally[$0].count > tally[$1].count : $0 < $1 }
      .map { tally[$0] }
  }

  /// The distinct values in order of appearance, with their numbers of rows.
  private func tally() -> [(level: Level, count: Int)] {
    let (codes, levels) = factorized()
    var counts = [Int](repeating: 0, count: levels.count)
    var order: [Int] = []
    for code in codes where code >= 0 {
      if counts[Int(code)] == 0 { order.append(Int(code)) }
      counts[Int(code)] += 1
    }
    return order.map { (levels[$0], counts[$0]) }
  }

  /// The numbers that are not missing, nil for a column of texts.
  private var numbersPresent: [Double]? { doubles.map { $0.filter { !$0.isNaN } } }

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
