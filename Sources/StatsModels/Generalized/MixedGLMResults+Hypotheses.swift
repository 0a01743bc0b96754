import LinearAlgebra
import Patsy

/// The fixed effects of a generalised mixed model as parameters of their own, which statsmodels' tests take.
private struct FixedEffectTests: LikelihoodModelResults {
  let params: Series
  let covariance: LabeledMatrix
  let dfResidInference: Double
  let designInfo: DesignInfo?
  let endogNames: String
  let useT = false

  func covParams() -> LabeledMatrix { covariance }

  init(_ results: MixedGLMResults) {
    // a dropped column's coefficient is zero without error
    params = Series(
      index: results.layout.fixedNames, values: results.fixedEffects.map { $0.isNaN ? 0 : $0 })
    covariance = results.covParams()
    dfResidInference = results.dfResid
    designInfo = results.specification.source?.fixedInfo
    endogNames = results.model.endogNames
  }
}

extension MixedGLMResults {
  private var tests: FixedEffectTests { FixedEffectTests(self) }

  /// Tests each hypothesis about the fixed effects by itself.
  ///
  /// - Parameters:
  ///   - rMatrix: rows over the fixed effects, or equations in text.
  ///   - useT: Student's t with ``dfResid`` degrees of freedom instead of the normal distribution; these know nothing of
  ///     groups, so that t tests of what varies between groups are too sure.
  /// - Throws: `PatsyError` for a text that does not parse, ``StatsModelsError`` for a wrong number of columns.
  public func tTest(_ rMatrix: any HypothesisConvertible, useT: Bool = false) throws -> ContrastResults {
    try tests.tTest(rMatrix, useT: useT)
  }

  /// Tests whether each row of a matrix times the fixed effects has a given value: Python's `(R, q)`.
  public func tTest(_ rMatrix: (Matrix, [Double]), useT: Bool = false) throws -> ContrastResults {
    try tests.tTest(rMatrix, useT: useT)
  }

  /// Tests all hypotheses about the fixed effects together by Fisher's F with ``dfResid`` degrees of freedom in the
  /// denominator, as statsmodels' other models do; ``waldTest(_:useF:)-(HypothesisConvertible,_)`` takes χ².
  ///
  /// - Throws: as ``tTest(_:useT:)-(HypothesisConvertible,_)``.
  public func fTest(_ rMatrix: any HypothesisConvertible) throws -> JointTestResults {
    try tests.fTest(rMatrix)
  }

  /// Tests by F whether the rows of a matrix times the fixed effects have given values: Python's `(R, q)`.
  public func fTest(_ rMatrix: (Matrix, [Double])) throws -> JointTestResults { try tests.fTest(rMatrix) }

  /// Tests all hypotheses about the fixed effects together, by χ² or by F.
  ///
  /// - Parameters:
  ///   - rMatrix: rows over the fixed effects, or equations in text.
  ///   - useF: F instead of χ².
  /// - Throws: as ``tTest(_:useT:)-(HypothesisConvertible,_)``.
  public func waldTest(_ rMatrix: any HypothesisConvertible, useF: Bool = false) throws -> JointTestResults {
    try tests.waldTest(rMatrix, useF: useF)
  }

  /// Tests whether the rows of a matrix times the fixed effects have given values: Python's `(R, q)`.
  public func waldTest(_ rMatrix: (Matrix, [Double]), useF: Bool = false) throws -> JointTestResults {
    try tests.waldTest(rMatrix, useF: useF)
  }

  /// Tests each term of the fixed effects: all its columns together, by χ².
  ///
  /// - Parameters:
  ///   - skipSingle: leave out terms of one column.
  ///   - extraConstraints: further hypotheses, each a name and what is to be tested.
  ///   - combineTerms: further tests of all terms whose names contain a text.
  /// - Throws: ``StatsModelsError`` for a text that no term contains.
  public func waldTestTerms(
    skipSingle: Bool = false, extraConstraints: [(name: String, hypothesis: any HypothesisConvertible)] = [],
    combineTerms: [String] = []
  ) throws -> WaldTestResults {
    try tests.waldTestTerms(
      skipSingle: skipSingle, extraConstraints: extraConstraints, combineTerms: combineTerms)
  }

  /// Tests each term of the fixed effects by Wald's χ². Not in statsmodels.
  ///
  /// The hypotheses are those of ``MixedLMResults/anova(type:ddf:)``, whatever the coding of factors; those of
  /// ``waldTestTerms(skipSingle:extraConstraints:combineTerms:)`` are that columns as coded have no effect.
  /// - Parameter type: which hypotheses are tested.
  /// - Throws: ``StatsModelsError`` for results whose data are gone.
  public func anova(type: AnovaType = .three) throws -> WaldTestResults {
    _ = try model.engine()
    let names = layout.fixedNames
    let kept = names.indices.filter { !estimate.aliased.contains($0) }
    let hypotheses = try AnovaHypotheses(workingResults(), kept: kept)
      .hypotheses(type, covariance: estimate.fixedCovariance)
    let tests = try hypotheses.map { _, rows in
      var all = Matrix(rows: rows.rows, columns: names.count)
      for (j, column) in kept.enumerated() { for i in 0..<rows.rows { all[i, column] = rows[i, j] } }
      return try waldTest(all)
    }
    return WaldTestResults(names: hypotheses.map(\.term), tests: tests)
  }

  /// Compares all pairs of levels of a categorical main effect, later less earlier, on the scale of the linear predictor.
  ///
  /// - Parameters:
  ///   - termName: the term, as patsy names it (`C(dose)`).
  ///   - method: the correction for multiple tests.
  ///   - alpha: level of the limits and of rejection.
  ///   - factorLabels: labels of the levels instead of the data's.
  /// - Throws: ``StatsModelsError`` for terms that are no categorical main effect.
  public func tTestPairwise(
    _ termName: String, method: MultipleTestsMethod = .hs, alpha: Double = 0.05, factorLabels: [String]? = nil
  ) throws -> MultiCompResult {
    try tests.tTestPairwise(termName, method: method, alpha: alpha, factorLabels: factorLabels)
  }
}
