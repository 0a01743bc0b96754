// The rows of each group as a frame.

extension GroupBy: Sequence {
  /// The groups one after the other: the key, and the group's rows with their labels.
  public struct Iterator: IteratorProtocol {
    private let frame: DataFrame
    private let keys: [Column]
    private let rows: [Int]
    private let starts: [Int]
    private var group = 0

    fileprivate init(_ groups: GroupBy) {
      frame = groups.frame
      keys = groups.keyColumns
      (rows, starts) = groups.grouping.ordered()
    }

    /// The next group.
    public mutating func next() -> (key: GroupKey, part: DataFrame)? {
      guard group + 1 < starts.count else { return nil }
      defer { group += 1 }
      return (
        GroupKey(keys.map { $0[group] ?? .double(.nan) }),
        frame.rows(uncheckedPositions: Array(rows[starts[group]..<starts[group + 1]]))
      )
    }
  }

  /// The groups one after the other: `for (key, part) in try data.groupby("g") { … }`.
  /// Python: DataFrameGroupBy.__iter__
  public func makeIterator() -> Iterator { Iterator(self) }

  /// Number of groups.
  public var underestimatedCount: Int { ngroups }

  /// The rows of the group with a key, nil if there is none.
  /// Python: DataFrameGroupBy.get_group
  public func getGroup(_ key: GroupKey) -> DataFrame? {
    guard let group = groupKeys.firstIndex(of: key) else { return nil }
    return frame.rows(uncheckedPositions: grouping.codes.indices.filter { Int(grouping.codes[$0]) == group })
  }

  /// The frames that a function makes of the groups, one below the other, with the keys as columns before those
  /// that the function gives.
  ///
  /// The function sees the key columns too, unlike pandas' since version 3.
  /// - Throws: what the function throws.
  ///
  /// Python: DataFrameGroupBy.apply
  public func apply(_ transform: (DataFrame) throws -> DataFrame) throws -> DataFrame {
    let columns = keyColumns
    var frames: [DataFrame] = []
    for (group, entry) in enumerated() {
      let result = try transform(entry.part)
      let keys = columns.filter { !result.contains($0.name) }.map { key in
        key.rows(uncheckedPositions: [Int](repeating: group, count: result.rowCount))
      }
      frames.append(DataFrame(uncheckedColumns: keys + result.columns, rowLabels: result.rowLabels))
    }
    return frames.isEmpty ? try table([]) : DataFrame.concat(frames, ignoreIndex: true)
  }

  /// The numbers that a function makes of the groups, beside the keys.
  ///
  /// - Parameters:
  ///   - name: the name of the column of numbers.
  ///   - function: makes a number of the rows of a group.
  /// - Throws: what the function throws, and ``DataFrameError`` when a key column has that name.
  ///
  /// Python: DataFrameGroupBy.apply
  public func apply(named name: String = "value", _ function: (DataFrame) throws -> Double) throws
    -> DataFrame
  {
    try table([Column(name: name, storage: .double(map { try function($0.part) }))])
  }

  /// The rows of the groups for which a test is true, in the frame's order.
  ///
  /// - Throws: what the test throws.
  ///
  /// Python: DataFrameGroupBy.filter
  public func filter(_ test: (DataFrame) throws -> Bool) throws -> DataFrame {
    let passes = try map { try test($0.part) }
    return frame.filter(Mask(grouping.codes.map { $0 >= 0 && passes[Int($0)] }))
  }

  /// The first rows of each group, five unless told otherwise, in the frame's order; a negative count leaves out
  /// the last ones.
  /// Python: DataFrameGroupBy.head
  public func head(_ count: Int = 5) -> DataFrame {
    rows { place, size in count < 0 ? place < size &+ count : place < count }
  }

  /// The last rows of each group, five unless told otherwise, in the frame's order; a negative count leaves out
  /// the first ones.
  /// Python: DataFrameGroupBy.tail
  public func tail(_ count: Int = 5) -> DataFrame {
    rows { place, size in count < 0 ? place >= 0 &- count : size - place <= count }
  }

  /// The row at a place of each group that is long enough, in the frame's order; negative places count from the
  /// end.
  /// Python: DataFrameGroupBy.nth
  public func nth(_ place: Int) -> DataFrame {
    frame.rows(uncheckedPositions: GroupRows.nth(place, grouping).filter { $0 >= 0 }.sorted())
  }

  /// The rows whose place in their group passes a test, in the frame's order.
  private func rows(where test: (_ place: Int, _ size: Int) -> Bool) -> DataFrame {
    let sizes = grouping.sizes
    let places = cumcountValues()
    let chosen = places.indices.filter { row in
      places[row] >= 0 && test(places[row], sizes[Int(grouping.codes[row])])
    }
    return frame.rows(uncheckedPositions: chosen)
  }

  /// The place of each row in its group, from 0; -1 for rows of no group.
  func cumcountValues() -> [Int] {
    var next = [Int](repeating: 0, count: ngroups)
    return grouping.codes.map { code in
      if code < 0 { return -1 }
      defer { next[Int(code)] += 1 }
      return next[Int(code)]
    }
  }

  /// The place of each row in its group, from 0; missing in rows of no group.
  ///
  /// - Parameter ascending: whether places count from the start; otherwise from the end.
  /// Python: DataFrameGroupBy.cumcount
  public func cumcount(ascending: Bool = true) -> Column {
    let sizes = grouping.sizes
    let places = cumcountValues().enumerated().map { row, place in
      place < 0 || ascending ? place : sizes[Int(grouping.codes[row])] - 1 - place
    }
    return Column(storage: .integer(places, missing: nil)).rows(
      withGaps: places.indices.map { places[$0] < 0 ? -1 : $0 })
  }

  /// The number of each row's group, from 0; missing in rows of no group.
  /// Python: DataFrameGroupBy.ngroup
  public func ngroup() -> Column {
    let numbers = Column(storage: .integer(Array(0..<ngroups), missing: nil))
    return numbers.rows(withGaps: grouping.codes.map(Int.init))
  }
}
