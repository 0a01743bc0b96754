/// Finds out what separates the fields of a text.
enum SeparatorDetection {
  /// The start of a text that is looked at: some thousand lines.
  private static let sampleSize = 1 << 18

  /// A comma if it gives every line the same number of fields, else the one of `;`, tab and `|` that does,
  /// else a comma.
  ///
  /// The header may have one field less than every row, as where the first column is row labels.
  static func separator(
    from start: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>, decimal: Unicode.Scalar
  ) -> Unicode.Scalar {
    let candidates: [Unicode.Scalar] = [",", ";", "\t", "|"].filter { $0 != decimal }
    let isCut = end - start > sampleSize
    let sampleEnd = isCut ? start + sampleSize : end
    return candidates.first { fits($0, from: start, to: sampleEnd, isCut: isCut) } ?? ","
  }

  private static func fits(
    _ separator: Unicode.Scalar, from start: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>, isCut: Bool
  ) -> Bool {
    let fields = CSVFields(end: end, separator: UInt8(ascii: separator))
    defer { fields.deallocate() }
    var widths: [Int] = []
    var line = fields.skippingBlankLines(start)
    while line < end {
      var width = 0
      do {
        line = try CSVHeader.eachField(fields, from: line) { _, _ throws(CSVRowScanner.Failure) in width += 1
        }
      } catch { break }
      // The last line of a sample may lack fields.
      if isCut, line == end { break }
      widths.append(width)
      line = fields.skippingBlankLines(line)
    }
    guard let header = widths.first, header > 1 else { return false }
    let rows = Set(widths.dropFirst())
    return rows.isEmpty || rows == [header] || rows == [header + 1]
  }
}
