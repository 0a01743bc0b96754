import LinearAlgebra
import Patsy

extension LikelihoodModelResults {
  /// Tests each term: all its columns together.
  ///
  /// - Parameters:
  ///   - skipSingle: leave out terms of one column.
  ///   - extraConstraints: further hypotheses, each a name and what is to be tested, as in `waldTest`.
  ///   - combineTerms: further tests of all terms whose names contain a text.
  ///   - scalar: kept for Python's sake; the statistics are numbers.
  /// - Throws: ``StatsModelsError`` for a text that no term contains, and as `waldTest`.
  ///
  /// Python: LikelihoodModelResults.wald_test_terms
  public func waldTestTerms(
    skipSingle: Bool = false, extraConstraints: [(name: String, hypothesis: any HypothesisConvertible)] = [],
    combineTerms: [String] = [], scalar: Bool = true
  ) throws -> WaldTestResults {
    var tests: [(name: String, hypothesis: any HypothesisConvertible)] = []
    for (name, columns) in termSlices where !(columns.isEmpty || skipSingle && columns.count == 1) {
      tests.append((name, selecting(Array(columns))))
    }
    for text in combineTerms {
      let columns = termSlices.filter { $0.name.contains(text) }.flatMap { Array($0.slice) }
      guard !columns.isEmpty else {
        throw StatsModelsError(
          .invalidArgument,
          "combineTerms: no term's name contains '\(text)'; terms are \(shortList(termSlices.map(\.name)))",
          values: [text])
      }
      tests.append((text, selecting(columns)))
    }
    tests += extraConstraints
    return WaldTestResults(names: tests.map(\.name), tests: try tests.map { try waldTest($0.hypothesis) })
  }

  /// Rows that select coefficients.
  func selecting(_ columns: [Int]) -> Matrix {
    var result = Matrix(rows: columns.count, columns: params.count)
    for (row, column) in columns.enumerated() { result[row, column] = 1 }
    return result
  }

  /// Compares all pairs of levels of a categorical main effect.
  ///
  /// - Parameters:
  ///   - termName: the term, as patsy names it (`C(dose)`).
  ///   - method: the correction for multiple tests.
  ///   - alpha: level of the limits and of rejection.
  ///   - factorLabels: labels of the levels instead of the data's.
  /// - Throws: ``StatsModelsError`` for terms that are no categorical main effect.
  ///
  /// Python: LikelihoodModelResults.t_test_pairwise
  public func tTestPairwise(
    _ termName: String, method: MultipleTestsMethod = .hs, alpha: Double = 0.05, factorLabels: [String]? = nil
  ) throws -> MultiCompResult {
    guard let info = designInfo, let slice = info.termNameSlices.first(where: { $0.name == termName })?.slice,
      let coding = info.termCodings?.first(where: { $0.term.name == termName })
    else {
      throw StatsModelsError(
        .invalidArgument, "there is no term '\(termName)'; there are \(shortList(termSlices.map(\.name)))",
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
    var contrasts = Matrix(rows: pairs.count, columns: params.count)
    for (row, (a, b)) in pairs.enumerated() {
      for column in 0..<min(encoding.columns, slice.count) {
        contrasts[row, slice.lowerBound + column] = encoding[b, column] - encoding[a, column]
      }
    }
    let names = pairs.map { "\(labels[$0.1])-\(labels[$0.0])" }
    let test = try tTest(contrasts)
    let frame = try test.summaryFrame(xname: names, alpha: alpha)
    let (adjusted, reject) = method.corrected(test.pvalue, alpha: alpha)
    return MultiCompResult(
      resultFrame: LabeledMatrix(
        index: names, columns: frame.columns + ["pvalue-\(method.rawValue)", "reject-\(method.rawValue)"],
        values: frame.values.appending(
          columnsOf: Matrix(columns: [adjusted, reject.map { $0 ? 1 : 0 }], rows: pairs.count))),
      contrasts: contrasts, term: termName, contrastLabels: names, termEncodingMatrix: encoding)
  }

  /// `tTestPairwise(_:method:alpha:factorLabels:)` with Python's label.
  ///
  /// Python: LikelihoodModelResults.t_test_pairwise
  public func tTestPairwise(
    termName: String, method: MultipleTestsMethod = .hs, alpha: Double = 0.05, factorLabels: [String]? = nil
  ) throws -> MultiCompResult {
    try tTestPairwise(termName, method: method, alpha: alpha, factorLabels: factorLabels)
  }
}
