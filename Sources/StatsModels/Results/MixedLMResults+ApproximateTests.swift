import LinearAlgebra
import Patsy

extension MixedLMResults {
  /// Tests each hypothesis about fixed effects by itself, with degrees of freedom of its own. Not in statsmodels.
  ///
  /// ```swift
  /// let test = try results.tTest("Machine[T.B] = 2, Machine[T.C] - Machine[T.B] = 0", ddf: .kenwardRoger)
  /// print(test.effect, test.df, test.pvalue)
  /// ```
  /// - Parameters:
  ///   - rMatrix: rows over the fixed effects, or equations in text.
  ///   - ddf: how degrees of freedom are counted; standard errors are those of ``coefficients(ddf:alpha:)``.
  /// - Returns: nan for combinations that the data do not determine.
  /// - Throws: `PatsyError` for a text that does not parse, ``StatsModelsError`` for hypotheses about covariances, and as
  ///   ``coefficients(ddf:alpha:)`` does.
  public func tTest(_ rMatrix: any HypothesisConvertible, ddf: DegreesOfFreedom) throws -> ContrastResults {
    let (rows, values) = try fixedConstraint(rMatrix, name: "t-test")
    let inference = try inference(ddf)
    return ContrastResults(inference.combinations(rows), values: values, inference: inference)
  }

  /// Tests whether each row of a matrix times the fixed effects has a given value: Python's `(R, q)`.
  /// Not in statsmodels.
  public func tTest(_ rMatrix: (Matrix, [Double]), ddf: DegreesOfFreedom) throws -> ContrastResults {
    try tTest(ConstraintLike.matrix(rMatrix.0, constants: rMatrix.1), ddf: ddf)
  }

  /// Tests hypotheses about fixed effects together by F with approximate degrees of freedom, by χ² for `.infinite`.
  /// Not in statsmodels.
  ///
  /// F and the degrees of freedom of Kenward and Roger depend on the space that the rows span alone; those of Satterthwaite
  /// depend on the rows too, a little.
  /// - Parameters:
  ///   - rMatrix: rows over the fixed effects, or equations in text.
  ///   - ddf: how degrees of freedom are counted.
  /// - Throws: `PatsyError` for a text that does not parse, ``StatsModelsError`` for hypotheses about covariances, and as
  ///   ``coefficients(ddf:alpha:)`` does.
  public func fTest(_ rMatrix: any HypothesisConvertible, ddf: DegreesOfFreedom) throws -> JointTestResults {
    let (rows, values) = try fixedConstraint(rMatrix, name: "f-test")
    let inference = try inference(ddf)
    let test = inference.test(rows, values: values)
    var warnings: [FitWarning] = inference.notes.map { FitWarning(kind: .numerical, message: $0) }
    if test.numerator < rows.rows {
      warnings.append(
        FitWarning(
          kind: .numerical,
          message: "covariance of constraints does not have full rank. The number of constraints is "
            + "\(rows.rows), but rank is \(test.numerator)", category: "ValueWarning"))
    }
    return JointTestResults(test, inference: inference, warnings: warnings)
  }

  /// Tests by F whether the rows of a matrix times the fixed effects have given values: Python's `(R, q)`.
  /// Not in statsmodels.
  public func fTest(_ rMatrix: (Matrix, [Double]), ddf: DegreesOfFreedom) throws -> JointTestResults {
    try fTest(ConstraintLike.matrix(rMatrix.0, constants: rMatrix.1), ddf: ddf)
  }

  /// A hypothesis over the fixed effects alone.
  private func fixedConstraint(
    _ hypothesis: any HypothesisConvertible, name: String
  ) throws -> (rows: Matrix, values: [Double]) {
    let constraint = try constraint(hypothesis, name: name)
    for row in 0..<constraint.coefs.rows {
      for column in kFe..<layout.count where constraint.coefs[row, column] != 0 {
        throw StatsModelsError(
          .invalidHypothesis,
          "degrees of freedom are for fixed effects, and the hypothesis is about '\(layout.names[column])': test variances "
            + "with compare, or leave ddf out", values: [layout.names[column]])
      }
    }
    return (constraint.coefs.selecting(columns: Array(0..<kFe)), constraint.constants)
  }
}
