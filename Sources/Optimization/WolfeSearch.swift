import Foundation
import LinearAlgebra

/// A point accepted by a line search.
struct LineSearchPoint {
  var step: Double
  var x: [Double]
  var value: Double
  var gradient: [Double]
}

/// Finds a step along `direction` that satisfies the strong Wolfe conditions, as scipy's `_line_search_wolfe12`:
/// Moré and Thuente's search, and where that fails bracketing and zooming.
struct WolfeSearch {
  let evaluator: Evaluator
  let decrease: Double
  let curvature: Double
  let x: [Double]
  let direction: [Double]
  let value0: Double
  let slope0: Double
  let first: Double
  let accepts: (LineSearchPoint) -> Bool

  /// - Parameters:
  ///   - previousValue: the function one iteration ago, which suggests the first step.
  ///   - accepts: a further condition.
  init(
    _ evaluator: Evaluator, decrease: Double = 1e-4, curvature: Double, x: [Double],
    direction: [Double], value: Double, previousValue: Double, gradient: [Double],
    accepts: @escaping (LineSearchPoint) -> Bool = { _ in true }
  ) {
    self.evaluator = evaluator
    self.decrease = decrease
    self.curvature = curvature
    self.x = x
    self.direction = direction
    self.accepts = accepts
    value0 = value
    slope0 = dot(gradient, direction)
    let guess = slope0 != 0 ? min(1, 1.01 * 2 * (value - previousValue) / slope0) : 1
    first = guess >= 0 ? guess : 1
  }

  func search() -> LineSearchPoint? {
    let search = MoreThuente(
      decrease: decrease, curvature: curvature, width: 1e-14, smallest: 1e-100, largest: 1e100,
      maximumTrials: 100)
    let trial = search.search(value0: value0, slope0: slope0, first: first) {
      (value(at: $0), slope(at: $0))
    }
    if let trial {
      let found = point(trial.step, trial.value)
      if accepts(found) { return found }
    }
    return bracket()
  }

  private func value(at step: Double) -> Double {
    let value = evaluator.value(moved(x, step, direction))
    // A point outside the function's domain is only a bad point.
    return value.isNaN ? .infinity : value
  }

  private func slope(at step: Double) -> Double {
    dot(evaluator.gradient(moved(x, step, direction)), direction)
  }

  private func point(_ step: Double, _ value: Double) -> LineSearchPoint {
    let target = moved(x, step, direction)
    return LineSearchPoint(step: step, x: target, value: value, gradient: evaluator.gradient(target))
  }

  /// J. Nocedal, S. Wright, Numerical Optimization, algorithm 3.5.
  private func bracket() -> LineSearchPoint? {
    var before = MoreThuente.Trial(step: 0, value: value0, slope: slope0)
    var step = first
    for trial in 0..<10 {
      guard step > 0, step.isFinite else { return nil }
      let value = value(at: step)
      if value > value0 + decrease * step * slope0 || (trial > 0 && value >= before.value) {
        return zoom(low: before, high: MoreThuente.Trial(step: step, value: value, slope: .nan))
      }
      let now = MoreThuente.Trial(step: step, value: value, slope: slope(at: step))
      if abs(now.slope) <= -curvature * slope0 {
        let found = point(step, value)
        if accepts(found) { return found }
      }
      if now.slope >= 0 { return zoom(low: now, high: before) }
      before = now
      step *= 2
    }
    // scipy takes the last point, which satisfies the decrease condition, if not the other.
    return point(before.step, before.value)
  }

  /// Algorithm 3.6: the interval between the two steps holds acceptable ones.
  private func zoom(low: MoreThuente.Trial, high: MoreThuente.Trial) -> LineSearchPoint? {
    var (low, high) = (low, high)
    var recent: (step: Double, value: Double) = (0, value0)
    for trial in 0...10 {
      let width = high.step - low.step
      let (left, right) = width < 0 ? (high.step, low.step) : (low.step, high.step)
      var step = Double.nan
      if trial > 0 { step = WolfeSearch.cubic(low, (high.step, high.value), recent) }
      let margin = 0.2 * width
      if !(step <= right - margin && step >= left + margin) {
        let c = (high.value - low.value - low.slope * width) / (width * width)
        step = low.step - low.slope / (2 * c)
        let margin = 0.1 * width
        if !(step <= right - margin && step >= left + margin) { step = low.step + 0.5 * width }
      }
      let value = value(at: step)
      if value > value0 + decrease * step * slope0 || value >= low.value {
        recent = (high.step, high.value)
        high = MoreThuente.Trial(step: step, value: value, slope: .nan)
        continue
      }
      let slope = slope(at: step)
      if abs(slope) <= -curvature * slope0 {
        let found = point(step, value)
        if accepts(found) { return found }
      }
      if slope * (high.step - low.step) >= 0 {
        recent = (high.step, high.value)
        high = low
      } else {
        recent = (low.step, low.value)
      }
      low = MoreThuente.Trial(step: step, value: value, slope: slope)
    }
    return nil
  }

  /// Minimiser of the cubic through three points with the slope at the first; NaN if there is none.
  private static func cubic(
    _ a: MoreThuente.Trial, _ b: (step: Double, value: Double), _ c: (step: Double, value: Double)
  ) -> Double {
    let (db, dc) = (b.step - a.step, c.step - a.step)
    let denominator = db * dc * (db * dc) * (db - dc)
    let (rb, rc) = (b.value - a.value - a.slope * db, c.value - a.value - a.slope * dc)
    let third = (dc * dc * rb - db * db * rc) / denominator
    let second = (db * db * db * rc - dc * dc * dc * rb) / denominator
    return a.step + (-second + (second * second - 3 * third * a.slope).squareRoot()) / (3 * third)
  }
}
