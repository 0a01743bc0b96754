/// The names of scipy's shape parameters, as Python scripts write them: `stats.t.sf(2.1, df: 8)`.
extension OneShapeFamily {
  /// The density at each x. Python: rv_continuous.pdf
  public func pdf<X: stats.Pointwise>(_ x: X, df: Double, loc: Double = 0, scale: Double = 1) -> X.Values {
    self(df, loc: loc, scale: scale).pdf(x)
  }

  /// The logarithm of the density. Python: rv_continuous.logpdf
  public func logpdf<X: stats.Pointwise>(_ x: X, df: Double, loc: Double = 0, scale: Double = 1) -> X.Values {
    self(df, loc: loc, scale: scale).logpdf(x)
  }

  /// P(X ≤ x). Python: rv_continuous.cdf
  public func cdf<X: stats.Pointwise>(_ x: X, df: Double, loc: Double = 0, scale: Double = 1) -> X.Values {
    self(df, loc: loc, scale: scale).cdf(x)
  }

  /// P(X > x). Python: rv_continuous.sf
  public func sf<X: stats.Pointwise>(_ x: X, df: Double, loc: Double = 0, scale: Double = 1) -> X.Values {
    self(df, loc: loc, scale: scale).sf(x)
  }

  /// log P(X ≤ x). Python: rv_continuous.logcdf
  public func logcdf<X: stats.Pointwise>(_ x: X, df: Double, loc: Double = 0, scale: Double = 1) -> X.Values {
    self(df, loc: loc, scale: scale).logcdf(x)
  }

  /// log P(X > x). Python: rv_continuous.logsf
  public func logsf<X: stats.Pointwise>(_ x: X, df: Double, loc: Double = 0, scale: Double = 1) -> X.Values {
    self(df, loc: loc, scale: scale).logsf(x)
  }

  /// The x with P(X ≤ x) = q. Python: rv_continuous.ppf
  public func ppf<X: stats.Pointwise>(_ q: X, df: Double, loc: Double = 0, scale: Double = 1) -> X.Values {
    self(df, loc: loc, scale: scale).ppf(q)
  }

  /// The x with P(X > x) = q. Python: rv_continuous.isf
  public func isf<X: stats.Pointwise>(_ q: X, df: Double, loc: Double = 0, scale: Double = 1) -> X.Values {
    self(df, loc: loc, scale: scale).isf(q)
  }
}

extension TwoShapeFamily {
  /// The density at each x. Python: rv_continuous.pdf
  public func pdf<X: stats.Pointwise>(
    _ x: X, dfn: Double, dfd: Double, loc: Double = 0, scale: Double = 1
  ) -> X.Values { self(dfn, dfd, loc: loc, scale: scale).pdf(x) }

  /// The logarithm of the density. Python: rv_continuous.logpdf
  public func logpdf<X: stats.Pointwise>(
    _ x: X, dfn: Double, dfd: Double, loc: Double = 0, scale: Double = 1
  ) -> X.Values { self(dfn, dfd, loc: loc, scale: scale).logpdf(x) }

  /// P(X ≤ x). Python: rv_continuous.cdf
  public func cdf<X: stats.Pointwise>(
    _ x: X, dfn: Double, dfd: Double, loc: Double = 0, scale: Double = 1
  ) -> X.Values { self(dfn, dfd, loc: loc, scale: scale).cdf(x) }

  /// P(X > x). Python: rv_continuous.sf
  public func sf<X: stats.Pointwise>(
    _ x: X, dfn: Double, dfd: Double, loc: Double = 0, scale: Double = 1
  ) -> X.Values { self(dfn, dfd, loc: loc, scale: scale).sf(x) }

  /// log P(X ≤ x). Python: rv_continuous.logcdf
  public func logcdf<X: stats.Pointwise>(
    _ x: X, dfn: Double, dfd: Double, loc: Double = 0, scale: Double = 1
  ) -> X.Values { self(dfn, dfd, loc: loc, scale: scale).logcdf(x) }

  /// log P(X > x). Python: rv_continuous.logsf
  public func logsf<X: stats.Pointwise>(
    _ x: X, dfn: Double, dfd: Double, loc: Double = 0, scale: Double = 1
  ) -> X.Values { self(dfn, dfd, loc: loc, scale: scale).logsf(x) }

  /// The x with P(X ≤ x) = q. Python: rv_continuous.ppf
  public func ppf<X: stats.Pointwise>(
    _ q: X, dfn: Double, dfd: Double, loc: Double = 0, scale: Double = 1
  ) -> X.Values { self(dfn, dfd, loc: loc, scale: scale).ppf(q) }

  /// The x with P(X > x) = q. Python: rv_continuous.isf
  public func isf<X: stats.Pointwise>(
    _ q: X, dfn: Double, dfd: Double, loc: Double = 0, scale: Double = 1
  ) -> X.Values { self(dfn, dfd, loc: loc, scale: scale).isf(q) }
}
