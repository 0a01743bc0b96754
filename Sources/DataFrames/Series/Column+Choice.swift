// Values chosen by a mask.

extension Column {
  /// The values where a mask is true, others elsewhere; a mask or a column of another length stops with a message.
  ///
  /// Values of different types become numbers if all are numbers, texts otherwise.
  /// Python: Series.where
  public func `where`(_ mask: Mask, _ other: some ColumnConvertible) -> Column {
    let values = Column(storage: other.columnStorage(broadcastTo: count))
    require(
      mask.count == count && values.count == count,
      "where: a mask of \(mask.count) and other values of \(values.count) rows for a column of \(count)")
    let both = Column.concatenated([self, values])
    if both.count == 0 { return self }
    return both.rows(uncheckedPositions: mask.values.indices.map { mask.values[$0] ? $0 : count + $0 })
  }

  /// The values where a mask is true, missing elsewhere; a mask of another length stops with a message.
  /// Python: Series.where
  public func `where`(_ mask: Mask) -> Column {
    require(mask.count == count, "where: a mask of \(mask.count) rows for a column of \(count)")
    return rows(withGaps: mask.values.indices.map { mask.values[$0] ? $0 : -1 })
  }

  /// Others where a mask is true, the values elsewhere.
  /// Python: Series.mask
  public func mask(_ mask: Mask, _ other: some ColumnConvertible) -> Column { self.where(!mask, other) }

  /// Missing where a mask is true, the values elsewhere.
  /// Python: Series.mask
  public func mask(_ mask: Mask) -> Column { self.where(!mask) }

  /// The column with some values replaced by others, or by missing ones for nil.
  /// Python: Series.replace
  public func replace(_ values: [ColumnValue], _ replacement: ColumnValue?) -> Column {
    let (codes, levels) = factorized()
    let unwanted = Set(values)
    if let replacement {
      return replace(Dictionary(unwanted.map { ($0, replacement) }, uniquingKeysWith: { first, _ in first }))
    }
    let isUnwanted = levels.map(unwanted.contains)
    return self.where(Mask(codes.map { $0 < 0 || !isUnwanted[Int($0)] }))
  }
}

extension Mask {
  /// One value where the mask is true, another elsewhere: single values, arrays or columns; arrays of another length
  /// stop with a message.
  /// Python: numpy.where
  public func choose(_ whenTrue: some ColumnConvertible, _ otherwise: some ColumnConvertible) -> Column {
    Column(storage: whenTrue.columnStorage(broadcastTo: count)).where(self, otherwise)
  }
}
