import Foundation

/// The simplex method of Nelder and Mead; scipy's `fmin`.
///
/// J. Nelder, R. Mead, "A simplex method for function minimization", Comput. J. 7 (1965).
func nelderMead(_ run: Run, _ start: [Double]) -> OptimizationResult {
  var run = run
  let n = start.count
  let options = run.options
  let xTolerance = options.xTolerance ?? 1e-4
  let fTolerance = options.fTolerance ?? 1e-4
  let unlimited = options.maximumIterations == nil && options.maximumEvaluations == nil
  let evaluations = options.maximumEvaluations ?? (unlimited ? 200 * n : .max)
  // An iteration that only meets the point evaluated last evaluates nothing: the evaluations alone would not end it.
  let limit = options.maximumIterations ?? (unlimited ? 200 * n : evaluations)
  let evaluator = run.evaluator

  typealias Vertex = (x: [Double], value: Double)
  func vertex(_ x: [Double]) -> Vertex {
    let value = evaluator.value(x)
    return (x, value.isNaN ? .infinity : value)
  }
  func sort(_ simplex: inout [Vertex]) {
    // Stable, so that ties keep their order.
    let order = simplex.indices.sorted { (simplex[$0].value, $0) < (simplex[$1].value, $1) }
    simplex = order.map { simplex[$0] }
  }

  var simplex = [vertex(start)]
  for i in 0..<n where evaluator.values < evaluations {
    var x = start
    x[i] = x[i] != 0 ? 1.05 * x[i] : 0.00025
    simplex.append(vertex(x))
  }
  guard simplex.count == n + 1 else {
    sort(&simplex)
    return run.result(
      x: simplex[0].x, value: simplex[0].value, status: .evaluationLimit, iterations: 0)
  }
  sort(&simplex)
  var iterations = 1
  var halted = false

  while evaluator.values < evaluations, iterations < limit {
    let best = simplex[0]
    let spread = simplex.dropFirst().reduce(0) { largest, vertex in
      zip(vertex.x, best.x).reduce(largest) { max($0, abs($1.0 - $1.1)) }
    }
    let range = simplex[n].value - best.value
    if spread <= xTolerance, range <= fTolerance || best.value == simplex[n].value { break }

    var centre = [Double](repeating: 0, count: n)
    for vertex in simplex.dropLast() { centre = moved(centre, 1 / Double(n), vertex.x) }
    let worst = simplex[n]
    // centre + factor (centre - worst): 1 reflects, 2 expands, ±1/2 contracts.
    func candidate(_ factor: Double) -> Vertex {
      vertex(zip(centre, worst.x).map { (1 + factor) * $0 - factor * $1 })
    }
    let reflected = candidate(1)
    var shrinks = false
    if reflected.value < best.value {
      let expanded = candidate(2)
      simplex[n] = expanded.value < reflected.value ? expanded : reflected
    } else if reflected.value < simplex[n - 1].value {
      simplex[n] = reflected
    } else if reflected.value < worst.value {
      let contracted = candidate(0.5)
      if contracted.value <= reflected.value { simplex[n] = contracted } else { shrinks = true }
    } else {
      let contracted = candidate(-0.5)
      if contracted.value < worst.value { simplex[n] = contracted } else { shrinks = true }
    }
    if shrinks {
      for i in 1...n { simplex[i] = vertex(zip(simplex[i].x, best.x).map { $1 + 0.5 * ($0 - $1) }) }
    }
    iterations += 1
    sort(&simplex)
    if !run.proceed(simplex[0].x, simplex[0].value) {
      halted = true
      break
    }
  }
  let status: OptimizationStatus =
    if halted {
      .halted
    } else if evaluator.values >= evaluations {
      .evaluationLimit
    } else {
      iterations >= limit ? .iterationLimit : .success
    }
  return run.result(x: simplex[0].x, value: simplex[0].value, status: status, iterations: iterations)
}
