/// What a median deviation is divided by. Python: the argument scale of median_abs_deviation
public enum DeviationScale: Sendable, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  /// A number.
  case divisor(Double)
  /// The median deviation of the standard normal distribution, so that the result estimates a standard deviation.
  case normal

  /// A number.
  public init(floatLiteral value: Double) { self = .divisor(value) }
  /// A number.
  public init(integerLiteral value: Int) { self = .divisor(Double(value)) }

  /// The number.
  var value: Double {
    switch self {
    case .divisor(let value): value
    case .normal: 0.6744897501960817
    }
  }
}

extension stats {
  /// The median distance from the median.
  ///
  /// - Parameter scale: what it is divided by; `.normal` makes it an estimate of the standard deviation.
  /// - Throws: ``StatisticsError`` for values that are no numbers.
  ///
  /// Python: scipy.stats.median_abs_deviation
  public static func medianAbsDeviation(
    _ x: any Sample, scale: DeviationScale = 1, nanPolicy: NanPolicy = .propagate
  ) throws -> Double {
    guard let values = try independent([x], nanPolicy)?[0] else { return .nan }
    let center = values.median
    return values.map { abs($0 - center) }.median / scale.value
  }
}
