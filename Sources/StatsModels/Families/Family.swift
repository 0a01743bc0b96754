/// The distribution of a response given its mean, with the link of the mean.
///
/// ```swift
/// let family = Family.binomial(link: .probit)
/// ```
/// Python: statsmodels.genmod.families
public struct Family: Sendable, Hashable, CustomStringConvertible {
  /// Which distribution; raw values are those of the command's `--family`.
  public enum Distribution: String, Sendable, Hashable, CaseIterable {
    /// Successes among a number of trials.
    case binomial
    /// Counts.
    case poisson
    /// Positive numbers whose standard deviation is proportional to the mean.
    case gamma
    /// Counts with variance μ + αμ².
    case negativeBinomial = "negative-binomial"
    /// Positive numbers with variance φμ³.
    case inverseGaussian = "inverse-gaussian"
    /// Shares in (0, 1) with variance μ(1 − μ)/(1 + φ).
    case beta
    /// Numbers with one variance.
    case gaussian

    /// The name of the class in statsmodels, as summaries print it.
    public var className: String {
      switch self {
      case .binomial: "Binomial"
      case .poisson: "Poisson"
      case .gamma: "Gamma"
      case .negativeBinomial: "NegativeBinomial"
      case .inverseGaussian: "InverseGaussian"
      case .beta: "Beta"
      case .gaussian: "Gaussian"
      }
    }

    /// The links that statsmodels allows, the default first; for gamma the default is the logarithm, not 1/μ.
    public var links: [Link] {
      switch self {
      case .binomial: [.logit, .probit, .cauchy, .log, .cloglog, .identity]
      case .poisson: [.log, .identity, .sqrt]
      case .gamma: [.log, .identity, .inverse]
      case .negativeBinomial: [.log, .cloglog, .identity]
      case .inverseGaussian: [.inverseSquared, .inverse, .identity, .log]
      case .beta: [.logit, .probit, .cloglog, .cauchy]
      case .gaussian: [.identity, .log, .inverse]
      }
    }
  }

  /// Which distribution.
  public let distribution: Distribution
  /// The link of the mean.
  public let link: Link
  /// α of a negative binomial distribution with variance μ + αμ²; nil where it is estimated, and of other families.
  public let alpha: Double?

  private init(_ distribution: Distribution, _ link: Link, alpha: Double? = nil) {
    self.distribution = distribution
    self.link = link
    self.alpha = alpha
  }

  /// A distribution with a link, or its default one.
  ///
  /// - Throws: ``StatsModelsError`` for a link that the family does not take.
  public init(_ distribution: Distribution, link: Link? = nil) throws {
    self.init(distribution, link ?? distribution.links[0])
    try check()
  }

  /// Successes among trials, or truth values. Python: families.Binomial
  public static func binomial(link: Link = .logit) -> Family { Family(.binomial, link) }
  /// Counts. Python: families.Poisson
  public static func poisson(link: Link = .log) -> Family { Family(.poisson, link) }
  /// Positive numbers, the standard deviation proportional to the mean. Python: families.Gamma
  public static func gamma(link: Link = .log) -> Family { Family(.gamma, link) }
  /// Counts with variance μ + αμ²; nil estimates α. Python: families.NegativeBinomial
  public static func negativeBinomial(alpha: Double? = nil, link: Link = .log) -> Family {
    Family(.negativeBinomial, link, alpha: alpha)
  }
  /// Positive numbers with variance φμ³. Python: families.InverseGaussian
  public static func inverseGaussian(link: Link = .inverseSquared) -> Family {
    Family(.inverseGaussian, link)
  }
  /// Shares in (0, 1) with precision φ. Python: othermod.betareg.BetaModel
  public static func beta(link: Link = .logit) -> Family { Family(.beta, link) }
  /// Numbers with one variance. Python: families.Gaussian
  public static func gaussian(link: Link = .identity) -> Family { Family(.gaussian, link) }

  /// Family and link, as in `binomial (logit)`.
  public var description: String { "\(distribution.rawValue) (\(link.rawValue))" }

  /// Refuses a link that the family does not take, and an α that is not positive.
  package func check() throws {
    guard distribution.links.contains(link) else {
      throw StatsModelsError(
        .invalidArgument,
        "the \(distribution.rawValue) family does not take the \(link.rawValue) link: use one of "
          + distribution.links.map(\.rawValue).joined(separator: ", "), values: [link.rawValue])
    }
    if let alpha, !(alpha > 0 && alpha.isFinite) {
      throw StatsModelsError(
        .invalidArgument,
        "alpha of a negative binomial family must be positive, not \(alpha); nil estimates it, and for alpha = 0 "
          + "there is the Poisson family", values: ["\(alpha)"])
    }
  }
}

extension Family {
  /// A link that gives every linear predictor a mean of the family, for one that does not; nil for one that does.
  var linkForAllPredictors: Link? {
    switch (link, distribution) {
    case (.identity, .gaussian): nil
    case (.identity, _), (.inverse, _), (.inverseSquared, _), (.log, .binomial), (.log, .beta):
      distribution == .binomial || distribution == .beta ? .logit : .log
    default: nil
    }
  }
}
