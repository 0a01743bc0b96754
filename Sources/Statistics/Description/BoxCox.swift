import Foundation

/// Powers of positive numbers, made comparable.
extension stats {
  /// (x^λ - 1) / λ, the logarithm at λ = 0, with the λ of the largest likelihood of normal values.
  ///
  /// The maximum is found to rounding; scipy's stops at eight digits.
  /// - Returns: the transformed values and λ.
  /// - Throws: ``StatisticsError`` for values that are not positive, and those that are all the same.
  ///
  /// Python: scipy.stats.boxcox(x)
  public static func boxcox(_ x: any Sample) throws -> (transformed: [Double], lmbda: Double) {
    let values = try positive(x)
    let lmbda = try boxcoxNormmax(values)
    return (special.boxcox(values, lmbda), lmbda)
  }

  /// (x^λ - 1) / λ for a given λ.
  ///
  /// - Throws: ``StatisticsError`` for values that are not positive.
  ///
  /// Python: scipy.stats.boxcox(x, lmbda)
  public static func boxcox(_ x: any Sample, lmbda: Double) throws -> [Double] {
    special.boxcox(try positive(x), lmbda)
  }

  /// The transformation with an interval of λ from the likelihood ratio at level 1 - alpha.
  ///
  /// - Throws: as ``boxcox(_:)``.
  ///
  /// Python: scipy.stats.boxcox(x, alpha=alpha)
  public static func boxcox(
    _ x: any Sample, alpha: Double
  ) throws -> (transformed: [Double], lmbda: Double, interval: ConfidenceInterval) {
    guard alpha > 0, alpha < 1 else {
      throw StatisticsError("alpha must be between 0 and 1, not \(alpha)")
    }
    let values = try positive(x)
    let lmbda = try boxcoxNormmax(values)
    let target = try boxcoxLlf(lmbda, values) - 0.5 * chi2.isf(alpha, 1)
    func end(_ direction: Double) throws -> Double {
      var (inside, step) = (lmbda, 0.5)
      while try boxcoxLlf(inside + direction * step, values) > target, step < 1e3 {
        inside += direction * step
        step *= 2
      }
      var outside = inside + direction * step
      for _ in 0..<200 where abs(outside - inside) > 1e-14 * Swift.max(1, abs(inside)) {
        let middle = (inside + outside) / 2
        if try boxcoxLlf(middle, values) > target { inside = middle } else { outside = middle }
      }
      return (inside + outside) / 2
    }
    return (special.boxcox(values, lmbda), lmbda, ConfidenceInterval(low: try end(-1), high: try end(1)))
  }

  /// The log-likelihood of λ, without constants.
  ///
  /// - Throws: ``StatisticsError`` for values that are not positive.
  ///
  /// Python: scipy.stats.boxcox_llf
  public static func boxcoxLlf(_ lmb: Double, _ data: any Sample) throws -> Double {
    let logs = try positive(data).map(log)
    guard !logs.isEmpty else { return .nan }
    return likelihood(lmb, logs)
  }

  /// The λ of the largest likelihood.
  ///
  /// - Throws: as ``boxcox(_:)``.
  ///
  /// Python: scipy.stats.boxcox_normmax(x, method="mle")
  public static func boxcoxNormmax(_ x: any Sample) throws -> Double {
    let logs = try positive(x).map(log)
    guard logs.count > 1, !logs.isConstant else {
      throw StatisticsError(
        "Data must not be constant: \(logs.count) values that are all the same have no best power")
    }
    // The golden section of a bracket, then steps of the slope to zero: to as many digits as there are.
    let center = logs.mean
    let spread = logs.variance(ddof: 0).squareRoot()
    let z = logs.map { ($0 - center) / spread }
    var (low, high) = (-2 * spread, 2 * spread)
    func slope(_ power: Double) -> Double { Self.slope(power, z) }
    var doublings = 0
    while slope(low) < 0, doublings < 60 { (low, doublings) = (low * 2, doublings + 1) }
    while slope(high) > 0, doublings < 120 { (high, doublings) = (high * 2, doublings + 1) }
    for _ in 0..<200 where high - low > 1e-15 * (abs(low) + abs(high)) {
      let middle = (low + high) / 2
      if slope(middle) > 0 { low = middle } else { high = middle }
    }
    return (low + high) / 2 / spread
  }

