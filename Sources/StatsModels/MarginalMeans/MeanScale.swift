import Foundation

/// The scale on which marginal means of a generalised model are told. Not in statsmodels; the names are emmeans'.
public enum MeanScale: String, Sendable, CaseIterable {
  /// The linear predictor's.
  case link
  /// The response's: means taken through the inverse link, differences of logarithms and of logits as ratios.
  case response

  /// The scale of a name.
  ///
  /// - Throws: ``StatsModelsError`` for another name.
  public init(_ name: String) throws {
    guard let known = Self(rawValue: name.lowercased()) else {
      throw StatsModelsError(
        .invalidArgument, "type is '\(name)'; there are \(shortList(Self.allCases.map(\.rawValue)))",
        values: [name])
    }
    self = known
  }
}

/// An estimate with its standard error and limits.
struct ScaledInterval {
  var estimate: Double
  var se: Double
  var lower: Double
  var upper: Double
}

/// The way from the linear predictor to the response's scale.
struct ResponseScale: Sendable {
  let family: Family

  /// Nil where the two scales are the same.
  init?(_ family: Family) {
    guard family.link != .identity else { return nil }
    self.family = family
  }

  /// What a mean is called.
  var meanName: String {
    switch family.distribution {
    case .binomial: "prob"
    case .poisson: "rate"
    default: "response"
    }
  }

  /// What exponentials of differences are called; nil for links with which these mean nothing.
  var ratioName: String? {
    switch family.link {
    case .logit: "odds.ratio"
    case .log: "ratio"
    default: nil
    }
  }

  /// A mean of the linear predictor as one of the response; the standard error by the delta method.
  func mean(_ linear: ScaledInterval) -> ScaledInterval {
    let limits = [linear.lower, linear.upper].map(family.link.inverse)
    return ScaledInterval(
      estimate: family.link.inverse(linear.estimate),
      se: abs(family.link.inverseDeriv(linear.estimate)) * linear.se,
      lower: limits[0] <= limits[1] ? limits[0] : limits[1],
      upper: limits[0] <= limits[1] ? limits[1] : limits[0])
  }

  /// A difference as a ratio.
  func ratio(_ difference: ScaledInterval) -> ScaledInterval {
    let ratio = exp(difference.estimate)
    return ScaledInterval(
      estimate: ratio, se: ratio * difference.se, lower: exp(difference.lower), upper: exp(difference.upper))
  }
}
