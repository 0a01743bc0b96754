import LinearAlgebra
import Patsy

extension LikelihoodModelResults {
  /// Tests each hypothesis by itself.
  ///
  /// - Parameters:
  ///   - rMatrix: rows over the coefficients, or equations in text.
  ///   - covP: covariance of the coefficients instead of `covParams()`.
  ///   - useT: Student's t instead of the normal distribution; nil takes ``useT``.
  /// - Throws: `PatsyError` for a text that does not parse, ``StatsModelsError`` for a wrong number of columns.
  ///
  /// Python: LikelihoodModelResults.t_test
  public func tTest(
    _ rMatrix: any HypothesisConvertible, covP: Matrix? = nil, useT: Bool? = nil
  ) throws -> ContrastResults {
    let constraint = try constraint(rMatrix, name: "t-test")
    let covariance = (constraint.coefs * (covP ?? covParams().values)).timesTransposed(constraint.coefs)
    let errors = covariance.diagonal.map { max($0, 0).squareRoot() }
    return ContrastResults(
      effect: constraint.coefs * params.values, sd: errors.map { $0 > 0 ? $0 : .nan },
      values: constraint.constants, dfDenom: useT ?? self.useT ? dfResidInference : nil)
  }

  /// Tests whether each row of a matrix times the coefficients has a given value: Python's `(R, q)`.
  ///
  /// Python: LikelihoodModelResults.t_test
  public func tTest(
    _ rMatrix: (Matrix, [Double]), covP: Matrix? = nil, useT: Bool? = nil
  ) throws -> ContrastResults {
    try tTest(ConstraintLike.matrix(rMatrix.0, constants: rMatrix.1), covP: covP, useT: useT)
  }

  /// `tTest(_:covP:useT:)` with Python's label. Python: LikelihoodModelResults.t_test
  public func tTest(
    rMatrix: any HypothesisConvertible, covP: Matrix? = nil, useT: Bool? = nil
  ) throws -> ContrastResults {
    try tTest(rMatrix, covP: covP, useT: useT)
  }

  /// Tests all hypotheses together by Fisher's F.
  ///
  /// - Parameters:
  ///   - rMatrix: rows over the coefficients, or equations in text.
  ///   - covP: covariance of the coefficients instead of `covParams()`.
  ///   - invcov: inverse of the covariance of the combinations, instead of computing it.
  /// - Throws: as ``tTest(_:covP:useT:)-(HypothesisConvertible,_,_)``.
  ///
  /// Python: LikelihoodModelResults.f_test
  public func fTest(
    _ rMatrix: any HypothesisConvertible, covP: Matrix? = nil, invcov: Matrix? = nil
  ) throws -> JointTestResults {
    try waldTest(rMatrix, covP: covP, invcov: invcov, useF: true)
  }

  /// Tests by F whether the rows of a matrix times the coefficients have given values: Python's `(R, q)`.
  ///
  /// Python: LikelihoodModelResults.f_test
  public func fTest(
    _ rMatrix: (Matrix, [Double]), covP: Matrix? = nil, invcov: Matrix? = nil
  ) throws -> JointTestResults {
    try fTest(ConstraintLike.matrix(rMatrix.0, constants: rMatrix.1), covP: covP, invcov: invcov)
  }

  /// `fTest(_:covP:invcov:)` with Python's label. Python: LikelihoodModelResults.f_test
  public func fTest(
    rMatrix: any HypothesisConvertible, covP: Matrix? = nil, invcov: Matrix? = nil
  ) throws -> JointTestResults {
    try fTest(rMatrix, covP: covP, invcov: invcov)
  }

