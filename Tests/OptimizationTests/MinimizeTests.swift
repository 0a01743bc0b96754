import Foundation
import LinearAlgebra
import Optimization
import Testing

/// A function with a known minimum.
struct Problem: Sendable, CustomStringConvertible {
  let name: String
  let value: @Sendable ([Double]) -> Double
  let gradient: @Sendable ([Double]) -> [Double]
  let start: [Double]
  let minimum: [Double]

  var description: String { name }

  static let rosenbrock = Problem(
    name: "Rosenbrock",
    value: { x in
      (0..<x.count - 1).reduce(0.0) { sum, i in
        let (d, e) = (x[i + 1] - x[i] * x[i], 1 - x[i])
        return sum + 100 * d * d + e * e
      }
    },
    gradient: { x in
      var g = [Double](repeating: 0, count: x.count)
      for i in 0..<x.count - 1 {
        let d = x[i + 1] - x[i] * x[i]
        g[i] += -400 * x[i] * d - 2 * (1 - x[i])
        g[i + 1] += 200 * d
      }
      return g
    },
    start: [1.3, 0.7, 0.8, 1.9, 1.2], minimum: [1, 1, 1, 1, 1])

  static let quadratic = Problem(
    name: "quadratic",
    value: { x in
      x.indices.reduce(0.0) { sum, i in
        let d = x[i] - Double(i)
        return sum + Double(i + 1) * d * d
      }
    },
    gradient: { x in x.indices.map { i in 2.0 * Double(i + 1) * (x[i] - Double(i)) } },
    start: [3, -2, 5], minimum: [0, 1, 2])

  /// The logarithm has no value left of zero.
  static let barrier = Problem(
    name: "barrier", value: { $0[0] - log($0[0]) }, gradient: { [1 - 1 / $0[0]] }, start: [0.01],
    minimum: [1])

  var objective: Objective { Objective(value: value, gradient: gradient) }
}

@Suite struct MinimizeTests {
  static let gradientMethods: [OptimizationMethod] = [.bfgs, .lbfgs, .cg]

