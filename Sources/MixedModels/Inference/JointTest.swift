package import LinearAlgebra

/// An F test of several linear hypotheses with approximate degrees of freedom.
package struct JointTest: Sendable, Equatable {
  /// The statistic, scaled by ``scaling``.
  package var statistic: Double
  /// Rank of the hypotheses.
  package var numerator: Int
  /// Degrees of freedom of the denominator.
  package var denominator: Double
  /// λ of Kenward and Roger; 1 for Satterthwaite's method.
  package var scaling: Double

  package init(statistic: Double, numerator: Int, denominator: Double, scaling: Double) {
    self.statistic = statistic
    self.numerator = numerator
    self.denominator = denominator
    self.scaling = scaling
  }
}

/// Combinations of hypotheses whose estimates are independent, those of large variance first.
package struct HypothesisAxes {
  /// Weights of the hypotheses in each combination.
  package let combinations: [[Double]]
  /// Variance of each.
  package let variances: [Double]

  /// The principal axes of a covariance of hypotheses: in their own units, as lmerTest takes them; where these differ by so much
  /// that hypotheses are lost, in units of their standard errors.
  ///
  /// - Parameter rank: number of hypotheses that do not depend on others.
  package init?(_ covariance: Matrix, rank: Int) {
    let units = [Double](repeating: 1, count: covariance.rows)
    let errors = covariance.diagonal.map { $0 > 0 ? 1 / $0.squareRoot() : 1 }
    guard let own = Self.axes(covariance, units: units, leastShare: Self.dependence) else { return nil }
    let isWhole = own.variances.count >= rank
    guard let found = isWhole ? own : Self.axes(covariance, units: errors, leastShare: Self.rounding) else {
      return nil
    }
    (combinations, variances) = found
  }

  /// d'C⁻d of the hypotheses' distances.
  package func form(_ distance: [Double]) -> Double {
    zip(combinations, variances).reduce(0) {
      let along = dot($1.0, distance)
      return $0 + along * along / $1.1
    }
  }

  private static func axes(
    _ covariance: Matrix, units: [Double], leastShare: Double
  ) -> (combinations: [[Double]], variances: [Double])? {
    var scaled = covariance
    for j in 0..<scaled.columns { for i in 0..<scaled.rows { scaled[i, j] *= units[i] * units[j] } }
    guard let eigen = try? SymmetricEigen(scaled), let largest = eigen.values.last, largest > 0 else {
      return nil
    }
    let kept = eigen.values.indices.reversed().filter { eigen.values[$0] > leastShare * largest }
    return (kept.map { zip(eigen.vectors.column($0), units).map { $0 * $1 } }, kept.map { eigen.values[$0] })
  }

  /// Share of the largest variance below which a combination depends on others: √ε, and what rounding leaves.
  private static let dependence = 1.490116119384766e-8
  private static let rounding = 1e-14
}

extension FixedEffectsUncertainty {
  /// Tests L b = c.
  ///
  /// - Parameters:
  ///   - rows: L over the kept columns of X. Satterthwaite's degrees of freedom depend on the basis of the hypotheses.
  ///   - distance: L b − c.
  package func test(_ rows: Matrix, distance: [Double]) -> JointTest {
    let standard = rows * toUser
    let covariance = (standard * adjusted * standard.transposed).symmetrized
    guard let axes = HypothesisAxes(covariance, rank: rows.independentRows) else {
      return JointTest(statistic: .nan, numerator: 0, denominator: .nan, scaling: .nan)
    }
    let contrasts = axes.combinations.map { standard.transposed * $0 }
    let mean = axes.form(distance) / Double(contrasts.count)
    if isKenwardRoger { return kenwardRogerTest(Matrix(contrasts), mean: mean) }
    return JointTest(
      statistic: mean, numerator: contrasts.count,
      denominator: Self.combined(contrasts.map(standardDegreesOfFreedom)), scaling: 1)
  }

  /// Degrees of freedom of Σ t_m² / r from those of each t: E = Σ ν / (ν − 2) = r E F of F's own mean.
  ///
  /// Source: Fai and Cornelius, J. Statist. Comput. Simul. 54 (1996) 363-378.
  package static func combined(_ single: [Double]) -> Double {
    guard let first = single.first else { return .nan }
    if single.count == 1 { return first }
    if single.contains(where: \.isNaN) { return .nan }
    let mean = single.reduce(0, +) / Double(single.count)
    if single.allSatisfy({ abs($0 - first) < 1e-8 }) || mean.isInfinite && single.allSatisfy(\.isInfinite) {
      return mean
    }
    if single.contains(where: { $0 <= 2 }) { return 2 }
    let expectation = single.reduce(0) { $0 + ($1.isInfinite ? 1 : $1 / ($1 - 2)) }
    return 2 * expectation / (expectation - Double(single.count))
  }

  /// Scales F so that its first two moments are those of λF(q, m), to the order of Kenward's and Roger's expansion.
  private func kenwardRogerTest(_ contrasts: Matrix, mean: Double) -> JointTest {
    let q = Double(contrasts.rows)
    let failed = JointTest(statistic: .nan, numerator: contrasts.rows, denominator: .nan, scaling: .nan)
    // N_i = C⁻¹L(∂Φ/∂φ_i)L'C⁻ᵀ with LΦL' = CC'.
    guard let factor = try? Cholesky((contrasts * plain * contrasts.transposed).symmetrized) else {
      return failed
    }
    let moved = slopes.map { slope -> Matrix in
      let half = factor.forwardSolve(contrasts * slope * contrasts.transposed)
      return factor.forwardSolve(half.transposed)
    }
    var (first, second) = (0.0, 0.0)
    for (i, a) in moved.enumerated() {
      for (j, b) in moved.enumerated() {
        first += parameterCovariance[i, j] * a.trace * b.trace
        second += parameterCovariance[i, j] * dot(a.storage, b.storage)
      }
    }
    if contrasts.rows == 1 || second <= 0 {
      return JointTest(
        statistic: mean, numerator: contrasts.rows, denominator: second > 0 ? 2 / second : .infinity,
        scaling: 1)
    }
    let b = (first + 6 * second) / (2 * q)
    let g = ((q + 1) * first - (q + 4) * second) / ((q + 2) * second)
    let c = 3 * q + 2 * (1 - g)
    let zeroth = 1 + g / c * b
    let inner = 1 - (q - g) / c * b
    let outer = 1 - (q + 2 - g) / c * b
    // Both vanish together for a balanced design with q = 2, and their ratio tends to one.
    let ratio =
      abs(1 - second / q) < Self.vanishing && abs(inner) < Self.vanishing ? 1 : (1 - second / q) / inner
    let rho = ratio * ratio * (abs(zeroth) < Self.vanishing ? 0 : zeroth) / outer / q
    let denominator = 4 + (q + 2) / (q * rho - 1)
    let scaling =
      abs(denominator - 2) < 1e-2 ? 1 : denominator * (1 - second / q) / (denominator - 2)
    return JointTest(
      statistic: mean * scaling, numerator: contrasts.rows, denominator: denominator, scaling: scaling)
  }

  /// Size below which a term of the expansion is rounding.
  private static let vanishing = 1e-10
}
