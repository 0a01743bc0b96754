/// Leaves out parts of a text that are not to be read, so that lines keep their numbers.
struct CSVBlanking {
  private let options: CSVOptions
  private let comment: UInt8?
  private let separator: UInt8
  /// Whether the place is inside quotes, inside a comment.
  private var (isQuoted, isInComment) = (false, false)
  /// Whether nothing but blanks came in this line, and nothing in this field.
  private var (isBlankLine, isFieldStart) = (true, true)
  /// Whether blanks came that separate what follows from what came before.
  private var hasGap = false
  private var result: [UInt8] = []

  private init(_ options: CSVOptions) {
    self.options = options
    comment = options.comment.map { UInt8(truncatingIfNeeded: $0.value) }
    separator = UInt8(truncatingIfNeeded: (options.separator ?? ",").value)
  }

  /// The text without comments, lines to be passed over and lines before the header, and with single blanks where these
  /// separate fields.
  static func blanked(_ text: [UInt8], _ options: CSVOptions) -> [UInt8] {
    var blanking = CSVBlanking(options)
    blanking.read(text)
    return blanking.result
  }

  private mutating func read(_ text: [UInt8]) {
    result.reserveCapacity(text.count)
    var linesToSkip = options.header ?? 0
    var line = 0
    for (place, byte) in text.enumerated() {
      if !isQuoted, byte == 10 || byte == 13 {
        if !isBlankLine, linesToSkip > 0 { linesToSkip -= 1 }
        (isInComment, isBlankLine, isFieldStart, hasGap) = (false, true, true, false)
        result.append(byte)
        // CR LF ends one line.
        if byte == 10 || place + 1 == text.count || text[place + 1] != 10 { line += 1 }
        continue
      }
      if isInComment { continue }
      if byte == comment, !isQuoted {
        isInComment = true
        continue
      }
      let wasQuoted = isQuoted
      if byte == 34 { isQuoted.toggle() }
      if options.skiprows.contains(line) { continue }
      let isFirst = isBlankLine
      if byte != 32, byte != 9 { isBlankLine = false }
      if linesToSkip == 0 { take(byte, isQuoted: wasQuoted, isFirst: isFirst) }
    }
  }

  /// Takes a byte of a line that is read.
  private mutating func take(_ byte: UInt8, isQuoted: Bool, isFirst: Bool) {
    if !isQuoted, options.delimWhitespace, byte == 32 || byte == 9 {
      hasGap = !isFirst
      return
    }
    if hasGap {
      result.append(32)
      hasGap = false
    }
    if !isQuoted, options.skipInitialSpace, isFieldStart, byte == 32 { return }
    isFieldStart = !isQuoted && byte == separator
    result.append(byte)
  }
}
