import LinearAlgebra
import MixedModels

/// The texts of what a fit has to say about its model: which term or column, what it means, what to do.
///
/// Whoever finds something out calls the function of its kind, and needs to know no wording.
struct WarningTexts {
  let specification: ModelSpecification

  // MARK: - Covariances

  /// Variances at zero and correlations at ±1.
  func boundary(_ findings: [BoundaryFinding]) -> FitWarning {
    let facts = findings.map { "\(specification.termText($0.block)) has \(state(of: $0))" }
    let empty = findings.filter { $0.zeros.count == $0.width }
    var remedies: [String] = []
    if !empty.isEmpty {
      let terms =
        empty.count < findings.count
        ? list(empty.map { specification.termText($0.block) })
        : empty.count == 1 ? "this term" : "these terms"
      remedies.append(
        "Without \(terms) the fit is the same: levels differ no more than residuals let expect")
    }
    for finding in findings where finding.zeros.count < finding.width {
      remedies.append(remedy(for: finding))
    }
    return FitWarning(
      kind: .boundary,
      message: "The MLE may be on the boundary of the parameter space: \(facts.joined(separator: "; ")). "
        + remedies.joined(separator: ". ")
        + ". Standard errors of fixed effects take the covariances as known; parameters on the boundary have none"
    )
  }

  /// Covariance matrices that are not of full rank.
  func singular(_ findings: [BoundaryFinding]) -> FitWarning {
    let facts = findings.map {
      "\(specification.termText($0.block)) has rank \($0.rank) of \($0.width)"
    }
    return FitWarning(
      kind: .singular,
      message: "The random effects covariance matrix is singular: \(facts.joined(separator: "; ")). "
        + "Leave out effects that the data do not support")
  }

  private func state(of finding: BoundaryFinding) -> String {
    let names = specification.blocks[finding.block].names
    if finding.zeros.count == finding.width {
      return finding.width == 1 ? "variance 0" : "variance 0 in all its \(finding.width) effects"
    }
    var facts: [String] = []
    if !finding.zeros.isEmpty { facts.append("variance 0 of \(list(finding.zeros.map { names[$0] }))") }
    if finding.zeros.isEmpty, let text = sharedCorrelation(of: finding) { return text }
    facts += finding.perfect.map {
      "correlation \($0.correlation) of \(names[$0.first]) and \(names[$0.second])"
    }
    return facts.isEmpty
      ? "effects of which only \(finding.rank) of \(finding.width) are linearly independent" : list(facts)
  }

  /// A correlation that all effects of a block share, at the end of its range; nil where the form has none.
  private func sharedCorrelation(of finding: BoundaryFinding) -> String? {
    let block = specification.blocks[finding.block]
    let reported = block.covariance.form.reported(width: block.width)
    guard let bounds = reported.first(where: { $0.kind == .correlation })?.bounds else { return nil }
    let isPositive =
      finding.perfect.contains { $0.correlation > 0 } && !finding.perfect.contains { $0.correlation < 0 }
    let value = isPositive ? bounds.upperBound : bounds.lowerBound
    return "correlation \(PythonFormat.general(value, 4)) of its effects, the end of its range"
  }

  /// What to do about a block that keeps some of its variance.
  private func remedy(for finding: BoundaryFinding) -> String {
    let block = specification.blocks[finding.block]
    let term = specification.termText(finding.block)
    if finding.perfect.isEmpty, !finding.zeros.isEmpty {
      return "Without \(list(finding.zeros.map { block.names[$0] })) in \(term) the fit is the same"
    }
    let text = "The data do not support all covariances of \(term): leave out effects"
    if !block.covariance.form.reportsEntries {
      return
        "The correlation of \(term) is at the end of its range: compare the fit with that of another form, as of "
        + "independent effects, " + specification.termText(finding.block, independent: true)
    }
    guard block.hasCovariances || block.width == 1 else { return text }
    return text + ", or their correlations by " + specification.termText(finding.block, independent: true)
  }

  // MARK: - Identifiability

  /// A term that the structure of the data makes indistinguishable from something else; its variance is held at zero.
  func notIdentifiable(_ held: HeldTerm) -> FitWarning {
    let term = specification.termText(specification.blockOfTerm[held.term])
    return FitWarning(
      kind: .notIdentifiable,
      message:
        "the data cannot identify \(term): \(specification.describe(held)). Its variance is held at 0; leave "
        + "the term out")
  }

  /// Terms whose covariance parameters the likelihood cannot tell apart.
  ///
  /// - Parameters:
  ///   - blocks: positions of the terms concerned.
  ///   - withResidual: whether the residual variance is one of the parameters that cannot be told apart.
  func notIdentifiable(blocks: [Int], withResidual: Bool) -> FitWarning {
    let terms = list(blocks.map { specification.termText($0) })
    let what =
      withResidual
      ? "the covariances of \(terms) from the residual variance"
      : blocks.count > 1 ? "the covariances of \(terms) from each other" : "the covariances of \(terms)"
    return FitWarning(
      kind: .notIdentifiable,
      message:
        "the data cannot tell \(what): other values have the same likelihood. Of these the smallest covariances "
        + "of the effects are given, and only what all of them share has a standard error; leave out effects, or a "
        + "term, or add rows per level")
  }

  // MARK: - Fixed effects

