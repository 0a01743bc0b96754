import DataFrames
import Patsy

/// What a factor's text says without evaluating it.
struct FactorNames {
  /// Names in the text, dotted ones as a whole: `np.log`, `x`.
  private(set) var names: [String] = []
  /// Texts in quotes: the names inside `Q("…")`.
  private(set) var texts: [String] = []

  init(_ code: String) {
    let characters = Array(code.unicodeScalars)
    var position = 0
    while position < characters.count {
      let character = characters[position]
      if character == "'" || character == "\"" {
        var end = position + 1
        while end < characters.count, characters[end] != character { end += characters[end] == "\\" ? 2 : 1 }
        texts.append(Self.text(characters, position + 1, min(end, characters.count)))
        position = end + 1
      } else if Self.startsName(character) {
        var end = position + 1
        while end < characters.count, Self.continuesName(characters[end]) { end += 1 }
        names.append(Self.text(characters, position, end))
        position = end
      } else if character.properties.numericType != nil {
        // Skip a number with its exponent: the e of 1e5 is no name.
        while position < characters.count, Self.continuesName(characters[position]) { position += 1 }
      } else {
        position += 1
      }
    }
  }

  private static func startsName(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || scalar.properties.isAlphabetic
  }
  private static func continuesName(_ scalar: Unicode.Scalar) -> Bool {
    startsName(scalar) || scalar == "." || scalar.properties.numericType != nil
  }
  private static func text(_ characters: [Unicode.Scalar], _ start: Int, _ end: Int) -> String {
    String(String.UnicodeScalarView(characters[start..<max(start, end)]))
  }
}

extension Factor {
  /// All names that may be variables: before a dot, and in quotes.
  var variableNames: [String] {
    let found = FactorNames(code)
    return found.names.map { $0.split(separator: ".").first.map(String.init) ?? $0 } + found.texts
  }

  /// Whether each row's value surely depends on that row alone, so that evaluation by group gives the same:
  /// only columns, and functions that are known to work element by element.
  func isElementwise(in data: DataFrame, environment: Environment) -> Bool {
    let found = FactorNames(code)
    return found.names.allSatisfy { name in
      data.contains(name) || (Self.elementwise.contains(name) && environment.values[name] == nil)
    }
  }

  private static let elementwise: Set<String> = [
    "I", "Q", "np.log", "np.log2", "np.log10", "np.log1p", "np.exp", "np.expm1", "np.sqrt", "np.cbrt",
    "np.abs",
    "np.sin", "np.cos", "np.tan", "np.tanh", "np.power", "np.square", "np.floor", "np.ceil", "np.sign",
  ]
}
