import Foundation

/// What can be done with the texts of a column: `data["name"].str.upper()`.
///
/// Each distinct text is looked at once, however many rows hold it. Missing values stay missing; questions about them
/// are answered with false.
/// Python: pandas.core.strings.StringMethods
public struct StringMethods: Sendable {
  /// The name of the column.
  let name: String
  /// The texts.
  let texts: StringColumn
}

extension Column {
  /// What can be done with the texts; a column of numbers stops with a message: `astype(.string)` first.
  /// Python: Series.str
  public var str: StringMethods {
    switch storage {
    case .string(let texts): return StringMethods(name: name, texts: texts)
    case .categorical(let column) where column.levels.allSatisfy({ $0.number == nil }):
      guard case .string(let texts) = astype(.string).storage else { break }
      return StringMethods(name: name, texts: texts)
    default:
      if nonMissingCount == 0 {
        return StringMethods(
          name: name, texts: StringColumn(pool: [], codes: [Int32](repeating: -1, count: count)))
      }
    }
    stop(
      "column \(PythonText.quoted(name)) of type \(type.pandasName) holds no texts: str needs astype(.string) before it"
    )
  }
}

extension StringMethods {
  /// A column of texts made of each text, nil for a missing one.
  func mapped(_ transform: (String) throws -> String?) rethrows -> Column {
    var interner = TextInterner()
    let target = try texts.pool.map { try transform($0).map { interner.code(for: $0) } ?? -1 }
    var codes = texts.codes.map { $0 < 0 ? -1 : target[Int($0)] }
    let pool = StringColumn.sorted(interner.pool, &codes)
    return Column(name: name, storage: .string(StringColumn(pool: pool, codes: codes)))
  }

  /// Whether each text passes a test, false for missing ones.
  func tested(_ test: (String) throws -> Bool) rethrows -> Mask {
    let passes = try texts.pool.map(test)
    return Mask(texts.codes.map { $0 >= 0 && passes[Int($0)] })
  }

  /// A whole number for each text; floating-point numbers where some are missing.
  func counted(_ count: (String) throws -> Int) rethrows -> Column {
    let numbers = try texts.pool.map(count)
    let values = texts.codes.map { $0 < 0 ? nil : numbers[Int($0)] }
    guard texts.codes.contains(-1) else {
      return Column(name: name, storage: .integer(values.map { $0 ?? 0 }, missing: nil))
    }
    return Column(name: name, storage: .double(values.map { $0.map(Double.init) ?? .nan }))
  }

  /// The texts in lower case.
  /// Python: Series.str.lower
  public func lower() -> Column { mapped { $0.lowercased() } }
  /// The texts in upper case.
  /// Python: Series.str.upper
  public func upper() -> Column { mapped { $0.uppercased() } }
  /// The texts with each word's first letter in upper case, the others in lower case.
  /// Python: Series.str.title
  public func title() -> Column {
    mapped { text in
      var result = ""
      var isInWord = false
      for character in text {
        result += isInWord ? character.lowercased() : character.uppercased()
        isInWord = character.isLetter
      }
      return result
    }
  }
  /// The texts with the first letter in upper case, the others in lower case.
  /// Python: Series.str.capitalize
  public func capitalize() -> Column { mapped { $0.prefix(1).uppercased() + $0.dropFirst().lowercased() } }

  /// The texts without blanks, or given characters, at both ends.
  /// Python: Series.str.strip
  public func strip(_ characters: String? = nil) -> Column { stripped(characters, left: true, right: true) }
  /// The texts without blanks, or given characters, at the start.
  /// Python: Series.str.lstrip
  public func lstrip(_ characters: String? = nil) -> Column { stripped(characters, left: true, right: false) }
  /// The texts without blanks, or given characters, at the end.
  /// Python: Series.str.rstrip
  public func rstrip(_ characters: String? = nil) -> Column { stripped(characters, left: false, right: true) }

  private func stripped(_ characters: String?, left: Bool, right: Bool) -> Column {
    let wanted = characters.map { Set($0.unicodeScalars) }
    func goes(_ scalar: Unicode.Scalar) -> Bool { wanted?.contains(scalar) ?? scalar.properties.isWhitespace }
    return mapped { text in
      var scalars = Substring(text).unicodeScalars
      if left { scalars = scalars.drop(while: goes) }
      while right, let last = scalars.last, goes(last) { scalars.removeLast() }
      return String(scalars)
    }
  }

  /// The number of characters (code points, as in Python).
  /// Python: Series.str.len
  public func len() -> Column { counted { $0.unicodeScalars.count } }

  /// Whether each text begins with another.
  /// Python: Series.str.startswith
  public func startswith(_ prefix: String) -> Mask { tested { $0.utf8.starts(with: prefix.utf8) } }
  /// Whether each text ends with another.
  /// Python: Series.str.endswith
  public func endswith(_ suffix: String) -> Mask {
    tested { $0.utf8.reversed().starts(with: suffix.utf8.reversed()) }
  }
  /// The texts without a prefix, where they have it.
  /// Python: Series.str.removeprefix
  public func removeprefix(_ prefix: String) -> Column {
    mapped { text in
      text.utf8.starts(with: prefix.utf8)
        ? String(decoding: text.utf8.dropFirst(prefix.utf8.count), as: UTF8.self) : text
    }
  }
  /// The texts without a suffix, where they have it.
  /// Python: Series.str.removesuffix
  public func removesuffix(_ suffix: String) -> Column {
    mapped { text in
      text.utf8.reversed().starts(with: suffix.utf8.reversed())
        ? String(decoding: text.utf8.dropLast(suffix.utf8.count), as: UTF8.self) : text
    }
  }

