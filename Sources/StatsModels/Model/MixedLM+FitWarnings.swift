import LinearAlgebra
import MixedModels

extension MixedLM {
  /// What the estimate itself gives cause to say.
  func fitWarnings(_ estimate: Estimate, free: MixedLMParams? = nil) -> [FitWarning] {
    var result: [FitWarning] = []
    if !estimate.aliased.isEmpty {
      let names = estimate.aliased.map { specification.exogNames[$0] }
      result.append(
        FitWarning(
          kind: .rankDeficient,
          message:
            "the fixed effects are collinear: dropped \(shortList(names)), which "
            + (names.count == 1 ? "depends on earlier columns" : "depend on earlier columns")))
    }
    let owners = specification.blockOfTerm
    var named = Set<Int>()
    for held in estimate.held where named.insert(owners[held.term]).inserted {
      result.append(
        FitWarning(
          kind: .notIdentifiable,
          message: "\(specification.describe(held)); its variance is held at 0"))
    }
    if let report = estimate.monteCarlo {
      let errors = MonteCarloErrors(report, layout: layout, specification: specification)
      let reason =
        engineOptions.exact == false
        ? "exact: false" : "the crossed factors are too large for an exact factorisation"
      result.append(FitWarning(kind: .numerical, message: "\(reason): \(errors.sentence)"))
    }
    if estimate.scale < 1e-10 * responseVariance, !estimate.converged {
      result.append(
        FitWarning(
          kind: .numerical,
          message:
            "the random effects explain '\(specification.endogName)' exactly: the likelihood grows without end as "
            + "the residual variance goes to zero. Remove random effects, or look for a factor that repeats the response"
        ))
    }
    if !estimate.converged {
      result.append(
        FitWarning(
          kind: .convergence,
          message:
            "Gradient optimization failed, |grad| = \(PythonFormat.fixed(estimate.certificate.gradientNorm, 6))"
        ))
    }
    if estimate.singular, free == nil {
      let relative = specification.blockCovariances(estimate.relativeCovariances)
      let zero = specification.blocks.indices.filter { position in
        !named.contains(position) && Self.isSingular(relative[position])
      }
      if !zero.isEmpty {
        result.append(
          FitWarning(kind: .boundary, message: "The MLE may be on the boundary of the parameter space."))
        if zero.contains(where: {
          specification.blocks[$0].width > 1 || !specification.blocks[$0].isComponent
        }) {
          result.append(
            FitWarning(kind: .singular, message: "The random effects covariance matrix is singular."))
        }
      }
    }
    return result
  }

  /// Mean squared deviation of the response from its mean.
  private var responseVariance: Double {
    let y = specification.endog
    let first = y.first ?? 0
    var (sums, squares) = (SIMD4<Double>.zero, SIMD4<Double>.zero)
    func add(_ values: SIMD4<Double>) {
      let difference = values - first
      sums += difference
      squares += difference * difference
    }
    let whole = y.count / 4 * 4
    for i in stride(from: 0, to: whole, by: 4) { add(SIMD4(y[i], y[i + 1], y[i + 2], y[i + 3])) }
    for value in y[whole...] { add(SIMD4(value, first, first, first)) }
    let count = Double(y.count)
    let mean = sums.sum() / count
    return squares.sum() / count - mean * mean
  }

  /// Whether a relative covariance matrix has a zero variance or a perfect correlation.
  private static func isSingular(_ matrix: Matrix) -> Bool {
    let factor = matrix.semidefiniteFactor
    return (0..<matrix.rows).contains { i in
      factor[i, i] * factor[i, i] <= 1e-8 * matrix[i, i] || matrix[i, i] <= 0
    }
  }
}
