/// What can be asked of, and done with, the levels of a column of categories: `data["g"].cat`.
///
/// Python: Series.cat
public struct CategoricalMethods: Sendable {
  private let name: String
  private let values: Categorical

  fileprivate init(name: String, values: Categorical) {
    self.name = name
    self.values = values
  }

  /// The levels in their order.
  /// Python: Series.cat.categories
  public var categories: [ColumnValue] { values.levels }
  /// Whether the order of the levels carries meaning.
  /// Python: Series.cat.ordered
  public var ordered: Bool { values.ordered }
  /// The position of each value's level, -1 where the value is missing.
  /// Python: Series.cat.codes
  public var codes: Column { Column(name: name, values.codes) }

  /// The column over other levels; values that are none of them become missing.
  /// Python: Series.cat.set_categories
  public func setCategories(_ levels: [ColumnValue], ordered: Bool? = nil) -> Column {
    column(
      Categorical(Column(storage: .categorical(values)), levels: levels, ordered: ordered ?? self.ordered))
  }

  /// The column with its levels in another order.
  ///
  /// - Throws: ``DataFrameError`` unless the levels are the same.
  ///
  /// Python: Series.cat.reorder_categories
  public func reorderCategories(_ levels: [ColumnValue], ordered: Bool? = nil) throws(DataFrameError)
    -> Column
  {
    guard Set(levels) == Set(categories), levels.count == categories.count else {
      throw DataFrameError(
        .invalidArgument, "\(label): the levels in another order must be the same: \(list(categories))")
    }
    return setCategories(levels, ordered: ordered)
  }

  /// The column with new names for some levels.
  ///
  /// - Throws: ``DataFrameError`` when two levels would have the same name.
  ///
  /// Python: Series.cat.rename_categories
  public func renameCategories(_ names: [ColumnValue: ColumnValue]) throws(DataFrameError) -> Column {
    let levels = categories.map { names[$0] ?? $0 }
    guard Set(levels).count == levels.count else {
      throw DataFrameError(.repeatedName, "\(label): levels would repeat: \(list(levels))")
    }
    return column(Categorical(uncheckedLevels: levels, codes: values.codes, ordered: ordered))
  }

  /// The column with more levels after its own, which no value has yet.
  ///
  /// - Throws: ``DataFrameError`` for a level that is there already.
  ///
  /// Python: Series.cat.add_categories
  public func addCategories(_ levels: [ColumnValue]) throws(DataFrameError) -> Column {
    let all = categories + levels
    guard Set(all).count == all.count else {
      throw DataFrameError(.repeatedName, "\(label): levels would repeat: \(list(levels))")
    }
    return column(Categorical(uncheckedLevels: all, codes: values.codes, ordered: ordered))
  }

  /// The column without some levels; values that have them become missing.
  ///
  /// - Throws: ``DataFrameError`` for a level that is not there.
  ///
  /// Python: Series.cat.remove_categories
  public func removeCategories(_ levels: [ColumnValue]) throws(DataFrameError) -> Column {
    if let unknown = levels.first(where: { !categories.contains($0) }) {
      throw DataFrameError(
        .unknownName, "\(label) has no level \(unknown.debugDescription): there are \(list(categories))")
    }
    let kept = categories.filter { !levels.contains($0) }
    // As in pandas: without an order of their own the rest are sorted.
    return setCategories(ordered ? kept : kept.sorted())
  }

  /// The column without the levels that no value has.
  /// Python: Series.cat.remove_unused_categories
  public func removeUnusedCategories() -> Column {
    let used = Set(values.codes)
    return setCategories(categories.indices.filter { used.contains(Int32($0)) }.map { categories[$0] })
  }

  /// The column with an order of its levels that carries meaning.
  /// Python: Series.cat.as_ordered
  public func asOrdered() -> Column { setCategories(categories, ordered: true) }
  /// The column without an order of its levels that carries meaning.
  /// Python: Series.cat.as_unordered
  public func asUnordered() -> Column { setCategories(categories, ordered: false) }

  private func column(_ values: Categorical) -> Column { Column(name: name, storage: .categorical(values)) }
  private var label: String { "column \(PythonText.quoted(name))" }
  private func list(_ levels: [ColumnValue]) -> String {
    levels.map(\.debugDescription).joined(separator: ", ")
  }
}

extension Column {
  /// The levels of a column of categories; a column of another type stops with a message: `astype(.categorical)`
  /// makes one.
  /// Python: Series.cat
  public var cat: CategoricalMethods {
    guard case .categorical(let values) = storage else {
      stop(
        "column \(PythonText.quoted(name)) of type \(type.pandasName) has no levels: cat needs "
          + "astype(.categorical) before it")
    }
    return CategoricalMethods(name: name, values: values)
  }
}
