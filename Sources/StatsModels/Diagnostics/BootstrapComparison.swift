import Distributions
import Foundation
import LinearAlgebra
import MixedModels

/// How a comparison of nested models finds its p-value. Not in statsmodels.
public enum ComparisonMethod: Sendable {
  /// Likelihood ratios of responses that the smaller model draws.
  case parametricBootstrap(count: Int, seed: UInt64)
}

/// A likelihood-ratio test whose distribution is drawn from the smaller model. Not in statsmodels.
///
/// The statistic T = 2 (log L_large − log L_small) is compared with those of responses drawn from the smaller fit, all by
/// maximum likelihood (U. Halekoh, S. Højsgaard, J. Stat. Softw. 59 (2014) no. 9).
public struct BootstrapComparison: Sendable {
  /// T of the data.
  public let statistic: Double
  /// Difference in parameters.
  public let degreesOfFreedom: Int
  /// T of each drawn response, in the order of the draws; nan where a fit failed.
  public let reference: [Double]
  /// Number of draws that were asked for; ``reference`` has fewer after a cancellation.
  public let requested: Int
  /// What was done to make the models comparable.
  public let notes: [String]

  /// Draws that admitted both fits.
  private var finite: [Double] { reference.filter(\.isFinite) }
  /// Number of draws in which a fit failed.
  public var failures: Int { reference.count - finite.count }

  /// (1 + draws with T* ≥ T) / (1 + draws), all draws that admitted both fits.
  public var pValue: Double {
    let draws = finite
    if draws.isEmpty { return .nan }
    return Double(1 + draws.count { $0 >= statistic }) / Double(1 + draws.count)
  }
  /// Standard error of ``pValue`` from the number of draws.
  public var pValueError: Double { (pValue * (1 - pValue) / Double(max(finite.count, 1))).squareRoot() }
  /// The tail of χ², which holds for large samples and inner points.
  public var chiSquaredPValue: Double { ChiSquared(Double(degreesOfFreedom)).sf(max(statistic, 0)) }
  /// The tail of χ² of T over the mean of T* per degree of freedom: Bartlett's correction.
  public var bartlettPValue: Double {
    ChiSquared(Double(degreesOfFreedom)).sf(max(statistic, 0) * Double(degreesOfFreedom) / mean)
  }
  /// The tail of the gamma distribution with mean and variance of T*.
  public var gammaPValue: Double {
    let draws = finite
    guard draws.count > 1 else { return .nan }
    let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(draws.count - 1)
    return ChiSquared(2 * mean * mean / variance).sf(2 * max(statistic, 0) * mean / variance)
  }
  /// The tail of F of T per degree of freedom, its denominator's degrees of freedom from the mean of T*.
  public var fPValue: Double {
    let e = mean / Double(degreesOfFreedom)
    let denominator = e > 1 ? 2 * e / (e - 1) : .infinity
    return ReferenceF.pValue(
      max(statistic, 0) / Double(degreesOfFreedom), Double(degreesOfFreedom), denominator)
  }
  private var mean: Double { finite.isEmpty ? .nan : finite.reduce(0, +) / Double(finite.count) }
}

extension BootstrapComparison: CustomStringConvertible {
  /// The statistic and the p-values, one a line.
  public var description: String {
    func p(_ value: Double) -> String { value.isNaN ? "" : PythonFormat.general(value, 4) }
    let table = FrameText.frame(
      index: ["bootstrap", "Bartlett", "gamma", "F", "chi2"], header: ["statistic", "df", "P"],
      columns: [
        [String](repeating: PythonFormat.fixed(statistic, 4), count: 5),
        [String](repeating: String(degreesOfFreedom), count: 5),
        [p(pValue), p(bartlettPValue), p(gammaPValue), p(fPValue), p(chiSquaredPValue)],
      ])
    let draws =
      "\(reference.count - failures) draws; the bootstrap's P is known to ±\(PythonFormat.general(pValueError, 2))"
      + (failures > 0 ? "; \(failures) more admitted no fit" : "")
    return ([table, draws] + notes).joined(separator: "\n")
  }
}

/// Compares a model with a smaller one, nested in it, by responses that the smaller model draws. Not in statsmodels.
///
/// Equal seeds give equal results, bit by bit, whatever the number of threads.
/// - Parameters:
///   - first: a fit.
///   - second: another fit of the same response on the same rows; one of the two must be a special case of the other.
///   - method: number of draws and seed.
///   - threads: number of concurrent fits; nil uses the cores there are.
///   - progress: called with the number of draws done, from any thread; returning false stops, and what is done counts.
/// - Throws: ``StatsModelsError`` for models that are not nested, and for results without data.
public func compare(
  _ first: MixedLMResults, _ second: MixedLMResults, method: ComparisonMethod, threads: Int? = nil,
  progress: (@Sendable (Int) -> Bool)? = nil
) throws -> BootstrapComparison {
  for results in [first, second] {
    try results.specification.requirePlainResiduals(
      "there is no bootstrap comparison", remedy: "compare by the likelihood ratio")
  }
  let fits = try [first, second].map { $0.reml ? try $0.model.fit(reml: false) : $0 }
  let compared = try compare(models: fits)
  let (small, large) = (compared.models[0], compared.models[1])
  let engines = try [small, large].map { try $0.engine() }
  return try BootstrapComparison(
    compared.rows, compared.notes, method: method, threads: threads, progress: progress,
    told: first.reml || second.reml ? ["Refitted by maximum likelihood."] : []
  ) { seed in
    let draws = ResponseDraws(engines, estimate: small.estimate, modes: small.modes)
    return { replicate in
      var stream = RandomStream(seed: seed, stream: replicate)
      return draws.next(&stream).map { (try? $0.get().fit(reml: false))?.logLikelihood ?? .nan }
    }
  }
}

extension BootstrapComparison {
  /// - Parameters:
  ///   - rows: the likelihood ratio test of the two models, with its notes.
  ///   - told: notes of the result.
  ///   - likelihoods: for a seed, what gives the log likelihoods of the smaller and the larger model for a draw.
  /// - Throws: ``StatsModelsError`` where there is no such test.
  init(
    _ rows: [ModelComparison.Row], _ notes: [String], method: ComparisonMethod, threads: Int?,
    progress: (@Sendable (Int) -> Bool)?, told: [String] = [],
    likelihoods: (UInt64) -> @Sendable (Int) -> [Double]
  ) throws {
    guard rows[1].chiSquared.isFinite else {
      throw StatsModelsError(
        .invalidArgument,
        "a bootstrap test takes two nested models. " + (notes.first ?? "They have the same parameters."))
    }
    let (count, seed) =
      switch method {
      case .parametricBootstrap(let count, let seed): (count, seed)
      }
    let draw = likelihoods(seed)
    let reference = BootstrapRun.rows(count, threads: threads, progress: progress) { replicate in
      let both = draw(replicate)
      return 2 * (both[1] - both[0])
    }
    self.init(
      statistic: rows[1].chiSquared, degreesOfFreedom: rows[1].degreesOfFreedom, reference: reference,
      requested: max(count, 0), notes: told)
  }
}