  /// The characters from a position up to another, negative ones counted from the end, as Python's `text[a:b:step]`.
  ///
  /// A step of 0 stops with a message.
  /// Python: Series.str.slice
  public func slice(_ start: Int? = nil, _ end: Int? = nil, step: Int = 1) -> Column {
    require(step != 0, "slice: the step must not be 0")
    return mapped { text in
      let scalars = Array(text.unicodeScalars)
      func bound(_ position: Int?, _ otherwise: Int) -> Int {
        guard let position else { return otherwise }
        let (low, high) = step > 0 ? (0, scalars.count) : (-1, scalars.count - 1)
        let fromStart = position < 0 ? scalars.count &+ position : position
        return Swift.min(Swift.max(fromStart, low), high)
      }
      let from = bound(start, step > 0 ? 0 : scalars.count - 1)
      let to = bound(end, step > 0 ? scalars.count : -1)
      var result = String.UnicodeScalarView()
      for position in stride(from: from, to: to, by: step) { result.append(scalars[position]) }
      return String(result)
    }
  }

  /// The character at a position, negative ones counted from the end; missing where a text is shorter.
  /// Python: Series.str.get
  public func get(_ position: Int) -> Column {
    mapped { text in
      let scalars = text.unicodeScalars
      let offset = position < 0 ? scalars.count &+ position : position
      guard offset >= 0, offset < scalars.count else { return nil }
      return String(scalars[scalars.index(scalars.startIndex, offsetBy: offset)])
    }
  }
  /// The character at a position, as ``get(_:)`` gives it.
  /// Python: Series.str[]
  public subscript(position: Int) -> Column { self.get(position) }

  /// Numbers with zeros before them up to a width, after a sign.
  /// Python: Series.str.zfill
  public func zfill(_ width: Int) -> Column {
    mapped { text in
      let zeros = String(repeating: "0", count: Swift.max(0, width - text.unicodeScalars.count))
      guard let sign = text.first, sign == "-" || sign == "+" else { return zeros + text }
      return String(sign) + zeros + text.dropFirst()
    }
  }
  /// The texts with characters after them up to a width.
  /// Python: Series.str.ljust
  public func ljust(_ width: Int, _ fillchar: Character = " ") -> Column {
    mapped { $0 + String(repeating: fillchar, count: Swift.max(0, width - $0.unicodeScalars.count)) }
  }
  /// The texts with characters before them up to a width.
  /// Python: Series.str.rjust
  public func rjust(_ width: Int, _ fillchar: Character = " ") -> Column {
    mapped { String(repeating: fillchar, count: Swift.max(0, width - $0.unicodeScalars.count)) + $0 }
  }
  /// Each text a number of times.
  /// Python: Series.str.repeat
  public func `repeat`(_ count: Int) -> Column {
    mapped { String(repeating: $0, count: Swift.max(0, count)) }
  }

  /// The texts joined with those of another column, row by row; missing where either is. A column of another length, or
  /// of no texts, stops with a message.
  ///
  /// - Parameters:
  ///   - other: the other column.
  ///   - sep: what stands between.
  ///   - naRep: what stands for a missing text; nil leaves the row missing.
  /// Python: Series.str.cat
  public func cat(_ other: Column, sep: String = "", naRep: String? = nil) -> Column {
    require(
      other.count == texts.count, "cat: columns of \(texts.count) and \(other.count) rows cannot be joined")
    let (left, right) = (texts, other.str.texts)
    let (a, b) = naRep.map { (left.fillingMissing($0), right.fillingMissing($0)) } ?? (left, right)
    return Column(name: name, storage: .string(a.mapPool { $0 + sep }.joined(with: b)))
  }

  /// Whether each text is not empty and holds digits only.
  /// Python: Series.str.isdigit
  public func isdigit() -> Mask {
    allCharacters { $0.properties.numericType == .decimal || $0.properties.numericType == .digit }
  }
  /// Whether each text is not empty and holds letters only.
  /// Python: Series.str.isalpha
  public func isalpha() -> Mask {
    allCharacters {
      switch $0.properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
      default: false
      }
    }
  }

  private func allCharacters(_ test: (Unicode.Scalar) -> Bool) -> Mask {
    tested { !$0.isEmpty && $0.unicodeScalars.allSatisfy(test) }
  }
}

extension StringColumn {
  /// The column with a text in place of missing ones.
  func fillingMissing(_ text: String) -> StringColumn {
    guard codes.contains(-1) else { return self }
    let code = Int32(truncatingIfNeeded: pool.count)
    return StringColumn(pool: pool + [text], codes: codes.map { $0 < 0 ? code : $0 }).mapPool { $0 }
  }
}
