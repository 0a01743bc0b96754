import LinearAlgebra
import MixedModels

extension MixedLM {
  /// What makes a fit of this model take minutes, before it is begun; nil where nothing does.
  package var costNote: String? { WarningTexts(specification: specification).wideBlock(from: 40) }

  /// What the estimate itself gives cause to say.
  func fitWarnings(_ estimate: Estimate, free: MixedLMParams? = nil) -> [FitWarning] {
    let texts = WarningTexts(specification: specification)
    var result: [FitWarning] = []
    if !estimate.aliased.isEmpty {
      let dependence = FixedDependence(exog: specification.exog, dropped: estimate.aliased)
      result.append(texts.rankDeficient(estimate.aliased, dependence))
    }
    let owners = specification.blockOfTerm
    var named = Set<Int>()
    for held in estimate.held where named.insert(owners[held.term]).inserted {
      result.append(texts.notIdentifiable(held))
    }
    if let report = estimate.monteCarlo {
      let errors = MonteCarloErrors(report, layout: layout, specification: specification)
      let reason =
        engineOptions.exact == false
        ? "exact: false" : "the crossed factors are too large for an exact factorisation"
      result.append(FitWarning(kind: .numerical, message: "\(reason): \(errors.sentence)"))
    }
    if !estimate.converged, estimate.scale < 1e-10 * responseVariance {
      result.append(texts.explainedExactly())
    }
    if estimate.growsElsewhere { result.append(texts.explainable()) }
    if estimate.takesResiduals { result.append(texts.noResidualVariance()) }
    if !estimate.converged {
      result.append(texts.notConverged(gradientNorm: estimate.certificate.gradientNorm))
    }
    if !estimate.unidentified.isEmpty {
      let open = Set(estimate.openTerms.map { owners[$0] })
      named.formUnion(open)
      result.append(texts.notIdentifiable(blocks: open.sorted(), withResidual: estimate.residualIsOpen))
    }
    if let rival = estimate.rival, estimate.unidentified.isEmpty {
      result.append(texts.rival(rival, of: estimate))
    }
    if free == nil {
      var findings: [BoundaryFinding] = []
      for bound in estimate.bounds where named.insert(owners[bound.term]).inserted {
        let block = owners[bound.term]
        findings.append(
          BoundaryFinding(bound, block: block, width: specification.blocks[block].width))
      }
      if !findings.isEmpty {
        result.append(texts.boundary(findings))
        let matrices = findings.filter { $0.width > 1 || !specification.blocks[$0.block].isComponent }
        if !matrices.isEmpty { result.append(texts.singular(matrices)) }
      }
    }
    return result
  }

  /// Mean squared deviation of the response from its mean, at the mean weight.
  private var responseVariance: Double {
    if let cells = specification.cells { return specification.responseMoments(cells).variance }
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
    let weight = (specification.weights?.values.reduce(0, +)).map { $0 / count } ?? 1
    return weight * (squares.sum() / count - mean * mean)
  }
}
