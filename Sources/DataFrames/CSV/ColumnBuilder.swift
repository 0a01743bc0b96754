import Foundation

/// The values of one column while rows are read, in raw memory; its type widens as fields demand.
///
/// `unknown` (all missing so far) → `integer` → `double` → `text`, or `unknown` → `boolean` → `text`. When a
/// column becomes text, the texts of the rows before are unknown: `textRows` says how many rows must be read
/// again.
struct ColumnBuilder {
  /// The type so far.
  enum Kind: UInt8 {
    case skip, unknown, integer, double, boolean, text
  }

  /// The type so far.
  private(set) var kind: Kind
  /// Rows from the start whose texts must be read again.
  private(set) var textRows = 0
  /// The values: 8 bytes each for numbers, 4 for text codes, 1 for truth values (2 is missing).
  private var memory: UnsafeMutableRawPointer?
  private var capacity: Int
  /// The distinct texts of a `text` column.
  private(set) var interner: UnsafeMutablePointer<ByteInterner>?

  /// An empty column with room for `capacity` rows.
  init(kind: Kind, capacity: Int) {
    self.kind = .unknown
    self.capacity = capacity
    if kind == .text { becomeText(rows: 0) } else { self.kind = kind }
  }

  /// Frees all memory.
  func deallocate() {
    free(memory)
    interner?.pointee.deallocate()
    interner?.deinitialize(count: 1)
    interner?.deallocate()
  }

  /// Frees the values but keeps the texts.
  mutating func releaseValues() {
    free(memory)
    memory = nil
  }

  /// The values of an `integer` column.
  var integers: UnsafeMutablePointer<Int> { bound(Int.self) }
  /// The values of a `double` column.
  var doubles: UnsafeMutablePointer<Double> { bound(Double.self) }
  /// The values of a `boolean` column: 0, 1, or 2 for missing.
  var booleans: UnsafeMutablePointer<UInt8> { bound(UInt8.self) }
  /// The text codes of a `text` column, -1 for missing.
  var codes: UnsafeMutablePointer<Int32> { bound(Int32.self) }

  @inline(__always)
  private func bound<T>(_ type: T.Type) -> UnsafeMutablePointer<T> {
    // Nil only in a column that stores no values.
    memory.unsafelyUnwrapped.assumingMemoryBound(to: type)
  }

  private var stride: Int {
    switch kind {
    case .skip, .unknown: 0
    case .integer, .double: 8
    case .boolean: 1
    case .text: 4
    }
  }

  /// Makes room for at least `rows` rows.
  mutating func reserve(_ rows: Int) {
    capacity = rows
    if stride > 0 { memory = Self.reallocated(memory, rows * stride) }
  }

  /// Records a missing value.
  mutating func setMissing(_ row: Int) {
    switch kind {
    case .skip, .unknown: break
    case .integer:
      becomeDouble(rows: row)
      doubles[row] = .nan
    case .double: doubles[row] = .nan
    case .boolean: booleans[row] = 2
    case .text: codes[row] = -1
    }
  }

  /// Takes a number after `row` rows; false when the column becomes text instead.
  mutating func set(_ row: Int, _ field: DecimalParser.Field) -> Bool {
    switch (kind, field) {
    case (.unknown, .integer(let value)) where row == 0:
      memory = Self.reallocated(nil, capacity * 8)
      kind = .integer
      integers[row] = value
    case (.integer, .integer(let value)):
      integers[row] = value
    case (.unknown, .integer), (.unknown, .double), (.integer, .double), (.double, .integer),
      (.double, .double):
      becomeDouble(rows: row)
      if case .integer(let value) = field { doubles[row] = Double(value) }
      if case .double(let value) = field { doubles[row] = value }
    default: return false
    }
    return true
  }

  /// Takes a truth value after `row` rows; false when the column cannot hold one.
  mutating func set(_ row: Int, _ value: Bool) -> Bool {
    if kind == .unknown {
      memory = Self.reallocated(nil, capacity)
      kind = .boolean
      booleans.initialize(repeating: 2, count: row)
    }
    if kind != .boolean { return false }
    booleans[row] = value ? 1 : 0
    return true
  }

  private mutating func becomeDouble(rows: Int) {
    if kind == .double { return }
    if kind == .integer {
      for row in 0..<rows { doubles[row] = Double(integers[row]) }
    } else {
      memory = Self.reallocated(nil, capacity * 8)
      doubles.initialize(repeating: .nan, count: rows)
    }
    kind = .double
  }

  /// Turns the column into text after `rows` rows, whose own texts are still to be read.
  mutating func becomeText(rows: Int) {
    if kind == .text { return }
    textRows = kind == .unknown ? 0 : rows
    free(memory)
    memory = Self.reallocated(nil, capacity * 4)
    kind = .text
    codes.initialize(repeating: -1, count: rows)
    let table = UnsafeMutablePointer<ByteInterner>.allocate(capacity: 1)
    table.initialize(to: ByteInterner())
    interner = table
  }

  /// The column as it must be for the second reading: text if rows are owed, passed over if not.
  func forSecondReading() -> ColumnBuilder {
    var copy = self
    if textRows == 0 { copy.kind = .skip }
    return copy
  }

  private static func reallocated(_ memory: UnsafeMutableRawPointer?, _ bytes: Int) -> UnsafeMutableRawPointer
  {
    guard let result = realloc(memory, max(bytes, 8)) else {
      stop("out of memory: \(bytes) bytes for a column")
    }
    return result
  }
}
