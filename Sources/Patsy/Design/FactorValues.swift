import DataFrames
import LinearAlgebra

/// A factor evaluated on data: numbers in columns, or positions among the levels.
package enum FactorValues: Sendable {
  /// A numerical factor's columns.
  case numerical(Matrix)
  /// A categorical factor's level positions, -1 where missing.
  case categorical([Int32])

  /// Number of rows.
  package var rowCount: Int {
    switch self {
    case .numerical(let matrix): matrix.rows
    case .categorical(let codes): codes.count
    }
  }
}

extension FactorInfo {
  /// The factor's values on data, and which rows are missing (nil: none).
  ///
  /// - Throws: ``PatsyError`` when they are not of the kind, or have not the columns or levels, that the design
  ///   was made for.
  package func evaluate(
    _ data: any DesignData, NAAction action: NAAction = .drop
  ) throws(PatsyError) -> (values: FactorValues, missing: [Bool]?) {
    let value = try state.evaluate(data)
    if let labels = value.rowLabels, labels.count == data.designRowCount {
      throw PatsyError("Index mismatch between data.index and \(factor.name)", origin: factor.origin)
    }
    if let levels = categories {
      let codes = try CategoricalCoding.codes(value, levels: levels, action: action, origin: factor.origin)
      return (.categorical(codes), codes.contains(-1) ? codes.map { $0 == -1 } : nil)
    }
    let columns = value.columnCount
    guard columns == numColumns else {
      throw PatsyError(
        "when evaluating factor \(factor.name), I got \(columns) columns instead of the "
          + "\(numColumns ?? 1) I was expecting", origin: factor.origin)
    }
    guard !CategoricalSniffer.isCategorical(value), let matrix = try? value.numericMatrix() else {
      throw PatsyError(
        "when evaluating numeric factor \(factor.name), I got non-numeric data of type '\(value.dtypeName)'",
        origin: factor.origin)
    }
    return (.numerical(matrix), action.numericalNA(matrix.storage, rows: matrix.rows))
  }
}

extension FormulaValue {
  /// The type of an array's elements as numpy and pandas print it.
  var dtypeName: String {
    switch self {
    case .vector(let vector) where vector.holdsObjects || !vector.isSeries && vector.texts != nil: "object"
    case .vector(let vector): Column(storage: vector.storage).type.pandasName
    case .boolean: "bool"
    case .string(let text): "<U\(text.unicodeScalars.count)"
    case .categorical(let box): box.data.dtypeName
    default: "object"
    }
  }
}
