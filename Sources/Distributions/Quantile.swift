import Foundation

/// The logarithms of the smallest and of nearly the largest positive number.
private let (smallestLog, largestLog) = (-744.4, 709.78)

/// Solves tail(x) = target for positive x by Newton's method on log tail against log x, kept inside a bracket.
///
/// Logarithms make relative accuracy uniform from the smallest targets on.
/// - Parameters:
///   - start: a positive guess.
///   - rising: whether the tail grows with x.
///   - tail: the probability at x and the density there.
func solveQuantile(
  target: Double, start: Double, rising: Bool, _ tail: (Double) -> (value: Double, density: Double)
) -> Double {
  let goal = log(target)
  var low = -Double.infinity
  var high = Double.infinity
  var u = log(start > 0 && start.isFinite ? start : 1)
  for _ in 0..<200 {
    let x = exp(u)
    let (value, density) = tail(x)
    // log(value / target) keeps its digits near the solution, the difference of logarithms does not.
    let ratio = value / target
    let error = ratio > 0.5 && ratio < 2 ? log1p((value - target) / target) : log(value) - goal
    if error == 0 { return x }
    if (error > 0) == rising { high = u } else { low = u }
    var next = u - error * value / (density * x * (rising ? 1 : -1))
    if !next.isFinite || next <= low || next >= high {
      next =
        low == -.infinity
        ? (high == .infinity ? u : high - max(2, abs(u)))
        : (high == .infinity ? low + max(2, abs(u)) : (low + high) / 2)
    }
    // No step leaves the range of numbers before its ends were tried: 0 and infinity are answers only beyond them.
    next = min(max(next, u - 200, smallestLog), u + 200, largestLog)
    if u == smallestLog, (error > 0) == rising { return 0 }
    if u == largestLog, (error > 0) != rising { return .infinity }
    if abs(next - u) <= 1e-16 * max(1, abs(u)) || high - low <= 2e-16 * max(1, abs(u)) { return exp(next) }
    u = next
  }
  return exp(u)
}
