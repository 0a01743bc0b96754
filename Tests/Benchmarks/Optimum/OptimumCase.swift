import DataFrames
import Foundation
import MixedModels
import StatsModels

/// One model whose optimum is looked for twice.
struct OptimumCase {
  /// Response, fixed columns and bars, as the reference takes them; its formula is the fit's.
  var workload: Workload
  /// Variance components within `g`, for models that are not written with bars.
  var components: [String: String] = [:]
  var data: DataFrame
  var reml: Bool

  /// What this package's fit gave.
  struct Fit {
    var logLikelihood: Double
    var warnings: [FitWarning]
    var converged: Bool
    var seconds: Double
  }

  func fitted() throws -> Fit {
    let clock = ContinuousClock()
    let start = clock.now
    let results = try mixedlm(
      workload.formula, data, groups: components.isEmpty ? nil : "g",
      vcFormula: components.isEmpty ? nil : components
    ).fit(reml: reml)
    let elapsed = (clock.now - start) / .seconds(1)
    return Fit(
      logLikelihood: results.llf, warnings: results.warnings, converged: results.converged, seconds: elapsed)
  }

  func searched(seed: UInt64) throws -> GlobalSearch.Outcome {
    let input = try EngineInput(workload, data: data)
    return GlobalSearch(response: input.response, fixed: input.fixed, terms: input.terms, reml: reml).run(
      seed: seed)
  }

  /// The options of `mixedlm fit` that say the same.
  var arguments: String {
    let parts = components.sorted { $0.key < $1.key }.map { "--vc-formula \"\($0.key)=\($0.value)\"" }
    return
      (["--formula \"\(workload.formula)\""] + (parts.isEmpty ? [] : ["--groups g"]) + parts
      + (reml ? [] : ["--ml"])).joined(separator: " ")
  }
}
