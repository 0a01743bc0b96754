import Foundation

/// Powell's method of conjugate directions, without derivatives; scipy's `fmin_powell`.
///
/// M. Powell, "An efficient method for finding the minimum of a function of several variables without calculating
/// derivatives", Comput. J. 7 (1964).
func powell(_ run: Run, _ start: [Double]) -> OptimizationResult {
  var run = run
  let n = start.count
  let options = run.options
  let xTolerance = options.xTolerance ?? 1e-4
  let fTolerance = options.fTolerance ?? 1e-4
  let unlimited = options.maximumIterations == nil && options.maximumEvaluations == nil
  let evaluations = options.maximumEvaluations ?? (unlimited ? 1000 * n : .max)
  // An iteration that only meets the point evaluated last evaluates nothing: the evaluations alone would not end it.
  let limit = options.maximumIterations ?? (unlimited ? 1000 * n : evaluations)
  let evaluator = run.evaluator

  var directions = (0..<n).map { i in (0..<n).map { $0 == i ? 1.0 : 0 } }
  var x = start
  var value = evaluator.value(x)
  var origin = x
  var iterations = 0
  var halted = false

  /// Moves x to the minimum along a direction and returns the displacement; nil when evaluations run out.
  func search(_ direction: [Double]) -> [Double]? {
    guard direction.contains(where: { $0 != 0 }) else { return direction }
    let base = x
    var exhausted = false
    let found = Brent.minimum(tolerance: xTolerance * 100) { step in
      if evaluator.values >= evaluations {
        exhausted = true
        return nil
      }
      return evaluator.value(moved(base, step, direction))
    }
    if exhausted { return nil }
    guard let found else { return direction.map { _ in 0 } }
    let displacement = direction.map { found.x * $0 }
    x = zip(base, displacement).map { $0 + $1 }
    value = found.value
    return displacement
  }

  iterating: while true {
    let before = value
    var largest = 0
    var largestDrop = 0.0
    for i in 0..<n {
      let old = value
      guard search(directions[i]) != nil else { break iterating }
      if old - value > largestDrop { (largest, largestDrop) = (i, old - value) }
    }
    iterations += 1
    if !run.proceed(x, value) {
      halted = true
      break
    }
    if 2 * (before - value) <= fTolerance * (abs(before) + abs(value)) + 1e-20 { break }
    if evaluator.values >= evaluations || iterations >= limit || (before.isNaN && value.isNaN) { break }

    // The direction of the whole sweep replaces that of the largest drop, if it promises more.
    let sweep = zip(x, origin).map { $0 - $1 }
    origin = x
    let beyond = evaluator.value(zip(x, sweep).map { $0 + $1 })
    if before > beyond {
      let a = before - value - largestDrop
      let b = before - beyond
      if 2 * (before + beyond - 2 * value) * a * a - largestDrop * b * b < 0 {
        guard let displacement = search(sweep) else { break }
        if displacement.contains(where: { $0 != 0 }) {
          directions[largest] = directions[n - 1]
          directions[n - 1] = displacement
        }
      }
    }
  }
  let status: OptimizationStatus =
    if halted {
      .halted
    } else if evaluator.values >= evaluations {
      .evaluationLimit
    } else if iterations >= limit {
      .iterationLimit
    } else {
      value.isNaN || x.contains { $0.isNaN } ? .notANumber : .success
    }
  return run.result(x: x, value: value, status: status, iterations: iterations)
}
