import DataFrames
import Distributions
import LinearAlgebra
import MixedModels

/// Profiles of a likelihood: intervals of standard deviations, correlations and coefficients that need no normal
/// distribution of the estimates. Not in statsmodels.
///
/// Of a parameter ψ with the least -2 log L at each value, D(ψ), the signed root ζ = ±√(D − D_min) is a standard normal
/// deviate to a good approximation; a straight ζ is what a Wald interval takes for granted.
public struct LikelihoodProfile: Sendable {
  /// One parameter.
  public struct Parameter: Sendable {
    /// `sd_Days|Subject`, `cor_Days.Intercept|Subject`, `sigma`, or the name of a fixed effect.
    public let name: String
    /// The estimate by maximum likelihood; nan for a correlation with an effect that does not vary.
    public let estimate: Double
    /// Lower end of the interval; 0 or -1 where the likelihood holds it possible.
    public let lower: Double
    /// Upper end of the interval.
    public let upper: Double
    /// Values of the parameter, ascending; empty unless points were asked for.
    public let values: [Double]
    /// ζ at the values.
    public let zeta: [Double]

    /// ζ between the points, by cubics through them; nan outside.
    public func zeta(at value: Double) -> Double {
      guard let last = values.last, let first = values.first, values.count > 1, value >= first, value <= last
      else {
        return .nan
      }
      let right = max(1, values.firstIndex { $0 >= value } ?? values.count - 1)
      let (a, b) = (right - 1, right)
      let width = values[b] - values[a]
      let share = (value - values[a]) / width
      let (s, t) = (slope(a) * width, slope(b) * width)
      let rise = zeta[b] - zeta[a]
      return zeta[a] + share * (s + share * (3 * rise - 2 * s - t + share * (s + t - 2 * rise)))
    }

    /// The density of the parameter that a standard normal ζ has, φ(ζ) ζ'.
    public func density(at value: Double) -> Double {
      guard let width = values.last.map({ ($0 - values[0]) * 1e-4 }), width > 0 else { return .nan }
      let (below, above) = (max(value - width, values[0]), min(value + width, values[values.count - 1]))
      let slope = (zeta(at: above) - zeta(at: below)) / (above - below)
      return Normal.pdf(zeta(at: value)) * slope
    }

    /// Slope of ζ at a point, from its neighbours.
    private func slope(_ i: Int) -> Double {
      let (a, b) = (max(i - 1, 0), min(i + 1, values.count - 1))
      if a == i || b == i { return (zeta[b] - zeta[a]) / (values[b] - values[a]) }
      let (left, right) = (values[i] - values[a], values[b] - values[i])
      let (before, after) = ((zeta[i] - zeta[a]) / left, (zeta[b] - zeta[i]) / right)
      return (right * before + left * after) / (left + right)
    }
  }

  /// The parameters: of each factor, by decreasing number of levels, the standard deviation of an effect, its correlations
  /// with those that follow, the next standard deviation; then `sigma`; then the fixed effects.
  public let parameters: [Parameter]
  /// Confidence level of the intervals.
  public let level: Double
  /// -2 log L at the estimate.
  public let deviance: Double

  /// The parameter of a name; nil for another name.
  public subscript(name: String) -> Parameter? { parameters.first { $0.name == name } }

  /// The intervals, columns "0" and "1".
  public var confInt: LabeledMatrix {
    LabeledMatrix(
      index: parameters.map(\.name), columns: ["0", "1"],
      values: Matrix(
        rows: parameters.count, columns: 2, columnMajor: parameters.map(\.lower) + parameters.map(\.upper)))
  }

  /// Columns `parameter`, `estimate`, `lower`, `upper`.
  public var frame: DataFrame {
    let columns = [
      Column(name: "parameter", parameters.map(\.name)), Column(name: "estimate", parameters.map(\.estimate)),
      Column(name: "lower", parameters.map(\.lower)), Column(name: "upper", parameters.map(\.upper)),
    ]
    return (try? DataFrame(columns: columns)) ?? DataFrame()
  }
}

extension LikelihoodProfile: CustomStringConvertible {
  /// Estimates and intervals, one parameter a line.
  public var description: String {
    let percent = PythonFormat.general(50 * (1 - level), 4)
    let other = PythonFormat.general(50 * (1 + level), 4)
    func cells(_ values: [Double]) -> [String] {
      values.map { $0.isNaN ? "" : PythonFormat.fixed($0, 4) }
    }
    return FrameText.frame(
      index: parameters.map(\.name), header: ["estimate", "\(percent) %", "\(other) %"],
      columns: [
        cells(parameters.map(\.estimate)), cells(parameters.map(\.lower)), cells(parameters.map(\.upper)),
      ])
  }
}

