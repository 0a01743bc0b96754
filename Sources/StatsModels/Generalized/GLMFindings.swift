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
      let size = WarningTexts.size(ofGradient: estimate.certificate.gradientNorm)
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
    let separation = estimate.isSeparated ? separation : nil
    if let separation {
      result.append(separation.warning)
    } else if estimate.growsWithoutEnd {
      result.append(unbounded)
    } else if estimate.meansVanish {
      result.append(vanishing)
    } else if !estimate.converged {
      result.append(atEdge ?? texts.notConverged(gradientNorm: estimate.certificate.gradientNorm))
    }
    let findings = boundaries.filter { named.insert($0.block).inserted }
    if !findings.isEmpty {
      result.append(texts.boundary(findings))
      let matrices = findings.filter { $0.width > 1 || !specification.blocks[$0.block].isComponent }
      if !matrices.isEmpty { result.append(texts.singular(matrices)) }
    }
    if let poisson = noOverdispersion { result.append(poisson) }
    if let varied = overdispersion { result.append(varied) }
    if separation == nil, let rival = estimate.rival { result.append(otherMaximum(rival)) }
    if estimate.integration != .jointMode, estimate.converged {
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

  private var separation: SeparatingColumns? {
    let multiplier = model.response.multiplier(model.family)
    return SeparatingColumns(
      specification.exog, names: specification.exogNames, endog: specification.endog,
      endogName: specification.endogName, family: model.family, coefficients: estimate.fixedEffects,
      counts: { (multiplier?[$0] ?? 1) > 0 }, remedies: priorRemedy.map { ["use a prior (\($0))"] } ?? [])
  }

  /// Fixed and random effects that grow together.
  private var unbounded: FitWarning {
    let terms = specification.blocks.indices.map { specification.termText($0) }.joined(separator: ", ")
    return FitWarning(
      kind: .convergence,
      message:
        "the likelihood of '\(specification.endogName)' still rises from the point printed as the fixed effects and the effects "
        + "of \(terms) grow in proportion: together they tell the responses without error. Take random effects away, or add "
        + "rows per level")
  }

  /// Means that a log link keeps above zero, where the responses want none.
  private var vanishing: FitWarning {
    FitWarning(
      kind: .convergence,
      message:
        "the likelihood of '\(specification.endogName)' rises without end as all means fall to 0: a log link has positive means "
        + "only, and the responses are on average no larger than 0. Use the identity link")
  }

  private func otherMaximum(_ rival: Rival) -> FitWarning {
    let variances = zip(specification.blocks.indices, specification.blockCovariances(rival.covariances)).map {
      block, matrix in
      "\(specification.termText(block)) \(matrix.diagonal.map { PythonFormat.general($0, 4) }.joined(separator: ", "))"
    }
    let difference = PythonFormat.fixed(abs(rival.deviance - estimate.deviance) / 2, 4)
    let place =
      "\(difference) on the logarithmic scale, at the variances \(variances.joined(separator: "; "))"
    return FitWarning(
      kind: .notIdentifiable,
      message: rival.deviance < estimate.deviance
        ? "the likelihood of '\(specification.endogName)' rises above the maximum printed where a search from elsewhere did not "
          + "end, by \(place). The data hardly tell so many effects: leave out random effects, or add rows per level"
        : "the likelihood of '\(specification.endogName)' has another maximum, lower by \(place). A fit with startParams there "
          + "leads to it")
  }

  /// The class that takes priors for such responses.
  private var priorRemedy: String? {
    switch (model.family.distribution, model.family.link) {
    case (.binomial, .logit) where model.trials?.allSatisfy { $0 == 1 } ?? false: "BinomialBayesMixedGLM"
    case (.poisson, .log): "PoissonBayesMixedGLM"
    default: nil
    }
  }

  /// Standard deviations that Pearson's χ² lies above its expectation, and its ratio to that, from which a response plainly
  /// varies more than its family says.
  private static let plainDeviations = 4.0
  private static let plainRatio = 1.2
  /// Variance of a response below which it tells nothing of dispersion, as nearly all such counts are 0, while that of its
  /// squared residual has no bound.
  private static let leastVariance = 0.1

  /// A Poisson or binomial response that varies more than its family says.
  ///
  /// Under the family a squared Pearson residual has expectation 1 and variance 2 + κ, κ the excess kurtosis: 1/μ of a
  /// Poisson count, (1 − 6μ(1 − μ)) / mμ(1 − μ) of m trials. Effects at their modes take some of it away.
  private var overdispersion: FitWarning? {
    let family = model.family
    guard family.distribution == .poisson || family.distribution == .binomial else { return nil }
    let multiplier = model.response.multiplier(family)
    if family.distribution == .binomial, multiplier?.allSatisfy({ $0 <= 1 }) ?? true { return nil }
    let frequencies = model.response.frequencies?.values
    var (chi2, variance, rows) = (0.0, 0.0, 0.0)
    // those of the rows that the family hardly lets vary
    var (silent, silentRows) = (0.0, 0.0)
    for i in specification.endog.indices {
      let (m, times) = (multiplier?[i] ?? 1, frequencies?[i] ?? 1)
      let mean = family.link.inverse(estimate.linearPredictor[i])
      let own = m * family.variance(mean)
      guard own > 0, own.isFinite, times > 0 else { continue }
      let error = m * (specification.endog[i] - mean)
      if own < Self.leastVariance {
        silent += times * error * error / own
        silentRows += times
        continue
      }
      let kurtosis = family.distribution == .poisson ? 1 / own : (1 - 6 * mean * (1 - mean)) / own
      chi2 += times * error * error / own
      variance += times * (2 + kurtosis)
      rows += times
    }
    let freedom = rows - Double(estimate.parameterCount)
    guard freedom > 0, chi2 > Self.plainRatio * freedom,
      chi2 - freedom > Self.plainDeviations * variance.squareRoot()
    else { return nil }
    let remedy = family.distribution == .poisson ? ", or take the negative binomial family" : ""
    return FitWarning(
      kind: .numerical,
      message:
        "overdispersion: '\(specification.endogName)' varies more than the \(family.distribution.rawValue) family says, Pearson "
        + "chi2 is \(PythonFormat.fixed((chi2 + silent) / (freedom + silentRows), 2)) for each degree of freedom, and standard errors are too small. "
        + "Add an effect for each row, (1 | row)\(remedy)")
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
