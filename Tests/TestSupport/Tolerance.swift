/// How near a value must be to its reference. One table for all parity tests.
package enum Tolerance {
  /// Elements of a design matrix, relative.
  package static let design = 1e-12
  /// Log-likelihood, score and Hessian at given parameters, relative to the largest entry.
  package static let atParameters = 1e-9
  /// Fixed effects at an interior optimum, in standard errors.
  package static let fixedEffects = 1e-3
  /// Standard errors, variances and the scale at an interior optimum, relative.
  package static let variance = 1e-4
  /// Random effects and fitted values at an interior optimum, relative to their spread.
  package static let effects = 1e-4
  /// Variances against lme4, whose optimiser stops a little earlier, relative to the largest of the block.
  package static let varianceAgainstLme4 = 1e-3
  /// Fixed effects at the boundary against lme4, in standard errors.
  package static let fixedEffectsAtBoundary = 5e-3

  /// How far an optimised log-likelihood may stay below the best reference; a better optimum is no failure.
  package static func logLikelihood(_ reference: Double) -> Double {
    1e-6 * max(1, abs(reference).squareRoot())
  }
}

/// The largest distance between two vectors, divided by `scale`; infinite when the lengths differ or
/// a value is missing on one side only.
package func distance(_ actual: [Double], _ expected: [Double], scale: Double? = nil) -> Double {
  guard actual.count == expected.count else { return .infinity }
  let unit = scale ?? max(expected.filter(\.isFinite).map(abs).max() ?? 1, 1e-300)
  var worst = 0.0
  for (a, e) in zip(actual, expected) {
    if a.isNaN && e.isNaN || a == e { continue }
    guard a.isFinite, e.isFinite else { return .infinity }
    worst = max(worst, abs(a - e) / unit)
  }
  return worst
}

/// The largest relative distance, element by element.
package func relativeDistance(_ actual: [Double], _ expected: [Double], floor: Double = 1e-300) -> Double {
  guard actual.count == expected.count else { return .infinity }
  return zip(actual, expected).map { distance([$0], [$1], scale: max(abs($1), floor)) }.max() ?? 0
}

/// The standard deviation of the finite values, at least `1e-12` of the largest.
package func spread(_ values: [Double]) -> Double {
  let finite = values.filter(\.isFinite)
  guard !finite.isEmpty else { return 1 }
  let mean = finite.reduce(0, +) / Double(finite.count)
  let variance = finite.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(finite.count)
  return max(variance.squareRoot(), 1e-12 * (finite.map(abs).max() ?? 1), 1e-300)
}

/// Whether two printed tables agree: the same characters, up to numbers that lie half-way between two printed values and
/// are rounded to either.
package func sameTable(_ actual: String, _ expected: String) -> Bool {
  if actual == expected { return true }
  let (lines, references) = (actual.split(separator: "\n"), expected.split(separator: "\n"))
  guard lines.count == references.count else { return false }
  return zip(lines, references).allSatisfy { line, reference in
    guard line.count == reference.count else { return false }
    let (words, others) = (line.split(separator: " "), reference.split(separator: " "))
    return words.count == others.count && zip(words, others).allSatisfy(sameNumber)
  }
}

private func sameNumber(_ a: Substring, _ b: Substring) -> Bool {
  if a == b { return true }
  guard let x = Double(a), let y = Double(b), let point = b.firstIndex(of: ".") else { return false }
  let decimals = b.distance(from: point, to: b.endIndex) - 1
  var unit = 1.0
  for _ in 0..<decimals { unit /= 10 }
  return abs(x - y) < 1.5 * unit && decimals > 0
}
