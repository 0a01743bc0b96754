import Foundation

// Texts by pattern: regular expressions in Python's notation, or plain texts.

extension StringMethods {
  /// Whether each text holds a pattern, false for missing texts.
  ///
  /// - Parameters:
  ///   - pattern: a regular expression, or a text to be found as it is.
  ///   - case: whether upper and lower case differ.
  ///   - regex: whether the pattern is a regular expression.
  /// - Throws: ``DataFrameError`` for a pattern that is no regular expression.
  ///
  /// Python: Series.str.contains
  public func contains(_ pattern: String, case: Bool = true, regex: Bool = true) throws(DataFrameError)
    -> Mask
  {
    let expression = try TextPattern(pattern, isRegex: regex, caseSensitive: `case`)
    return tested { expression.firstMatch($0) != nil }
  }

  /// Whether each text begins with a pattern.
  /// - Throws: ``DataFrameError`` for a pattern that is no regular expression.
  ///
  /// Python: Series.str.match
  public func match(_ pattern: String, case: Bool = true) throws(DataFrameError) -> Mask {
    let expression = try TextPattern("\\A(?:\(pattern))", isRegex: true, caseSensitive: `case`)
    return tested { expression.firstMatch($0) != nil }
  }

  /// Whether each text as a whole is a pattern.
  /// - Throws: ``DataFrameError`` for a pattern that is no regular expression.
  ///
  /// Python: Series.str.fullmatch
  public func fullmatch(_ pattern: String, case: Bool = true) throws(DataFrameError) -> Mask {
    let expression = try TextPattern("\\A(?:\(pattern))\\z", isRegex: true, caseSensitive: `case`)
    return tested { expression.firstMatch($0) != nil }
  }

  /// How often each text holds a regular expression.
  /// - Throws: ``DataFrameError`` for a pattern that is none.
  ///
  /// Python: Series.str.count
  public func count(_ pattern: String) throws(DataFrameError) -> Column {
    let expression = try TextPattern(pattern, isRegex: true)
    return counted { expression.matches($0).count }
  }

  /// The texts with every occurrence of a pattern replaced.
  ///
  /// - Parameters:
  ///   - pattern: a text, or a regular expression.
  ///   - replacement: what comes in its place; `\1` and `\g<name>` stand for groups of a regular expression.
  ///   - case: whether upper and lower case differ.
  ///   - regex: whether the pattern is a regular expression.
  /// - Throws: ``DataFrameError`` for a pattern that is no regular expression.
  ///
  /// Python: Series.str.replace
  public func replace(
    _ pattern: String, _ replacement: String, case: Bool = true, regex: Bool = false
  ) throws(DataFrameError) -> Column {
    let expression = try TextPattern(pattern, isRegex: regex, caseSensitive: `case`)
    return mapped { expression.replacing($0, with: replacement) }
  }

  /// The groups of the first match of a regular expression, a column each, named by the group's name or number from
  /// 0; missing where the pattern or the group is not found.
  ///
  /// - Throws: ``DataFrameError`` for a pattern that is no regular expression or has no group.
  ///
  /// Python: Series.str.extract
  public func extract(_ pattern: String) throws(DataFrameError) -> DataFrame {
    let expression = try TextPattern(pattern, isRegex: true)
    guard expression.groupCount > 0 else {
      throw DataFrameError(
        .invalidArgument, "extract: the pattern \(PythonText.quoted(pattern)) has no group (…)")
    }
    var columns: [Column] = []
    for group in 1...expression.groupCount {
      let found = mapped { text in
        expression.firstMatch(text).flatMap { expression.group(group, of: $0, in: text) }
      }
      columns.append(found.renamed(expression.groupNames[group] ?? String(group - 1)))
    }
    return try DataFrame(columns: columns)
  }

  /// The pieces of each text between separators: `data["id"].str.split("_")[0]`.
  ///
  /// - Parameters:
  ///   - separator: what stands between pieces; nil for any blanks.
  ///   - n: the most times a text is split; all when 0 or negative.
  /// Python: Series.str.split
  public func split(_ separator: String? = nil, n: Int = -1) -> SplitTexts {
    let most = n <= 0 ? Int.max : n
    let pieces = texts.pool.map { text -> [String] in
      guard let separator, !separator.isEmpty else {
        let words = text.unicodeScalars.split(maxSplits: most, whereSeparator: \.properties.isWhitespace)
        return words.enumerated().map { position, word in
          // The rest of a text that is split no further keeps its inner blanks.
          position == most ? String(word.drop(while: \.properties.isWhitespace)) : String(word)
        }
      }
      var parts: [String] = []
      var rest = Substring(text)
      while parts.count < most, let found = rest.range(of: separator, options: .literal) {
        parts.append(String(rest[..<found.lowerBound]))
        rest = rest[found.upperBound...]
      }
      return parts + [String(rest)]
    }
    return SplitTexts(name: name, pieces: pieces, codes: texts.codes)
  }
}

/// The pieces of each text of a column.
/// Python: the result of Series.str.split
public struct SplitTexts: Sendable {
  let name: String
  /// The pieces of each distinct text.
  let pieces: [[String]]
  /// The position of each row's text, -1 where it is missing.
  let codes: [Int32]

  /// The piece at a position of each text, negative ones counted from the end; missing where there are fewer.
  /// Python: Series.str.split().str[]
  public subscript(position: Int) -> Column {
    let chosen = pieces.map { pieces -> String? in
      let offset = position < 0 ? pieces.count &+ position : position
      return pieces.indices.contains(offset) ? pieces[offset] : nil
    }
    return Column(name: name, storage: .string(StringColumn(codes.map { $0 < 0 ? nil : chosen[Int($0)] })))
  }

  /// The number of pieces of each text.
  /// Python: Series.str.split().str.len
  public func len() -> Column {
    Column(name: name, storage: Int.columnStorage(codes.map { $0 < 0 ? nil : pieces[Int($0)].count }))
  }

  /// The pieces as columns `0`, `1`, …; missing where a text has fewer.
  /// Python: Series.str.split(expand=True)
  public func expand() -> DataFrame {
    let width = codes.reduce(0) { $1 < 0 ? $0 : Swift.max($0, pieces[Int($1)].count) }
    return DataFrame(
      uncheckedColumns: (0..<width).map { self[$0].renamed(String($0)) },
      rowLabels: RowLabels(count: codes.count))
  }
}
