import Foundation

/// How basin hopping walks; the defaults are scipy's.
package struct BasinHoppingOptions: Sendable {
  /// Number of hops.
  package var hops = 100
  /// Stop when the best minimum has stood for so many hops; nil: never.
  package var hopsWithoutImprovement: Int?
  /// Worsenings up to about this size are accepted.
  package var temperature = 1.0
  /// Largest displacement of a coordinate at the start.
  package var stepSize = 0.5
  /// Hops between adjustments of the step to an acceptance rate of one half.
  package var interval = 50
  /// The method of the local minimisations.
  package var localMethod = OptimizationMethod.bfgs
  /// Seed of the random walk: equal seeds walk equally.
  package var seed: UInt64 = 0

  /// The defaults.
  package init() {}
}

/// A Monte Carlo walk over local minima; scipy's `basinhopping`.
///
/// D. Wales, J. Doye, "Global optimization by basin-hopping and the lowest energy structures of Lennard-Jones clusters
/// containing up to 110 atoms", J. Phys. Chem. A 101 (1997).
func basinHopping(_ run: Run, _ objective: Objective, _ start: [Double]) -> OptimizationResult {
  var run = run
  let options = run.options.hopping
  var random = SplitMix64(state: options.seed)
  var localOptions = run.options
  localOptions.keepsHistory = false
  var (evaluations, gradientEvaluations) = (0, 0)
  func local(_ x: [Double]) -> OptimizationResult {
    let method = options.localMethod == .basinHopping ? .bfgs : options.localMethod
    let result = minimize(objective, start: x, method: method, options: localOptions)
    evaluations += result.evaluations
    gradientEvaluations += result.gradientEvaluations
    return result
  }

  var current = local(start)
  var best = current
  var stepSize = options.stepSize
  var (accepted, standing, hop) = (0, 0, 0)
  var message = "requested number of basinhopping iterations completed successfully"
  var halted = !run.proceed(best.x, best.value)
  while !halted, hop < options.hops {
    hop += 1
    if options.interval > 0, hop % options.interval == 0 {
      stepSize *= Double(accepted) > 0.5 * Double(hop) ? 1 / 0.9 : 0.9
    }
    let trial = local(current.x.map { $0 + stepSize * (2 * random.unit() - 1) })
    let likelihood = exp(min(0, -(trial.value - current.value) / options.temperature))
    standing += 1
    // With temperature 0 an equal value gives NaN, and is not accepted.
    if likelihood >= random.unit(), trial.converged || !current.converged {
      accepted += 1
      current = trial
      if trial.converged, trial.value < best.value || !best.converged {
        best = trial
        standing = 0
      }
    }
    halted = !run.proceed(current.x, current.value)
    if let patience = options.hopsWithoutImprovement, standing > patience {
      message = "success condition satisfied"
      break
    }
  }
  var result = best
  result.iterations = hop
  result.evaluations = evaluations
  result.gradientEvaluations = gradientEvaluations
  result.history = run.history
  if halted { result.status = .halted }
  result.message = halted ? result.status.message : message
  return result
}

/// G. Steele, D. Lea, C. Flood's generator: the same numbers from the same seed, everywhere.
private struct SplitMix64 {
  var state: UInt64

  /// Uniform on [0, 1).
  mutating func unit() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
  }
}
