/// One token of Python source text.
struct PythonToken: Sendable, Hashable {
  /// Kinds of Python tokens that a formula can hold.
  enum Kind: Sendable { case name, number, string, op }

  let kind: Kind
  let text: String
  let origin: Origin

  /// Names, numbers and strings stand alone: two in a row are kept apart by a blank.
  var isWord: Bool { kind != .op }
}

/// Splits a formula, or a Python expression, into Python's tokens.
///
/// The text is one line: newlines become blanks and the ends are trimmed first. A string in triple quotes
/// that never ends, like an open bracket, ends the stream without an error: the parser notices.
struct Tokenizer {
  private let scalars: [Unicode.Scalar]
  private let shown: String
  private var position = 0

  /// Tokens of `code`.
  ///
  /// - Parameter shown: text of the same length that errors show instead of `code`.
  static func tokenize(_ code: String, shown: String? = nil) throws(PatsyError) -> [PythonToken] {
    let (tokens, failure) = prefix(code, shown: shown)
    if let failure { throw failure }
    return tokens
  }

  /// Tokens of `code` up to the first error, and that error.
  static func prefix(
    _ code: String, shown: String? = nil
  ) -> (tokens: [PythonToken], failure: PatsyError?) {
    var tokenizer = Tokenizer(code, shown: shown ?? code)
    var tokens: [PythonToken] = []
    do throws(PatsyError) {
      while let token = try tokenizer.next() { tokens.append(token) }
    } catch {
      return (tokens, error)
    }
    return (tokens, nil)
  }

  private init(_ code: String, shown: String) {
    func oneLine(_ text: String) -> [Unicode.Scalar] {
      text.unicodeScalars.map { $0 == "\n" ? " " : $0 }
    }
    let display = oneLine(shown)
    let source = oneLine(code)
    let first = display.firstIndex { !$0.isPythonSpace } ?? display.count
    let last = (display.lastIndex { !$0.isPythonSpace }).map { $0 + 1 } ?? first
    self.shown = String(scalars: display[first..<last])
    self.scalars = source.count == display.count ? Array(source[first..<last]) : source
  }

  private func origin(_ start: Int, _ end: Int) -> Origin { Origin(code: shown, start: start, end: end) }

  private func text(_ start: Int, _ end: Int) -> String {
    String(scalars: scalars[start..<end])
  }

  private func at(_ index: Int) -> Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

  private mutating func next() throws(PatsyError) -> PythonToken? {
    var start = position
    while let scalar = at(start), scalar == " " || scalar == "\t" || scalar == "\u{0C}" { start += 1 }
    guard let first = at(start) else { return nil }
    if first == "#" {
      throw PatsyError("comments are not allowed", origin: origin(start, scalars.count))
    }
    if let string = matchString(at: start) {
      switch string {
      case .closed(let end): return token(.string, start, end)
      case .openTriple:
        position = scalars.count
        return nil
      case .open: break
      }
    }
    if let end = matchNumber(at: start) { return token(.number, start, end) }
    if let length = Self.operatorLength(first, at(start + 1), at(start + 2)) {
      return token(.op, start, start + length)
    }
    // A quote that is not closed, but whose prefix letters are a name, is split after the name.
    var end = start
    while let scalar = at(end), scalar.isPythonWord { end += 1 }
    if end > start {
      return token(first.properties.isXIDStart || first == "_" ? .name : .op, start, end)
    }
    throw PatsyError(
      "error tokenizing input (maybe an unclosed string?)", origin: origin(position, position + 1))
  }

  private mutating func token(_ kind: PythonToken.Kind, _ start: Int, _ end: Int) -> PythonToken {
    position = end
    return PythonToken(kind: kind, text: text(start, end), origin: origin(start, end))
  }
}

// MARK: - Strings

extension Tokenizer {
  private enum StringMatch {
    case closed(Int)
    case open, openTriple
  }

  private static let prefixes: Set<String> = ["", "b", "r", "u", "f", "br", "rb", "fr", "rf"]

  private func matchString(at start: Int) -> StringMatch? {
    var index = start
    while index < start + 2, let scalar = at(index),
      scalar.properties.isASCIIHexDigit || "rRuU".unicodeScalars.contains(scalar)
    {
      index += 1
    }
    guard let quote = at(index), quote == "'" || quote == "\"",
      Self.prefixes.contains(text(start, index).lowercased())
    else { return nil }
    if at(index + 1) == quote && at(index + 2) == quote {
      return closing(of: quote, from: index + 3, triple: true).map { .closed($0) } ?? .openTriple
    }
    return closing(of: quote, from: index + 1, triple: false).map { .closed($0) } ?? .open
  }

