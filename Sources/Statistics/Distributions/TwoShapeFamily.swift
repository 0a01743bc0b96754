import Distributions

/// A family of distributions with two shape parameters: `stats.f`, `stats.beta`, `stats.studentizedRange`.
public struct TwoShapeFamily: Sendable {
  let base: @Sendable (Double, Double) -> any UnivariateDistribution

  /// The distribution with these parameters.
  public func callAsFunction(_ a: Double, _ b: Double, loc: Double = 0, scale: Double = 1)
    -> stats.Distribution
  {
    stats.Distribution(base(a, b), loc: loc, scale: scale)
  }

  /// The density at each x. Python: rv_continuous.pdf
  public func pdf<X: stats.Pointwise>(
    _ x: X, _ a: Double, _ b: Double, loc: Double = 0, scale: Double = 1
  ) -> X.Values { self(a, b, loc: loc, scale: scale).pdf(x) }

  /// The logarithm of the density. Python: rv_continuous.logpdf
  public func logpdf<X: stats.Pointwise>(
    _ x: X, _ a: Double, _ b: Double, loc: Double = 0, scale: Double = 1
  ) -> X.Values { self(a, b, loc: loc, scale: scale).logpdf(x) }

  /// P(X ≤ x). Python: rv_continuous.cdf
  public func cdf<X: stats.Pointwise>(
    _ x: X, _ a: Double, _ b: Double, loc: Double = 0, scale: Double = 1
  ) -> X.Values { self(a, b, loc: loc, scale: scale).cdf(x) }

  /// P(X > x). Python: rv_continuous.sf
  public func sf<X: stats.Pointwise>(
    _ x: X, _ a: Double, _ b: Double, loc: Double = 0, scale: Double = 1
  ) -> X.Values { self(a, b, loc: loc, scale: scale).sf(x) }

  /// log P(X ≤ x). Python: rv_continuous.logcdf
  public func logcdf<X: stats.Pointwise>(
    _ x: X, _ a: Double, _ b: Double, loc: Double = 0, scale: Double = 1
  ) -> X.Values { self(a, b, loc: loc, scale: scale).logcdf(x) }

  /// log P(X > x). Python: rv_continuous.logsf
  public func logsf<X: stats.Pointwise>(
    _ x: X, _ a: Double, _ b: Double, loc: Double = 0, scale: Double = 1
  ) -> X.Values { self(a, b, loc: loc, scale: scale).logsf(x) }

  /// The x with P(X ≤ x) = q. Python: rv_continuous.ppf
  public func ppf<X: stats.Pointwise>(
    _ q: X, _ a: Double, _ b: Double, loc: Double = 0, scale: Double = 1
  ) -> X.Values { self(a, b, loc: loc, scale: scale).ppf(q) }

  /// The x with P(X > x) = q. Python: rv_continuous.isf
  public func isf<X: stats.Pointwise>(
    _ q: X, _ a: Double, _ b: Double, loc: Double = 0, scale: Double = 1
  ) -> X.Values { self(a, b, loc: loc, scale: scale).isf(q) }

  /// The expected value. Python: rv_continuous.mean
  public func mean(_ a: Double, _ b: Double, loc: Double = 0, scale: Double = 1) -> Double {
    self(a, b, loc: loc, scale: scale).mean()
  }

  /// The variance. Python: rv_continuous.var
  public func `var`(_ a: Double, _ b: Double, loc: Double = 0, scale: Double = 1) -> Double {
    self(a, b, loc: loc, scale: scale).`var`()
  }

  /// The standard deviation. Python: rv_continuous.std
  public func std(_ a: Double, _ b: Double, loc: Double = 0, scale: Double = 1) -> Double {
    self(a, b, loc: loc, scale: scale).std()
  }

  /// The median. Python: rv_continuous.median
  public func median(_ a: Double, _ b: Double, loc: Double = 0, scale: Double = 1) -> Double {
    self(a, b, loc: loc, scale: scale).median()
  }

  /// Random draws, each the quantile at one uniform number. Python: rv_continuous.rvs
  public func rvs(
    _ a: Double, _ b: Double, loc: Double = 0, scale: Double = 1, size: Int,
    using generator: inout RandomGenerator
  ) -> [Double] { self(a, b, loc: loc, scale: scale).rvs(size: size, using: &generator) }
}