  @Test(arguments: [Problem.rosenbrock, Problem.quadratic, Problem.barrier], OptimizationMethod.allCases)
  func reachesTheMinimum(_ problem: Problem, method: OptimizationMethod) {
    var options = OptimizationOptions(maximumIterations: 5000, xTolerance: 1e-6, fTolerance: 1e-12)
    options.hopping.hops = 3
    let result = minimize(problem.objective, start: problem.start, method: method, options: options)
    #expect(result.converged, "\(result.message)")
    for (x, expected) in zip(result.x, problem.minimum) { #expect(abs(x - expected) < 2e-3) }
    #expect(result.value == problem.value(result.x))
    #expect(result.evaluations > 0 && result.iterations > 0)
  }

  /// scipy 1.17.1's counts from the same start: iterations, evaluations, gradients.
  @Test(arguments: [
    (OptimizationMethod.bfgs, [25, 30, 30]), (.cg, [47, 97, 97]), (.lbfgs, [24, 26, 26]),
    (.nelderMead, [141, 243]), (.powell, [18, 988]),
  ])
  func walksAsScipy(method: OptimizationMethod, counts: [Int]) {
    let result = minimize(Problem.rosenbrock.objective, start: Problem.rosenbrock.start, method: method)
    #expect(result.iterations == counts[0])
    // Rounding in the function alone moves Powell's line searches by an evaluation each.
    #expect(abs(result.evaluations - counts[1]) <= (method == .powell ? 20 : 0))
    if counts.count > 2 { #expect(result.gradientEvaluations == counts[2]) }
  }

  @Test(arguments: gradientMethods) func differencesReplaceAMissingGradient(method: OptimizationMethod) {
    let problem = Problem.quadratic
    let result = minimize(Objective(value: problem.value), start: problem.start, method: method)
    #expect(zip(result.x, problem.minimum).allSatisfy { abs($0 - $1) < 1e-5 })
    let joint = Objective(valueAndGradient: { (problem.value($0), problem.gradient($0)) })
    let other = minimize(joint, start: problem.start, method: method)
    #expect(zip(other.x, problem.minimum).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test func bfgsApproximatesTheInverseHessian() throws {
    let result = minimize(Problem.quadratic.objective, start: [3, -2, 5], method: .bfgs)
    let inverse = try #require(result.inverseHessian)
    for i in 0..<3 { #expect(abs(inverse[i, i] - 0.5 / Double(i + 1)) < 2e-2) }
    #expect(result.gradient?.allSatisfy { abs($0) <= 1e-5 } == true)
  }

  @Test(arguments: OptimizationMethod.allCases) func limitsAreReported(method: OptimizationMethod) {
    var options = OptimizationOptions(maximumIterations: 2, keepsHistory: true)
    options.hopping.hops = 0
    let result = minimize(
      Problem.rosenbrock.objective, start: Problem.rosenbrock.start, method: method, options: options)
    #expect(result.status == .iterationLimit)
    #expect(!result.converged)
    #expect(result.history.first == Problem.rosenbrock.start)
    #expect(result.history.count >= 2)
  }

  @Test(arguments: OptimizationMethod.allCases) func callbackStops(method: OptimizationMethod) {
    var seen = 0
    let result = minimize(
      Problem.rosenbrock.objective, start: Problem.rosenbrock.start, method: method,
      callback: { _, _ in
        seen += 1
        return seen < 2
      })
    #expect(seen == 2)
    #expect(result.status == .halted)
  }

  @Test(arguments: [OptimizationMethod.nelderMead, .powell])
  func evaluationsAreLimited(method: OptimizationMethod) {
    let options = OptimizationOptions(maximumEvaluations: 30)
    let result = minimize(
      Problem.rosenbrock.objective, start: Problem.rosenbrock.start, method: method, options: options)
    #expect(result.status == .evaluationLimit)
    #expect(result.evaluations <= 37)
    #expect(result.message == "Maximum number of function evaluations has been exceeded.")
  }

  /// A function that is rough at the last digits folds a simplex onto neighbouring numbers, where no step leads anywhere.
  @Test(arguments: [OptimizationMethod.nelderMead, .powell])
  func roughFunctionsEnd(method: OptimizationMethod) {
    func roughness(_ x: [Double]) -> Double {
      Double(
        x.reduce(1) { (hash: UInt64, value) in
          let mixed = (hash ^ value.bitPattern) &* 0x9E37_79B9_7F4A_7C15
          return mixed ^ (mixed >> 29)
        } >> 60)
    }
    let rough = Objective(value: { x in
      (x[0] - 10) * (x[0] - 10) + (x[1] - 11) * (x[1] - 11) + 1e-3 * roughness(x)
    })
    let result = minimize(
      rough, start: [9.55, 9.55], method: method,
      options: OptimizationOptions(maximumEvaluations: 600, xTolerance: 1e-4, fTolerance: 1e-12))
    #expect(abs(result.x[0] - 10) + abs(result.x[1] - 11) < 0.5)
  }

  @Test(arguments: OptimizationMethod.allCases) func hopelessFunctionsEnd(method: OptimizationMethod) {
    let undefined = Objective(value: { _ in .nan }, gradient: { $0.map { _ in .nan } })
    var options = OptimizationOptions(maximumIterations: 20)
    options.hopping.hops = 2
    let result = minimize(undefined, start: [1, 2], method: method, options: options)
    #expect(result.x.count == 2)
    // No descent at all: a gradient of the wrong sign.
    let wrong = Objective(value: { $0[0] * $0[0] }, gradient: { [-2 * $0[0]] })
    let lost = minimize(wrong, start: [1], method: method, options: options)
    #expect(lost.value <= 1 + 1e-12)
    let flat = minimize(
      Objective(value: { _ in 1 }, gradient: { $0.map { _ in 0 } }), start: [1], method: method)
    #expect(flat.value == 1)
    #expect(minimize(undefined, start: [], method: method).converged)
  }

  @Test func basinHoppingLeavesALocalMinimumAndRepeats() {
    // Minima near -1.1 (local) and lower ones to the left: scipy's own example.
    let bumpy = Objective(
      value: { cos(14.5 * $0[0] - 0.3) + ($0[0] + 0.2) * $0[0] },
      gradient: { [-14.5 * sin(14.5 * $0[0] - 0.3) + 2 * $0[0] + 0.2] })
    let first = minimize(bumpy, start: [1], method: .basinHopping)
    #expect(abs(first.x[0] + 0.195) < 1e-3)
    #expect(abs(first.value + 1.0009) < 1e-4)
    #expect(first.iterations == 100)
    #expect(first.message == "requested number of basinhopping iterations completed successfully")
    let second = minimize(bumpy, start: [1], method: .basinHopping)
    #expect(first.x == second.x && first.evaluations == second.evaluations)
    var options = OptimizationOptions()
    options.hopping.hopsWithoutImprovement = 5
    options.hopping.localMethod = .lbfgs
    let short = minimize(bumpy, start: [-0.2], method: .basinHopping, options: options)
    #expect(short.message == "success condition satisfied")
    #expect(short.iterations < 100)
  }
}
