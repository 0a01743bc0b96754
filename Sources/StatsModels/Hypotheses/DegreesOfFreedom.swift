import Distributions

/// How tests of fixed effects count degrees of freedom. Not in statsmodels.
///
/// Standard errors are then those at the estimated variances, σ² (X'V⁻¹X)⁻¹, or Kenward's and Roger's; those of
/// statsmodels, from the joint Hessian, are what methods give without `ddf`.
public enum DegreesOfFreedom: String, Sendable, CaseIterable {
  /// Rows less the rank of the fixed design.
  case residual
  /// Satterthwaite's, from the observed information of the variances, as lmerTest has them.
  case satterthwaite
  /// Kenward's and Roger's, with their covariance of the fixed effects: for restricted likelihoods and small samples.
  case kenwardRoger = "kenward-roger"
  /// None: the normal distribution and χ².
  case infinite

  /// The method of a name, in any case; `none` is ``infinite``.
  ///
  /// - Throws: ``StatsModelsError`` for another name.
  public init(_ name: String) throws {
    let name = name.lowercased()
    let aliases = [
      "none": Self.infinite, "asymptotic": .infinite, "kenward-rogers": .kenwardRoger, "kr": .kenwardRoger,
    ]
    guard let known = Self(rawValue: name) ?? aliases[name] else {
      throw StatsModelsError(
        .invalidArgument,
        "ddf is '\(name)'; there are 'satterthwaite', 'kenward-roger', 'residual' and 'none'", values: [name])
    }
    self = known
  }

  /// The name in a sentence.
  var title: String {
    switch self {
    case .residual: "residual"
    case .satterthwaite: "Satterthwaite's"
    case .kenwardRoger: "Kenward's and Roger's"
    case .infinite: "no"
    }
  }
}

/// Student's t with any number of degrees of freedom: the normal distribution at infinity, nan without any.
enum ReferenceT {
  /// Two-sided p-value.
  static func pValue(_ t: Double, df: Double) -> Double {
    if t.isNaN || !(df > 0) { return .nan }
    return 2 * (df.isInfinite ? Normal.sf(t.magnitude) : StudentT(df).sf(t.magnitude))
  }

  /// The half-width of a two-sided interval in standard errors.
  static func quantile(alpha: Double, df: Double) -> Double {
    guard df > 0 else { return .nan }
    return df.isInfinite ? Normal.ppf(1 - alpha / 2) : StudentT(df).ppf(1 - alpha / 2)
  }
}

/// Fisher's F with any number of degrees of freedom: χ² over its own at infinity, nan without any.
enum ReferenceF {
  /// Upper tail.
  static func pValue(_ f: Double, _ numerator: Double, _ denominator: Double) -> Double {
    guard !f.isNaN, numerator > 0, denominator > 0 else { return .nan }
    if denominator.isInfinite { return ChiSquared(numerator).sf(f * numerator) }
    return FDistribution(numerator, denominator).sf(f)
  }
}