/// How an interval is found. Not in statsmodels.
public enum IntervalMethod: Sendable {
  /// Estimates and their standard errors.
  case wald
  /// Where the likelihood has fallen by half a quantile of χ².
  case profile
  /// Percentiles of estimates from responses that the fitted model draws.
  case bootstrap(count: Int, seed: UInt64)
}

extension MixedLMResults {
  /// Profiles of the likelihood, with intervals whose ends are exact. Not in statsmodels.
  ///
  /// ```swift
  /// let profile = try results.profile()
  /// print(profile)
  /// ```
  /// As in lme4 the likelihood is not the restricted one: a fit by REML is fitted by ML first.
  /// - Parameters:
  ///   - parameters: names as in ``LikelihoodProfile``; nil takes all.
  ///   - level: confidence level of the intervals.
  ///   - points: number of points on each side for ζ and density; 0 for intervals alone.
  ///   - reml: true profiles standard deviations and correlations by the restricted likelihood, without fixed effects.
  /// - Throws: ``StatsModelsError`` for names that are none, results without data, fits with held parameters or penalties,
  ///   and where the likelihood is larger elsewhere than at the estimate.
  public func profile(
    parameters: [String]? = nil, level: Double = 0.95, points: Int = 8, reml: Bool = false
  ) throws -> LikelihoodProfile {
    try requireLevel(level)
    guard restrictions.free == nil, restrictions.errorVariance == .profiled, penalty.zeroed.isEmpty,
      penalty.value == 0
    else {
      throw StatsModelsError(
        .notAvailable, "a fit with held parameters or a penalty has no profile: fit without them")
    }
    try requireProfiledForms()
    let chosen = try chosen(parameters, of: profiledParameters.filter { reml ? !$0.isCoefficient : true })
    try specification.requirePlainResiduals(
      "there are no profiles", remedy: "take Wald limits, and residualParameters for those of the residuals")
    let fit =
      self.reml == reml
      ? self : try model.fit(reml: reml, exact: engineOptions.exact, threads: engineOptions.threads)
    let engine = try fit.engine()
    if engine.plan.isIterative {
      throw StatsModelsError(
        .notAvailable,
        "profiles take exact likelihoods, and this model is fitted without an exact factorisation")
    }
    let profiler = LikelihoodProfiler(engine, estimate: fit.estimate)
    return try LikelihoodProfile(
      profiler, of: chosen, level: level, points: points, deviance: -2 * fit.estimate.logLikelihood,
      specification: specification)
  }

  /// Confidence limits by a method, columns "0" and "1". Not in statsmodels.
  ///
  /// - Parameters:
  ///   - method: `.wald` is `confInt(alpha:)`; the others give standard deviations, correlations, σ and fixed effects, in the
  ///     order and by the names of ``LikelihoodProfile``.
  ///   - alpha: one less the confidence level.
  /// - Throws: as ``profile(parameters:level:points:reml:)`` and ``parametricBootstrap(count:seed:threads:progress:)``.
  public func confInt(method: IntervalMethod, alpha: Double = 0.05) throws -> LabeledMatrix {
    try requireLevel(alpha: alpha)
    switch method {
    case .wald: return confInt(alpha: alpha)
    case .profile: return try profile(level: 1 - alpha, points: 0).confInt
    case .bootstrap(let count, let seed):
      return try bootstrapOfDeviations(count: count, seed: seed).confInt(alpha: alpha)
    }
  }

  /// A bootstrap of what profiles tell of.
  private func bootstrapOfDeviations(count: Int, seed: UInt64) throws -> BootstrapResult {
    let drawn = try parametricBootstrap(count: count, seed: seed).requireWhole()
    return try profiledBootstrap(drawn, named: profiledParameters) { values in
      let scale = values[values.count - 1]
      let entries = zip(layout.entries, values[kFe..<values.count - 1]).map { $0.hasUnit ? $1 / scale : $1 }
      let relative = specification.termCovariances(
        layout.covariances(entries, blocks: specification.blocks))
      return (relative.map { $0.mapElements { $0 * scale } }, scale.squareRoot(), Array(values[0..<kFe]))
    }
  }

  private var profiledParameters: [ProfiledName] {
    profiledNames(heldBlocks: heldBlocks, dispersion: "sigma")
  }
}
