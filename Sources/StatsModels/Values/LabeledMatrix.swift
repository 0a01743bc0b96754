import DataFrames
import LinearAlgebra
import ProgramStop

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
  /// Where to look for what is not here, for the message of a stop.
  var elsewhere: String?

  /// A labelled matrix; labels that do not fit the matrix stop with a message.
  public init(index: [String], columns: [String], values: Matrix) {
    require(
      index.count == values.rows && columns.count == values.columns,
      "LabeledMatrix: \(index.count) row labels and \(columns.count) column labels for a matrix of "
        + "\(values.rows) × \(values.columns)")
    self.index = index
    self.columns = columns
    self.values = values
  }

  /// The element in the row and column with these labels; a label that does not exist stops with a message that
  /// lists the nearest ones.
  public subscript(row: String, column: String) -> Double {
    for (kind, label, labels) in [("row", row, index), ("column", column, columns)]
    where !labels.contains(label) {
      stop(
        "LabeledMatrix: \(noLabel(kind, label, among: labels, elsewhere: elsewhere)). get(_:_:) is nil there")
    }
    return get(row, column) ?? .nan
  }

  /// The element at a position, both from 0; one out of range stops with a message.
  public subscript(row: Int, column: Int) -> Double { values[row, column] }

  /// Whether labels and elements are equal; nan equals nothing.
  public static func == (a: LabeledMatrix, b: LabeledMatrix) -> Bool {
    a.index == b.index && a.columns == b.columns && a.values == b.values
  }

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

extension LabeledMatrix {
  /// A data frame of the same columns and row labels: `results.confInt().frame.toCsv("limits.csv")`.
  public var frame: DataFrame {
    let columns = columns.enumerated().map { Column(name: $1, values.column($0)) }
    return (try? DataFrame(columns: columns, rowLabels: RowLabels(index))) ?? DataFrame()
  }
}

extension LabeledMatrix: CustomStringConvertible {
  /// The matrix as pandas prints a data frame.
  public var description: String { FrameText.frame(self) }
}
