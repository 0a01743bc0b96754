// The first and the last rows: a negative count leaves out rows at the other end.

extension DataFrame {
  /// The first rows, five unless told otherwise; a negative count leaves out the last ones.
  /// Python: DataFrame.head
  public func head(_ count: Int = 5) -> DataFrame {
    rows(uncheckedPositions: EndRows.first(count, of: rowCount))
  }

  /// The last rows, five unless told otherwise; a negative count leaves out the first ones.
  /// Python: DataFrame.tail
  public func tail(_ count: Int = 5) -> DataFrame {
    rows(uncheckedPositions: EndRows.last(count, of: rowCount))
  }
}

extension Column {
  /// The first values, five unless told otherwise; a negative count leaves out the last ones.
  /// Python: Series.head
  public func head(_ count: Int = 5) -> Column {
    rows(uncheckedPositions: EndRows.first(count, of: self.count))
  }

  /// The last values, five unless told otherwise; a negative count leaves out the first ones.
  /// Python: Series.tail
  public func tail(_ count: Int = 5) -> Column {
    rows(uncheckedPositions: EndRows.last(count, of: self.count))
  }
}

/// Positions at an end of so many rows.
private enum EndRows {
  static func first(_ count: Int, of total: Int) -> [Int] { Array(0..<kept(count, of: total)) }
  static func last(_ count: Int, of total: Int) -> [Int] { Array((total - kept(count, of: total))..<total) }

  private static func kept(_ count: Int, of total: Int) -> Int {
    count < 0 ? total + Swift.max(count, -total) : Swift.min(count, total)
  }
}
