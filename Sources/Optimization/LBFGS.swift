import LinearAlgebra

/// Limited-memory BFGS; scipy's `fmin_l_bfgs_b` without bounds.
///
/// D. Liu, J. Nocedal, "On the limited memory BFGS method for large scale optimization", Math. Program. 45 (1989);
/// line search, tests and messages are those of the L-BFGS-B code of Zhu, Byrd, Lu and Nocedal.
func lbfgs(_ run: Run, _ start: [Double]) -> OptimizationResult {
  var run = run
  let tolerance = run.options.gradientTolerance ?? 1e-5
  let relative = run.options.fTolerance ?? 1e7 * Double.ulpOfOne
  let limit = run.options.maximumIterations ?? 15000
  let evaluations = run.options.maximumEvaluations ?? 15000
  var memory = Corrections(limit: max(1, run.options.memory))
  var x = start
  var value = run.evaluator.value(x)
  var gradient = run.evaluator.gradient(x)
  var iterations = 0

  func finish(_ status: OptimizationStatus, _ message: String) -> OptimizationResult {
    run.result(
      x: x, value: value, gradient: gradient, status: status, iterations: iterations, message: message)
  }

  if maximumMagnitude(gradient) <= tolerance {
    return finish(.success, "CONVERGENCE: NORM OF PROJECTED GRADIENT <= PGTOL")
  }
  while true {
    guard !value.isNaN, !maximumMagnitude(gradient).isNaN else {
      return finish(.notANumber, "ABNORMAL: ")
    }
    let direction = memory.direction(gradient)
    let length = norm(direction)
    let slope = dot(gradient, direction)
    let search = MoreThuente(
      decrease: 1e-3, curvature: 0.9, width: 0.1, smallest: 0, largest: 1e10, maximumTrials: 20)
    var target = x
    let found = search.search(
      value0: value, slope0: slope, first: iterations == 0 ? min(1 / length, 1e10) : 1
    ) { step in
      target = moved(x, step, direction)
      let value = run.evaluator.value(target)
      return (value.isNaN ? .infinity : value, dot(run.evaluator.gradient(target), direction))
    }
    guard let found else {
      // Without a memory to blame, the direction was already the steepest.
      if memory.isEmpty { return finish(.precisionLoss, "ABNORMAL: ") }
      memory.removeAll()
      continue
    }
    let newGradient = run.evaluator.gradient(target)
    let step = zip(target, x).map { $0 - $1 }
    let change = zip(newGradient, gradient).map { $0 - $1 }
    let oldValue = value
    (x, value, gradient) = (target, found.value, newGradient)
    iterations += 1
    if !run.proceed(x, value) { return finish(.halted, "STOP: CALLBACK REQUESTED HALT") }
    if maximumMagnitude(gradient) <= tolerance {
      return finish(.success, "CONVERGENCE: NORM OF PROJECTED GRADIENT <= PGTOL")
    }
    if oldValue - value <= relative * max(abs(oldValue), abs(value), 1) {
      return finish(.success, "CONVERGENCE: RELATIVE REDUCTION OF F <= FACTR*EPSMCH")
    }
    if iterations >= limit {
      return finish(.iterationLimit, "STOP: TOTAL NO. OF ITERATIONS REACHED LIMIT")
    }
    if run.evaluator.values > evaluations {
      return finish(.evaluationLimit, "STOP: TOTAL NO. OF F,G EVALUATIONS EXCEEDS LIMIT")
    }
    // A pair with hardly any curvature would spoil the approximation.
    if dot(step, change) > Double.ulpOfOne * -slope * found.step { memory.append(step, change) }
  }
}

/// The last pairs of steps and gradient changes.
private struct Corrections {
  let limit: Int
  private var pairs: [(step: [Double], change: [Double], product: Double)] = []

  init(limit: Int) { self.limit = limit }

  var isEmpty: Bool { pairs.isEmpty }

  mutating func append(_ step: [Double], _ change: [Double]) {
    if pairs.count == limit { pairs.removeFirst() }
    pairs.append((step, change, dot(step, change)))
  }

  mutating func removeAll() { pairs.removeAll() }

  /// -H g by the two-loop recursion.
  func direction(_ gradient: [Double]) -> [Double] {
    var q = gradient.map { -$0 }
    guard let last = pairs.last else { return q }
    var weights: [Double] = []
    for pair in pairs.reversed() {
      let weight = dot(pair.step, q) / pair.product
      weights.append(weight)
      q = moved(q, -weight, pair.change)
    }
    let scale = last.product / dot(last.change, last.change)
    q = q.map { scale * $0 }
    for (pair, weight) in zip(pairs, weights.reversed()) {
      q = moved(q, weight - dot(pair.change, q) / pair.product, pair.step)
    }
    return q
  }
}
