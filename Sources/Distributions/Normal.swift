import Foundation

/// The standard normal distribution.
package enum Normal {
  /// e^(-x²/2) / √2π.
  package static func pdf(_ x: Double) -> Double {
    // x² exactly as high + low: at x = 38 its rounding alone would cost 1e-13.
    let square = x * x
    guard square.isFinite else { return square.isNaN ? .nan : 0 }
    let low = (-square).addingProduct(x, x)
    return exp(-0.5 * square) * (1 - 0.5 * low) / (2 * Double.pi).squareRoot()
  }

  /// P(Z ≤ x).
  package static func cdf(_ x: Double) -> Double { sf(-x) }

  /// P(Z > x) e^(x²/2) of x ≥ 0, which has no underflow.
  package static func millsRatio(_ x: Double) -> Double {
    guard x > 30 else { return sf(x) * exp(0.5 * x * x) }
    // the asymptotic series, good to twelve digits from here on
    let inverse = 1 / (x * x)
    let series = 1 - inverse * (1 - inverse * (3 - inverse * (15 - inverse * 105)))
    return series / (x * (2 * Double.pi).squareRoot())
  }

  /// P(Z > x).
  package static func sf(_ x: Double) -> Double {
    let z = x * 0.707_106_781_186_547_524_4
    let value = 0.5 * erfc(z)
    guard z > 1, value > 0 else { return value }
    // The rounding error of z, times the density: √2 = high + low.
    let residue = x.addingProduct(-z, 1.414_213_562_373_095_1) + z * 9.667_293_313_452_913e-17
    return value - residue * pdf(x)
  }

  /// The x with P(Z ≤ x) = p; NaN outside 0 ... 1.
  ///
  /// Wichura's algorithm AS 241, polished by one Halley step.
  package static func ppf(_ p: Double) -> Double {
    guard p >= 0, p <= 1 else { return .nan }
    if p == 0 { return -.infinity }
    if p == 1 { return .infinity }
    let q = p - 0.5
    if abs(q) <= 0.425 { return refine(q * central(0.180625 - q * q), cdf, p, 1) }
    return q < 0 ? -tail(p) : tail(1 - p)
  }

  /// The x with P(Z > x) = q; NaN outside 0 ... 1.
  package static func isf(_ q: Double) -> Double {
    let x = ppf(q)
    return x == 0 ? 0 : -x
  }

  /// The positive x with P(Z > x) = q, for q < 0.075.
  private static func tail(_ q: Double) -> Double {
    let r = (-log(q)).squareRoot()
    return refine(r <= 5 ? middle(r - 1.6) : far(r - 5), sf, q, -1)
  }

  private static func refine(
    _ x: Double, _ function: (Double) -> Double, _ target: Double, _ sign: Double
  ) -> Double {
    let density = pdf(x)
    guard density > 1e-290 else { return x }
    let step = sign * (function(x) - target) / density
    return x - step / (1 + 0.5 * x * step)
  }

  private static func central(_ r: Double) -> Double {
    ratio(
      r,
      [
        2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
        13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608,
      ],
      [
        5226.495278852545925, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
        5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1,
      ])
  }

  private static func middle(_ r: Double) -> Double {
    ratio(
      r,
      [
        7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177,
        1.27045825245236838258, 3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959,
        1.42343711074968357734,
      ],
      [
        1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966,
        0.14810397642748007459, 0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1,
      ])
  }

  private static func far(_ r: Double) -> Double {
    ratio(
      r,
      [
        2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386,
        0.026532189526576123093, 0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699,
        6.6579046435011037772,
      ],
      [
        2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5,
        7.868691311456132591e-4, 0.0148753612908506148525, 0.13692988092273580531,
        0.59983220655588793769, 1,
      ])
  }

  private static func ratio(_ r: Double, _ above: [Double], _ below: [Double]) -> Double {
    above.reduce(0) { $0 * r + $1 } / below.reduce(0) { $0 * r + $1 }
  }
}
