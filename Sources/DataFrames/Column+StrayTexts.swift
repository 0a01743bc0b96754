/// Texts that keep a column from being numbers.
package struct StrayTexts: Sendable {
  /// Rows whose text is no number.
  package let count: Int
  /// Rows whose text is a number.
  package let numberCount: Int
  /// The first distinct texts that are no numbers, each with the position of its first row.
  package let first: [(text: String, row: Int)]

  /// Whether all of them are numbers but for a comma, `2,5` or `1,234`.
  package let haveCommas: Bool

  /// Distinct texts that are named.
  private static let shown = 3

  /// Whether at least nine tenths of the values are numbers, so that the others are more likely marks of missing
  /// values or slips than categories.
  package var areFew: Bool { numberCount >= 9 * count }

  /// Whether they are likely to be numbers, or marks among numbers, and no categories.
  package var areSlips: Bool { areFew || haveCommas }

  /// The texts of a column of texts that are no numbers; nil for other columns, and without such a text.
  package init?(_ column: Column) {
    guard case .string(let texts) = column.storage else { return nil }
    let isNumber = texts.pool.map { ColumnValue.string($0).parsedNumber != nil }
    var (count, numberCount) = (0, 0)
    var first: [(text: String, row: Int)] = []
    var seen: Set<Int32> = []
    for (row, code) in texts.codes.enumerated() where code >= 0 {
      if isNumber[Int(code)] {
        numberCount += 1
        continue
      }
      count += 1
      if first.count < Self.shown, seen.insert(code).inserted { first.append((texts.pool[Int(code)], row)) }
    }
    if count == 0 { return nil }
    haveCommas = Set(texts.codes.filter { $0 >= 0 }).allSatisfy {
      isNumber[Int($0)] || Self.isNumberWithComma(texts.pool[Int($0)])
    }
    (self.count, self.numberCount, self.first) = (count, numberCount, first)
  }

  /// How such texts become numbers or missing values.
  package var remedy: String {
    let (text, _) = first[0]
    if text.contains(where: \.isNumber), text.contains(",") {
      let isGrouped = first.allSatisfy { text, _ in
        text.contains(".") || Self.groups(of: text).allSatisfy { $0.count == 3 } && !Self.isFraction(text)
      }
      return isGrouped
        ? "read the file with thousands: \",\" (--thousands , of the command), or remove the commas"
        : "read the file with decimal: \",\" (--decimal , of the command)"
    }
    return "name \(PythonText.quoted(text)) as a marker of missing values when the file is read, or mend it"
  }

  private static func isNumberWithComma(_ text: String) -> Bool {
    let digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : Substring(text)
    let parts = digits.split(separator: ",", omittingEmptySubsequences: false)
    return parts.count > 1
      && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) || $0 == 46 } }
  }

  /// Whether a text begins with a zero and a comma.
  private static func isFraction(_ text: String) -> Bool {
    text.drop { $0 == "-" || $0 == "+" || $0 == " " }.hasPrefix("0,")
  }

  /// What stands behind each comma.
  private static func groups(of text: String) -> [Substring] {
    let parts: [Substring] = text.split { $0 == "," }
    return Array(parts.dropFirst())
  }
}
