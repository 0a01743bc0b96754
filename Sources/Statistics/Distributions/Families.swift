import Distributions

extension stats {
  /// The normal distributions. Python: scipy.stats.norm
  public static let norm = ContinuousFamily { StandardNormal() }
  /// The exponential distributions. Python: scipy.stats.expon
  public static let expon = ContinuousFamily { ExponentialDistribution() }
  /// The uniform distributions on loc ... loc + scale. Python: scipy.stats.uniform
  public static let uniform = ContinuousFamily { UniformDistribution() }
  /// Student's t distributions, by degrees of freedom. Python: scipy.stats.t
  public static let t = OneShapeFamily { StudentT($0) }
  /// The χ² distributions, by degrees of freedom. Python: scipy.stats.chi2
  public static let chi2 = OneShapeFamily { ChiSquared($0) }
  /// The gamma distributions, by shape. Python: scipy.stats.gamma
  public static let gamma = OneShapeFamily { GammaDistribution($0) }
  /// The log-normal distributions, by the standard deviation of the logarithm. Python: scipy.stats.lognorm
  public static let lognorm = OneShapeFamily { LogNormalDistribution($0) }
  /// Fisher's F distributions, by degrees of freedom of numerator and denominator. Python: scipy.stats.f
  public static let f = TwoShapeFamily { FDistribution($0, $1) }
  /// The beta distributions. Python: scipy.stats.beta
  public static let beta = TwoShapeFamily { BetaDistribution($0, $1) }
  /// The studentized ranges, by number of groups and degrees of freedom; 100,000 degrees of freedom are not yet
  /// infinity here, as they are in scipy. Python: scipy.stats.studentized_range
  public static let studentizedRange = TwoShapeFamily { StudentizedRange(groups: $0, df: $1) }
  /// The binomial distributions, by number of trials and probability. Python: scipy.stats.binom
  public static let binom = BinomialFamily { BinomialDistribution($0, $1) }
  /// The numbers of failures before n successes of probability p. Python: scipy.stats.nbinom
  public static let nbinom = BinomialFamily { NegativeBinomialDistribution($0, $1) }
  /// The Poisson distributions, by mean. Python: scipy.stats.poisson
  public static let poisson = PoissonFamily { PoissonDistribution($0) }
}
