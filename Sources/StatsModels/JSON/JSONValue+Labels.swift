import DataFrames
import LinearAlgebra

extension JSONValue {
  /// Reads a document; numbers without fraction and exponent that fit become integers.
  ///
  /// - Throws: ``StatsModelsError`` with the byte position of the first thing that is not JSON.
  package init(parsing text: String) throws(StatsModelsError) {
    do { try self.init(json: text) } catch {
      throw StatsModelsError(.file, error.message, values: error.column.map { [String($0)] } ?? [])
    }
  }

  /// An object of named numbers.
  package static func object(_ series: Series) -> JSONValue {
    .object(zip(series.index, series.values).map { (key: $0, value: .number($1)) })
  }

  /// A matrix as a list of rows.
  package static func rows(_ matrix: Matrix) -> JSONValue {
    .array((0..<matrix.rows).map { .numbers(matrix.row($0)) })
  }
}
