import Foundation
import Patsy

/// Remedies for names that formulas cannot hold as they are: Python's words, names with blanks or dots, names that
/// hide a function, and R's functions.
struct NameRemedies {
  /// The names of the data's columns.
  let columns: [String]

  /// Python's words, none of which can name a variable.
  private static let words: Set<String> = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
    "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda",
    "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
  ]

  /// The modules that formulas know.
  private static let modules: Set<String> = ["np", "numpy", "pd"]

  /// What formulas write for R's functions whose names are no Python.
  private static let ofR: [(call: String, instead: String)] = [
    ("as.factor(", "C(…)"), ("as.numeric(", "….astype(float)"), ("as.integer(", "….astype(int)"),
    ("as.character(", "….astype(str)"), ("is.na(", "….isna()"),
  ]

  /// What can be done about an error at `code`; nil when no name is the cause.
  func remedy(for error: PatsyError, code: String) -> String? {
    if let call = Self.ofR.first(where: { Self.calls($0.call, in: code) }) {
      return "'\(call.call.dropLast())' is a function of R: write \(call.instead)"
    }
    let message = error.message
    if message.contains("SyntaxError") || error.undefinedName != nil {
      if let name = unspeakable(in: code) { return "write \(Self.quoted(name)) for the column '\(name)'" }
    }
    if message.contains("SyntaxError"), let word = Self.names(in: code).first(where: Self.words.contains) {
      return "'\(word)' is a word of Python: a variable of that name is written \(Self.quoted(word))"
    }
    if message.contains("is not callable") || message.contains("has no attribute"),
      let hidden = columns.first(where: {
        Self.calls($0 + "(", in: code) || (Self.modules.contains($0) && Self.calls($0 + ".", in: code))
      })
    {
      return "the column '\(hidden)' hides the function or module of that name: rename the column"
    }
    if code.hasPrefix("="), !code.hasPrefix("==") { return "'=' is no operator of formulas: write '~'" }
    if message.contains("expected an operator"), code.contains("^") {
      return "'^' is no operator of formulas: write (a + b)**2"
    }
    if message.hasPrefix("specified level") {
      return "give a level as the data spell it, or its place among the levels, counted from 0"
    }
    return nil
  }

  /// A column whose name is no Python name and occurs in `code`, blanks apart; the longest one.
  private func unspeakable(in code: String) -> String? {
    let squeezed = Self.squeezed(code)
    let names = Set(Self.names(in: code))
    return columns.filter { name in
      if Self.words.contains(name) { return names.contains(name) }
      return !Self.isName(name) && !name.isEmpty && squeezed.contains(Self.squeezed(name))
    }.max { $0.count < $1.count }
  }

  private static func squeezed(_ text: String) -> String { text.filter { !$0.isWhitespace } }

  private static func isName(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { $0 == "_" || $0.properties.isXIDContinue }
      && text.first?.isNumber == false
  }

  /// The maximal runs of name characters in `code`.
  private static func names(in code: String) -> [String] {
    code.split { !($0 == "_" || $0.isLetter || $0.isNumber) }.map(String.init)
  }

  /// Whether `code` holds `call` as a name of its own, not as the end of a longer one.
  private static func calls(_ call: String, in code: String) -> Bool {
    var rest = squeezed(code)[...]
    while let range = rest.range(of: call) {
      let before = rest[..<range.lowerBound].last
      if before.map({ !($0 == "_" || $0 == "." || $0.isLetter || $0.isNumber) }) ?? true { return true }
      rest = rest[range.upperBound...]
    }
    return false
  }

  private static func quoted(_ name: String) -> String {
    name.contains("'") ? "Q(\"\(name)\")" : "Q('\(name)')"
  }
}
