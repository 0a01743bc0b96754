/// Which rows or columns of several frames are kept.
/// Python: the argument join of pandas.concat
public enum ConcatJoin: String, Sendable, CaseIterable {
  /// Those of any frame.
  case outer
  /// Those of all frames.
  case inner
}

extension DataFrame {
  /// The rows of several frames one below the other.
  ///
  /// Columns are matched by name; where a frame lacks a column its rows are missing there. Columns of
  /// different types become numbers if all are numbers, texts otherwise. `ignoreIndex` numbers the rows anew.
  /// Python: pandas.concat
  public static func concat(_ frames: [DataFrame], ignoreIndex: Bool = false) -> DataFrame {
    guard let first = frames.first else { return DataFrame() }
    var names: [String] = []
    var seen: Set<ColumnValue> = []
    for name in frames.flatMap(\.columnNames) where seen.insert(.string(name)).inserted { names.append(name) }
    let columns = names.map { name in
      let present = frames.lazy.compactMap { $0.contains(name) ? $0[name] : nil }.first { $0.count > 0 }
      let pieces = frames.map { frame in
        frame.contains(name)
          ? frame[name] : (present ?? Column(name: name, [Double]())).missing(count: frame.rowCount)
      }
      return Column.concatenated(pieces).renamed(name)
    }
    let labels = frames.dropFirst().reduce(first.rowLabels) { $0.appending($1.rowLabels) }
    return DataFrame(
      uncheckedColumns: columns, rowLabels: ignoreIndex ? RowLabels(count: labels.count) : labels)
  }

  /// Several frames one below the other (`axis` 0) or side by side (`axis` 1).
  ///
  /// Below each other columns are matched by name, side by side rows by label; where a frame lacks one the values
  /// are missing.
  /// - Parameters:
  ///   - frames: the frames.
  ///   - axis: 0 for rows, 1 for columns.
  ///   - join: whether the columns (or rows) of any frame are kept, or those of all.
  ///   - ignoreIndex: whether the rows are numbered anew.
  /// - Throws: ``DataFrameError`` for column names or row labels that repeat side by side, and for another axis.
  ///
  /// Python: pandas.concat
  public static func concat(
    _ frames: [DataFrame], axis: Int, join: ConcatJoin = .outer, ignoreIndex: Bool = false
  ) throws(DataFrameError) -> DataFrame {
    switch axis {
    case 0:
      guard join == .inner, let first = frames.first else { return concat(frames, ignoreIndex: ignoreIndex) }
      let names = first.columnNames.filter { name in frames.allSatisfy { $0.contains(name) } }
      return concat(frames.map { $0[names] }, ignoreIndex: ignoreIndex)
    case 1:
      let result = try sideBySide(frames, join)
      return ignoreIndex ? result.resetIndex(drop: true) : result
    default:
      throw DataFrameError(.invalidArgument, "concat: axis \(axis): 0 is below each other, 1 side by side")
    }
  }

  private static func sideBySide(_ frames: [DataFrame], _ join: ConcatJoin) throws(DataFrameError)
    -> DataFrame
  {
    guard let first = frames.first else { return DataFrame() }
    if frames.dropFirst().allSatisfy({ $0.rowLabels == first.rowLabels }) {
      return try DataFrame(columns: frames.flatMap(\.columns), rowLabels: first.rowLabels)
    }
    var labels: [String] = []
    var occurrences: [String: Int] = [:]
    for frame in frames {
      var own: Set<String> = []
      for label in frame.rowLabels {
        guard own.insert(label).inserted else {
          throw DataFrameError(
            .repeatedKey,
            "concat: row label \(PythonText.quoted(label)) repeats, so that rows cannot be matched: resetIndex() "
              + "numbers them anew")
        }
        if occurrences.updateValue(occurrences[label, default: 0] + 1, forKey: label) == nil {
          labels.append(label)
        }
      }
    }
    if join == .inner { labels = labels.filter { occurrences[$0] == frames.count } }
    let columns = frames.flatMap { frame -> [Column] in
      let positions = frame.rowLabels.positions()
      let rows = labels.map { positions[$0]?.first ?? -1 }
      return frame.columns.map { $0.rows(withGaps: rows) }
    }
    return try DataFrame(columns: columns, rowLabels: RowLabels(labels))
  }
}
