import LinearAlgebra

/// What a fit subtracted from the log-likelihood, and how it moved the fixed effects.
struct FitPenalty: Sendable {
  /// The penalty at the estimate.
  var value = 0.0
  /// Whether the fixed effects are off their least-squares values.
  var movesFixedEffects = false
  /// Fixed effects that the penalty set to zero.
  var zeroed: Set<Int> = []
}

/// A penalty on the fixed effects, subtracted from the log-likelihood. Python: statsmodels Penalty
public protocol Penalty: Sendable {
  /// The penalty. Python: Penalty.func
  func value(_ params: [Double]) -> Double
  /// Its derivatives. Python: Penalty.deriv
  func deriv(_ params: [Double]) -> [Double]
  /// Its second derivatives, which form a diagonal matrix. Python: Penalty.deriv2
  func deriv2(_ params: [Double]) -> [Double]
  /// The same penalty multiplied by `alpha`, one factor or one for each parameter.
  func scaled(by alpha: [Double]) -> any Penalty
}

/// `Σ w b²`. Python: statsmodels L2
public struct L2: Penalty {
  /// Weight of each parameter; one weight serves all.
  public var weights: [Double]

  /// A quadratic penalty of the given weights. Python: L2
  public init(weights: [Double] = [1]) { self.weights = weights }
  /// A quadratic penalty of one weight. Python: L2
  public init(weights: Double) { self.weights = [weights] }

  /// `Σ w b²`
  public func value(_ params: [Double]) -> Double {
    params.enumerated().reduce(0) { $0 + weight($1.offset) * $1.element * $1.element }
  }
  /// `2 w b`
  public func deriv(_ params: [Double]) -> [Double] {
    params.enumerated().map { 2 * weight($0.offset) * $0.element }
  }
  /// `2 w`
  public func deriv2(_ params: [Double]) -> [Double] { params.indices.map { 2 * weight($0) } }
  /// Weights times `alpha`.
  public func scaled(by alpha: [Double]) -> any Penalty { L2(weights: products(weights, alpha)) }

  private func weight(_ position: Int) -> Double {
    weights.count == 1 ? weights[0] : (position < weights.count ? weights[position] : 0)
  }
}

/// `Σ w d² (√(1 + (b/d)²) - 1)`: quadratic near zero, linear far from it. Python: statsmodels PseudoHuber
public struct PseudoHuber: Penalty {
  /// Where the penalty turns from quadratic to linear.
  public var dlt: Double
  /// Weight of each parameter; one weight serves all.
  public var weights: [Double]

  /// A pseudo-Huber penalty. Python: PseudoHuber
  public init(_ dlt: Double, weights: [Double] = [1]) {
    self.dlt = dlt
    self.weights = weights
  }

  /// `Σ w d² (√(1 + (b/d)²) - 1)`
  public func value(_ params: [Double]) -> Double {
    params.enumerated().reduce(0) {
      let ratio = $1.element / dlt
      return $0 + weight($1.offset) * dlt * dlt * ((1 + ratio * ratio).squareRoot() - 1)
    }
  }
  /// `w b / √(1 + (b/d)²)`
  public func deriv(_ params: [Double]) -> [Double] {
    params.enumerated().map { weight($0.offset) * $0.element / root($0.element) }
  }
  /// `w (1 + (b/d)²)^(-3/2)`
  public func deriv2(_ params: [Double]) -> [Double] {
    params.enumerated().map {
      let root = root($0.element)
      return weight($0.offset) / (root * root * root)
    }
  }
  /// Weights times `alpha`.
  public func scaled(by alpha: [Double]) -> any Penalty {
    PseudoHuber(dlt, weights: products(weights, alpha))
  }

  private func root(_ value: Double) -> Double { (1 + value / dlt * (value / dlt)).squareRoot() }
  private func weight(_ position: Int) -> Double {
    weights.count == 1 ? weights[0] : (position < weights.count ? weights[position] : 0)
  }
}

/// A penalty on the relative covariance matrix of the random effects. Python: statsmodels CovariancePenalty
public protocol CovariancePenalty: Sendable {
  /// The penalty, infinite outside its domain. Python: CovariancePenalty.func
  func value(_ covariance: Matrix) -> Double
  /// Derivatives: the symmetric matrix F such that the change for dS is Σ F dS. Python: CovariancePenalty.deriv
  func deriv(_ covariance: Matrix) -> Matrix
}

/// `-w log |S|`, which keeps a covariance matrix away from singular ones. Python: statsmodels PSD
public struct PSD: CovariancePenalty {
  /// The penalty's weight.
  public var weight: Double

  /// A penalty of a given weight. Python: PSD
  public init(weight: Double = 1) { self.weight = weight }

  /// `-w log |S|`, infinite for a matrix that is not positive definite.
  public func value(_ covariance: Matrix) -> Double {
    guard let factor = try? Cholesky(covariance) else { return .infinity }
    return -weight * factor.logDeterminant
  }
  /// `-w S⁻¹`
  public func deriv(_ covariance: Matrix) -> Matrix {
    guard let factor = try? Cholesky(covariance) else {
      return Matrix(rows: covariance.rows, columns: covariance.columns)
    }
    return factor.inverse.mapElements { -weight * $0 }
  }
}

/// Element by element, with a single number standing for all.
private func products(_ a: [Double], _ b: [Double]) -> [Double] {
  if a.count == 1 { return b.map { $0 * a[0] } }
  if b.count == 1 { return a.map { $0 * b[0] } }
  return zip(a, b).map(*)
}
