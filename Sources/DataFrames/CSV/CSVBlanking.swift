/// Makes parts of a text blank that are not to be read, so that lines keep their numbers.
enum CSVBlanking {
  /// The text without comments and without the lines before the header.
  static func blanked(_ text: [UInt8], _ options: CSVOptions) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    let comment = options.comment.map { UInt8(truncatingIfNeeded: $0.value) }
    var linesToSkip = options.header ?? 0
    var (isQuoted, isInComment, isBlank) = (false, false, true)
    for byte in text {
      if !isQuoted, byte == 10 || byte == 13 {
        if !isBlank, linesToSkip > 0 { linesToSkip -= 1 }
        (isInComment, isBlank) = (false, true)
        result.append(byte)
        continue
      }
      if isInComment { continue }
      if byte == comment, !isQuoted {
        isInComment = true
        continue
      }
      if byte == 34 { isQuoted.toggle() }
      if byte != 32, byte != 9 { isBlank = false }
      if linesToSkip == 0 { result.append(byte) }
    }
    return result
  }
}
