// Columns made from a column: missing values, replacement, order, selection.

extension Column {
  /// Where the value is missing.
  /// Python: Series.isna
  public func isna() -> Mask {
    switch storage {
    case .double(let values): Mask(values.map(\.isNaN))
    case .integer(_, let missing), .boolean(_, let missing):
      Mask(missing ?? [Bool](repeating: false, count: count))
    case .string(let column): Mask(column.codes.map { $0 < 0 })
    case .categorical(let column): Mask(column.codes.map { $0 < 0 })
    case .time(let times): Mask(times.microseconds.map { $0 == TimeColumn.missing })
    }
  }

  /// Where the value is present.
  /// Python: Series.notna
  public func notna() -> Mask { !isna() }

  /// Whether any value is missing.
  public var hasMissing: Bool {
    switch storage {
    case .double(let values): values.contains(where: \.isNaN)
    case .integer(_, let missing), .boolean(_, let missing): missing?.contains(true) ?? false
    case .string(let column): column.codes.contains(-1)
    case .categorical(let column): column.codes.contains(-1)
    case .time(let times): times.microseconds.contains(TimeColumn.missing)
    }
  }

  /// The column with a value in place of missing ones; the type widens where it must.
  /// Python: Series.fillna
  public func fillna(_ value: some ColumnScalar) -> Column {
    guard hasMissing, let level = value.level else { return self }
    if case .double(let values) = storage, let number = level.number {
      return Column(name: name, storage: .double(values.map { $0.isNaN ? number : $0 }))
    }
    if case .time(let times) = storage, case .string(let text) = level, let filler = times.parse(text) {
      let filled = times.microseconds.map { $0 == TimeColumn.missing ? filler : $0 }
      return Column(name: name, storage: .time(TimeColumn(times.kind, microseconds: filled)))
    }
    if case .categorical(let column) = storage, let code = column.levels.firstIndex(of: level) {
      let codes = column.codes.map { $0 < 0 ? Int32(truncatingIfNeeded: code) : $0 }
      let filled = Categorical(uncheckedLevels: column.levels, codes: codes, ordered: column.ordered)
      return Column(name: name, storage: .categorical(filled))
    }
    return Column(name: name, storage: ColumnValue.columnStorage(values.map { $0 ?? level }))
  }

  /// The column without its missing values.
  /// Python: Series.dropna
  public func dropna() -> Column { hasMissing ? rows(notna().positions) : self }

  /// The column with some values replaced; the others stay. Numbers with fractions stay such unless texts come in.
  /// Python: Series.replace
  public func replace(_ values: [ColumnValue: ColumnValue]) -> Column {
    let (codes, levels) = factorized()
    if case .double(let numbers) = storage {
      let targets = levels.map { values[$0]?.number }
      if levels.indices.allSatisfy({ targets[$0] != nil || values[levels[$0]] == nil }) {
        let replaced = codes.indices.map { codes[$0] < 0 ? .nan : targets[Int(codes[$0])] ?? numbers[$0] }
        return Column(name: name, storage: .double(replaced))
      }
    }
    let targets = levels.map { values[$0] ?? $0 }
    if case .categorical(let column) = storage, Set(targets).isSubset(of: levels) {
      return Column(
        name: name,
        Categorical(
          Column(codes.map { $0 < 0 ? nil : targets[Int($0)] }), levels: levels, ordered: column.ordered))
    }
    return Column(
      name: name, storage: ColumnValue.columnStorage(codes.map { $0 < 0 ? nil : targets[Int($0)] }))
  }

  /// The sorted column, missing values last; equal values keep their order.
  /// Python: Series.sort_values
  public func sorted(ascending: Bool = true) -> Column { sortValues(ascending: ascending) }

  /// The sorted column; equal values keep their order.
  ///
  /// - Parameters:
  ///   - ascending: whether the least value comes first.
  ///   - naPosition: where missing values go.
  /// Python: Series.sort_values
  public func sortValues(ascending: Bool = true, naPosition: MissingPosition = .last) -> Column {
    rows(uncheckedPositions: sortedPositions(ascending: ascending, naPosition: naPosition))
  }

  /// The positions of the values in sorted order, missing ones last unless told otherwise; equal values keep their order.
  public func sortedPositions(ascending: Bool = true, naPosition: MissingPosition = .last) -> [Int] {
    var keys = SortKeys(self)
    if !ascending { keys.reverse() }
    if naPosition == .first { keys.putMissingFirst() }
    return RadixSort.sorted(Array(0..<count), by: keys.keys)
  }

  /// The values where a mask is true; a mask of another length stops with a message.
  /// Python: Series.loc
  public subscript(mask: Mask) -> Column {
    require(
      mask.count == count,
      "column \(PythonText.quoted(name)): a mask of \(mask.count) rows cannot filter \(count) rows")
    return rows(uncheckedPositions: mask.positions)
  }

  /// The values at given positions, in the order of the positions; one out of range stops with a message.
  public func rows(_ positions: [Int]) -> Column {
    if let bad = positions.first(where: { $0 < 0 || $0 >= count }) {
      stop("column \(PythonText.quoted(name)) has \(count) rows, none at position \(bad)")
    }
    return rows(uncheckedPositions: positions)
  }

  /// The values at positions known to be in range.
  func rows(uncheckedPositions positions: [some FixedWidthInteger]) -> Column {
    let selected: Storage =
      switch storage {
      case .double(let values): .double(Self.picked(values, positions))
      case .integer(let values, let missing):
        .integer(Self.picked(values, positions), missing: Self.selected(missing, positions))
      case .boolean(let values, let missing):
        .boolean(Self.picked(values, positions), missing: Self.selected(missing, positions))
      case .string(let column): .string(column.selecting(positions))
      case .time(let times):
        .time(TimeColumn(times.kind, microseconds: Self.picked(times.microseconds, positions)))
      case .categorical(let column):
        .categorical(
          Categorical(
            uncheckedLevels: column.levels, codes: Self.picked(column.codes, positions),
            ordered: column.ordered
          ))
      }
    return Column(name: name, storage: selected)
  }

  private static func picked<Value>(_ values: [Value], _ positions: [some FixedWidthInteger]) -> [Value] {
    positions.map { values[Int(truncatingIfNeeded: $0)] }
  }

  private static func selected(_ missing: [Bool]?, _ positions: [some FixedWidthInteger]) -> [Bool]? {
    let result = missing.map { picked($0, positions) }
    return result?.contains(true) == true ? result : nil
  }

  /// Whether both have the same type and values, missing ones in the same places; names do not count.
  /// Python: Series.equals
  public func equals(_ other: Column) -> Bool {
    guard type == other.type, count == other.count else { return false }
    if case .categorical(let a) = storage, case .categorical(let b) = other.storage, a.ordered != b.ordered {
      return false
    }
    return (0..<count).allSatisfy { self[$0] == other[$0] }
  }
}
