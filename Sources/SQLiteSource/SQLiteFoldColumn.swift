#if SQLite
  import DataFrames
  import GRDBSQLite
  import SQLModels

  /// The values of one argument over a batch of rows.
  struct SQLiteFoldColumn {
    private let argument: SQLFoldArgument
    private let isLevel: Bool
    private let numbers: UnsafeMutablePointer<Double>
    private let codes: UnsafeMutablePointer<Int32>
    private var nulls = 0
    private var texts = 0
    private var isBinary = false
    private var isNoText = false
    /// The values met so far, by type; whole numbers of either type are one, as they are to SQLite.
    private var whole = SQLiteFoldTable()
    private var real = SQLiteFoldTable()
    private var text = SQLiteFoldTable()
    private var levels = SQLiteFoldLevels()

    init(_ argument: SQLFoldArgument, capacity: Int) {
      self.argument = argument
      isLevel = argument.role == .level
      numbers = .allocate(capacity: isLevel ? 0 : capacity)
      codes = .allocate(capacity: isLevel ? capacity : 0)
    }

    func deallocate() {
      numbers.deallocate()
      codes.deallocate()
      for table in [whole, real, text] { table.deallocate() }
    }

    @inline(__always)
    mutating func take(_ value: OpaquePointer?, at row: Int) {
      if isLevel { takeLevel(value, at: row) } else { takeNumber(value, at: row) }
    }

    @inline(__always)
    private mutating func takeNumber(_ value: OpaquePointer?, at row: Int) {
      switch sqlite3_value_type(value) {
      case SQLITE_FLOAT: numbers[row] = sqlite3_value_double(value)
      case SQLITE_INTEGER: numbers[row] = Double(sqlite3_value_int64(value))
      case SQLITE_NULL:
        numbers[row] = .nan
        nulls += 1
      default:
        numbers[row] = .nan
        texts += 1
      }
    }

    @inline(__always)
    private mutating func takeLevel(_ value: OpaquePointer?, at row: Int) {
      switch sqlite3_value_type(value) {
      case SQLITE_INTEGER:
        let number = sqlite3_value_int64(value)
        codes[row] = whole.code(of: UInt64(bitPattern: number), &levels) { .integer(Int(number)) }
      case SQLITE_FLOAT:
        let number = sqlite3_value_double(value)
        if let integer = Int64(exactly: number) {
          codes[row] = whole.code(of: UInt64(bitPattern: integer), &levels) { .double(number) }
        } else {
          codes[row] = real.code(of: number.bitPattern, &levels) { .double(number) }
        }
      case SQLITE_TEXT:
        // The text first: asking for it may change its encoding, and with that its length.
        guard let bytes = sqlite3_value_text(value) else {
          codes[row] = -1
          nulls += 1
          return
        }
        let count = Int(sqlite3_value_bytes(value))
        var isText = true
        codes[row] = text.code(of: bytes, count, &levels) {
          let text = SQLiteExecutor.text(UnsafeBufferPointer(start: bytes, count: count))
          isText = text != nil
          return .text(text ?? "")
        }
        if !isText { isNoText = true }
      case SQLITE_NULL:
        codes[row] = -1
        nulls += 1
      default:
        codes[row] = -1
        isBinary = true
      }
    }

    /// What the argument is, without the quotes of a column's name.
    private var name: String {
      guard let quoted = argument.sql.wholeMatch(of: /"(.*)"/) else { return argument.sql }
      return String(quoted.1.replacing("\"\"", with: "\""))
    }

    /// What was taken in since the last batch.
    mutating func batch(_ count: Int) throws -> SQLFoldBatch.Column {
      if isBinary { throw SQLError(binary: name) }
      if isNoText { throw SQLError(noText: name) }
      defer {
        (nulls, texts) = (0, 0)
        levels.new = []
      }
      return SQLFoldBatch.Column(
        numbers: isLevel ? [] : Array(UnsafeBufferPointer(start: numbers, count: count)),
        codes: isLevel ? Array(UnsafeBufferPointer(start: codes, count: count)) : [],
        newLevels: levels.new, nulls: nulls, texts: texts)
    }
  }

  /// The values of all types that were met.
  private struct SQLiteFoldLevels {
    var count: Int32 = 0
    /// Those that no batch had before.
    var new: [SQLValue] = []

    /// The code of a value that was not met before.
    mutating func add(_ value: SQLValue) -> Int32 {
      new.append(value)
      count += 1
      return count - 1
    }
  }

  /// Values of one type, and the code that each has among those of all types.
  private struct SQLiteFoldTable {
    private var interner = ByteInterner()
    private var codes: [Int32] = []
    /// Codes of small words, -1 of those not met: most keys count from 0 or 1, and need no hashing then.
    private var small: UnsafeMutablePointer<Int32>?

    /// A table that a core's second cache holds: 256 KiB.
    private static let smallCount: UInt64 = 1 << 16

    func deallocate() {
      interner.deallocate()
      small?.deallocate()
    }

    @inline(__always)
    mutating func code(
      of word: UInt64, _ levels: inout SQLiteFoldLevels, value: () -> SQLValue
    ) -> Int32 {
      guard word < Self.smallCount else { return hashed(word, &levels, value: value) }
      let place = Int(word)
      if let known = small?[place], known >= 0 { return known }
      if small == nil {
        small = .allocate(capacity: Int(Self.smallCount))
        small?.initialize(repeating: -1, count: Int(Self.smallCount))
      }
      let code = levels.add(value())
      small?[place] = code
      return code
    }

    @inline(__always)
    private mutating func hashed(
      _ word: UInt64, _ levels: inout SQLiteFoldLevels, value: () -> SQLValue
    ) -> Int32 {
      withUnsafeBytes(of: word) { bytes in
        guard let start = bytes.bindMemory(to: UInt8.self).baseAddress else { return -1 }
        return code(of: start, bytes.count, &levels, value: value)
      }
    }

    @inline(__always)
    mutating func code(
      of bytes: UnsafePointer<UInt8>, _ count: Int, _ levels: inout SQLiteFoldLevels, value: () -> SQLValue
    ) -> Int32 {
      let own = Int(interner.code(for: bytes, count))
      if own < codes.count { return codes[own] }
      codes.append(levels.add(value()))
      return codes[own]
    }
  }
#endif
