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

  /// Tests whether the fixed effects of a smaller model suffice, as `KRmodcomp` of pbkrtest. Not in statsmodels.
  ///
  /// Only the fixed design of the smaller model counts: its columns must be combinations of this one's.
  /// - Throws: ``StatsModelsError`` for a model that is not smaller, or of other rows, and as
  ///   ``coefficients(ddf:alpha:)`` does.
  public func fTest(against smaller: MixedLMResults, ddf: DegreesOfFreedom = .kenwardRoger) throws
    -> JointTestResults
  {
    for model in [self, smaller] {
      _ = try model.engine()
      try model.specification.requireRows("a test against a smaller model")
    }
    guard specification.endog == smaller.specification.endog else {
      throw StatsModelsError(.invalidArgument, "the models were fitted to different responses or rows")
    }
    let inference = try inference(ddf)
    let scaled = Self.unitColumns(specification.exog.selecting(columns: inference.kept))
    let basis = QR(
      Self.unitColumns(
        smaller.specification.exog.selecting(
          columns: (0..<smaller.kFe).filter { !smaller.estimate.aliased.contains($0) })
      ).exog
    ).q
    // The smaller model leaves nothing of Xb: the part of X that it does not span.
    let rest = PivotedQR(scaled.exog - basis * basis.transposedTimes(scaled.exog))
    // Columns have unit length; what is left of a spanned one is rounding.
    let count = (0..<min(rest.r.rows, rest.r.columns)).count { abs(rest.r[$0, $0]) > 1e-8 }
    guard count > 0, inference.kept.count - count == basis.columns else {
      throw StatsModelsError(
        .invalidArgument,
        "the fixed effects of '\(smaller.specification.caption)' are not fewer combinations of those of "
          + "'\(specification.caption)': the smaller model must be nested in the larger one")
    }
    var rows = Matrix(rows: count, columns: inference.kept.count)
    for (place, column) in rest.pivots.enumerated() {
      for i in 0..<count where i < rest.r.rows { rows[i, column] = rest.r[i, place] * scaled.lengths[column] }
    }
    return JointTestResults(
      inference.test(kept: rows), inference: inference,
      warnings: inference.notes.map { FitWarning(kind: .numerical, message: $0) })
  }

  /// Columns of unit length, and their lengths.
  private static func unitColumns(_ exog: Matrix) -> (exog: Matrix, lengths: [Double]) {
    var result = exog
    let lengths = (0..<exog.columns).map { column -> Double in
      let values = exog.column(column)
      return dot(values, values).squareRoot()
    }
    for j in 0..<exog.columns { for i in 0..<exog.rows { result[i, j] /= lengths[j] } }
    return (result, lengths)
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

/// Tests the fixed effects that a larger model has beside a smaller one's by F with approximate degrees of freedom, as
/// `KRmodcomp` of pbkrtest; in either order. Not in statsmodels.
///
/// - Parameters:
///   - first: one of two nested models.
///   - second: the other.
///   - ddf: how degrees of freedom are counted.
/// - Throws: ``StatsModelsError`` for models that are not nested, or of other rows, and as
///   ``MixedLMResults/coefficients(ddf:alpha:)`` does.
public func compare(
  _ first: MixedLMResults, _ second: MixedLMResults, ddf: DegreesOfFreedom
) throws -> JointTestResults {
  let (small, large) = first.estimate.rank <= second.estimate.rank ? (first, second) : (second, first)
  return try large.fTest(against: small, ddf: ddf)
}
