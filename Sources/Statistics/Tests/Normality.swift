import Foundation

extension stats {
  /// The Shapiro–Wilk test of normality, NaN below three values: P. Royston, algorithm AS R94, Applied Statistics 44 (1995).
  ///
  /// scipy's p-values follow an older approximation of the normal distribution: they agree to about 1e-7, of large samples to 1e-6.
  /// - Throws: ``StatisticsError`` for values that are no numbers.
  ///
  /// Python: scipy.stats.shapiro
  public static func shapiro(
    _ x: any Sample, nanPolicy: NanPolicy = .propagate
  ) throws -> SignificanceResult {
    guard let values = try independent([x], nanPolicy)?[0], values.count >= 3 else { return .undefined }
    let ordered = values.sorted()
    let n = Double(ordered.count)
    if ordered[0] == ordered[ordered.count - 1] { return SignificanceResult(statistic: 1, pvalue: 1) }
    let complement = shapiroComplement(ordered, shapiroWeights(ordered.count))
    return SignificanceResult(statistic: 1 - complement, pvalue: shapiroPvalue(complement, n))
  }

  /// The upper half of the antisymmetric weights, from the ends inwards.
  private static func shapiroWeights(_ count: Int) -> [Double] {
    if count == 3 { return [(0.5 as Double).squareRoot()] }
    let n = Double(count)
    let scores = (1...count / 2).map { -norm.ppf((Double($0) - 0.375) / (n + 0.25)) }
    let squares = 2 * scores.reduce(0) { $0 + $1 * $1 }
    let root = 1 / n.squareRoot()
    let first =
      polynomial([0, 0.221157, -0.147981, -2.07119, 4.434685, -2.706056], root)
      + scores[0] / squares.squareRoot()
    var weights = scores
    weights[0] = first
    var rest = squares - 2 * scores[0] * scores[0]
    var share = 1 - 2 * first * first
    var corrected = 1
    if count > 5 {
      let second =
        polynomial([0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633], root)
        + scores[1] / squares.squareRoot()
      weights[1] = second
      rest -= 2 * scores[1] * scores[1]
      share -= 2 * second * second
      corrected = 2
    }
    let factor = (rest / share).squareRoot()
    for i in corrected..<weights.count { weights[i] /= factor }
    return weights
  }

  /// 1 - W, W the squared correlation of the ordered values with the weights.
  private static func shapiroComplement(_ ordered: [Double], _ upper: [Double]) -> Double {
    let n = ordered.count
    let range = ordered[n - 1] - ordered[0]
    let center = ordered.mean
    var (weighted, squares, weightSquares) = (0.0, 0.0, 0.0)
    for i in 0..<n {
      let mirrored = n - 1 - i
      let weight = i < mirrored ? -upper[i] : (i > mirrored ? upper[mirrored] : 0)
      let deviation = (ordered[i] - center) / range
      weighted += weight * deviation
      squares += deviation * deviation
      weightSquares += weight * weight
    }
    let product = (weightSquares * squares).squareRoot()
    return (product - weighted) * (product + weighted) / (weightSquares * squares)
  }

  private static func shapiroPvalue(_ complement: Double, _ n: Double) -> Double {
    if n == 3 {
      // The exact distribution: 6/π (asin √W - asin √¾).
      let w = 1 - complement
      return max(0, 6 / Double.pi * (asin(w.squareRoot()) - Double.pi / 3))
    }
    var y = log(complement)
    var mean, spread: Double
    if n <= 11 {
      let gamma = polynomial([-2.273, 0.459], n)
      if y >= gamma { return 1e-99 }
      y = -log(gamma - y)
      mean = polynomial([0.544, -0.39978, 0.025054, -6.714e-4], n)
      spread = exp(polynomial([1.3822, -0.77857, 0.062767, -0.0020322], n))
    } else {
      mean = polynomial([-1.5861, -0.31082, -0.083751, 0.0038915], log(n))
      spread = exp(polynomial([-0.4803, -0.082676, 0.0030302], log(n)))
    }
    return norm.sf((y - mean) / spread)
  }

  private static func polynomial(_ coefficients: [Double], _ x: Double) -> Double {
    coefficients.reversed().reduce(0) { $0 * x + $1 }
  }

  /// D'Agostino's test that the skewness is that of a normal population. NaN below 8 values.
  ///
  /// - Throws: ``StatisticsError`` for values that are no numbers.
  ///
  /// Python: scipy.stats.skewtest
  public static func skewtest(
    _ a: any Sample, nanPolicy: NanPolicy = .propagate, alternative: Alternative = .twoSided
  ) throws -> SignificanceResult {
    guard let values = try independent([a], nanPolicy)?[0], values.count >= 8 else { return .undefined }
    let n = Double(values.count)
    var y = try skew(values) * ((n + 1) * (n + 3) / (6 * (n - 2))).squareRoot()
    let beta = 3 * (n * n + 27 * n - 70) * (n + 1) * (n + 3) / ((n - 2) * (n + 5) * (n + 7) * (n + 9))
    let w = -1 + (2 * (beta - 1)).squareRoot()
    let delta = 1 / (0.5 * log(w)).squareRoot()
    let alpha = (2 / (w - 1)).squareRoot()
    // scipy's choice for a skewness of exactly nothing.
    if y == 0 { y = 1 }
    let z = delta * asinh(y / alpha)
    return SignificanceResult(statistic: z, pvalue: Statistics.pvalue(z, norm(), alternative))
  }

  /// Anscombe and Glynn's test that the kurtosis is that of a normal population. NaN below 5 values.
  ///
  /// - Throws: ``StatisticsError`` for values that are no numbers.
  ///
  /// Python: scipy.stats.kurtosistest
  public static func kurtosistest(
    _ a: any Sample, nanPolicy: NanPolicy = .propagate, alternative: Alternative = .twoSided
  ) throws -> SignificanceResult {
    guard let values = try independent([a], nanPolicy)?[0], values.count >= 5 else { return .undefined }
    let n = Double(values.count)
    let expected = 3 * (n - 1) / (n + 1)
    let variance = 24 * n * (n - 2) * (n - 3) / ((n + 1) * (n + 1) * (n + 3) * (n + 5))
    let x = (try kurtosis(values, fisher: false) - expected) / variance.squareRoot()
    let third = 6 * (n * n - 5 * n + 2) / ((n + 7) * (n + 9))
    let skewness = third * (6 * (n + 3) * (n + 5) / (n * (n - 2) * (n - 3))).squareRoot()
    let a = 6 + 8 / skewness * (2 / skewness + (1 + 4 / (skewness * skewness)).squareRoot())
    let below = 1 + x * (2 / (a - 4)).squareRoot()
    let root = below == 0 ? .nan : (below > 0 ? 1 : -1) * cbrt((1 - 2 / a) / abs(below))
    let z = (1 - 2 / (9 * a) - root) / (2 / (9 * a)).squareRoot()
    return SignificanceResult(statistic: z, pvalue: Statistics.pvalue(z, norm(), alternative))
  }

  /// D'Agostino and Pearson's test of normality: skewness and kurtosis together.
  ///
  /// - Throws: ``StatisticsError`` for values that are no numbers.
  ///
  /// Python: scipy.stats.normaltest
  public static func normaltest(
    _ a: any Sample, nanPolicy: NanPolicy = .propagate
  ) throws -> SignificanceResult {
    let s = try skewtest(a, nanPolicy: nanPolicy).statistic
    let k = try kurtosistest(a, nanPolicy: nanPolicy).statistic
    return SignificanceResult(statistic: s * s + k * k, pvalue: chi2.sf(s * s + k * k, 2))
  }
}
