/// Stable sorting of rows by unsigned keys.
///
/// The leading 32 bits of all keys together are sorted by digits, least significant first, eight bytes a row; the few
/// rows that share them are compared.
enum RadixSort {
  /// Bits of a digit: its counters fit the first cache.
  private static let digitBits = 11
  private static let buckets = 1 << digitBits
  /// Bits that are sorted by digits, above as many that hold the place of a row.
  private static let prefixBits = 32
  /// Rows with equal prefixes up to this number are sorted by insertion.
  private static let shortRun = 24

  /// Rows as they are given, sorted by their keys; equal keys keep their order.
  static func sorted<Row: FixedWidthInteger>(_ rows: [Row], by keys: [UInt64]) -> [Row] {
    sorted(rows, by: [keys])
  }

  /// Rows as they are given, sorted by several keys, of which the first one decides; equal rows keep their order.
  static func sorted<Row: FixedWidthInteger>(_ rows: [Row], by keys: [[UInt64]]) -> [Row] {
    if rows.count < 2 || keys.isEmpty { return rows }
    guard rows.count <= Int(UInt32.max) else {
      return rows.enumerated().sorted { a, b in
        precedes(keys, Int(a.element), Int(b.element)) ?? (a.offset < b.offset)
      }.map(\.element)
    }
    var prefix = Prefix(rows, keys)
    sort(&prefix.packed)
    var result = prefix.packed.map { rows[Int(truncatingIfNeeded: $0 & 0xFFFF_FFFF)] }
    if !prefix.isComplete { resolve(&result, prefix.packed, keys) }
    return result
  }

  /// The leading bits of the keys of each row, and its place in the lower half.
  private struct Prefix {
    var packed: [UInt64]
    /// Whether the bits are all that differ.
    private(set) var isComplete = true

    init(_ rows: [some FixedWidthInteger], _ keys: [[UInt64]]) {
      packed = (0..<rows.count).map { UInt64($0) }
      var free = prefixBits
      for key in keys {
        var (low, high) = (UInt64.max, UInt64.min)
        for row in rows {
          let value = key[Int(truncatingIfNeeded: row)]
          low = min(low, value)
          high = max(high, value)
        }
        let width = UInt64.bitWidth - (high - low).leadingZeroBitCount
        let taken = min(width, free)
        if taken < width { isComplete = false }
        if taken == 0 { continue }
        let (drop, shift) = (UInt64(width - taken), UInt64(prefixBits + free - taken))
        free -= taken
        packed.withUnsafeMutableBufferPointer { packed in
          key.withUnsafeBufferPointer { key in
            for place in packed.indices {
              let value = key[Int(truncatingIfNeeded: rows[place])]
              packed[place] |= ((value - low) >> drop) << shift
            }
          }
        }
      }
    }
  }

  /// Sorts by the upper half of each element.
  private static func sort(_ packed: inout [UInt64]) {
    let digits = (prefixBits + digitBits - 1) / digitBits
    var counts = [Int](repeating: 0, count: digits * buckets)
    counts.withUnsafeMutableBufferPointer { counts in
      for element in packed {
        for digit in 0..<digits { counts[digit * buckets + bucket(element, digit)] += 1 }
      }
    }
    var other = packed
    for digit in 0..<digits {
      let first = digit * buckets
      // All rows share this digit: nothing moves.
      if counts[first + bucket(packed[0], digit)] == packed.count { continue }
      var next = 0
      for index in first..<first + buckets {
        let size = counts[index]
        counts[index] = next
        next += size
      }
      packed.withUnsafeBufferPointer { source in
        other.withUnsafeMutableBufferPointer { target in
          counts.withUnsafeMutableBufferPointer { counts in
            for element in source {
              let index = first + bucket(element, digit)
              target[counts[index]] = element
              counts[index] += 1
            }
          }
        }
      }
      swap(&packed, &other)
    }
  }

  @inline(__always)
  private static func bucket(_ element: UInt64, _ digit: Int) -> Int {
    Int(truncatingIfNeeded: element >> UInt64(prefixBits + digit * digitBits)) & (buckets - 1)
  }

  /// Sorts the rows with equal prefixes by all of their keys.
  private static func resolve<Row: FixedWidthInteger>(
    _ rows: inout [Row], _ packed: [UInt64], _ keys: [[UInt64]]
  ) {
    var start = 0
    while start < rows.count {
      var end = start + 1
      while end < rows.count, packed[end] >> UInt64(prefixBits) == packed[start] >> UInt64(prefixBits) {
        end += 1
      }
      if end - start > shortRun {
        // Digit by digit, the last key first; what all rows share is left out anew.
        var run = Array(rows[start..<end])
        for key in keys.reversed() { run = byDigits(run, key) }
        rows.replaceSubrange(start..<end, with: run)
      } else if end - start > 1 {
        for place in start + 1..<end {
          let row = rows[place]
          var free = place
          while free > start, precedes(keys, Int(row), Int(rows[free - 1])) == true {
            rows[free] = rows[free - 1]
            free -= 1
          }
          rows[free] = row
        }
      }
      start = end
    }
  }

  /// Rows sorted by one key, 32 bits after the other.
  private static func byDigits<Row: FixedWidthInteger>(_ rows: [Row], _ key: [UInt64]) -> [Row] {
    var rows = rows
    for shift in [0, UInt64(prefixBits)] {
      var packed = rows.indices.map { place in
        UInt64(place) | ((key[Int(rows[place])] >> shift) << UInt64(prefixBits))
      }
      sort(&packed)
      rows = packed.map { rows[Int(truncatingIfNeeded: $0 & 0xFFFF_FFFF)] }
    }
    return rows
  }

  /// Whether a row's keys are less than another's; nil where they are equal.
  private static func precedes(_ keys: [[UInt64]], _ a: Int, _ b: Int) -> Bool? {
    for key in keys where key[a] != key[b] { return key[a] < key[b] }
    return nil
  }
}
