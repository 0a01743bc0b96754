/// Writes tokens with canonical blanks: this text is a factor's name and identity.
enum TokenSpacing {
  private static let spacedOnBothSides: Set<String> = [
    "+", "-", "*", "/", "%", "&", "^", "|", "<", ">", "==", "<>", "!=", "<=", ">=", "<<", ">>", "**", "//",
  ]

  /// `code` with canonical blanks between its tokens.
  static func normalize(_ code: String) throws(PatsyError) -> String {
    join(try Tokenizer.tokenize(code))
  }

  /// The text of `tokens`, each separated from its neighbour as Python programmers write.
  static func join(_ tokens: some Sequence<PythonToken>) -> String {
    var text = ""
    var brackets: [String] = []
    var wantsSpace = false
    var previousIsWord = false
    var afterOpeningOrComma = false
    var afterObject = false
    for token in tokens {
      let symbol = token.text
      if token.isWord {
        if wantsSpace || previousIsWord { text += " " }
        text += symbol
        wantsSpace = false
        previousIsWord = true
      } else {
        if ["(", "[", "{"].contains(symbol) {
          brackets.append(symbol)
        } else if !brackets.isEmpty, [")", "]", "}"].contains(symbol) {
          brackets.removeLast()
        }
        let both = spacedOnBothSides.contains(symbol)
        var before = both || symbol == "!" || symbol == "~"
        var after = both || symbol == "," || symbol == ":"
        if symbol == ":" && brackets.last == "[" { after = false }  // a slice
        if (symbol == "*" || symbol == "**") && afterOpeningOrComma { (before, after) = (false, false) }
        if symbol == "=" && brackets.isEmpty { (before, after) = (true, true) }
        if (symbol == "+" || symbol == "-") && !afterObject { (before, after) = (false, false) }  // a sign
        if wantsSpace || before { text += " " }
        text += symbol
        wantsSpace = after
        previousIsWord = false
      }
      afterObject = token.isWord || symbol == ")"
      afterOpeningOrComma = symbol == "(" || symbol == ","
    }
    return text
  }
}
