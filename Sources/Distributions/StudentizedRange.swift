import Foundation

/// The studentized range: the range of k independent standard normal variables over √(χ²_ν / ν).
///
/// All probabilities are integrals of positive, analytic functions by the trapezoidal rule, which converges
/// geometrically on them; each tail has an integrand of its own, so that far tails keep their relative accuracy.
package struct StudentizedRange: Sendable {
  /// Number of groups k whose range it is; above 1, not necessarily whole.
  package let groups: Double
  /// Degrees of freedom ν of the scale; infinity gives the range of normal variables itself.
  package let df: Double

  /// The range of `groups` means with `df` degrees of freedom; NaN everywhere unless groups > 1 and df > 0.
  package init(groups: Double, df: Double) {
    self.groups = groups
    self.df = df
  }

  package var isValid: Bool { groups > 1 && groups < .infinity && df > 0 }
  /// Beyond this the spread of the scale is below rounding.
  private var isNormal: Bool { df > 1e18 }

  /// The density at q.
  package func pdf(_ q: Double) -> Double {
    guard isValid, !q.isNaN else { return .nan }
    let range = NormalRange(groups)
    if q < 0 || q == .infinity { return 0 }
    if q == 0 { return groups < 2 ? .infinity : (groups == 2 ? pdf(1e-9) : 0) }
    if isNormal { return range.pdf(q) }
    return overScale(from: peak(above: q)) { $0 * range.pdf(q * $0) }
  }

  /// P(Q ≤ q).
  package func cdf(_ q: Double) -> Double {
    guard isValid, !q.isNaN else { return .nan }
    if q <= 0 { return 0 }
    if q == .infinity { return 1 }
    let upper = sf(q)
    if upper < 0.5 { return 1 - upper }
    let range = NormalRange(groups)
    if isNormal { return range.cdf(q) }
    // Where the range is so narrow that its probability is a power k - 1 of it, the integrand peaks here.
    return overScale(from: 0.5 * log1p((groups - 1) / df)) { range.cdf(q * $0) }
  }

  /// P(Q > q).
  package func sf(_ q: Double) -> Double {
    guard isValid, !q.isNaN else { return .nan }
    if q <= 0 { return 1 }
    if q == .infinity { return 0 }
    let range = NormalRange(groups)
    return isNormal ? range.sf(q) : min(1, overScale(from: peak(above: q)) { range.sf(q * $0) })
  }

  /// The q with P(Q ≤ q) = p; NaN outside 0 ... 1.
  package func ppf(_ p: Double) -> Double {
    guard isValid, p >= 0, p <= 1 else { return .nan }
    if p == 0 { return 0 }
    if p == 1 { return .infinity }
    if p > 0.5 { return isf(1 - p) }
    return solveQuantile(target: p, start: 2, rising: true) { (cdf($0), pdf($0)) }
  }

  /// The q with P(Q > q) = u; NaN outside 0 ... 1.
  package func isf(_ u: Double) -> Double {
    guard isValid, u >= 0, u <= 1 else { return .nan }
    if u == 0 { return .infinity }
    if u == 1 { return 0 }
    if u > 0.5 { return ppf(1 - u) }
    return solveQuantile(target: u, start: 4, rising: false) { (sf($0), pdf($0)) }
  }

  /// The logarithm of the scale at which e^(-(qs)²/4), the tail of the range, times the scale's density is largest.
  private func peak(above q: Double) -> Double { -0.5 * log1p(q * q / (2 * df)) }

  /// ∫ g(s) f(s) ds over the scale s = √(χ²_ν / ν), with s = e^u.
  private func overScale(from start: Double, _ integrand: (Double) -> Double) -> Double {
    // In u the density is e^(νu - νe^2u / 2): analytic for |Im u| < π/4, and 1/√(2ν) wide when ν is large. Where
    // the range is narrow against its scale, its power (k - 1)u adds to νu.
    let step = min(0.07, 0.5 / (2 * (df + groups)).squareRoot())
    return trapezoid(from: start, step: step) { u in
      let density = 2 * SpecialFunctions.gammaTerm(df / 2, df / 2 * exp(2 * u))
      return density > 0 ? density * integrand(exp(u)) : 0
    }
  }
}

/// The range of k independent standard normal variables.
private struct NormalRange {
  let groups: Double

  init(_ groups: Double) { self.groups = groups }

  /// k ∫ φ(z) (Φ(z) - Φ(z - w))^(k-1) dz.
  func cdf(_ w: Double) -> Double {
    let sum = trapezoid(from: w / 2, step: step) { z in
      Normal.pdf(z) * pow(normalInterval(z - w, z), groups - 1)
    }
    return min(1, groups * sum)
  }

  /// k ∫ φ(z) (Φ(z)^(k-1) - (Φ(z) - Φ(z - w))^(k-1)) dz, the two powers subtracted without cancellation.
  func sf(_ w: Double) -> Double {
    let sum = trapezoid(from: w / 2, step: 0.08) { z in
      let density = Normal.pdf(z)
      guard density > 0 else { return 0 }
      let below = Normal.cdf(z)
      let ratio = Normal.cdf(z - w) / below
      let power = groups - 1
      return density * pow(below, power) * (ratio < 1 ? -expm1(power * log1p(-ratio)) : 1)
    }
    return min(1, groups * sum)
  }

  /// k (k - 1) ∫ φ(z) φ(z - w) (Φ(z) - Φ(z - w))^(k-2) dz.
  func pdf(_ w: Double) -> Double {
    let sum = trapezoid(from: w / 2, step: step) { z in
      let density = Normal.pdf(z) * Normal.pdf(z - w)
      return density > 0 ? density * pow(normalInterval(z - w, z), groups - 2) : 0
    }
    return groups * (groups - 1) * sum
  }

  /// A power k of a bell curve is 1/√k wide.
  private var step: Double { min(0.08, 0.5 / groups.squareRoot()) }
}

/// Φ(high) - Φ(low), relatively accurate also where both are close or far out.
private func normalInterval(_ low: Double, _ high: Double) -> Double {
  let width = high - low
  guard width < 0.5 else {
    return low > 0 ? Normal.sf(low) - Normal.sf(high) : Normal.cdf(high) - Normal.cdf(low)
  }
  // Gauss's rule with six nodes: its error is below 1e-17 of the value at this width.
  let (middle, half) = ((low + high) / 2, width / 2)
  var sum = 0.0
  for (node, weight) in gaussNodes {
    sum += weight * (Normal.pdf(middle - half * node) + Normal.pdf(middle + half * node))
  }
  return half * sum
}

/// Positive nodes and weights of the Gauss–Legendre rule of order 6 on -1 ... 1.
private let gaussNodes: [(node: Double, weight: Double)] = [
  (0.238_619_186_083_196_908_6, 0.467_913_934_572_691_047_4),
  (0.661_209_386_466_264_513_7, 0.360_761_573_048_138_607_6),
  (0.932_469_514_203_152_027_8, 0.171_324_492_379_170_345_0),
]

/// The integral over the line of a function with one hump, summed from `start` outwards until terms vanish.
private func trapezoid(from start: Double, step: Double, _ function: (Double) -> Double) -> Double {
  var sum = function(start)
  for direction in [1.0, -1.0] {
    var previous = sum
    // No integrand here is wider than this many steps; the bound only ends a sum of zeros.
    for i in 1..<1_000_000 {
      let term = function(start + direction * Double(i) * step)
      sum += term
      if term <= previous, term <= 1e-18 * sum { break }
      previous = term
    }
  }
  return sum * step
}
