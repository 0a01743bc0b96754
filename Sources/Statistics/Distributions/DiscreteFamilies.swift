import Distributions

/// The Poisson distributions: `stats.poisson`.
public struct PoissonFamily: Sendable {
  let base: @Sendable (Double) -> any UnivariateDistribution

  /// The distribution with these parameters.
  public func callAsFunction(_ mu: Double, loc: Double = 0) -> stats.Distribution {
    stats.Distribution(base(mu), loc: loc)
  }

  /// The probability of each k. Python: rv_discrete.pmf
  public func pmf<X: stats.Pointwise>(
    _ x: X, _ mu: Double, loc: Double = 0
  ) -> X.Values { self(mu, loc: loc).pmf(x) }

  /// The logarithm of the probability. Python: rv_discrete.logpmf
  public func logpmf<X: stats.Pointwise>(
    _ x: X, _ mu: Double, loc: Double = 0
  ) -> X.Values { self(mu, loc: loc).logpmf(x) }

  /// P(X ≤ x). Python: rv_discrete.cdf
  public func cdf<X: stats.Pointwise>(
    _ x: X, _ mu: Double, loc: Double = 0
  ) -> X.Values { self(mu, loc: loc).cdf(x) }

  /// P(X > x). Python: rv_discrete.sf
  public func sf<X: stats.Pointwise>(_ x: X, _ mu: Double, loc: Double = 0) -> X.Values {
    self(mu, loc: loc).sf(x)
  }

  /// log P(X ≤ x). Python: rv_discrete.logcdf
  public func logcdf<X: stats.Pointwise>(
    _ x: X, _ mu: Double, loc: Double = 0
  ) -> X.Values { self(mu, loc: loc).logcdf(x) }

  /// log P(X > x). Python: rv_discrete.logsf
  public func logsf<X: stats.Pointwise>(
    _ x: X, _ mu: Double, loc: Double = 0
  ) -> X.Values { self(mu, loc: loc).logsf(x) }

  /// The x with P(X ≤ x) = q. Python: rv_discrete.ppf
  public func ppf<X: stats.Pointwise>(
    _ q: X, _ mu: Double, loc: Double = 0
  ) -> X.Values { self(mu, loc: loc).ppf(q) }

  /// The x with P(X > x) = q. Python: rv_discrete.isf
  public func isf<X: stats.Pointwise>(
    _ q: X, _ mu: Double, loc: Double = 0
  ) -> X.Values { self(mu, loc: loc).isf(q) }

  /// The expected value. Python: rv_discrete.mean
  public func mean(_ mu: Double, loc: Double = 0) -> Double { self(mu, loc: loc).mean() }

  /// The variance. Python: rv_discrete.var
  public func `var`(_ mu: Double, loc: Double = 0) -> Double { self(mu, loc: loc).`var`() }

  /// The standard deviation. Python: rv_discrete.std
  public func std(_ mu: Double, loc: Double = 0) -> Double { self(mu, loc: loc).std() }

  /// The median. Python: rv_discrete.median
  public func median(_ mu: Double, loc: Double = 0) -> Double { self(mu, loc: loc).median() }

  /// Random draws, each the quantile at one uniform number. Python: rv_discrete.rvs
  public func rvs(
    _ mu: Double, loc: Double = 0, size: Int, using generator: inout RandomGenerator
  ) -> [Double] { self(mu, loc: loc).rvs(size: size, using: &generator) }
}

/// The binomial and the negative binomial distributions: `stats.binom`, `stats.nbinom`.
public struct BinomialFamily: Sendable {
  let base: @Sendable (Double, Double) -> any UnivariateDistribution

  /// The distribution with these parameters.
  public func callAsFunction(_ n: Double, _ p: Double, loc: Double = 0) -> stats.Distribution {
    stats.Distribution(base(n, p), loc: loc)
  }

  /// The probability of each k. Python: rv_discrete.pmf
  public func pmf<X: stats.Pointwise>(
    _ x: X, _ n: Double, _ p: Double, loc: Double = 0
  ) -> X.Values { self(n, p, loc: loc).pmf(x) }

  /// The logarithm of the probability. Python: rv_discrete.logpmf
  public func logpmf<X: stats.Pointwise>(
    _ x: X, _ n: Double, _ p: Double, loc: Double = 0
  ) -> X.Values { self(n, p, loc: loc).logpmf(x) }

  /// P(X ≤ x). Python: rv_discrete.cdf
  public func cdf<X: stats.Pointwise>(
    _ x: X, _ n: Double, _ p: Double, loc: Double = 0
  ) -> X.Values { self(n, p, loc: loc).cdf(x) }

  /// P(X > x). Python: rv_discrete.sf
  public func sf<X: stats.Pointwise>(
    _ x: X, _ n: Double, _ p: Double, loc: Double = 0
  ) -> X.Values { self(n, p, loc: loc).sf(x) }

  /// log P(X ≤ x). Python: rv_discrete.logcdf
  public func logcdf<X: stats.Pointwise>(
    _ x: X, _ n: Double, _ p: Double, loc: Double = 0
  ) -> X.Values { self(n, p, loc: loc).logcdf(x) }

  /// log P(X > x). Python: rv_discrete.logsf
  public func logsf<X: stats.Pointwise>(
    _ x: X, _ n: Double, _ p: Double, loc: Double = 0
  ) -> X.Values { self(n, p, loc: loc).logsf(x) }

  /// The x with P(X ≤ x) = q. Python: rv_discrete.ppf
  public func ppf<X: stats.Pointwise>(
    _ q: X, _ n: Double, _ p: Double, loc: Double = 0
  ) -> X.Values { self(n, p, loc: loc).ppf(q) }

  /// The x with P(X > x) = q. Python: rv_discrete.isf
  public func isf<X: stats.Pointwise>(
    _ q: X, _ n: Double, _ p: Double, loc: Double = 0
  ) -> X.Values { self(n, p, loc: loc).isf(q) }

  /// The expected value. Python: rv_discrete.mean
  public func mean(_ n: Double, _ p: Double, loc: Double = 0) -> Double { self(n, p, loc: loc).mean() }

  /// The variance. Python: rv_discrete.var
  public func `var`(_ n: Double, _ p: Double, loc: Double = 0) -> Double { self(n, p, loc: loc).`var`() }

  /// The standard deviation. Python: rv_discrete.std
  public func std(_ n: Double, _ p: Double, loc: Double = 0) -> Double { self(n, p, loc: loc).std() }

  /// The median. Python: rv_discrete.median
  public func median(_ n: Double, _ p: Double, loc: Double = 0) -> Double { self(n, p, loc: loc).median() }

  /// Random draws, each the quantile at one uniform number. Python: rv_discrete.rvs
  public func rvs(
    _ n: Double, _ p: Double, loc: Double = 0, size: Int, using generator: inout RandomGenerator
  ) -> [Double] { self(n, p, loc: loc).rvs(size: size, using: &generator) }
}
