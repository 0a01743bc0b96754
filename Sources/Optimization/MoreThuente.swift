import Foundation

/// Line search for the strong Wolfe conditions.
///
/// J. Moré, D. Thuente, "Line search algorithms with guaranteed sufficient decrease", ACM Trans. Math. Softw. 20
/// (1994): the safeguarded cubic and quadratic steps of MINPACK-2's `dcsrch`, which scipy tries first.
struct MoreThuente {
  /// A step with the function's value and slope there.
  struct Trial {
    var step: Double
    var value: Double
    var slope: Double
  }

  let decrease: Double
  let curvature: Double
  /// Relative width at which the interval counts as a point.
  let width: Double
  let smallest: Double
  let largest: Double
  let maximumTrials: Int

  /// The first trial that satisfies both conditions, or nil.
  func search(
    value0: Double, slope0: Double, first: Double, _ evaluate: (Double) -> (value: Double, slope: Double)
  ) -> Trial? {
    guard first >= smallest, first <= largest, slope0 < 0 else { return nil }
    let required = decrease * slope0
    var best = Trial(step: 0, value: value0, slope: slope0)
    var other = best
    var bracketed = false
    var reduced = true
    var interval = largest - smallest
    var olderInterval = 2 * interval
    var (low, high) = (0.0, 5 * first)
    var step = first
    for _ in 0..<maximumTrials {
      let (value, slope) = evaluate(step)
      var trial = Trial(step: step, value: value, slope: slope)
      let target = value0 + step * required
      if value <= target, abs(slope) <= -curvature * slope0 { return trial }
      if reduced, value <= target, slope >= 0 { reduced = false }
      if bracketed, step <= low || step >= high || high - low <= width * high { return nil }
      if step == largest, value <= target, slope <= required { return nil }
      if step == smallest, value > target || slope >= required { return nil }

      if reduced, value <= best.value, value > target {
        // Work on the function less its required decrease until that has a point below zero.
        func lowered(_ t: Trial) -> Trial {
          Trial(step: t.step, value: t.value - t.step * required, slope: t.slope - required)
        }
        (best, other, trial) = (lowered(best), lowered(other), lowered(trial))
        step = next(&best, &other, trial, &bracketed, low, high)
        func raised(_ t: Trial) -> Trial {
          Trial(step: t.step, value: t.value + t.step * required, slope: t.slope + required)
        }
        (best, other) = (raised(best), raised(other))
      } else {
        step = next(&best, &other, trial, &bracketed, low, high)
      }
      if bracketed {
        if abs(other.step - best.step) >= 0.66 * olderInterval {
          step = best.step + 0.5 * (other.step - best.step)
        }
        olderInterval = interval
        interval = abs(other.step - best.step)
        low = min(best.step, other.step)
        high = max(best.step, other.step)
      } else {
        low = step + 1.1 * (step - best.step)
        high = step + 4 * (step - best.step)
      }
      step = min(max(step, smallest), largest)
      if bracketed, step <= low || step >= high || high - low <= width * high { step = best.step }
      guard step.isFinite else { return nil }
    }
    return nil
  }

  /// The next trial step, by MINPACK's `dcstep`; updates the interval's ends.
  private func next(
    _ best: inout Trial, _ other: inout Trial, _ trial: Trial, _ bracketed: inout Bool, _ low: Double,
    _ high: Double
  ) -> Double {
    let opposite = trial.slope * (best.slope / abs(best.slope)) < 0
    let secant = trial.step + trial.slope / (trial.slope - best.slope) * (best.step - trial.step)
    var result: Double
    if trial.value > best.value {
      // Higher: the minimum is bracketed; nearer to the best end, the cubic alone.
      let cubic = MoreThuente.cubic(from: best, to: trial)
      let chord = (best.value - trial.value) / (trial.step - best.step) + best.slope
      let quadratic = best.step + best.slope / chord / 2 * (trial.step - best.step)
      result =
        abs(cubic - best.step) < abs(quadratic - best.step) ? cubic : cubic + (quadratic - cubic) / 2
      bracketed = true
    } else if opposite {
      let cubic = MoreThuente.cubic(from: trial, to: best)
      result = abs(cubic - trial.step) > abs(secant - trial.step) ? cubic : secant
      bracketed = true
    } else if abs(trial.slope) < abs(best.slope) {
      // Flatter: the cubic may have no minimum in the direction of the step.
      let cubic = MoreThuente.cubicBeyond(best, trial, low, high)
      if bracketed {
        result = abs(cubic - trial.step) < abs(secant - trial.step) ? cubic : secant
        let limit = trial.step + 0.66 * (other.step - trial.step)
        result = trial.step > best.step ? min(limit, result) : max(limit, result)
      } else {
        result = abs(cubic - trial.step) > abs(secant - trial.step) ? cubic : secant
        result = min(max(result, low), high)
      }
    } else if bracketed {
      result = MoreThuente.cubic(from: trial, to: other)
    } else {
      result = trial.step > best.step ? high : low
    }
    if trial.value > best.value {
      other = trial
    } else {
      if opposite { other = best }
      best = trial
    }
    return result
  }

  /// Minimiser of the cubic through both points with both slopes.
  private static func cubic(from a: Trial, to b: Trial) -> Double {
    let theta = 3 * (a.value - b.value) / (b.step - a.step) + a.slope + b.slope
    let scale = max(abs(theta), abs(a.slope), abs(b.slope))
    var gamma = scale * (theta / scale * (theta / scale) - a.slope / scale * (b.slope / scale)).squareRoot()
    if b.step < a.step { gamma = -gamma }
    let ratio = ((gamma - a.slope) + theta) / (((gamma - a.slope) + gamma) + b.slope)
    return a.step + ratio * (b.step - a.step)
  }

  /// The same, seen from the trial, or the interval's end where the cubic falls without limit.
  private static func cubicBeyond(_ best: Trial, _ trial: Trial, _ low: Double, _ high: Double) -> Double {
    let theta = 3 * (best.value - trial.value) / (trial.step - best.step) + best.slope + trial.slope
    let scale = max(abs(theta), abs(best.slope), abs(trial.slope))
    let square = theta / scale * (theta / scale) - best.slope / scale * (trial.slope / scale)
    var gamma = scale * max(0, square).squareRoot()
    if trial.step > best.step { gamma = -gamma }
    let p = (gamma - trial.slope) + theta
    let q = (gamma + (best.slope - trial.slope)) + gamma
    let ratio = p / q
    if ratio < 0, gamma != 0 { return trial.step + ratio * (best.step - trial.step) }
    return trial.step > best.step ? high : low
  }
}
