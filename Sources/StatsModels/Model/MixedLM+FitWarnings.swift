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
    if estimate.scale < 1e-10 * responseVariance {
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
    let count = Double(specification.endog.count)
    let mean = specification.endog.reduce(0) { $0 + $1 / count }
    return specification.endog.reduce(0) { $0 + ($1 - mean) * ($1 - mean) / count }
  }

  /// Whether a relative covariance matrix has a zero variance or a perfect correlation.
  private static func isSingular(_ matrix: Matrix) -> Bool {
    let factor = matrix.semidefiniteFactor
    return (0..<matrix.rows).contains { i in
      factor[i, i] * factor[i, i] <= 1e-8 * matrix[i, i] || matrix[i, i] <= 0
    }
  }
}
