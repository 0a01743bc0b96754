import GeneralizedModels

extension Family {
  /// The function of a mean that is linear in the predictors: η = g(μ).
  ///
  /// Raw values are those of the command's `--link`. Python: statsmodels.genmod.families.links
  public enum Link: String, Sendable, Hashable, CaseIterable {
    /// log (μ / (1 − μ)). Python: links.Logit
    case logit
    /// Quantile of the standard normal distribution. Python: links.Probit
    case probit
    /// log (−log (1 − μ)). Python: links.CLogLog
    case cloglog
    /// Quantile of the Cauchy distribution. Python: links.Cauchy
    case cauchy
    /// log μ. Python: links.Log
    case log
    /// μ. Python: links.Identity
    case identity
    /// 1 / μ. Python: links.InversePower
    case inverse
    /// 1 / μ². Python: links.InverseSquared
    case inverseSquared = "inverse-squared"
    /// √μ. Python: links.Sqrt
    case sqrt

    /// The name of the class in statsmodels, as summaries print it.
    public var className: String {
      switch self {
      case .logit: "Logit"
      case .probit: "Probit"
      case .cloglog: "CLogLog"
      case .cauchy: "Cauchy"
      case .log: "Log"
      case .identity: "Identity"
      case .inverse: "InversePower"
      case .inverseSquared: "InverseSquared"
      case .sqrt: "Sqrt"
      }
    }

    /// The linear predictor of a mean.
    public func callAsFunction(_ mean: Double) -> Double { function(mean) }
    /// The mean of a linear predictor. Python: Link.inverse
    public func inverse(_ eta: Double) -> Double { function.inverse(eta) }
    /// dη/dμ at a mean. Python: Link.deriv
    public func deriv(_ mean: Double) -> Double { function.derivative(mean) }
    /// d²η/dμ² at a mean. Python: Link.deriv2
    public func deriv2(_ mean: Double) -> Double { function.secondDerivative(mean) }
    /// dμ/dη at a linear predictor. Python: Link.inverse_deriv
    public func inverseDeriv(_ eta: Double) -> Double { function.mean(eta).first }
    /// d²μ/dη² at a linear predictor. Python: Link.inverse_deriv2
    public func inverseDeriv2(_ eta: Double) -> Double { function.mean(eta).second }

    /// The engine's function.
    var function: LinkFunction {
      switch self {
      case .logit: .logit
      case .probit: .probit
      case .cloglog: .cloglog
      case .cauchy: .cauchy
      case .log: .log
      case .identity: .identity
      case .inverse: .inverse
      case .inverseSquared: .inverseSquared
      case .sqrt: .sqrt
      }
    }
  }
}
