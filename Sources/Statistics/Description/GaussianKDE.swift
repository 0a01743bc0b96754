import Distributions
import Foundation

/// How wide the kernels of a density estimate are. Python: the argument bw_method
public enum KDEBandwidth: Sendable {
  /// n^(-1/5) standard deviations.
  case scott
  /// (3n/4)^(-1/5) standard deviations.
  case silverman
  /// A number of standard deviations.
  case factor(Double)
}

/// A density of one variable, estimated by a sum of normal densities about the values.
///
/// Python: scipy.stats.gaussian_kde
public struct GaussianKDE: Sendable {
  /// The values.
  public let dataset: [Double]
  /// Their shares, whose sum is 1.
  public let weights: [Double]
  /// The kernels' standard deviation over that of the values. Python: gaussian_kde.factor
  public let factor: Double
  /// The kernels' variance. Python: gaussian_kde.covariance
  public let covariance: Double
  /// The number of equal weights that say as much. Python: gaussian_kde.neff
  public let neff: Double

  /// The density at each point. Python: gaussian_kde.evaluate
  public func evaluate<X: stats.Pointwise>(_ points: X) -> X.Values {
    let width = covariance.squareRoot()
    return points.mapPointwise { x in
      zip(dataset, weights).reduce(0) { $0 + $1.1 * Normal.pdf((x - $1.0) / width) } / width
    }
  }

  /// The density at each point. Python: gaussian_kde.__call__
  public func callAsFunction<X: stats.Pointwise>(_ points: X) -> X.Values { evaluate(points) }

  /// The logarithm of the density at each point. Python: gaussian_kde.logpdf
  public func logpdf<X: stats.Pointwise>(_ points: X) -> X.Values {
    let width = covariance.squareRoot()
    return points.mapPointwise { x in
      let terms = zip(dataset, weights).map { log($1) - (x - $0) * (x - $0) / (2 * covariance) }
      let top = terms.max() ?? -.infinity
      guard top > -.infinity else { return top }
      return top + log(terms.reduce(0) { $0 + exp($1 - top) }) - log(width) - 0.5 * log(2 * Double.pi)
    }
  }

  /// The probability between two numbers. Python: gaussian_kde.integrate_box_1d
  public func integrateBox1d(_ low: Double, _ high: Double) -> Double {
    let width = covariance.squareRoot()
    return zip(dataset, weights).reduce(0) {
      $0 + $1.1 * (Normal.cdf((high - $1.0) / width) - Normal.cdf((low - $1.0) / width))
    }
  }
}

extension stats {
  /// A density of one variable, estimated by a sum of normal densities about the values.
  ///
  /// - Throws: ``StatisticsError`` for fewer than two different values, negative weights, and values that are no numbers.
  ///
  /// Python: scipy.stats.gaussian_kde
  public static func gaussianKde(
    _ dataset: any Sample, bwMethod: KDEBandwidth = .scott, weights: (any Sample)? = nil
  ) throws -> GaussianKDE {
    let x = try dataset.sampleValues()
    let given = try weights?.sampleValues() ?? x.map { _ in 1 }
    guard given.count == x.count, given.allSatisfy({ $0 >= 0 && $0.isFinite }), given.sum > 0 || x.isEmpty
    else {
      throw StatisticsError("weights must be \(x.count) numbers that are not negative, one a value")
    }
    guard x.count > 1, x.allSatisfy(\.isFinite), !x.isConstant else {
      throw StatisticsError(
        "a density needs at least two different finite values: there are \(x.count) values")
    }
    let shares = given.map { $0 / given.sum }
    let neff = 1 / shares.reduce(0) { $0 + $1 * $1 }
    let factor =
      switch bwMethod {
      case .scott: pow(neff, -0.2)
      case .silverman: pow(neff * 0.75, -0.2)
      case .factor(let value): value
      }
    guard factor > 0, factor.isFinite else {
      throw StatisticsError("the width of the kernels must be positive, not \(factor)")
    }
    let mean = zip(x, shares).reduce(0) { $0 + $1.0 * $1.1 }
    let squares = zip(x, shares).reduce(0) { $0 + $1.1 * ($1.0 - mean) * ($1.0 - mean) }
    let variance = squares / (1 - 1 / neff)
    return GaussianKDE(
      dataset: x, weights: shares, factor: factor, covariance: variance * factor * factor, neff: neff)
  }
}
