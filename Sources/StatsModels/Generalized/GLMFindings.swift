import GeneralizedModels
import LinearAlgebra
import MixedModels

/// What a generalised model's estimate gives cause to say.
struct GLMFindings {
  let model: MixedGLM
  let estimate: GeneralizedEstimate

  private var specification: ModelSpecification { model.specification }

  /// A search that may have ended where the link has no more means; nil for links that give every linear predictor one.
  private var atEdge: FitWarning? {
    model.family.linkForAllPredictors.map { other in
      let size = PythonFormat.fixed(estimate.certificate.gradientNorm, 6)
      return FitWarning(
        kind: .convergence,
        message:
          "the likelihood of '\(specification.endogName)' still rises from the point printed, |grad| = \(size), and the "
          + "\(model.family.link.rawValue) link gives some linear predictors near it no mean: use the "
          + "\(other.rawValue) link")
    }
  }

  var warnings: [FitWarning] {
    let texts = WarningTexts(specification: specification)
    let owners = specification.blockOfTerm
    var result: [FitWarning] = []
    if !estimate.aliased.isEmpty {
      result.append(
        texts.rankDeficient(
          estimate.aliased, FixedDependence(exog: specification.exog, dropped: estimate.aliased)))
    }
    var named = Set<Int>()
    for held in estimate.held where named.insert(owners[held.term]).inserted {
      result.append(texts.notIdentifiable(held))
    }
    let separated = separatedColumns
    if !separated.isEmpty { result.append(separation(separated)) }
    if !estimate.converged {
      result.append(atEdge ?? texts.notConverged(gradientNorm: estimate.certificate.gradientNorm))
    }
    let findings = boundaries.filter { named.insert($0.block).inserted }
    if !findings.isEmpty {
      result.append(texts.boundary(findings))
      let matrices = findings.filter { $0.width > 1 || !specification.blocks[$0.block].isComponent }
      if !matrices.isEmpty { result.append(texts.singular(matrices)) }
    }
    if let poisson = noOverdispersion { result.append(poisson) }
    if estimate.integration != .jointMode, separated.isEmpty, estimate.converged {
      if !estimate.hasJointCovariance {
        result.append(
          FitWarning(
            kind: .numerical,
            message:
              "the likelihood is not curved in all its parameters at the estimate: standard errors of the fixed effects take "
              + "the covariances of the random effects as known, and these have none. Leave out random effects, or add "
              + "rows per level"))
      } else if estimate.leastEigenvalue < 1e-6 {
        result.append(
          FitWarning(
            kind: .notIdentifiable,
            message:
              "the data hardly tell some parameters apart (a combination of them changes the likelihood by next to nothing): "
              + "their standard errors are large. Leave out random effects or fixed columns, or add rows per level"
          ))
      }
    }
    return result
  }

  /// Blocks with variances of zero or a singular covariance matrix.
  private var boundaries: [BoundaryFinding] {
    let owners = specification.blockOfTerm
    let singular = Set(
      estimate.singularTerms.indices.filter { estimate.singularTerms[$0] }.map { owners[$0] })
    let covariances = specification.blockCovariances(estimate.covariances)
    return singular.sorted().map { block in
      let matrix = covariances[block]
      let k = matrix.rows
      let least = 1e-12 * (matrix.diagonal.max() ?? 0)
      let zeros = (0..<k).filter { matrix[$0, $0] <= least }
      var perfect: [(first: Int, second: Int, correlation: Int)] = []
      for i in 0..<k {
        for j in 0..<i where matrix[i, i] > least && matrix[j, j] > least {
          let r = matrix[i, j] / (matrix[i, i] * matrix[j, j]).squareRoot()
          if abs(r) > 1 - 1e-6 { perfect.append((j, i, r > 0 ? 1 : -1)) }
        }
      }
      let values = (try? SymmetricEigen(matrix))?.values ?? []
      let largest = values.last ?? 0
      let rank = values.count { $0 > 1e-8 * largest && $0 > 0 }
      return BoundaryFinding(block: block, width: k, rank: rank, zeros: zeros, perfect: perfect)
    }
  }

  /// Range of the linear predictor that a column must span, and how its standard error must compare with it, to count as
  /// running away.
  private static let largestRange = 12.0
  private static let largestPrecision = 2.0

  /// Columns whose coefficients run to infinity.
  private var separatedColumns: [Int] {
    switch model.family.link {
    case .logit, .probit, .cloglog, .cauchy, .log: break
    default: return []
    }
    let limit = model.family.link == .probit ? 4 : Self.largestRange
    let kept = specification.exogNames.indices.filter { !estimate.aliased.contains($0) }
    return kept.enumerated().filter { position, column in
      let b = estimate.fixedEffects[column]
      let values = specification.exog.column(column)
      let (low, high) = (values.min() ?? 0, values.max() ?? 0)
      let range = high > low ? high - low : abs(high)
      let error = max(
        estimate.fixedCovariance[position, position], estimate.conditionalFixedCovariance[position, position]
      ).squareRoot()
      return abs(b) * range > limit && !(error * Self.largestPrecision < abs(b))
    }.map(\.element)
  }

  private func separation(_ columns: [Int]) -> FitWarning {
    let names = columns.map { "'\(specification.exogNames[$0])'" }
    return FitWarning(
      kind: .numerical,
      message:
        "complete separation: the likelihood of '\(specification.endogName)' rises without end as the coefficient of "
        + "\(shortList(names)) grows, since these predictors tell some responses without error. The estimates printed are "
        + "only where the search stopped, and their standard errors mean nothing: merge levels, leave the predictor out, "
        + "or use a prior (BinomialBayesMixedGLM)")
  }

  /// A negative binomial response without overdispersion.
  private var noOverdispersion: FitWarning? {
    guard model.family.distribution == .negativeBinomial, model.family.alpha == nil else { return nil }
    let mean = specification.endog.reduce(0, +) / Double(max(specification.endog.count, 1))
    guard estimate.dispersion * max(mean, 1) < 1e-4 else { return nil }
    return FitWarning(
      kind: .boundary,
      message:
        "alpha is at its bound 0: '\(specification.endogName)' varies no more than counts of its mean. The Poisson family "
        + "gives the same fit with a parameter less")
  }
}

extension BoundaryFinding {
  init(
    block: Int, width: Int, rank: Int, zeros: [Int],
    perfect: [(first: Int, second: Int, correlation: Int)]
  ) {
    self.block = block
    self.width = width
    self.rank = rank
    self.zeros = zeros
    self.perfect = perfect
  }
}
