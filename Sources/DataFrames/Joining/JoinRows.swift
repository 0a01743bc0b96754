/// The pairs of rows that a merge gives, -1 where a side has no row.
struct JoinRows {
  /// Rows of the left frame.
  private(set) var left: [Int] = []
  /// Rows of the right frame.
  private(set) var right: [Int] = []

  /// Whether rows of one side are all of its rows in their order, which need no picking.
  static func areAll(_ rows: [Int], of count: Int) -> Bool {
    rows.count == count && rows.indices.allSatisfy { rows[$0] == $0 }
  }

  /// The most rows a merge may give: beyond, codes of 32 bits would not reach.
  private static let limit = Int(Int32.max)

  /// The pairs in pandas' order: of the left rows, of the right rows for `right`, of the keys for `outer`.
  ///
  /// - Throws: ``DataFrameError`` when there would be more than 2³¹ - 1 of them.
  init(_ keys: JoinKeys, _ how: JoinType) throws(DataFrameError) {
    try Self.checkSize(keys)
    switch how {
    case .inner, .left:
      (left, right) = Self.following(keys.left, keys.rightRows(), keepsAll: how == .left)
    case .right: (right, left) = Self.following(keys.right, keys.leftRows(), keepsAll: true)
    case .outer, .cross: appendByKey(keys)
    }
  }

  /// Every row of one frame with every row of another.
  init(cross leftCount: Int, _ rightCount: Int) throws(DataFrameError) {
    let (size, overflow) = leftCount.multipliedReportingOverflow(by: rightCount)
    if overflow || size > Self.limit { throw Self.tooMany }
    left.reserveCapacity(size)
    right.reserveCapacity(size)
    for row in 0..<leftCount {
      left.append(contentsOf: repeatElement(row, count: rightCount))
      right.append(contentsOf: 0..<rightCount)
    }
  }

  private static let tooMany = DataFrameError(
    .invalidArgument,
    "merge: the result would have more than \(limit) rows: keys repeat on both sides. validate: names "
      + "the side on which they should not")

  private static func checkSize(_ keys: JoinKeys) throws(DataFrameError) {
    var (lefts, rights) = ([Int](repeating: 0, count: keys.count), [Int](repeating: 0, count: keys.count))
    for code in keys.left { lefts[Int(code)] += 1 }
    for code in keys.right { rights[Int(code)] += 1 }
    var total = 0
    for code in 0..<keys.count {
      let (pairs, overflow) = max(lefts[code], 1).multipliedReportingOverflow(by: max(rights[code], 1))
      total = overflow || pairs > limit ? limit + 1 : total + pairs
      if total > limit { throw tooMany }
    }
  }

  /// Each row of one side with all its matches on the other.
  private static func following(
    _ codes: [Int32], _ other: (rows: [Int], starts: [Int]), keepsAll: Bool
  ) -> ([Int], [Int]) {
    var (rows, matches): ([Int], [Int]) = ([], [])
    rows.reserveCapacity(codes.count)
    matches.reserveCapacity(codes.count)
    other.starts.withUnsafeBufferPointer { starts in
      other.rows.withUnsafeBufferPointer { partners in
        for (row, code) in codes.enumerated() {
          let (start, end) = (starts[Int(code)], starts[Int(code) + 1])
          if start == end, keepsAll {
            rows.append(row)
            matches.append(-1)
          }
          for place in start..<end {
            rows.append(row)
            matches.append(partners[place])
          }
        }
      }
    }
    return (rows, matches)
  }

  /// All rows of both sides, key by key.
  private mutating func appendByKey(_ keys: JoinKeys) {
    let (lefts, rights) = (keys.leftRows(), keys.rightRows())
    for code in 0..<keys.count {
      let a = lefts.rows[lefts.starts[code]..<lefts.starts[code + 1]]
      let b = rights.rows[rights.starts[code]..<rights.starts[code + 1]]
      if a.isEmpty {
        left.append(contentsOf: repeatElement(-1, count: b.count))
        right.append(contentsOf: b)
      } else if b.isEmpty {
        left.append(contentsOf: a)
        right.append(contentsOf: repeatElement(-1, count: a.count))
      } else {
        for row in a {
          left.append(contentsOf: repeatElement(row, count: b.count))
          right.append(contentsOf: b)
        }
      }
    }
  }
}
