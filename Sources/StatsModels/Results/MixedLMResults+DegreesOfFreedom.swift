import LinearAlgebra

extension MixedLMResults {
  /// Fixed effects with standard errors, degrees of freedom, t tests and intervals. Not in statsmodels.
  ///
  /// ```swift
  /// let table = try results.coefficients(ddf: .satterthwaite)
  /// print(table.df, table.frame)
  /// ```
  /// - Parameters:
  ///   - ddf: how degrees of freedom are counted. A fit by ML is refitted by REML for `.kenwardRoger`, with a note.
  ///   - alpha: one less the confidence level.
  /// - Throws: ``StatsModelsError`` for fits with held parameters or penalties, for results read from a file (but with
  ///   `.residual` and `.infinite`), and for `.kenwardRoger` without an exact factorisation.
  public func coefficients(ddf: DegreesOfFreedom = .satterthwaite, alpha: Double = 0.05) throws
    -> CoefficientTable
  {
    try requireLevel(alpha: alpha)
    let inference = try inference(ddf)
    return CoefficientTable(
      names: layout.fixedNames, rows: inference.combinations(.identity(kFe), asCoded: true),
      ddf: inference.method,
      notes: inference.notes,
      alpha: alpha)
  }

  /// Degrees of freedom of each fixed effect; infinite for `.infinite`, nan where a column was dropped.
  /// Not in statsmodels.
  public func degreesOfFreedom(_ ddf: DegreesOfFreedom) throws -> Series {
    Series(index: layout.fixedNames, values: try coefficients(ddf: ddf).df)
  }

  /// Kenward's and Roger's covariance of the fixed effects, larger than ``fixedEffectsCovariance`` by the uncertainty of
  /// the variances; of the fit by REML, nan where a column was dropped. Not in statsmodels.
  public var kenwardRogerCovariance: LabeledMatrix {
    get throws {
      let inference = try inference(.kenwardRoger)
      var result = Matrix(rows: kFe, columns: kFe, repeating: .nan)
      for (i, a) in inference.kept.enumerated() {
        for (j, b) in inference.kept.enumerated() { result[a, b] = inference.covariance[i, j] }
      }
      return LabeledMatrix(index: layout.fixedNames, columns: layout.fixedNames, values: result)
    }
  }

  /// Confidence limits of the fixed effects with approximate degrees of freedom, columns "0" and "1".
  /// Not in statsmodels.
  public func confInt(alpha: Double = 0.05, ddf: DegreesOfFreedom) throws -> LabeledMatrix {
    let table = try coefficients(ddf: ddf, alpha: alpha)
    return LabeledMatrix(
      index: table.names, columns: ["0", "1"],
      values: Matrix(rows: kFe, columns: 2, columnMajor: table.lower + table.upper))
  }
}
