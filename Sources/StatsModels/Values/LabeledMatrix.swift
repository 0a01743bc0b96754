import LinearAlgebra

/// A matrix whose rows and columns have labels: what pandas calls a data frame of floats.
///
/// ```swift
/// results.covRe["Pig", "Time"]        // by labels; a wrong label stops with a message
/// results.covRe[0, 1]                 // by position
/// results.covRe.get("Pig", "Time")    // optional
/// ```
public struct LabeledMatrix: Sendable, Equatable {
  /// The row labels.
  public let index: [String]
  /// The column labels.
  public let columns: [String]
  /// The elements.
  public let values: Matrix

  /// A labelled matrix; the labels must fit the matrix.
  public init(index: [String], columns: [String], values: Matrix) {
    precondition(
      index.count == values.rows && columns.count == values.columns,
      "LabeledMatrix: \(index.count) and \(columns.count) labels for \(values.rows) × \(values.columns)")
    self.index = index
    self.columns = columns
    self.values = values
  }

  /// The element in the row and column with these labels; a label that does not exist stops the program.
  public subscript(row: String, column: String) -> Double {
    guard let i = index.firstIndex(of: row) else {
      preconditionFailure("LabeledMatrix: no row '\(row)'; rows are \(shortList(index))")
    }
    guard let j = columns.firstIndex(of: column) else {
      preconditionFailure("LabeledMatrix: no column '\(column)'; columns are \(shortList(columns))")
    }
    return values[i, j]
  }

  /// The element at a position, both from 0.
  public subscript(row: Int, column: Int) -> Double { values[row, column] }

  /// The element in the row and column with these labels, nil when there is none.
  public func get(_ row: String, _ column: String) -> Double? {
    guard let i = index.firstIndex(of: row), let j = columns.firstIndex(of: column) else { return nil }
    return values[i, j]
  }

  /// One column with the row labels, nil when no column has this label.
  public func column(_ label: String) -> Series? {
    columns.firstIndex(of: label).map { Series(index: index, values: values.column($0)) }
  }

  /// One row with the column labels, nil when no row has this label.
  public func row(_ label: String) -> Series? {
    index.firstIndex(of: label).map { Series(index: columns, values: values.row($0)) }
  }

  /// The diagonal with the row labels, as long as the shorter side.
  public var diagonal: Series {
    let n = Swift.min(values.rows, values.columns)
    return Series(index: Array(index.prefix(n)), values: (0..<n).map { values[$0, $0] })
  }
}

extension LabeledMatrix: CustomStringConvertible {
  /// The matrix as pandas prints a data frame.
  public var description: String { FrameText.frame(self) }
}
