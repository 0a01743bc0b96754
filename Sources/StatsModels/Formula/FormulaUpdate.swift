import Patsy

/// R's `update`: dots in a formula stand for the sides of another one.
package enum FormulaUpdate {
  package static func apply(_ formula: String, to old: String) -> String {
    let (oldLeft, oldRight) = sides(old)
    let (left, right) = sides(formula)
    let newRight = simplified(replacingDots(in: right, by: oldRight))
    guard let left, !left.isEmpty else { return oldLeft.map { "\($0) ~ \(newRight)" } ?? newRight }
    return "\(replacingDots(in: left, by: oldLeft ?? "")) ~ \(newRight)"
  }

  // MARK: - Sums

  /// A right side without what it adds and takes away again, `x + z - x` as `z`, where that changes no term of the
  /// model; a bar may be taken away too.
  static func simplified(_ right: String) -> String {
    var summands = SignedSummand.all(of: right)
    var position = 0
    while position < summands.count {
      let removed = summands[position]
      guard !removed.isAdded else {
        position += 1
        continue
      }
      let before = summands[..<position].indices.filter {
        summands[$0].isAdded && summands[$0].key == removed.key
      }
      var shorter = summands
      for index in [position] + before.reversed() { shorter.remove(at: index) }
      let same = sameTerms(text(of: shorter), text(of: summands))
      if !before.isEmpty, removed.isBar || same {
        summands = shorter
        position -= before.count
      } else if same {
        summands.remove(at: position)
      } else {
        position += 1
      }
    }
    return text(of: summands)
  }

  private static func text(of summands: [SignedSummand]) -> String {
    var text = ""
    for summand in summands {
      if text.isEmpty {
        text = summand.isAdded ? summand.text : "-" + summand.text
      } else {
        text += (summand.isAdded ? " + " : " - ") + summand.text
      }
    }
    // Everything was taken away but the intercept.
    return text.isEmpty ? "1" : text
  }

  /// Whether two right sides have the same fixed terms; false where one does not parse.
  private static func sameTerms(_ a: String, _ b: String) -> Bool {
    guard let first = try? BarFormula(a), let second = try? BarFormula(b),
      let one = try? ModelDesc.fromFormula(first.fixed), let other = try? ModelDesc.fromFormula(second.fixed)
    else { return false }
    return one.rhsTermlist == other.rhsTermlist
  }

  // MARK: - Dots

  private static func sides(_ formula: String) -> (left: String?, right: String) {
    guard let tilde = formula.firstIndex(of: "~") else { return (nil, trimmed(formula[...])) }
    return (trimmed(formula[..<tilde]), trimmed(formula[formula.index(after: tilde)...]))
  }

  fileprivate static func trimmed(_ text: Substring) -> String {
    guard let first = text.firstIndex(where: { !$0.isWhitespace }),
      let last = text.lastIndex(where: { !$0.isWhitespace })
    else { return "" }
    return String(text[first...last])
  }

  /// A dot that is part of no number or name; parentheses only where the next operator binds tighter than a sum.
  private static func replacingDots(in text: String, by replacement: String) -> String {
    let characters = Array(text)
    func isPart(_ character: Character) -> Bool {
      character.isLetter || character.isNumber || character == "_"
    }
    func neighbour(_ position: Int, _ step: Int) -> Character? {
      var next = position + step
      while characters.indices.contains(next), characters[next].isWhitespace { next += step }
      return characters.indices.contains(next) ? characters[next] : nil
    }
    var result = ""
    for (position, character) in characters.enumerated() {
      let before = position > 0 ? characters[position - 1] : " "
      let after = position + 1 < characters.count ? characters[position + 1] : " "
      guard character == ".", !isPart(before), !isPart(after) else {
        result.append(character)
        continue
      }
      let tight = [neighbour(position, -1), neighbour(position, 1)].contains { other in
        other.map { "*:/".contains($0) } ?? false
      }
      result += tight ? "(\(replacement))" : replacement
    }
    return result
  }
}

/// What a sum at the top level of a formula adds or takes away.
private struct SignedSummand {
  let isAdded: Bool
  let text: String

  /// The text without blanks, by which equal summands are found.
  var key: String { text.filter { !$0.isWhitespace } }
  /// Whether it is a random-effects operand.
  var isBar: Bool {
    guard let first = (try? BarFormula(text))?.operands.first else { return false }
    return first.whole.lowerBound == 0
  }

  /// The summands of a text, split at signs outside of brackets and quotes.
  static func all(of text: String) -> [SignedSummand] {
    var result: [SignedSummand] = []
    var (current, isAdded, depth) = ("", true, 0)
    var quote: Character?
    func finish() {
      let trimmed = FormulaUpdate.trimmed(current[...])
      if !trimmed.isEmpty { result.append(SignedSummand(isAdded: isAdded, text: trimmed)) }
      current = ""
    }
    for character in text {
      if let open = quote {
        if character == open { quote = nil }
      } else if character == "'" || character == "\"" {
        quote = character
      } else if "([{".contains(character) {
        depth += 1
      } else if ")]}".contains(character) {
        depth -= 1
      } else if depth == 0, character == "+" || character == "-" {
        finish()
        isAdded = character == "+"
        continue
      }
      current.append(character)
    }
    finish()
    return result
  }
}
