/// The state of a search: where it is, and what its steps have told.
struct NewtonRun {
  private(set) var point: ProfiledObjective.Point
  var converged: Bool
  var iteration = 0
  var certificate = Certificate()
  /// About how many levels tell of the least known variance.
  var effectiveLevels = Double.infinity
  /// How much is added to the curvature, in its own units.
  var damping = 0.0
  /// Whether the average information has proved a poor model.
  var isSlow = false
  /// The latest model of the deviance.
  var model: QuadraticModel?
  /// Whether the way leads to an optimum that is known.
  var isKnown = false
  private(set) var escapes = 0
  /// The latest steps with the changes of the gradient that they made.
  private(set) var pairs: [(step: [Double], change: [Double])] = []
  private var previous: (theta: [Double], gradient: [Double])?
  private var previousNorm = Double.infinity
  private var previousPromise = Double.infinity
  private var deviances: [Double] = []

  init(point: ProfiledObjective.Point, converged: Bool) {
    self.point = point
    self.converged = converged
  }

  /// Notes the gradient at the point.
  mutating func remember(_ gradient: [Double]) {
    if let previous {
      pairs.append(
        (zip(point.theta, previous.theta).map { $0 - $1 }, zip(gradient, previous.gradient).map { $0 - $1 }))
      if pairs.count > Tuning.keptPairs { pairs.removeFirst() }
    }
    previous = (point.theta, gradient)
  }

  /// Whether a further step promises nothing, or rounding errors of the gradient are all that is left.
  mutating func isFlat(promised: Double, tolerance: Double, noise: Double) -> Bool {
    let stalled = promised < noise && promised > 0.1 * previousPromise
    previousPromise = promised
    guard promised < tolerance || stalled else { return false }
    certificate.predictedDecrease = max(promised, 0)
    return true
  }

  /// Goes to another point.
  ///
  /// - Returns: the decrease that is left, from the rate at which steps shrink the gradient.
  mutating func accept(
    _ next: ProfiledObjective.Point, promised: Double, norm: Double, isExtended: Bool, rounding: Double
  ) -> Double {
    let actual = point.deviance - next.deviance
    point = next
    deviances.append(next.deviance)
    let shrinkage = previousNorm.isFinite ? norm / previousNorm : 1
    // a longer step says nothing about the rate of the short ones
    previousNorm = isExtended ? .infinity : norm
    let error = Self.modelError(promised: promised, actual: actual, rounding: rounding)
    // the first steps from afar may shrink the gradient by more than the next will
    let rate = isExtended ? 1 : min(max(shrinkage, Tuning.bestRate), error, 1)
    let remaining = promised * rate * rate
    certificate.predictedDecrease = max(min(promised, remaining), 0)
    return remaining
  }

  /// Begins anew off a bound.
  mutating func escape(to away: ProfiledObjective.Point) {
    escapes += 1
    begin(at: away)
  }

  /// Begins anew elsewhere.
  mutating func begin(at other: ProfiledObjective.Point) {
    point = other
    (previous, previousNorm, previousPromise) = (nil, .infinity, .infinity)
  }

  /// Whether the last twenty steps have gained nothing although the gradient is small: a flat direction.
  var hasStoppedGaining: Bool {
    guard deviances.count > Tuning.flatSteps else { return false }
    let gain = deviances[deviances.count - Tuning.flatSteps - 1] - point.deviance
    return certificate.gradientNorm < Tuning.flatGradient
      && gain < Tuning.noGain * max(1, abs(point.deviance))
  }

  /// An estimate of the factor by which a Newton step shrinks the gradient, from how far the decrease was from
  /// the promise: a curvature that is off by a relative E leaves E of the gradient, and shifts the decrease by E.
  ///
  /// Errors of several parameters may cancel in the decrease, hence the factor and the floor; far from the optimum
  /// agreement says nothing.
  private static func modelError(promised: Double, actual: Double, rounding: Double) -> Double {
    guard promised < Tuning.quadraticPromise, promised > 1e3 * rounding else { return 1 }
    return max(4 * abs(actual / promised - 1), 0.015)
  }
}
