import Foundation

// Functions of each number. Missing values stay missing; texts and categories stop with a message.

extension Column {
  /// The natural logarithm of each number, nan for negative ones.
  /// Python: numpy.log
  public func log() -> Column { map { Foundation.log($0) } }
  /// The logarithm to base 10 of each number.
  /// Python: numpy.log10
  public func log10() -> Column { map { Foundation.log10($0) } }
  /// The logarithm to base 2 of each number.
  /// Python: numpy.log2
  public func log2() -> Column { map { Foundation.log2($0) } }
  /// log(1 + x) of each number x, exact for small ones.
  /// Python: numpy.log1p
  public func log1p() -> Column { map { Foundation.log1p($0) } }
  /// The exponential of each number.
  /// Python: numpy.exp
  public func exp() -> Column { map { Foundation.exp($0) } }
  /// exp(x) - 1 of each number x, exact for small ones.
  /// Python: numpy.expm1
  public func expm1() -> Column { map { Foundation.expm1($0) } }
  /// The square root of each number, nan for negative ones.
  /// Python: numpy.sqrt
  public func sqrt() -> Column { map { $0.squareRoot() } }
  /// The greatest whole number not above each number.
  /// Python: numpy.floor
  public func floor() -> Column { map { $0.rounded(.down) } }
  /// The least whole number not below each number.
  /// Python: numpy.ceil
  public func ceil() -> Column { map { $0.rounded(.up) } }

  /// The sine of each number in radians.
  /// Python: numpy.sin
  public func sin() -> Column { map { Foundation.sin($0) } }
  /// The cosine of each number in radians.
  /// Python: numpy.cos
  public func cos() -> Column { map { Foundation.cos($0) } }
  /// The tangent of each number in radians.
  /// Python: numpy.tan
  public func tan() -> Column { map { Foundation.tan($0) } }
  /// The hyperbolic tangent of each number.
  /// Python: numpy.tanh
  public func tanh() -> Column { map { Foundation.tanh($0) } }
  /// -1, 0 or 1 by the sign of each number; whole numbers stay whole.
  /// Python: numpy.sign
  public func sign() -> Column {
    guard case .integer(let values, let missing) = storage else {
      return map { $0 < 0 ? -1 : $0 > 0 ? 1 : 0 }
    }
    return Column(name: name, storage: .integer(values.map { $0.signum() }, missing: missing))
  }

  /// Each number rounded to a number of decimals, halves to even; whole numbers stay.
  /// Python: Series.round
  public func round(_ decimals: Int = 0) -> Column {
    if type == .integer, decimals >= 0 { return self }
    let scale = Foundation.pow(10, Double(Swift.abs(Swift.max(-400, Swift.min(decimals, 400)))))
    let rounded = map { value in
      let scaled = decimals < 0 ? value / scale : value * scale
      // Beyond its digits a number is what it is.
      if !scaled.isFinite { return value }
      let whole = scaled.rounded(.toNearestOrEven)
      return decimals < 0 ? whole * scale : whole / scale
    }
    guard type == .integer, let whole = rounded.integers else { return rounded }
    return Column(name: name, storage: Int.columnStorage(whole))
  }

  /// Each number moved to the nearest one between bounds; a bound left out does not bound.
  ///
  /// Whole numbers with whole bounds stay whole.
  /// Python: Series.clip
  public func clip(lower: Double? = nil, upper: Double? = nil) -> Column {
    let bounded = map { value in
      let raised = lower.map { value < $0 ? $0 : value } ?? value
      return upper.map { raised > $0 ? $0 : raised } ?? raised
    }
    guard type == .integer, let whole = bounded.integers else { return bounded }
    return Column(name: name, storage: Int.columnStorage(whole))
  }

  /// The distances from the mean in standard deviations with divisor n - `ddof`.
  /// Python: scipy.stats.zscore
  public func zscore(ddof: Int = 0) -> Column {
    let (mean, deviation) = (self.mean(), std(ddof: ddof))
    return map { ($0 - mean) / deviation }
  }

  /// The standard error of the mean.
  /// Python: Series.sem
  public func sem(ddof: Int = 1) -> Double { std(ddof: ddof) / Double(nonMissingCount).squareRoot() }

  /// The product of the numbers, 1 for none.
  /// Python: Series.prod
  public func prod() -> Double { (doubles ?? []).reduce(1) { $1.isNaN ? $0 : $0 * $1 } }

  /// The most frequent values, sorted; several where several are equally frequent.
  /// Python: Series.mode
  public func mode() -> [ColumnValue] {
    let counts = valueCounts()
    return counts.filter { $0.count == counts[0].count }.map(\.level).sorted()
  }

  /// The quantiles at several fractions from 0 to 1; another fraction stops with a message.
  /// Python: Series.quantile
  public func quantile(_ fractions: [Double]) -> [Double] { fractions.map { quantile($0) } }
}

// Shapes of distributions.
extension Column {
  /// The skewness without bias, nan for fewer than three numbers and for equal ones.
  /// Python: Series.skew
  public func skew() -> Double {
    let (count, moments) = centralMoments()
    guard count >= 3, moments.second > 0 else { return .nan }
    let n = Double(count)
    return n * (n - 1).squareRoot() / (n - 2) * moments.third / Foundation.pow(moments.second, 1.5)
  }

  /// The excess kurtosis without bias, nan for fewer than four numbers and for equal ones.
  /// Python: Series.kurt
  public func kurt() -> Double {
    let (count, moments) = centralMoments()
    guard count >= 4, moments.second > 0 else { return .nan }
    let n = Double(count)
    let ratio = moments.fourth / (moments.second * moments.second)
    return n * (n + 1) * (n - 1) / ((n - 2) * (n - 3)) * ratio - 3 * (n - 1) * (n - 1) / ((n - 2) * (n - 3))
  }

  /// Sums of powers of the distances from the mean.
  private func centralMoments() -> (count: Int, sums: (second: Double, third: Double, fourth: Double)) {
    let center = mean()
    let numbers = Aggregation.numbers(self).filter { !$0.isNaN }
    var sums = (second: 0.0, third: 0.0, fourth: 0.0)
    for number in numbers {
      let d = number - center
      sums.second += d * d
      sums.third += d * d * d
      sums.fourth += d * d * d * d
    }
    return (numbers.count, sums)
  }
}
