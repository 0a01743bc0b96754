/// The names of the columns of a text file.
struct CSVHeader {
  /// The names, made distinct.
  let names: [String]
  /// The start of the line after the header.
  let next: UnsafePointer<UInt8>
  /// Fields of the first data row, 0 if there is none.
  let firstRowWidth: Int

  /// The names of a text without a header, which begins with a row; nil if there is none.
  ///
  /// - Parameter given: the names; nil for `0`, `1`, ….
  init?(
    headerless fields: CSVFields, from start: UnsafePointer<UInt8>, names given: [String]?
  ) throws(CSVRowScanner.Failure) {
    next = fields.skippingBlankLines(start)
    if next == fields.end { return nil }
    var width = 0
    _ = try Self.eachField(fields, from: next) { _, _ throws(CSVRowScanner.Failure) in width += 1 }
    firstRowWidth = width
    names = given.map(Self.distinct) ?? (0..<width).map(String.init)
  }

  /// The same text with other names.
  init(_ header: CSVHeader, names: [String]) {
    self.names = Self.distinct(names)
    next = header.next
    firstRowWidth = header.firstRowWidth
  }

  /// Reads the first line that is not blank; nil if there is none.
  init?(_ fields: CSVFields, from start: UnsafePointer<UInt8>) throws(CSVRowScanner.Failure) {
    let line = fields.skippingBlankLines(start)
    if line == fields.end { return nil }
    var raw: [String] = []
    next = try Self.eachField(fields, from: line) { field, p throws(CSVRowScanner.Failure) in
      if let invalid = UTF8Check.firstInvalid(field.start, field.count) { throw .invalidUTF8(p + invalid) }
      raw.append(
        String(decoding: UnsafeBufferPointer(start: field.start, count: field.count), as: UTF8.self))
    }
    names = Self.distinct(raw)
    var width = 0
    let first = fields.skippingBlankLines(next)
    if first < fields.end {
      _ = try Self.eachField(fields, from: first) { _, _ throws(CSVRowScanner.Failure) in width += 1 }
    }
    firstRowWidth = width
  }

  /// Calls `body` with the fields of a line and where each begins; returns the start of the next line.
  static func eachField(
    _ fields: CSVFields, from start: UnsafePointer<UInt8>,
    _ body: (CSVField, UnsafePointer<UInt8>) throws(CSVRowScanner.Failure) -> Void
  ) throws(CSVRowScanner.Failure) -> UnsafePointer<UInt8> {
    var p = start
    while true {
      let field: CSVField
      do { field = try fields.field(at: p) } catch { throw .unterminatedQuote(error.position) }
      try body(field, p)
      p = field.next
      if p == fields.end || p.pointee != fields.separator { return fields.skippingLineEnd(p) }
      p += 1
    }
  }

  /// Names as pandas makes them distinct: an empty one is `Unnamed: 2`, a repeated one `x.1`, `x.2`, …
  ///
  /// Written names go first, so that an invented one never takes the place of a written one.
  static func distinct(_ raw: [String]) -> [String] {
    var names = raw
    for position in raw.indices where raw[position].isEmpty { names[position] = "Unnamed: \(position)" }
    var present = Set(names.map(ColumnValue.string))
    var used: [ColumnValue: Int] = [:]
    let written = raw.indices.filter { !raw[$0].isEmpty }
    for position in written + raw.indices.filter({ raw[$0].isEmpty }) {
      let original = names[position]
      var name = original
      var count = used[.string(name), default: 0]
      while count > 0 {
        used[.string(original)] = count + 1
        name = "\(original).\(count)"
        if present.contains(.string(name)) { count += 1 } else { count = used[.string(name), default: 0] }
      }
      names[position] = name
      present.insert(.string(name))
      used[.string(name)] = count + 1
    }
    return names
  }
}
