// Missing values filled from elsewhere.

extension Column {
  /// The column with another one's values in place of missing ones; the type widens where it must, another length
  /// stops with a message.
  ///
  /// ```swift
  /// data["x"] = try data["x"].fillna(data.groupby("g").transform("x", .mean))
  /// ```
  /// Python: Series.fillna
  public func fillna(_ other: Column) -> Column {
    require(other.count == count, "fillna: \(other.count) values for a column of \(count) rows")
    guard hasMissing else { return self }
    if case .double(let values) = storage, let others = other.doubles {
      return Column(name: name, storage: .double(zip(values, others).map { $0.isNaN ? $1 : $0 }))
    }
    return self.where(notna(), other)
  }

  /// Missing numbers filled on the straight line between their neighbours, rows being equally far apart; the last
  /// number goes on to the end, those before the first one stay missing.
  ///
  /// - Parameter limit: how many missing values in a row are filled at most.
  /// - Throws: ``DataFrameError`` for texts and categories, and for a limit below 1.
  ///
  /// Python: Series.interpolate
  public func interpolate(limit: Int? = nil) throws(DataFrameError) -> Column {
    if let error = typeError("interpolate()") { throw error }
    if let limit, limit < 1 {
      throw DataFrameError(
        .invalidArgument, "interpolate: limit is \(limit): a limit is 1 or more, nil for none")
    }
    var values = Aggregation.numbers(self)
    var last: Int?
    for row in 0...count where row == count || !values[row].isNaN {
      if let last, row - last > 1 {
        let step = row == count ? 0 : (values[row] - values[last]) / Double(row - last)
        let end = limit.map { Swift.min(row, last + 1 + $0) } ?? row
        for gap in last + 1..<end {
          values[gap] = values[last] + step * Double(gap - last)
        }
      }
      last = row
    }
    return hasMissing ? Column(name: name, storage: .double(values)) : self
  }
}
