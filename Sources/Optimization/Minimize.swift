import LinearAlgebra

/// The methods of ``minimize(_:start:method:options:callback:)``, which behave as scipy's of the same names.
package enum OptimizationMethod: Sendable, CaseIterable {
  case bfgs, lbfgs, cg, powell, nelderMead, basinHopping
}

/// When to stop, and what to record; nil stands for scipy's default of the method.
package struct OptimizationOptions: Sendable {
  /// Largest absolute gradient element at a solution: 1e-5 (BFGS, CG, L-BFGS).
  package var gradientTolerance: Double?
  /// Iterations: 200 n (BFGS, CG, Nelder–Mead), 1000 n (Powell), 15000 (L-BFGS).
  package var maximumIterations: Int?
  /// Evaluations of the function: 200 n (Nelder–Mead), 1000 n (Powell), 15000 (L-BFGS).
  package var maximumEvaluations: Int?
  /// Tolerance in the parameters: 1e-4 (absolute in Nelder–Mead, relative in Powell).
  package var xTolerance: Double?
  /// Tolerance in the function: 1e-4 (Nelder–Mead absolute, Powell relative), 1e7 ε (L-BFGS, relative).
  package var fTolerance: Double?
  /// Correction pairs that L-BFGS keeps.
  package var memory = 10
  /// Whether the result lists the point after every iteration.
  package var keepsHistory = false
  /// Basin hopping.
  package var hopping = BasinHoppingOptions()

  /// Options, all at their defaults but those given.
  package init(
    gradientTolerance: Double? = nil, maximumIterations: Int? = nil, maximumEvaluations: Int? = nil,
    xTolerance: Double? = nil, fTolerance: Double? = nil, keepsHistory: Bool = false
  ) {
    self.gradientTolerance = gradientTolerance
    self.maximumIterations = maximumIterations
    self.maximumEvaluations = maximumEvaluations
    self.xTolerance = xTolerance
    self.fTolerance = fTolerance
    self.keepsHistory = keepsHistory
  }
}

/// What a minimisation found.
package struct OptimizationResult: Sendable {
  /// The last point, or the best one of a method that keeps several.
  package var x: [Double]
  /// The function there.
  package var value: Double
  /// The gradient there, from methods that use one.
  package var gradient: [Double]?
  /// BFGS's approximation of the inverse Hessian.
  package var inverseHessian: Matrix?
  /// Whether the method's own criterion was met.
  package var converged: Bool { status == .success }
  /// Why it stopped.
  package var status: OptimizationStatus
  /// Iterations, evaluations of the function, and of the gradient.
  package var iterations: Int
  package var evaluations: Int
  package var gradientEvaluations: Int
  /// scipy's words for the outcome.
  package var message: String
  /// The points after each iteration, the start first, if asked for.
  package var history: [[Double]] = []
}

/// Why a minimisation stopped.
package enum OptimizationStatus: Sendable, Equatable {
  case success, iterationLimit, evaluationLimit, precisionLoss, notANumber, halted

  /// The message of scipy's BFGS, CG, Powell and Nelder–Mead.
  var message: String {
    switch self {
    case .success: "Optimization terminated successfully."
    case .iterationLimit: "Maximum number of iterations has been exceeded."
    case .evaluationLimit: "Maximum number of function evaluations has been exceeded."
    case .precisionLoss: "Desired error not necessarily achieved due to precision loss."
    case .notANumber: "NaN result encountered."
    case .halted: "The callback asked to stop."
    }
  }
}

/// Called after every iteration with the point and the function there; false stops the minimisation.
package typealias OptimizationCallback = (_ x: [Double], _ value: Double) -> Bool

/// Minimises `objective` from `start`.
package func minimize(
  _ objective: Objective, start: [Double], method: OptimizationMethod,
  options: OptimizationOptions = OptimizationOptions(), callback: OptimizationCallback? = nil
) -> OptimizationResult {
  let evaluator = Evaluator(objective)
  guard !start.isEmpty else {
    return OptimizationResult(
      x: [], value: evaluator.value([]), gradient: [], status: .success, iterations: 0,
      evaluations: 1, gradientEvaluations: 0, message: OptimizationStatus.success.message)
  }
  var run = Run(evaluator: evaluator, options: options, callback: callback)
  run.note(start)
  return switch method {
  case .bfgs: bfgs(run, start)
  case .lbfgs: lbfgs(run, start)
  case .cg: conjugateGradient(run, start)
  case .powell: powell(run, start)
  case .nelderMead: nelderMead(run, start)
  case .basinHopping: basinHopping(run, objective, start)
  }
}

/// What all methods share: the function, the options, the caller to keep informed.
struct Run {
  let evaluator: Evaluator
  let options: OptimizationOptions
  let callback: OptimizationCallback?
  private(set) var history: [[Double]] = []

  init(evaluator: Evaluator, options: OptimizationOptions, callback: OptimizationCallback?) {
    self.evaluator = evaluator
    self.options = options
    self.callback = callback
  }

  mutating func note(_ x: [Double]) {
    if options.keepsHistory { history.append(x) }
  }

  /// Records an iteration; false when the caller wants to stop.
  mutating func proceed(_ x: [Double], _ value: Double) -> Bool {
    note(x)
    return callback?(x, value) ?? true
  }

  func result(
    x: [Double], value: Double, gradient: [Double]? = nil, inverseHessian: Matrix? = nil,
    status: OptimizationStatus, iterations: Int, message: String? = nil
  ) -> OptimizationResult {
    OptimizationResult(
      x: x, value: value, gradient: gradient, inverseHessian: inverseHessian, status: status,
      iterations: iterations, evaluations: evaluator.values,
      gradientEvaluations: evaluator.gradients, message: message ?? status.message, history: history)
  }

  /// The outcome of a gradient method that ended without being told to.
  func status(
    _ failed: Bool, iterations: Int, limit: Int, _ x: [Double], _ value: Double, _ gradientNorm: Double
  ) -> OptimizationStatus {
    if failed { return .precisionLoss }
    if iterations >= limit { return .iterationLimit }
    let defined = !gradientNorm.isNaN && !value.isNaN && !x.contains { $0.isNaN }
    return defined ? .success : .notANumber
  }
}

/// x + factor · direction.
func moved(_ x: [Double], _ factor: Double, _ direction: [Double]) -> [Double] {
  zip(x, direction).map { $0 + factor * $1 }
}
