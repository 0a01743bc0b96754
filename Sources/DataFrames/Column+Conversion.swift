// Changing the type of a column.

extension Column {
  /// The column with its values as another type; a value that has no such form stops with a message.
  ///
  /// - `string`: Python's `str` of each value (`5`, `5.0`, `True`); missing values stay missing.
  /// - `double`, `integer`: numbers; texts are read as CSV fields are; fractions of numbers are cut off towards
  ///   zero, those in texts are none for an integer.
  /// - `boolean`: whether a number is not 0; of texts, `true` and `false` in any case.
  /// - `categorical`: the sorted distinct values become the levels.
  ///
  /// ``converted(to:)`` throws instead; ``toNumeric(errors:)`` can make texts missing.
  /// Python: Series.astype
  public func astype(_ type: ColumnType) -> Column {
    do { return try converted(to: type) } catch { stop(error.message) }
  }

  /// The column with its values as another type, as ``astype(_:)`` makes it.
  ///
  /// - Throws: ``DataFrameError`` that names the column and the first value without such a form.
  ///
  /// Python: Series.astype
  public func converted(to type: ColumnType) throws(DataFrameError) -> Column {
    if type == self.type { return self }
    let storage: Storage =
      switch type {
      case .string: .string(texts)
      case .categorical: .categorical(categories)
      case .double: .double(try numbers())
      case .integer: try wholeNumbers()
      case .boolean: try truths()
      case .datetime: try toDatetime().storage
      case .timedelta: try toTimedelta().storage
      }
    return Column(name: name, storage: storage)
  }

  /// The first row with a number that is not whole; nil without one.
  var firstFraction: Int? {
    guard case .double(let values) = storage else { return nil }
    return values.firstIndex { !$0.isNaN && $0 != $0.rounded() }
  }

  /// What ``toNumeric(errors:)`` does with texts that are no numbers.
  /// Python: the argument errors of pandas.to_numeric
  public enum ConversionErrors: String, Sendable {
    /// They are an error.
    case raise
    /// They become missing.
    case coerce
  }

  /// The column as numbers, whole ones where all values are; empty texts are missing.
  ///
  /// - Throws: ``DataFrameError`` that names the column and the first text that is no number, unless these are
  ///   to become missing.
  ///
  /// Python: pandas.to_numeric
  public func toNumeric(errors: ConversionErrors = .raise) throws(DataFrameError) -> Column {
    if isNumeric { return self }
    let (codes, levels) = factorized()
    let values = levels.map { level -> ColumnValue? in
      if case .string = level {
        return level.parsedWholeText.map(ColumnValue.integer) ?? level.parsedNumber?.level
      }
      return level
    }
    if errors == .raise {
      try refuse(codes, levels) {
        values[$0] == nil && levels[$0] != ""
      } a: {
        "number"
      }
    }
    return Column(
      name: name, storage: ColumnValue.columnStorage(codes.map { $0 < 0 ? nil : values[Int($0)] }))
  }

  /// Throws for the first row whose level fails.
  private func refuse(
    _ codes: [Int32], _ levels: [ColumnValue], where fails: (Int) -> Bool, a form: () -> String
  ) throws(DataFrameError) {
    let bad = Set(levels.indices.filter(fails).map { Int32(truncatingIfNeeded: $0) })
    guard !bad.isEmpty, let row = codes.firstIndex(where: bad.contains) else { return }
    throw DataFrameError(
      .wrongType,
      "column \(PythonText.quoted(name)): \(levels[Int(codes[row])].debugDescription) in row \(row) is no "
        + form() + "; toNumeric(errors: .coerce) makes such values missing")
  }

  /// Categories over the sorted distinct values.
  private var categories: Categorical {
    let (codes, levels) = factorized()
    return Categorical(uncheckedLevels: levels, codes: codes, ordered: false)
  }

  /// The values as interned texts; of repeated values only one text is made.
  private var texts: StringColumn {
    if case .string(let column) = storage { return column }
    if case .time(let times) = storage { return StringColumn(times.texts) }
    let (codes, levels) = factorized()
    return StringColumn(pool: levels.map(\.description), codes: codes).mapPool { $0 }
  }

  /// The values as numbers.
  private func numbers() throws(DataFrameError) -> [Double] {
    if let doubles { return doubles }
    let (codes, levels) = factorized()
    let numbers = levels.map(\.parsedNumber)
    try refuse(codes, levels) {
      numbers[$0] == nil
    } a: {
      "number"
    }
    return codes.map { $0 < 0 ? .nan : numbers[Int($0)] ?? .nan }
  }

  /// The values as whole numbers.
  private func wholeNumbers() throws(DataFrameError) -> Storage {
    if let integers { return Int.columnStorage(integers) }
    // By level, so that long digits in texts keep all of them.
    let (codes, levels) = factorized()
    let values = levels.map { level -> Int? in
      if case .string = level { return level.parsedWholeText }
      return level.number.flatMap { Int(exactly: $0.rounded(.towardZero)) }
    }
    try refuse(codes, levels) {
      values[$0] == nil
    } a: {
      "whole number of 64 bits"
    }
    return Int.columnStorage(codes.map { $0 < 0 ? nil : values[Int($0)] })
  }

  /// The values as truth values.
  private func truths() throws(DataFrameError) -> Storage {
    let (codes, levels) = factorized()
    let values = levels.map { level -> Bool? in
      guard case .string(let text) = level else { return level.number.map { $0 != 0 } }
      return ["true": true, "false": false][text.lowercased()]
    }
    try refuse(codes, levels) {
      values[$0] == nil
    } a: {
      "truth value"
    }
    return Bool.columnStorage(codes.map { $0 < 0 ? nil : values[Int($0)] })
  }
}

extension ColumnValue {
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

  /// The whole number that a text spells without a point; nil for others and beyond 64 bits.
  var parsedWholeText: Int? {
    guard case .string(let text) = self, case .integer(let value) = Self.parsed(text) else { return nil }
    return value
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
