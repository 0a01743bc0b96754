/// A function to be minimised, with its gradient if there is one.
package struct Objective {
  /// The value at a point; NaN and +∞ mark points where the function does not exist.
  package let value: ([Double]) -> Double
  /// The gradient at a point; nil: forward differences of the value.
  package let gradient: (([Double]) -> [Double])?
  let both: (([Double]) -> (value: Double, gradient: [Double]))?

  /// A function known by value, and perhaps by gradient.
  package init(
    value: @escaping ([Double]) -> Double, gradient: (([Double]) -> [Double])? = nil
  ) {
    self.value = value
    self.gradient = gradient
    both = nil
  }

  /// A function whose value and gradient come from one computation.
  package init(valueAndGradient: @escaping ([Double]) -> (value: Double, gradient: [Double])) {
    both = valueAndGradient
    value = { valueAndGradient($0).value }
    gradient = { valueAndGradient($0).gradient }
  }
}

/// Counts the evaluations of an objective, and does not evaluate twice at the point it saw last.
final class Evaluator {
  private let objective: Objective
  private(set) var values = 0
  private(set) var gradients = 0
  private var lastValue: (x: [Double], value: Double)?
  private var lastGradient: (x: [Double], gradient: [Double])?

  init(_ objective: Objective) { self.objective = objective }

  func value(_ x: [Double]) -> Double {
    if let last = lastValue, last.x == x { return last.value }
    values += 1
    if let both = objective.both {
      gradients += 1
      let result = both(x)
      lastGradient = (x, result.gradient)
      lastValue = (x, result.value)
      return result.value
    }
    let value = objective.value(x)
    lastValue = (x, value)
    return value
  }

  func gradient(_ x: [Double]) -> [Double] {
    if let last = lastGradient, last.x == x { return last.gradient }
    gradients += 1
    let gradient: [Double]
    if let both = objective.both {
      let result = both(x)
      lastValue = (x, result.value)
      gradient = result.gradient
    } else if let function = objective.gradient {
      gradient = function(x)
    } else {
      gradient = differences(x)
    }
    lastGradient = (x, gradient)
    return gradient
  }

  /// Forward differences with scipy's absolute step √ε, away from zero.
  private func differences(_ x: [Double]) -> [Double] {
    let base = value(x)
    var moved = x
    let result = x.indices.map { i -> Double in
      var step = x[i] < 0 ? -1.490_116_119_384_765_6e-8 : 1.490_116_119_384_765_6e-8
      if x[i] + step == x[i] { step *= abs(x[i]) }
      moved[i] = x[i] + step
      let slope = (objective.value(moved) - base) / (moved[i] - x[i])
      values += 1
      moved[i] = x[i]
      return slope
    }
    return result
  }
}
