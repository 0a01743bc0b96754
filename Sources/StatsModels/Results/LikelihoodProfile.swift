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
    guard level > 0, level < 1 else {
      throw StatsModelsError(
        .invalidArgument, "level is \(level): it must lie between 0 and 1", values: [String(level)])
    }
    guard restrictions.free == nil, restrictions.errorVariance == .profiled, penalty.zeroed.isEmpty,
      penalty.value == 0
    else {
      throw StatsModelsError(
        .notAvailable, "a fit with held parameters or a penalty has no profile: fit without them")
    }
    if let block = specification.blocks.first(where: { !$0.covariance.form.reportsEntries }) {
      throw StatsModelsError(
        .notAvailable,
        "covariances of the form '\(block.covariance.form.key)' (of '\(block.group)') have no profiles: take "
          + "confInt(method: .bootstrap(count:seed:)), or an unstructured covariance", values: [block.group])
    }
    let all = profiledParameters.filter { reml ? !$0.isCoefficient : true }
    let chosen = try parameters.map { names in
      try names.map { name in
        guard let found = all.first(where: { $0.name == name }) else {
          throw StatsModelsError(
            .invalidArgument,
            "there is no parameter '\(name)' to profile; there are \(shortList(all.map(\.name)))",
            values: [name])
        }
        return found
      }
    }
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
    let quantile = Normal.ppf(0.5 + level / 2)
    let found = try (chosen ?? all).map { item -> LikelihoodProfile.Parameter in
      let profile = try specification.running { () throws(EngineError) in
        try profiler.profile(item.parameter, quantile: quantile, points: max(points, 0))
      }
      return .init(
        name: item.name, estimate: profile.estimate, lower: profile.lower, upper: profile.upper,
        values: profile.points.map(\.value), zeta: profile.points.map(\.zeta))
    }
    return LikelihoodProfile(parameters: found, level: level, deviance: -2 * fit.estimate.logLikelihood)
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
    let drawn = try parametricBootstrap(count: count, seed: seed)
    let names = profiledParameters
    func moved(_ values: [Double]) -> [Double] {
      let scale = values[values.count - 1]
      let entries = zip(layout.entries, values[kFe..<values.count - 1]).map { $0.hasUnit ? $1 / scale : $1 }
      let covariances = specification.termCovariances(
        layout.covariances(entries, blocks: specification.blocks))
      return names.map { item in
        switch item.parameter {
        case .deviation(let term, let effect):
          return (max(covariances[term][effect, effect], 0) * scale).squareRoot()
        case .correlation(let term, let a, let b):
          let product = covariances[term][a, a] * covariances[term][b, b]
          return product > 0 ? covariances[term][a, b] / product.squareRoot() : .nan
        case .residual: return scale.squareRoot()
        case .coefficient(let column): return values[column]
        }
      }
    }
    let rows = (0..<drawn.replicates.values.rows).map { moved(drawn.replicates.values.row($0)) }
    return BootstrapResult(
      replicates: LabeledMatrix(
        index: drawn.replicates.index, columns: names.map(\.name),
        values: rows.isEmpty ? Matrix(rows: 0, columns: names.count) : try Matrix(rowsOf: rows)),
      estimates: Series(index: names.map(\.name), values: moved(drawn.estimates.values)),
      requested: drawn.requested, failures: drawn.failures)
  }

  /// A parameter with its name.
  private struct NamedParameter {
    var name: String
    var parameter: ProfiledParameter
    var isCoefficient: Bool {
      if case .coefficient = parameter { return true }
      return false
    }
  }

  private var profiledParameters: [NamedParameter] {
    var result: [NamedParameter] = []
    let held = heldBlocks
    let order = specification.blocks.indices.filter { !held.contains($0) }.sorted {
      (-levels(ofBlock: $0), $0) < (-levels(ofBlock: $1), $1)
    }
    for position in order {
      let block = specification.blocks[position]
      let term = specification.firstTerm(of: position)
      let isTied = block.covariance == .tied
      for effect in block.names.indices where !isTied || effect == 0 {
        let name = block.isComponent ? "sd_\(block.group)" : "sd_\(block.names[effect])|\(block.group)"
        result.append(.init(name: name, parameter: .deviation(term: term, effect: effect)))
        guard block.covariance == .unstructured else { continue }
        for other in block.names.indices.dropFirst(effect + 1) {
          result.append(
            .init(
              name: "cor_\(block.names[other]).\(block.names[effect])|\(block.group)",
              parameter: .correlation(term: term, effect: effect, other: other)))
        }
      }
    }
    result.append(.init(name: "sigma", parameter: .residual))
    let aliased = Set(estimate.aliased)
    for (column, name) in layout.fixedNames.enumerated() where !aliased.contains(column) {
      result.append(.init(name: name, parameter: .coefficient(column)))
    }
    return result
  }

  private func levels(ofBlock position: Int) -> Int {
    specification.blocks[position].parts.reduce(0) { $0 + $1.levelCount }
  }
}