  /// Columns of the fixed design that depend on others.
  func rankDeficient(_ aliased: [Int], _ combinations: FixedDependence?) -> FitWarning {
    let names = specification.exogNames
    let columns = aliased.enumerated().map { position, column -> String in
      let text = combinations.flatMap { $0.text(of: position, names: names) }
      return "'\(names[column])'" + (text.map { " = \($0)" } ?? "")
    }
    // A factor crossed with empty cells can alias hundreds of columns: eight of them tell the story.
    let shown =
      columns.prefix(8).joined(separator: ", ") + (columns.count > 8 ? ", … (\(columns.count))" : "")
    return FitWarning(
      kind: .rankDeficient,
      message: "the fixed effects are collinear: dropped \(shown), "
        + (aliased.count == 1 ? "which depends on earlier columns" : "which depend on earlier columns")
        + "; leave \(aliased.count == 1 ? "it" : "them") out of the formula, or see whether a cell has no rows"
    )
  }

  // MARK: - Convergence

  /// A search that ended away from an optimum.
  func notConverged(gradientNorm: Double) -> FitWarning {
    FitWarning(
      kind: .convergence,
      message:
        "Gradient optimization failed, |grad| = \(Self.size(ofGradient: gradientNorm)): the likelihood of "
        + "'\(specification.endogName)' still rises from the point printed. Raise maxiter, leave method out, or take "
        + "random effects away")
  }

  /// The norm of a gradient with six decimals, or as many as show that it is not zero.
  static func size(ofGradient norm: Double) -> String {
    norm < 5e-7 ? PythonFormat.general(norm, 2) : PythonFormat.fixed(norm, 6)
  }

  /// A second maximum of the likelihood.
  func rival(_ rival: Estimate.Rival, of estimate: Estimate) -> FitWarning {
    func variances(_ relative: [Matrix], scale: Double) -> String {
      let covariances = specification.blockCovariances(relative)
      let facts = specification.blocks.indices.map { position -> String in
        let values = covariances[position].diagonal.map { PythonFormat.general($0 * scale, 4) }
        return "\(specification.termText(position)) \(values.joined(separator: ", "))"
      }
      return facts.joined(separator: ", ") + ", residual \(PythonFormat.general(scale, 4))"
    }
    return FitWarning(
      kind: .numerical,
      message:
        "the likelihood of '\(specification.endogName)' has two maxima: log-likelihood "
        + "\(PythonFormat.fixed(estimate.logLikelihood, 4)) as printed (variances "
        + "\(variances(estimate.relativeCovariances, scale: estimate.scale))) and "
        + "\(PythonFormat.fixed(rival.logLikelihood, 4)) (variances "
        + "\(variances(rival.relativeCovariances, scale: rival.scale))). Another program or start may end at the "
        + "second; look at the likelihood profile before you interpret the variances")
  }

  /// Random effects that leave no residuals.
  func explainedExactly() -> FitWarning {
    FitWarning(
      kind: .numerical,
      message:
        "the random effects \(list(specification.blocks.indices.map { specification.termText($0) })) explain "
        + "'\(specification.endogName)' exactly: the likelihood grows without end as the residual variance goes to "
        + "zero. Remove random effects, or look for a factor that repeats the response")
  }

  /// Random effects that could leave no residuals, beside a maximum at which they do.
  func explainable() -> FitWarning {
    FitWarning(
      kind: .numerical,
      message:
        "the random effects \(list(specification.blocks.indices.map { specification.termText($0) })) can explain every row "
        + "of '\(specification.endogName)' exactly: elsewhere the likelihood grows without end as the residual variance "
        + "goes to zero, and what is printed is a maximum beside that. Remove random effects, or look for a factor within "
        + "which the response does not vary")
  }

  /// Random effects of few parameters that leave no residuals, and yet have a best size.
  func noResidualVariance() -> FitWarning {
    let blocks = specification.blocks.indices
    let forms = blocks.filter { !specification.blocks[$0].covariance.form.reportsEntries }
    return FitWarning(
      kind: .boundary,
      message:
        "the residual variance of '\(specification.endogName)' is 0: the random effects "
        + "\(list((forms.isEmpty ? Array(blocks) : forms).map { specification.termText($0) })) take all of it, and the variances "
        + "have no ratio to it and no standard error"
        + (forms.isEmpty ? "" : ". Their correlation is that of the response itself"))
  }

  // MARK: - Before a fit

  /// A covariance matrix of hundreds of parameters, whose fit takes minutes; nil where there is none.
  ///
  /// - Parameter effects: correlated effects from which a fit takes more than some ten seconds.
  func wideBlock(from effects: Int) -> String? {
    let wide = specification.blocks.indices.filter {
      specification.blocks[$0].hasCovariances && specification.blocks[$0].width >= effects
    }
    guard let first = wide.first else { return nil }
    let width = specification.blocks[first].width
    return
      "\(specification.termText(first)) has \(width * (width + 1) / 2) variances and covariances, and the fit may take "
      + "minutes; \(specification.termText(first, independent: true)) has \(width)"
  }

  // MARK: - Words

  /// `a`, `a and b`, `a, b and c`.
  private func list(_ items: [String]) -> String {
    guard let last = items.last, items.count > 1 else { return items.first ?? "" }
    return items.dropLast().joined(separator: ", ") + " and " + last
  }
}