  /// dL/dλ over n, of standardised logarithms z, whose mean is 0: 1/λ - cov(w, wz)/var(w) with w = e^{λz}.
  private static func slope(_ power: Double, _ z: [Double]) -> Double {
    let top = z.map { $0 * power }.max() ?? 0
    if top > 30 {
      let w = z.map { exp($0 * power - top) }
      let center = w.mean
      let covariance = zip(w, z).reduce(0) { $0 + ($1.0 - center) * $1.0 * $1.1 } / Double(z.count)
      return 1 / power - covariance / w.centralMoment(2)
    }
    // With u = (w - 1)/λ the difference is cov(u, (u - z)/λ - uz)/var(u): nothing cancels near λ = 0.
    let parts = z.map { value -> (u: Double, rest: Double) in
      let t = value * power
      if abs(t) < 1e-3 {
        let rest = value * value * (0.5 + t / 6 + t * t / 24 + t * t * t / 120)
        return (value + power * rest, rest)
      }
      let u = expm1(t) / power
      return (u, (u - value) / power)
    }
    let center = parts.map(\.u).mean
    let covariance = zip(parts, z).reduce(0) { $0 + ($1.0.u - center) * ($1.0.rest - $1.0.u * $1.1) }
    return covariance / parts.reduce(0) { $0 + ($1.u - center) * ($1.u - center) }
  }

  /// (λ - 1) Σ log x - n/2 log var(x^λ/λ), scaled so that no power overflows.
  private static func likelihood(_ lmb: Double, _ logs: [Double]) -> Double {
    let n = Double(logs.count)
    let logVariance: Double
    if lmb == 0 {
      logVariance = log(logs.variance(ddof: 0))
    } else {
      // Differences of exponentials of deviations keep their digits near λ = 0.
      let center = logs.mean
      let powers = logs.map { expm1(lmb * ($0 - center)) }
      let direct = log(powers.variance(ddof: 0))
      if direct.isFinite {
        logVariance = direct + 2 * (lmb * center - log(abs(lmb)))
      } else {
        let top = logs.map { lmb * $0 }.max() ?? 0
        logVariance = log(logs.map { exp(lmb * $0 - top) }.variance(ddof: 0)) + 2 * (top - log(abs(lmb)))
      }
    }
    return (lmb - 1) * logs.sum - n / 2 * logVariance
  }

  private static func positive(_ x: any Sample) throws -> [Double] {
    let values = try x.sampleValues()
    if let bad = values.first(where: { !($0 > 0 && $0.isFinite) }) {
      throw StatisticsError(
        "Data must be positive: there is \(bad). Add a constant first, or leave such rows out")
    }
    return values
  }
}

/// What scipy.special offers that scripts use beside tests. Python: scipy.special
public enum special {  // swift-format-ignore: TypeNamesShouldBeCapitalized
  /// 1 / (1 + e⁻ˣ). Python: scipy.special.expit
  public static func expit<X: stats.Pointwise>(_ x: X) -> X.Values {
    x.mapPointwise { $0 < 0 ? exp($0) / (1 + exp($0)) : 1 / (1 + exp(-$0)) }
  }

  /// log (p / (1 - p)). Python: scipy.special.logit
  public static func logit<X: stats.Pointwise>(_ p: X) -> X.Values { p.mapPointwise { log($0) - log1p(-$0) } }

  /// (x^λ - 1) / λ, the logarithm at λ = 0. Python: scipy.special.boxcox
  public static func boxcox<X: stats.Pointwise>(_ x: X, _ lmbda: Double) -> X.Values {
    x.mapPointwise { abs(lmbda) < 1e-19 ? log($0) : expm1(lmbda * log($0)) / lmbda }
  }

  /// The number whose power (x^λ - 1) / λ is y. Python: scipy.special.inv_boxcox
  public static func invBoxcox<X: stats.Pointwise>(_ y: X, _ lmbda: Double) -> X.Values {
    y.mapPointwise { lmbda == 0 ? exp($0) : exp(log1p(lmbda * $0) / lmbda) }
  }
}
