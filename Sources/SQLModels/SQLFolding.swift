/// An argument of a fold: what it is in SQL, and how its values are read.
package struct SQLFoldArgument: Sendable, Hashable {
  package enum Role: Sendable {
    /// As doubles.
    case number
    /// As codes of the values that occur.
    case level
  }
  package let sql: String
  package let role: Role

  package init(sql: String, role: Role) {
    self.sql = sql
    self.role = role
  }
}

/// Some of the rows that a fold goes through, column by column.
package struct SQLFoldBatch: Sendable {
  package struct Column: Sendable {
    /// Of numbers: the values; nan where there is none.
    package let numbers: [Double]
    /// Of levels: codes of the values, counted from 0 in order of appearance over all batches; -1 where there is none.
    package let codes: [Int32]
    /// The values of codes that no batch had before, in their order.
    package let newLevels: [SQLValue]
    /// Rows without a value.
    package let nulls: Int
    /// Rows with a text or binary data where a number is read.
    package let texts: Int

    package init(
      numbers: [Double] = [], codes: [Int32] = [], newLevels: [SQLValue] = [], nulls: Int, texts: Int = 0
    ) {
      self.numbers = numbers
      self.codes = codes
      self.newLevels = newLevels
      self.nulls = nulls
      self.texts = texts
    }
  }
  /// Number of rows.
  package let count: Int
  /// One of each argument.
  package let columns: [Column]

  package init(count: Int, columns: [Column]) {
    self.count = count
    self.columns = columns
  }
}

/// A driver whose database runs in this process: an aggregate function of the package's own sees the rows as the
/// database goes through them, and sums them up with neither sorting nor grouping.
package protocol SQLFolding: SQLExecutor {
  /// Runs one SELECT of one aggregate of all rows.
  ///
  /// - Parameters:
  ///   - arguments: of the aggregate.
  ///   - rows: FROM and WHERE.
  ///   - body: takes in some thousands of rows at a time.
  /// - Returns: false where the connection takes no such function; then nothing was read.
  func fold(
    _ arguments: [SQLFoldArgument], over rows: String, _ body: (SQLFoldBatch) throws -> Void
  ) async throws -> Bool
}
