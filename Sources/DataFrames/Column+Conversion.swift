// Changing the type of a column.

extension Column {
  /// The column with its values as another type; what cannot be converted becomes missing.
  ///
  /// - `string`: Python's `str` of each value (`5`, `5.0`, `True`); missing values stay missing.
  /// - `double`, `integer`: numbers; texts are read as CSV fields are; fractions are cut off towards zero.
  /// - `boolean`: whether a number is not 0; of texts, `true` and `false` in any case.
  /// - `categorical`: the sorted distinct values become the levels.
  ///
  /// Python: Series.astype
  public func astype(_ type: ColumnType) -> Column {
    if type == self.type { return self }
    return Column(name: name, storage: converted(to: type))
  }

  private func converted(to type: ColumnType) -> Storage {
    switch type {
    case .string: .string(texts)
    case .double: .double(numbers)
    case .integer: wholeNumbers
    case .boolean: truths
    case .categorical: .categorical(categories)
    }
  }

  /// Categories over the sorted distinct values.
  private var categories: Categorical {
    let (codes, levels) = factorized()
    return Categorical(uncheckedLevels: levels, codes: codes, ordered: false)
  }

  /// The values as interned texts; of repeated values only one text is made.
  private var texts: StringColumn {
    if case .string(let column) = storage { return column }
    let (codes, levels) = factorized()
    return StringColumn(pool: levels.map(\.description), codes: codes).mapPool { $0 }
  }

  /// The values as numbers, nan for what is none.
  private var numbers: [Double] {
    if let doubles { return doubles }
    let (codes, levels) = factorized()
    let numbers = levels.map { $0.parsedNumber ?? .nan }
    return codes.map { $0 < 0 ? .nan : numbers[Int($0)] }
  }

  /// The values as whole numbers.
  private var wholeNumbers: Storage {
    if let integers { return Int.columnStorage(integers) }
    let whole: [Int?]
    if isNumeric || type == .boolean {
      whole = numbers.map { Int(exactly: $0.rounded(.towardZero)) }
    } else {
      // By level, so that long digits in texts keep all of them.
      let (codes, levels) = factorized()
      let values = levels.map(\.parsedWholeNumber)
      whole = codes.map { $0 < 0 ? nil : values[Int($0)] }
    }
    return Int.columnStorage(whole)
  }

  /// The values as truth values.
  private var truths: Storage {
    let (codes, levels) = factorized()
    let values = levels.map { level -> Bool? in
      guard case .string(let text) = level else { return level.number.map { $0 != 0 } }
      return ["true": true, "false": false][text.lowercased()]
    }
    return Bool.columnStorage(codes.map { $0 < 0 ? nil : values[Int($0)] })
  }
}

extension Level {
  /// The number, read from the text if it is one, as a CSV field is.
  package var parsedNumber: Double? {
    guard case .string(let text) = self else { return number }
    switch Self.parsed(text) {
    case .integer(let value): return Double(value)
    case .double(let value): return value
    case .wideInteger: return Double(text.trimmingBlanks)
    case .notANumber: return nil
    }
  }

  /// The number cut off towards zero, nil if it is none or too large.
  var parsedWholeNumber: Int? {
    if case .string(let text) = self, case .integer(let value) = Self.parsed(text) { return value }
    return parsedNumber.flatMap { Int(exactly: $0.rounded(.towardZero)) }
  }

  private static func parsed(_ text: String) -> DecimalParser.Field {
    var text = text
    return DecimalParser.withParser { parser in
      text.withUTF8 { bytes in
        guard let base = bytes.baseAddress else { return .notANumber }
        return parser.field(from: base, to: base + bytes.count)
      }
    }
  }
}

extension String {
  /// The text without ASCII blanks at both ends.
  var trimmingBlanks: String {
    func isBlank(_ c: Unicode.Scalar) -> Bool { c == " " || (c.value >= 9 && c.value <= 13) }
    let scalars = unicodeScalars.drop(while: isBlank)
    guard let last = scalars.lastIndex(where: { !isBlank($0) }) else { return "" }
    return String(scalars[...last])
  }
}
