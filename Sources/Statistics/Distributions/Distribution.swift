import DataFrames
import Distributions
import Foundation

extension stats {
  /// Numbers, one or many, that a function is applied to one by one.
  public protocol Pointwise {
    /// The same number of results: a number for a number, an array for an array, a column for a column.
    associatedtype Values
    /// The function's values.
    func mapPointwise(_ function: (Double) -> Double) -> Values
  }
}

extension Double: stats.Pointwise {
  /// The function at the number.
  public func mapPointwise(_ function: (Double) -> Double) -> Double { function(self) }
}

extension Int: stats.Pointwise {
  /// The function at the number.
  public func mapPointwise(_ function: (Double) -> Double) -> Double { function(Double(self)) }
}

extension Array: stats.Pointwise where Element: stats.RealNumber {
  /// The function at each element.
  public func mapPointwise(_ function: (Double) -> Double) -> [Double] { map { function($0.doubleValue) } }
}

extension Column: stats.Pointwise {
  /// The column of the function's values under the same name; missing values stay missing, texts stop with a message.
  public func mapPointwise(_ function: (Double) -> Double) -> Column { map(function) }
}

extension stats {
  /// A number with a value as Double: the elements of arrays that functions are applied to.
  public protocol RealNumber {
    /// The number.
    var doubleValue: Double { get }
  }
}

extension Double: stats.RealNumber {
  /// The number itself.
  public var doubleValue: Double { self }
}

extension Int: stats.RealNumber {
  /// The number.
  public var doubleValue: Double { Double(self) }
}

extension stats {
  /// A distribution with all its parameters: `stats.t(10)`, `stats.norm(loc: 1, scale: 2)`.
  ///
  /// Parameters that define no distribution make every answer NaN, as in scipy. Tails are computed each by itself: no
  /// digits are lost in `sf` where `cdf` is near 1, and logarithms go on where probabilities underflow.
  ///
  /// Python: a frozen distribution of scipy.stats
  public struct Distribution: Sendable {
    let base: any UnivariateDistribution
    let loc: Double
    let scale: Double

    init(_ base: any UnivariateDistribution, loc: Double = 0, scale: Double = 1) {
      self.base = base
      self.loc = loc
      self.scale = scale
    }

    private var isValid: Bool { base.isValid && scale > 0 && scale < .infinity && loc.isFinite }

    /// The density at each x. Python: rv_continuous.pdf
    public func pdf<X: stats.Pointwise>(_ x: X) -> X.Values {
      x.mapPointwise { density($0) { base.density($0) / scale } ?? 0 }
    }

    /// The probability of each k; that of a number that is not whole is 0. Python: rv_discrete.pmf
    public func pmf<X: stats.Pointwise>(_ k: X) -> X.Values { pdf(k) }

    /// The logarithm of the density. Python: rv_continuous.logpdf
    public func logpdf<X: stats.Pointwise>(_ x: X) -> X.Values {
      x.mapPointwise { density($0) { base.logDensity($0) - log(scale) } ?? -.infinity }
    }

    /// The logarithm of the probability. Python: rv_discrete.logpmf
    public func logpmf<X: stats.Pointwise>(_ k: X) -> X.Values { logpdf(k) }

    /// P(X ≤ x). Python: rv_continuous.cdf
    public func cdf<X: stats.Pointwise>(_ x: X) -> X.Values {
      x.mapPointwise { tail($0, (0, 1)) { base.tails(at: $0).lower } }
    }

    /// P(X > x). Python: rv_continuous.sf
    public func sf<X: stats.Pointwise>(_ x: X) -> X.Values {
      x.mapPointwise { tail($0, (1, 0)) { base.tails(at: $0).upper } }
    }

    /// log P(X ≤ x). Python: rv_continuous.logcdf
    public func logcdf<X: stats.Pointwise>(_ x: X) -> X.Values {
      x.mapPointwise { tail($0, (-.infinity, 0)) { base.logTails(at: $0).lower } }
    }

    /// log P(X > x). Python: rv_continuous.logsf
    public func logsf<X: stats.Pointwise>(_ x: X) -> X.Values {
      x.mapPointwise { tail($0, (0, -.infinity)) { base.logTails(at: $0).upper } }
    }

    /// The x with P(X ≤ x) = p; NaN outside 0 ... 1. Python: rv_continuous.ppf
    public func ppf<X: stats.Pointwise>(_ p: X) -> X.Values {
      p.mapPointwise { quantile($0, ends: (lowEnd, base.support.high)) { base.quantile(lower: $0) } }
    }

    /// The x with P(X > x) = q; NaN outside 0 ... 1. Python: rv_continuous.isf
    public func isf<X: stats.Pointwise>(_ q: X) -> X.Values {
      q.mapPointwise { quantile($0, ends: (base.support.high, lowEnd)) { base.quantile(upper: $0) } }
    }

    /// The interval with equal tails that holds a share of the probability. Python: rv_continuous.interval
    public func interval(_ confidence: Double) -> (low: Double, high: Double) {
      let tail = (1 - confidence) / 2
      return (ppf(tail), isf(tail))
    }

    /// The expected value. Python: rv_continuous.mean
    public func mean() -> Double { isValid ? loc + scale * base.mean : .nan }
    /// The variance. Python: rv_continuous.var
    public func `var`() -> Double { isValid ? scale * scale * base.variance : .nan }
    /// The standard deviation. Python: rv_continuous.std
    public func std() -> Double { `var`().squareRoot() }
    /// The median. Python: rv_continuous.median
    public func median() -> Double { ppf(0.5) }

    /// One random draw: the quantile at a uniform number.
    public func rvs(using generator: inout RandomGenerator) -> Double { ppf(generator.uniform()) }

    /// Random draws, each the quantile at one uniform number. Python: rv_continuous.rvs
    public func rvs(size: Int, using generator: inout RandomGenerator) -> [Double] {
      (0..<max(0, size)).map { _ in rvs(using: &generator) }
    }

    /// scipy puts the end of a discrete distribution's quantiles one below its smallest value.
    private var lowEnd: Double { base.isDiscrete ? base.support.low - 1 : base.support.low }

    private func standardized(_ x: Double) -> Double { (x - loc) / scale }

    /// The function at the standardised number; nil outside the support.
    private func density(_ x: Double, _ function: (Double) -> Double) -> Double? {
      guard isValid, !x.isNaN else { return .nan }
      let z = standardized(x)
      let (low, high) = base.support
      if z < low || z > high || z.magnitude == .infinity { return nil }
      return base.isDiscrete && z != z.rounded() ? nil : function(z)
    }

    private func tail(_ x: Double, _ ends: (Double, Double), _ function: (Double) -> Double) -> Double {
      guard isValid, !x.isNaN else { return .nan }
      let z = standardized(x)
      let (low, high) = base.support
      if base.isDiscrete ? z < low : z <= low { return ends.0 }
      return z >= high ? ends.1 : function(z)
    }

    private func quantile(
      _ p: Double, ends: (Double, Double), _ function: (Double) -> Double
    ) -> Double {
      guard isValid, p >= 0, p <= 1 else { return .nan }
      let z = p == 0 ? ends.0 : (p == 1 ? ends.1 : function(p))
      return loc + scale * z
    }
  }
}