  private func closing(of quote: Unicode.Scalar, from start: Int, triple: Bool) -> Int? {
    var index = start
    while let scalar = at(index) {
      if scalar == "\\" {
        guard at(index + 1) != nil else { return nil }
        index += 2
      } else if scalar == quote {
        if !triple { return index + 1 }
        if at(index + 1) == quote && at(index + 2) == quote { return index + 3 }
        index += 1
      } else {
        index += 1
      }
    }
    return nil
  }
}

// MARK: - Numbers and operators

extension Tokenizer {
  private func digits(from start: Int, _ accepts: (Unicode.Scalar) -> Bool) -> Int? {
    guard let first = at(start), accepts(first) else { return nil }
    var index = start + 1
    while let scalar = at(index) {
      if accepts(scalar) {
        index += 1
      } else if scalar == "_", let following = at(index + 1), accepts(following) {
        index += 2
      } else {
        break
      }
    }
    return index
  }

  private func exponent(from start: Int) -> Int? {
    guard let e = at(start), e == "e" || e == "E" else { return nil }
    let signed = at(start + 1) == "+" || at(start + 1) == "-"
    return digits(from: start + (signed ? 2 : 1), \.isASCIIDigit)
  }

  private func matchNumber(at start: Int) -> Int? {
    func imaginary(_ end: Int) -> Int { at(end) == "j" || at(end) == "J" ? end + 1 : end }
    if at(start) == ".", let fraction = digits(from: start + 1, \.isASCIIDigit) {
      return imaginary(exponent(from: fraction) ?? fraction)
    }
    guard let whole = digits(from: start, \.isASCIIDigit) else { return nil }
    if at(whole) == "." {
      let fraction = digits(from: whole + 1, \.isASCIIDigit) ?? whole + 1
      return imaginary(exponent(from: fraction) ?? fraction)
    }
    if let scientific = exponent(from: whole) { return imaginary(scientific) }
    if imaginary(whole) > whole { return whole + 1 }
    guard at(start) == "0" else { return whole }
    if let radix = at(start + 1) {
      let skip = at(start + 2) == "_" ? 3 : 2
      let accepts: ((Unicode.Scalar) -> Bool)?
      switch radix {
      case "x", "X": accepts = { $0.properties.isASCIIHexDigit }
      case "o", "O": accepts = { $0.value >= 48 && $0.value <= 55 }
      case "b", "B": accepts = { $0 == "0" || $0 == "1" }
      default: accepts = nil
      }
      if let accepts, let end = digits(from: start + skip, accepts) { return end }
    }
    // A decimal integer that begins with 0 is a run of zeros; what follows is another number.
    return digits(from: start) { $0 == "0" }
  }

  private static let operators: Set<String> = [
    "**=", "//=", "<<=", ">>=", "...", "!=", "%=", "&=", "**", "*=", "+=", "-=", "->", "//", "/=", ":=",
    "<<", "<=", "==", ">=", ">>", "@=", "^=", "|=", "%", "&", "(", ")", "*", "+", ",", "-", ".", "/", ":",
    ";", "<", "=", ">", "@", "[", "]", "^", "{", "|", "}", "~",
  ]

  private static func operatorLength(
    _ first: Unicode.Scalar, _ second: Unicode.Scalar?, _ third: Unicode.Scalar?
  ) -> Int? {
    guard first.isASCII, !first.isPythonWord else { return nil }
    var view = String.UnicodeScalarView([first])
    var length = operators.contains(String(view)) ? 1 : nil
    if let second {
      view.append(second)
      if operators.contains(String(view)) { length = 2 }
      if let third {
        view.append(third)
        if operators.contains(String(view)) { length = 3 }
      }
    }
    return length
  }
}

extension Unicode.Scalar {
  var isASCIIDigit: Bool { value >= 48 && value <= 57 }

  /// What `\w` matches in Python: letters, digits of any kind, and the underscore.
  var isPythonWord: Bool {
    if isASCII { return isASCIIDigit || self == "_" || (value | 32 >= 97 && value | 32 <= 122) }
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .decimalNumber, .letterNumber, .otherNumber:
      return true
    default: return properties.numericType != nil
    }
  }

  /// What `str.strip` removes in Python.
  var isPythonSpace: Bool { isBlank || (value >= 0x1C && value <= 0x1F) }

  /// Whitespace of Unicode, of which ASCII is told without its tables.
  package var isBlank: Bool {
    isASCII ? value == 0x20 || (value >= 0x09 && value <= 0x0D) : properties.isWhitespace
  }
}

extension String {
  /// A text of scalars, without the passes that appending each to a view takes.
  package init(scalars: some Collection<Unicode.Scalar>) {
    self.init(unsafeUninitializedCapacity: 4 * scalars.count) { buffer in
      var count = 0
      for scalar in scalars {
        for byte in scalar.utf8 {
          buffer[count] = byte
          count += 1
        }
      }
      return count
    }
  }
}
