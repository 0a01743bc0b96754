extension DataFrame {
  /// The rows of several frames one below the other.
  ///
  /// Columns are matched by name; where a frame lacks a column its rows are missing there. Columns of
  /// different types become numbers if all are numbers, texts otherwise. `ignoreIndex` numbers the rows anew.
  /// Python: pandas.concat
  public static func concat(_ frames: [DataFrame], ignoreIndex: Bool = false) -> DataFrame {
    guard let first = frames.first else { return DataFrame() }
    var names: [String] = []
    var seen: Set<Level> = []
    for name in frames.flatMap(\.columnNames) where seen.insert(.string(name)).inserted { names.append(name) }
    let columns = names.map { name in
      Column(name: name, storage: joined(frames.map { ($0.contains(name) ? $0[name] : nil, $0.rowCount) }))
    }
    let labels = frames.dropFirst().reduce(first.rowLabels) { $0.appending($1.rowLabels) }
    return DataFrame(
      uncheckedColumns: columns, rowLabels: ignoreIndex ? RowLabels(count: labels.count) : labels)
  }

  private static func joined(_ pieces: [(column: Column?, rows: Int)]) -> Column.Storage {
    let present = pieces.compactMap(\.column)
    let hasGap = pieces.contains { $0.column == nil && $0.rows > 0 }
    let types = Set(present.filter { $0.count > 0 || present.count == 1 }.map(\.type))
    func values<T>(_ part: (Column) -> [T?]) -> [T?] {
      pieces.flatMap { $0.column.map(part) ?? [T?](repeating: nil, count: $0.rows) }
    }
    switch types {
    case [.integer] where !hasGap: return Int.columnStorage(values { $0.integers ?? [] })
    case [.boolean]: return Bool.columnStorage(values { $0.booleans ?? [] })
    case [.integer], [.double], [.integer, .double]: return Double.columnStorage(values { $0.doubles ?? [] })
    case [.categorical]:
      if let joined = joinedCategories(pieces) { return .categorical(joined) }
      return String.columnStorage(values { $0.strings })
    default: return String.columnStorage(values { $0.strings })
    }
  }

  /// Categories one below the other, nil unless all have the same levels.
  private static func joinedCategories(_ pieces: [(column: Column?, rows: Int)]) -> Categorical? {
    var common: Categorical?
    var codes: [Int32] = []
    for piece in pieces {
      guard case .categorical(let next)? = piece.column?.storage else {
        codes += [Int32](repeating: -1, count: piece.rows)
        continue
      }
      if let common, common.levels != next.levels || common.ordered != next.ordered { return nil }
      common = next
      codes += next.codes
    }
    return common.map { Categorical(uncheckedLevels: $0.levels, codes: codes, ordered: $0.ordered) }
  }
}
