import LinearAlgebra
import Patsy

/// Pairwise comparisons of a factor's levels, with p-values adjusted for their number. Python: MultiCompResult
public struct MultiCompResult: Sendable {
  /// One row per pair: estimate, standard error, statistic, p-value, limits, then `pvalue-…` and `reject-…` (1 or 0)
  /// for each correction. Python: MultiCompResult.result_frame
  public let resultFrame: LabeledMatrix
  /// The hypotheses over all parameters. Python: MultiCompResult.contrasts
  public let contrasts: Matrix
  /// The compared term. Python: MultiCompResult.term
  public let term: String
  /// The pairs, `b-a`. Python: MultiCompResult.contrast_labels
  public let contrastLabels: [String]
  /// The coding of the factor, levels by columns. Python: MultiCompResult.term_encoding_matrix
  public let termEncodingMatrix: Matrix
}

extension MixedLMResults {
  /// Compares all pairs of levels of a categorical main effect.
  ///
  /// - Parameters:
  ///   - termName: the term, as patsy names it (`C(dose)`).
  ///   - method: the corrections for multiple tests.
  ///   - alpha: level of the limits and of rejection.
  ///   - factorLabels: labels of the levels instead of the data's.
  ///   - ddf: degrees of freedom of t tests in the place of statsmodels' z tests. Not in statsmodels.
  /// - Throws: ``StatsModelsError`` for terms that are no categorical main effect.
  ///
  /// Python: MixedLMResults.t_test_pairwise
  public func tTestPairwise(
    _ termName: String, method: [MultipleTestsMethod], alpha: Double = 0.05,
    factorLabels: [String]? = nil, ddf: DegreesOfFreedom? = nil
  ) throws -> MultiCompResult {
    guard let info = specification.source?.fixedInfo,
      let coding = info.termCodings?.first(where: { $0.term.name == termName }),
      let slice = info.termNameSlices.first(where: { $0.name == termName })?.slice
    else {
      throw StatsModelsError(
        .invalidArgument, "there is no term '\(termName)'; there are \(shortList(fixedTerms.map(\.name)))",
        values: [termName])
    }
    guard coding.term.factors.count == 1, let factor = coding.term.factors.first else {
      throw StatsModelsError(.invalidArgument, "interaction effects not yet supported: '\(termName)'")
    }
    guard let levels = info.factorInfos?[factor]?.categories,
      let encoding = coding.subterms.first(where: { !$0.factors.isEmpty })?.contrastMatrices[factor]?.matrix
    else {
      throw StatsModelsError(.invalidArgument, "'\(termName)' is not categorical", values: [termName])
    }
    let labels = factorLabels ?? levels.map(\.description)
    guard labels.count == levels.count else {
      throw StatsModelsError(
        .lengthMismatch, "factor_labels has the wrong length, should be \(levels.count)")
    }
    let pairs = levels.indices.flatMap { a in (a + 1..<levels.count).map { (a, $0) } }
    var contrasts = Matrix(rows: pairs.count, columns: layout.count)
    for (row, (a, b)) in pairs.enumerated() {
      for column in 0..<min(encoding.columns, slice.count) {
        contrasts[row, slice.lowerBound + column] = encoding[b, column] - encoding[a, column]
      }
    }
    let names = pairs.map { "\(labels[$0.1])-\(labels[$0.0])" }
    let test =
      try ddf.map { try tTest(contrasts.selecting(columns: Array(0..<kFe)), ddf: $0) } ?? tTest(contrasts)
    let frame = try test.summaryFrame(xname: names, alpha: alpha)
    var columns = frame.columns
    var values = frame.values
    for correction in method {
      let (adjusted, reject) = correction.corrected(test.pvalue, alpha: alpha)
      columns += ["pvalue-\(correction.rawValue)", "reject-\(correction.rawValue)"]
      values = values.appending(
        columnsOf: Matrix(columns: [adjusted, reject.map { $0 ? 1 : 0 }], rows: pairs.count))
    }
    return MultiCompResult(
      resultFrame: LabeledMatrix(index: names, columns: columns, values: values), contrasts: contrasts,
      term: termName, contrastLabels: names, termEncodingMatrix: encoding)
  }

  /// Compares all pairs of levels with one correction for multiple tests.
  ///
  /// Python: MixedLMResults.t_test_pairwise
  public func tTestPairwise(
    _ termName: String, method: MultipleTestsMethod = .hs, alpha: Double = 0.05,
    factorLabels: [String]? = nil,
    ddf: DegreesOfFreedom? = nil
  ) throws -> MultiCompResult {
    try tTestPairwise(termName, method: [method], alpha: alpha, factorLabels: factorLabels, ddf: ddf)
  }

  /// ``tTestPairwise(_:method:alpha:factorLabels:ddf:)-(_,MultipleTestsMethod,_,_,_)`` with Python's label.
  public func tTestPairwise(
    termName: String, method: MultipleTestsMethod = .hs, alpha: Double = 0.05, factorLabels: [String]? = nil,
    ddf: DegreesOfFreedom? = nil
  ) throws -> MultiCompResult {
    try tTestPairwise(termName, method: [method], alpha: alpha, factorLabels: factorLabels, ddf: ddf)
  }
}
