// Lines with too many fields that are passed over.

extension CSVReader {
  /// The reading of the text without the lines that have more fields than `width`; nil if there are none.
  func withoutBadLines(
    _ header: CSVHeader, _ fields: CSVFields, _ width: Int
  ) throws(DataFrameError) -> CSVReading? {
    var kept = UnsafeBufferPointer(start: start, count: header.next - start).map { $0 }
    var notes: [String] = []
    var line = fields.skippingBlankLines(header.next)
    var copied = header.next
    while line < end {
      var count = 0
      var last = line
      // A quote that is never closed is found again by the reading itself.
      guard
        let next = try? CSVHeader.eachField(
          fields, from: line,
          { field, _ throws(CSVRowScanner.Failure) in
            count += 1
            last = field.next
          })
      else { break }
      if count > width {
        kept += UnsafeBufferPointer(start: copied, count: line - copied)
        copied = last
        let number = location.error(.tooManyFields, "", at: line).line ?? 0
        notes.append("line \(number) is passed over: it has \(count) fields, not \(width)")
      }
      line = fields.skippingBlankLines(next)
    }
    if notes.isEmpty { return nil }
    kept += UnsafeBufferPointer(start: copied, count: end - copied)
    var inner = options
    inner.onBadLines = .error
    let result = kept.withUnsafeBytes { bytes in
      Result { () throws(DataFrameError) in
        try CSVReader(bytes, path: location.path, options: inner).read()
      }
    }
    let reading = try result.get()
    return CSVReading(
      frame: reading.frame, separator: reading.separator,
      notes: reading.notes + (options.onBadLines == .warn ? notes : []))
  }
}
