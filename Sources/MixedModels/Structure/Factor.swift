/// One partition of the rows with every term that uses it.
///
/// Terms over the same partition share their level records and are eliminated together; their covariance
/// matrices stand as diagonal blocks in one matrix of order `width`.
struct Factor: Sendable {
  /// Level of each row; -1 where there is none.
  var codes: [Int32]
  var levelCount: Int
  /// Positions of the terms in the caller's list.
  var terms: [Int]
  /// First column of each term inside the factor.
  var offsets: [Int]
  /// For each term, the factor's level for each of the term's levels (-1: no rows); nil: the same codes.
  var levelMaps: [[Int32]?]
  /// Sum of the terms' widths.
  var width: Int
  /// Whether every row has a level.
  var complete: Bool

  init(codes: [Int32], levelCount: Int) {
    self.codes = codes
    self.levelCount = levelCount
    terms = []
    offsets = []
    levelMaps = []
    width = 0
    // Negative codes set the sign bit of the union.
    complete = codes.reduce(0, |) >= 0
  }

  mutating func append(term: Int, width termWidth: Int, levelMap: [Int32]?) {
    terms.append(term)
    offsets.append(width)
    levelMaps.append(levelMap)
    width += termWidth
  }

  /// Whether no two rows have different levels.
  static func hasOneLevel(_ codes: [Int32]) -> Bool {
    var first: Int32 = -1
    for code in codes where code >= 0 {
      if first < 0 { first = code }
      if code != first { return false }
    }
    return true
  }

  /// Whether every row has a level of its own.
  static func hasOneLevelPerRow(_ codes: [Int32], levelCount: Int) -> Bool {
    guard levelCount >= codes.count else { return false }
    var seen = [Bool](repeating: false, count: levelCount)
    for code in codes {
      if code < 0 || seen[Int(code)] { return false }
      seen[Int(code)] = true
    }
    return true
  }

  /// The level of `b` for each level of `a` when both describe the same partition; otherwise nil.
  static func bijection(_ a: [Int32], _ aCount: Int, _ b: [Int32], _ bCount: Int) -> [Int32]? {
    var forward = [Int32](repeating: -1, count: aCount)
    var backward = [Int32](repeating: -1, count: bCount)
    for (x, y) in zip(a, b) {
      if x < 0 || y < 0 {
        if x != y { return nil }
        continue
      }
      let known = forward[Int(x)]
      if known < 0 {
        if backward[Int(y)] >= 0 { return nil }
        forward[Int(x)] = y
        backward[Int(y)] = x
      } else if known != y {
        return nil
      }
    }
    return forward
  }

  /// The level of `coarse` that contains each level of `fine`; nil when some level is split.
  static func nesting(of fine: Factor, in coarse: Factor) -> [Int32]? {
    guard fine.complete, coarse.complete else { return nil }
    var parent = [Int32](repeating: -1, count: fine.levelCount)
    let nested = fine.codes.withUnsafeBufferPointer { fine in
      coarse.codes.withUnsafeBufferPointer { coarse in
        parent.withUnsafeMutableBufferPointer { parent in
          for i in 0..<fine.count {
            let level = Int(fine[i])
            let known = parent[level]
            if known < 0 { parent[level] = coarse[i] } else if known != coarse[i] { return false }
          }
          return true
        }
      }
    }
    guard nested else { return nil }
    for level in parent.indices where parent[level] < 0 { parent[level] = 0 }
    return parent
  }
}
