import LinearAlgebra

/// Broyden, Fletcher, Goldfarb and Shannon's quasi-Newton method; scipy's `fmin_bfgs`.
func bfgs(_ run: Run, _ start: [Double]) -> OptimizationResult {
  var run = run
  let n = start.count
  let tolerance = run.options.gradientTolerance ?? 1e-5
  let limit = run.options.maximumIterations ?? 200 * n
  var x = start
  var value = run.evaluator.value(x)
  var gradient = run.evaluator.gradient(x)
  // The first step is then about one unit long.
  var previous = value + norm(gradient) / 2
  var inverse = Matrix.identity(n)
  var gradientNorm = maximumMagnitude(gradient)
  var iterations = 0
  var failed = false
  var halted = false

  while gradientNorm > tolerance, iterations < limit {
    let direction = (inverse * gradient).map { -$0 }
    let search = WolfeSearch(
      run.evaluator, curvature: 0.9, x: x, direction: direction, value: value, previousValue: previous,
      gradient: gradient)
    guard let point = search.search() else {
      failed = true
      break
    }
    let step = zip(point.x, x).map { $0 - $1 }
    let change = zip(point.gradient, gradient).map { $0 - $1 }
    (previous, value, x, gradient) = (value, point.value, point.x, point.gradient)
    iterations += 1
    gradientNorm = maximumMagnitude(gradient)
    if !run.proceed(x, value) {
      halted = true
      break
    }
    if gradientNorm <= tolerance || step.allSatisfy({ $0 == 0 }) { break }
    if !value.isFinite {
      failed = true
      break
    }
    update(&inverse, step: step, change: change)
  }
  let status =
    halted
    ? .halted : run.status(failed, iterations: iterations, limit: limit, x, value, gradientNorm)
  return run.result(
    x: x, value: value, gradient: gradient, inverseHessian: inverse, status: status,
    iterations: iterations)
}

/// H = (I - ρ s y') H (I - ρ y s') + ρ s s', ρ = 1 / y's.
private func update(_ inverse: inout Matrix, step s: [Double], change y: [Double]) {
  let product = dot(y, s)
  // scipy's fallback for a step along which the gradient did not change.
  let rho = product == 0 ? 1000 : 1 / product
  let hy = inverse * y
  let scale = rho * (1 + rho * dot(y, hy))
  for j in s.indices {
    for i in s.indices {
      inverse[i, j] += scale * s[i] * s[j] - rho * (hy[i] * s[j] + s[i] * hy[j])
    }
  }
}