  /// Tests all hypotheses together, by χ² or by Fisher's F.
  ///
  /// - Parameters:
  ///   - rMatrix: rows over the coefficients, or equations in text.
  ///   - covP: covariance of the coefficients instead of `covParams()`.
  ///   - invcov: inverse of the covariance of the combinations, instead of computing it.
  ///   - useF: F instead of χ²; nil takes ``useT``.
  ///   - dfConstraints: degrees of freedom instead of the number of hypotheses.
  ///   - scalar: kept for Python's sake; the statistic is a number.
  /// - Throws: as ``tTest(_:covP:useT:)-(HypothesisConvertible,_,_)``.
  ///
  /// Python: LikelihoodModelResults.wald_test
  public func waldTest(
    _ rMatrix: any HypothesisConvertible, covP: Matrix? = nil, invcov: Matrix? = nil, useF: Bool? = nil,
    dfConstraints: Double? = nil, scalar: Bool = true
  ) throws -> JointTestResults {
    let constraint = try constraint(rMatrix, name: "wald test")
    let distance = zip(constraint.coefs * params.values, constraint.constants).map { $0 - $1 }
    var count = Double(constraint.coefs.rows)
    var warnings: [FitWarning] = []
    let inverse: Matrix
    if let invcov {
      guard invcov.rows == distance.count, invcov.columns == distance.count else {
        throw StatsModelsError(.lengthMismatch, "invcov must be \(distance.count) × \(distance.count)")
      }
      inverse = invcov
    } else {
      let covariance = (constraint.coefs * (covP ?? covParams().values)).timesTransposed(constraint.coefs)
      guard covariance.isFinite else {
        throw StatsModelsError(
          .invalidHypothesis,
          "r_matrix performs f_test for using dimensions that are asymptotically non-normal: a coefficient in it has "
            + "no standard error")
      }
      let rank: Int
      (inverse, rank) = try covariance.inverseOfAnyUnits()
      if rank < covariance.rows {
        warnings.append(
          FitWarning(
            kind: .numerical,
            message: "covariance of constraints does not have full rank. The number of constraints is "
              + "\(covariance.rows), but rank is \(rank)", category: "ValueWarning"))
        count = Double(rank)
      }
    }
    count = dfConstraints ?? count
    let form = zip(distance, inverse * distance).reduce(0) { $0 + $1.0 * $1.1 }
    return useF ?? useT
      ? JointTestResults(fvalue: form / count, dfNum: count, dfDenom: dfResidInference, warnings: warnings)
      : JointTestResults(chi2: form, df: count, warnings: warnings)
  }

  /// Tests whether the rows of a matrix times the coefficients have given values: Python's `(R, q)`.
  ///
  /// Python: LikelihoodModelResults.wald_test
  public func waldTest(
    _ rMatrix: (Matrix, [Double]), covP: Matrix? = nil, invcov: Matrix? = nil, useF: Bool? = nil,
    dfConstraints: Double? = nil, scalar: Bool = true
  ) throws -> JointTestResults {
    try waldTest(
      ConstraintLike.matrix(rMatrix.0, constants: rMatrix.1), covP: covP, invcov: invcov, useF: useF,
      dfConstraints: dfConstraints, scalar: scalar)
  }

  /// `waldTest(_:covP:invcov:useF:dfConstraints:scalar:)` with Python's label.
  ///
  /// Python: LikelihoodModelResults.wald_test
  public func waldTest(
    rMatrix: any HypothesisConvertible, covP: Matrix? = nil, invcov: Matrix? = nil, useF: Bool? = nil,
    dfConstraints: Double? = nil, scalar: Bool = true
  ) throws -> JointTestResults {
    try waldTest(
      rMatrix, covP: covP, invcov: invcov, useF: useF, dfConstraints: dfConstraints, scalar: scalar)
  }

  /// The hypotheses over all coefficients.
  func constraint(_ hypothesis: any HypothesisConvertible, name: String) throws -> LinearConstraint {
    if case .matrix(let matrix, _) = hypothesis.constraintLike, matrix.columns != params.count {
      throw StatsModelsError(
        .invalidHypothesis,
        "r_matrix for \(name) should have \(params.count) columns, one a coefficient, not \(matrix.columns)")
    }
    do {
      return try LinearConstraint(hypothesis.constraintLike, variableNames: params.index)
    } catch let error as PatsyError {
      throw error.withRemedy("the coefficients are \(shortList(params.index))")
    }
  }
}
