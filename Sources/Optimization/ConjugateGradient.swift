import LinearAlgebra

/// The conjugate gradient method of Polak and Ribière with restarts; scipy's `fmin_cg`.
///
/// J. Gilbert, J. Nocedal, "Global convergence properties of conjugate gradient methods for optimization", SIAM J.
/// Optim. 2 (1992): the strong Wolfe conditions do not ensure descent, which is therefore asked for.
func conjugateGradient(_ run: Run, _ start: [Double]) -> OptimizationResult {
  var run = run
  let tolerance = run.options.gradientTolerance ?? 1e-5
  let limit = run.options.maximumIterations ?? 200 * start.count
  var x = start
  var value = run.evaluator.value(x)
  var gradient = run.evaluator.gradient(x)
  var previous = value + norm(gradient) / 2
  var direction = gradient.map { -$0 }
  var gradientNorm = maximumMagnitude(gradient)
  var iterations = 0
  var failed = false
  var halted = false

  while gradientNorm > tolerance, iterations < limit {
    let square = dot(gradient, gradient)
    let (oldGradient, oldDirection) = (gradient, direction)
    func continued(_ new: [Double]) -> [Double] {
      let change = zip(new, oldGradient).map { $0 - $1 }
      let beta = max(0, dot(change, new) / square)
      return zip(new, oldDirection).map { -$0 + beta * $1 }
    }
    let search = WolfeSearch(
      run.evaluator, curvature: 0.4, x: x, direction: direction, value: value, previousValue: previous,
      gradient: gradient
    ) { point in
      maximumMagnitude(point.gradient) <= tolerance
        || dot(continued(point.gradient), point.gradient) <= -0.01 * dot(point.gradient, point.gradient)
    }
    guard let point = search.search() else {
      failed = true
      break
    }
    (previous, value, x) = (value, point.value, point.x)
    direction = continued(point.gradient)
    gradient = point.gradient
    gradientNorm = maximumMagnitude(gradient)
    iterations += 1
    if !run.proceed(x, value) {
      halted = true
      break
    }
  }
  let status =
    halted
    ? .halted : run.status(failed, iterations: iterations, limit: limit, x, value, gradientNorm)
  return run.result(x: x, value: value, gradient: gradient, status: status, iterations: iterations)
}
