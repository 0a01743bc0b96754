import DataFrames

/// `column.str.split(separator)`: lists of texts, of which `.str[i]` takes one.
enum SplitTexts {
  /// The parts of each distinct text, behind an object that only has `.str`.
  ///
  /// - Parameters:
  ///   - separator: nil splits at runs of blanks.
  ///   - limit: the largest number of splits; not positive means no limit.
  static func split(_ texts: StringColumn, _ separator: String?, limit: Int) -> FormulaValue {
    let parts = texts.pool.map { Self.parts(of: $0, separator, limit) }
    @Sendable func part(_ index: FormulaValue) throws -> FormulaValue {
      guard let wanted = index.wholeNumber else {
        throw EvaluationError.type("only whole numbers can select among split texts in formulas")
      }
      let chosen = parts.map { list -> String? in
        let position = wanted < 0 ? list.count &+ wanted : wanted
        return list.indices.contains(position) ? list[position] : nil
      }
      return .vector(
        FormulaVector(
          .string(StringColumn(texts.codes.map { $0 < 0 ? nil : chosen[Int($0)] })), isSeries: true))
    }
    let methods = FormulaObject(typeName: "StringMethods") { name in
      switch name {
      case "get":
        return .function(FormulaFunction(name) { try part($0.bound(to: ["i"], in: name)["i"] ?? .none) })
      case "len":
        return .function(
          FormulaFunction(name) { _ in
            let counts = texts.codes.map { $0 < 0 ? nil : ColumnValue.integer(parts[Int($0)].count) }
            return .vector(FormulaVector(ColumnValue.columnStorage(counts), isSeries: true))
          })
      default: return nil
      }
    } item: {
      try part($0)
    }
    return .object(FormulaObject(typeName: "Series") { $0 == "str" ? .object(methods) : nil })
  }

  private static func parts(of text: String, _ separator: String?, _ limit: Int) -> [String] {
    guard let separator, !separator.isEmpty else {
      return text.unicodeScalars.split(whereSeparator: \.isPythonSpace).map { String($0) }
    }
    var result: [String] = []
    var rest = text
    while limit <= 0 || result.count < limit, let range = rest.range(ofText: separator) {
      result.append(String(rest[..<range.lowerBound]))
      rest = String(rest[range.upperBound...])
    }
    return result + [rest]
  }
}
