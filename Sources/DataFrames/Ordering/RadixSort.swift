/// Stable sorting of rows by unsigned keys, least significant digit first.
enum RadixSort {
  /// Bits of a digit: its counters fit the first cache.
  private static let digitBits = 11
  private static let digits = (64 + digitBits - 1) / digitBits
  private static let buckets = 1 << digitBits

  /// Rows as they are given, sorted by their keys; equal keys keep their order.
  static func sorted(_ rows: [Int], by keys: [UInt64]) -> [Int] {
    if rows.count < 2 { return rows }
    var pairs = rows.map { (key: keys[$0], row: $0) }
    sort(&pairs)
    return pairs.map(\.row)
  }

  private static func sort(_ pairs: inout [(key: UInt64, row: Int)]) {
    var counts = [Int](repeating: 0, count: digits * buckets)
    counts.withUnsafeMutableBufferPointer { counts in
      for pair in pairs {
        for digit in 0..<digits { counts[digit * buckets + bucket(pair.key, digit)] += 1 }
      }
    }
    var other = pairs
    for digit in 0..<digits {
      let first = digit * buckets
      // All rows share this digit: nothing moves.
      if counts[first + bucket(pairs[0].key, digit)] == pairs.count { continue }
      var next = 0
      for index in first..<first + buckets {
        let size = counts[index]
        counts[index] = next
        next += size
      }
      pairs.withUnsafeBufferPointer { source in
        other.withUnsafeMutableBufferPointer { target in
          counts.withUnsafeMutableBufferPointer { counts in
            for pair in source {
              let index = first + bucket(pair.key, digit)
              target[counts[index]] = pair
              counts[index] += 1
            }
          }
        }
      }
      swap(&pairs, &other)
    }
  }

  @inline(__always)
  private static func bucket(_ key: UInt64, _ digit: Int) -> Int {
    Int(truncatingIfNeeded: key >> UInt64(digit * digitBits)) & (buckets - 1)
  }
}
