/// The keys of two frames as codes that both share.
struct JoinKeys {
  /// The code of each row of the left frame.
  let left: [Int32]
  /// The code of each row of the right frame.
  let right: [Int32]
  /// One more than the greatest code.
  let count: Int

  /// Codes in the order of the keys; missing values are one key, as in pandas.
  ///
  /// - Throws: ``DataFrameError`` for texts on one side and numbers on the other.
  init(
    _ pairs: [(left: Column, right: Column)], leftCount: Int, rightCount: Int
  ) throws(DataFrameError) {
    var joined: [Column] = []
    for pair in pairs {
      if let error = Self.typeError(pair.left, pair.right) { throw error }
      joined.append(Column.concatenated([pair.left, pair.right], forKeys: true))
    }
    let keys = KeyCodes(
      joined, rowCount: leftCount + rightCount, keepsMissing: true, missingFirst: Self.missingFirst)
    left = Array(keys.codes[..<leftCount])
    right = Array(keys.codes[leftCount...])
    count = keys.count
  }

  /// Types whose missing keys pandas sorts before all others.
  private static let missingFirst: Set<ColumnType> = [.categorical, .datetime, .timedelta]

  private static func typeError(_ left: Column, _ right: Column) -> DataFrameError? {
    func isText(_ column: Column) -> Bool? {
      column.nonMissingCount == 0 ? nil : column.firstValue.map { $0.number == nil }
    }
    guard let a = isText(left), let b = isText(right), a != b else { return nil }
    return DataFrameError(
      .wrongType,
      "merge: key \(PythonText.quoted(left.name)) is of type \(left.type.pandasName) on the left, "
        + "\(PythonText.quoted(right.name)) of type \(right.type.pandasName) on the right: make them one type, "
        + "as by astype(.string)")
  }

  /// The rows of the right frame with each code, in their order.
  func rightRows() -> (rows: [Int], starts: [Int]) { Self.rows(right, count) }
  /// The rows of the left frame with each code, in their order.
  func leftRows() -> (rows: [Int], starts: [Int]) { Self.rows(left, count) }

  private static func rows(_ codes: [Int32], _ count: Int) -> (rows: [Int], starts: [Int]) {
    var starts = [Int](repeating: 0, count: count + 1)
    for code in codes { starts[Int(code) + 1] += 1 }
    for index in 0..<count { starts[index + 1] += starts[index] }
    var next = starts
    var rows = [Int](repeating: 0, count: codes.count)
    rows.withUnsafeMutableBufferPointer { rows in
      next.withUnsafeMutableBufferPointer { next in
        for (row, code) in codes.enumerated() {
          rows[next[Int(code)]] = row
          next[Int(code)] += 1
        }
      }
    }
    return (rows, starts)
  }

  /// Whether no key occurs twice.
  static func areUnique(_ codes: [Int32], _ count: Int) -> Bool {
    var seen = [Bool](repeating: false, count: count)
    for code in codes {
      if seen[Int(code)] { return false }
      seen[Int(code)] = true
    }
    return true
  }
}

extension Column {
  /// The first value that is not missing.
  var firstValue: ColumnValue? {
    (0..<count).lazy.compactMap { self[$0] }.first
  }
}
