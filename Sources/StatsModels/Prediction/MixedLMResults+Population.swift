import DataFrames
import LinearAlgebra

extension MixedLMResults {
  /// Population predictions for new data: the fixed part, and the offset where it came from a column.
  ///
  /// - Parameters:
  ///   - data: the variables of the formula; further columns are ignored. Rows with a missing predictor give nan.
  ///   - transform: false takes the columns as those of the fixed design, which a model of arrays does in any case.
  /// - Returns: a value per row, labelled as the rows of `data`; nan where the data determine none, see
  ///   ``estimable(_:)-(DataFrame)``.
  /// - Throws: `PatsyError` for missing variables and unknown levels, ``StatsModelsError`` for a wrong number of columns.
  ///
  /// Python: MixedLMResults.predict
  public func predict(_ data: DataFrame, transform: Bool = true) throws -> Series {
    if transform, specification.source != nil { return try predict(data, randomEffects: .none) }
    let values = try predict(data.designMatrix().matrix).values
    return Series(index: Array(data.rowLabels), values: values)
  }

  /// Population predictions for a dictionary of arrays. Python: MixedLMResults.predict
  public func predict(_ data: [String: any ColumnConvertible], transform: Bool = true) throws -> Series {
    try predict(DataFrame(data), transform: transform)
  }

  /// Population predictions for the rows of the model, their offset included; empty for results that were saved without rows.
  /// Python: MixedLMResults.predict
  public func predict() -> Series {
    if let values = specification.restored?.population {
      return Series(index: Array(specification.rowLabels), values: values)
    }
    if specification.cells != nil { return Series(index: [], values: []) }
    return Series(
      index: Array(specification.rowLabels), values: specification.addingOffset(model.exog * knownEffects))
  }

  /// Population predictions for rows of the fixed design, without an offset.
  ///
  /// - Parameters:
  ///   - exog: one column for each fixed effect.
  ///   - transform: accepted for Python's `transform=False`; a matrix is never transformed by the formula.
  /// - Throws: ``StatsModelsError`` for another number of columns.
  ///
  /// Python: MixedLMResults.predict
  public func predict(_ exog: Matrix, transform: Bool = false) throws -> Series {
    guard exog.columns == kFe else {
      throw StatsModelsError(
        .lengthMismatch, "predict needs a matrix of \(kFe) columns, as exog has, not \(exog.columns)")
    }
    var values = exog * knownEffects
    for row in inestimableRows(of: exog) { values[row] = .nan }
    return Series(index: (0..<exog.rows).map(String.init), values: values)
  }

  /// Population predictions for one row of the fixed design, or for a column if it has one column.
  ///
  /// Python: MixedLMResults.predict
  public func predict(_ exog: [Double], transform: Bool = false) throws -> Series {
    let (rows, columns) = kFe == 1 ? (exog.count, 1) : (1, exog.count)
    return try predict(Matrix(rows: rows, columns: columns, columnMajor: exog))
  }

  /// ``predict(_:transform:)-(DataFrame,_)`` with Python's label. Python: MixedLMResults.predict
  public func predict(exog: DataFrame, transform: Bool = true) throws -> Series {
    try predict(exog, transform: transform)
  }

  /// ``predict(_:transform:)-(Matrix,_)`` with Python's label. Python: MixedLMResults.predict
  public func predict(exog: Matrix, transform: Bool = false) throws -> Series { try predict(exog) }

  /// Fixed effects, dropped ones as zero.
  private var knownEffects: [Double] { estimate.fixedEffects.map { $0.isNaN ? 0 : $0 } }
}
