import Foundation

/// Reads rows into column builders: the loop that all speed depends on.
struct CSVRowScanner {
  /// Why a row cannot be read, and where in a text that outlives the error.
  enum Failure: Error, @unchecked Sendable {
    case unterminatedQuote(UnsafePointer<UInt8>)
    case tooManyFields(UnsafePointer<UInt8>)
    case tooFewFields(UnsafePointer<UInt8>)
    case invalidUTF8(UnsafePointer<UInt8>)
  }

  /// How far a reading came.
  struct Outcome {
    /// Number of rows read.
    var rows = 0
    /// The start of the first row that was not read.
    var next: UnsafePointer<UInt8>
    /// What stopped it, nil for its limit.
    var failure: Failure?
  }

  /// Cuts the text into fields.
  let fields: CSVFields
  /// Reads numbers.
  let parser: DecimalParser
  /// The markers of a missing value, the empty text among them.
  let missing: MissingMarkers
  /// The builders, one a field.
  let columns: UnsafeMutablePointer<ColumnBuilder>
  /// Fields of a complete row.
  let width: Int
  /// Whether a row may leave out its last fields.
  let padsRows: Bool
  /// Reads rows that start before `limit`, at most `most`, growing the builders beyond `capacity` rows.
  func scan(
    from start: UnsafePointer<UInt8>, until limit: UnsafePointer<UInt8>, capacity: Int, most: Int = .max
  ) -> Outcome {
    var outcome = Outcome(next: start)
    var capacity = capacity
    while outcome.rows < most {
      let line = fields.skippingBlankLines(outcome.next)
      outcome.next = line
      if line >= limit || line == fields.end { break }
      if outcome.rows == capacity {
        capacity += capacity / 2 + 16
        for index in 0..<width { columns[index].reserve(capacity) }
      }
      do { outcome.next = try row(outcome.rows, at: line) } catch {
        outcome.failure = error
        return outcome
      }
      outcome.rows += 1
    }
    return outcome
  }

  /// Reads one row and returns the start of the next line.
  @inline(__always)
  private func row(_ row: Int, at start: UnsafePointer<UInt8>) throws(Failure) -> UnsafePointer<UInt8> {
    var p = start
    var index = 0
    while true {
      if index == width { throw .tooManyFields(p) }
      p = try take(row, columns + index, at: p)
      index += 1
      if p == fields.end || p.pointee != fields.separator { break }
      p += 1
    }
    if index < width, !padsRows { throw .tooFewFields(p) }
    while index < width {
      if missing.keepsEmpty {
        // The end of the row is an empty field.
        _ = try takeSlowly(row, columns + index, at: p)
      } else {
        columns[index].setMissing(row)
      }
      index += 1
    }
    return fields.skippingLineEnd(p)
  }

  /// Reads one field and returns where it ends; plain numbers and texts are dealt with on the spot.
  @inline(__always)
  private func take(
    _ row: Int, _ column: UnsafeMutablePointer<ColumnBuilder>, at p: UnsafePointer<UInt8>
  ) throws(Failure) -> UnsafePointer<UInt8> {
    switch column.pointee.kind {
    case .integer:
      var q = p
      let negative = q < fields.end && q.pointee == UInt8(ascii: "-")
      if negative { q += 1 }
      let first = q
      var value = 0
      while q < fields.end, q.pointee &- 48 < 10 {
        value = value &* 10 &+ Int(q.pointee &- 48)
        q += 1
      }
      if q - first < 1 || q - first > 18 || !fields.isStop(q) { break }
      if missing.hasNumbers, missing.contains(Double(negative ? -value : value)) { break }
      column.pointee.integers[row] = negative ? -value : value
      return q
    case .double:
      if fields.isStop(p) {
        if missing.keepsEmpty { break }
        column.pointee.doubles[row] = .nan
        return p
      }
      guard let (value, next) = parser.number(from: p, to: fields.end), fields.isStop(next) else { break }
      // `-0` is the integer 0 wherever it stands in a column.
      if value == 0, value.sign == .minus { break }
      if missing.hasNumbers, missing.contains(value) { break }
      column.pointee.doubles[row] = value
      return next
    case .text:
      if p < fields.end, p.pointee == UInt8(ascii: "\"") { break }
      let next = fields.unquotedEnd(p)
      column.pointee.codes[row] = try code(column.pointee, CSVField(start: p, end: next, next: next), at: p)
      return next
    case .skip:
      if p < fields.end, p.pointee == UInt8(ascii: "\"") { break }
      return fields.unquotedEnd(p)
    case .unknown, .boolean: break
    }
    return try takeSlowly(row, column, at: p)
  }

  /// Reads a field that is quoted, missing, or of another type than the column so far.
  @inline(never)
  private func takeSlowly(
    _ row: Int, _ column: UnsafeMutablePointer<ColumnBuilder>, at p: UnsafePointer<UInt8>
  ) throws(Failure) -> UnsafePointer<UInt8> {
    let field: CSVField
    do { field = try fields.field(at: p) } catch { throw .unterminatedQuote(error.position) }
    let kind = column.pointee.kind
    if kind == .skip { return field.next }
    if kind != .text {
      if missing.contains(field.start, field.count) {
        column.pointee.setMissing(row)
        return field.next
      }
      if kind != .boolean {
        let number = parser.field(from: field.start, to: field.end)
        if missing.contains(number) {
          column.pointee.setMissing(row)
          return field.next
        }
        if column.pointee.set(row, number) { return field.next }
      }
      if let truth = truth(field), column.pointee.set(row, truth) { return field.next }
      column.pointee.becomeText(rows: row)
    }
    column.pointee.codes[row] = try code(column.pointee, field, at: p)
    return field.next
  }

  /// The code of a text, -1 for a marker of a missing value.
  @inline(__always)
  private func code(
    _ column: ColumnBuilder, _ field: CSVField, at p: UnsafePointer<UInt8>
  ) throws(Failure) -> Int32 {
    guard let interner = column.interner else { return -1 }
    var invalid: Int?
    let code = interner.pointee.code(for: field.start, field.count) {
      if missing.contains(field.start, field.count) { return false }
      invalid = UTF8Check.firstInvalid(field.start, field.count)
      return invalid == nil
    }
    if let invalid { throw .invalidUTF8(p + invalid) }
    return code
  }

  /// Reads `true` or `false` in any case.
  private func truth(_ field: CSVField) -> Bool? {
    func says(_ word: StaticString) -> Bool {
      field.count == word.utf8CodeUnitCount
        && (0..<field.count).allSatisfy { field.start[$0] | 0x20 == word.utf8Start[$0] }
    }
    return says("true") ? true : (says("false") ? false : nil)
  }
}
