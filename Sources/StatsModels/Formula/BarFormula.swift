import MixedModels
import Patsy

/// The random-effect operands of a formula, and the formula without them.
///
/// A `|` or `||` that is the top operator of a parenthesised operand at formula level is a bar; inside any call
/// (`I((x > 0) | t)`) and outside parentheses it stays Python's or. A covariance form before the parentheses,
/// `cs(0 + f | g)`, belongs to the operand, unless the name is a function of the user's. Patsy's grammar knows no bars: they are cut out
/// here, by position, so that every message about what remains still points into the text that the user wrote.
package struct BarFormula {
  /// One operand `(effects | grouping)` or `form(effects | grouping)`; all ranges are positions in the original formula.
  package struct Operand {
    package let whole: Range<Int>
    package let effects: Range<Int>
    package let bar: Range<Int>
    package let grouping: Range<Int>
    /// True of `||`: no correlation between the terms of `effects`.
    package let independent: Bool
    /// The covariance form that stands before the parentheses.
    package let form: RandomTerm.Covariance?
  }

  package let original: String
  /// The formula with each operand replaced by `(_-_)`, a difference without terms: it adds nothing to a sum and
  /// says nothing about the intercept. The length is unchanged.
  package let fixed: String
  package let operands: [Operand]

  /// - Parameter functions: names that the user's functions have, which are no covariance forms.
  package init(_ formula: String, functions: Set<String> = []) throws(PatsyError) {
    let scanner = BarScanner(formula, functions: functions)
    operands = try scanner.scan()
    original = formula
    var text = scanner.characters
    for operand in operands {
      let neutral = Array("(_-_)".unicodeScalars)
      for (offset, position) in operand.whole.enumerated() {
        text[position] = offset < neutral.count ? neutral[offset] : " "
      }
    }
    fixed = operands.isEmpty ? formula : String(scalars: text)
  }

  /// The formula with everything blanked but `range`: parses as that part alone, with positions in the whole.
  package func text(only range: Range<Int>) -> String {
    String(scalars: original.unicodeScalars.enumerated().map { range.contains($0.offset) ? $0.element : " " })
  }

  /// The written text of `range`, without surrounding blanks.
  package func written(_ range: Range<Int>) -> String {
    let characters = Array(original.unicodeScalars)[range]
    let trimmed = characters.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
    return String(scalars: trimmed)
  }
}

/// One pass over a formula that tells formula-level parentheses from those inside Python expressions, as patsy's
/// tokenizer does: `(` opens a formula group only where no expression has started.
private struct BarScanner {
  let formula: String
  let characters: [Unicode.Scalar]
  /// Names that are no covariance forms.
  let functions: Set<String>

  init(_ formula: String, functions: Set<String>) {
    self.formula = formula
    self.functions = functions
    characters = Array(formula.unicodeScalars)
  }

  private struct Group {
    let open: Int
    /// Where the name of the covariance form begins, and the form.
    var form: (start: Int, covariance: RandomTerm.Covariance)?
    /// Where the operand begins.
    var start: Int { form?.start ?? open }
    var bars: [Range<Int>] = []
    var tilde: Int?
    var holdsBarOperand = false
  }

  func scan() throws(PatsyError) -> [BarFormula.Operand] {
    var operands: [BarFormula.Operand] = []
    var groups: [Group] = []
    var position = 0
    var inExpression = false
    var bracketDepth = 0
    while position < characters.count {
      let character = characters[position]
      switch character {
      case "'", "\"":
        position = endOfString(position)
        inExpression = true
        continue
      case "(", "[", "{":
        let form = bracketDepth == 0 && character == "(" ? form(before: position) : nil
        if let form {
          groups.append(Group(open: position, form: form))
          inExpression = false
        } else if bracketDepth > 0 || inExpression || character != "(" {
          bracketDepth += 1
          inExpression = true
        } else {
          groups.append(Group(open: position))
        }
      case ")", "]", "}":
        if bracketDepth > 0 {
          bracketDepth -= 1
        } else if let group = groups.popLast() {
          // without a bar the form's name was a function's
          inExpression = group.form != nil && group.bars.isEmpty
          if !group.bars.isEmpty {
            operands.append(try operand(group, close: position))
            for outer in groups.indices { groups[outer].holdsBarOperand = true }
          }
        }
      case _ where bracketDepth > 0: break
      case "|":
        let width = position + 1 < characters.count && characters[position + 1] == "|" ? 2 : 1
        if !groups.isEmpty { groups[groups.count - 1].bars.append(position..<position + width) }
        inExpression = true
        position += width
        continue
      case "/" where position + 1 < characters.count && characters[position + 1] == "/":
        inExpression = true
        position += 2
        continue
      case "~":
        if !groups.isEmpty { groups[groups.count - 1].tilde = position }
        inExpression = false
      case "+", "-", "*", "/", ":": inExpression = false
      default: if !character.isBlank { inExpression = true }
      }
      position += 1
    }
    if let group = groups.first(where: { !$0.bars.isEmpty }) {
      throw error(
        "this '(' of a random-effects bar is never closed", group.open..<group.open + 1)
    }
    return operands
  }

  /// The covariance form whose name is all that stands between an operator and a parenthesis.
  private func form(before open: Int) -> (start: Int, covariance: RandomTerm.Covariance)? {
    var end = open
    while end > 0, characters[end - 1].isBlank { end -= 1 }
    var start = end
    while start > 0, characters[start - 1].properties.isXIDContinue || characters[start - 1] == "." {
      start -= 1
    }
    let name = String(scalars: characters[start..<end])
    guard !functions.contains(name), let form = RandomTerm.Covariance(spelling: name) else { return nil }
    let before = characters[..<start].last { !$0.isBlank }
    return before.map { "+-*/:~(".unicodeScalars.contains($0) } ?? true ? (start, form) : nil
  }

  private func operand(_ group: Group, close: Int) throws(PatsyError) -> BarFormula.Operand {
    let bar = group.bars[0]
    let whole = group.start..<close + 1
    if group.bars.count > 1 {
      throw error("a random-effects operand has one bar; write (effects | factor)", group.bars[1])
    }
    if let tilde = group.tilde {
      throw error("a random-effects operand has no response: remove the '~'", tilde..<tilde + 1)
    }
    if group.holdsBarOperand {
      throw error("a random-effects operand cannot hold another one", whole)
    }
    let effects = group.open + 1..<bar.lowerBound
    let grouping = bar.upperBound..<close
    if isBlank(effects) {
      throw error("no effects before the bar; write (1 | factor) for a random intercept", whole)
    }
    if isBlank(grouping) {
      throw error("the grouping factor after the bar is missing", whole)
    }
    if let form = group.form, bar.count == 2 {
      let name = form.covariance.form.spelling ?? ""
      throw error(
        "'||' and '\(name)' both say how the effects vary together; write \(name)(effects | factor)", bar)
    }
    let before = characters[..<group.start].last { !$0.isBlank }
    let after = characters[(close + 1)...].first { !$0.isBlank }
    let joined = before.map { "+~(".unicodeScalars.contains($0) } ?? true
    let followed = after.map { "+-)".unicodeScalars.contains($0) } ?? true
    if !joined || !followed {
      throw error("a random-effects operand can only be added to a formula, with '+'", whole)
    }
    return BarFormula.Operand(
      whole: whole, effects: effects, bar: bar, grouping: grouping, independent: bar.count == 2,
      form: group.form?.covariance)
  }

  private func isBlank(_ range: Range<Int>) -> Bool {
    characters[range].allSatisfy { $0.isBlank }
  }

  private func endOfString(_ start: Int) -> Int {
    let quote = characters[start]
    var position = start + 1
    while position < characters.count, characters[position] != quote {
      position += characters[position] == "\\" ? 2 : 1
    }
    return min(position + 1, characters.count)
  }

  private func error(_ message: String, _ range: Range<Int>) -> PatsyError {
    PatsyError(
      message, origin: Origin(code: formula, start: range.lowerBound, end: range.upperBound))
  }
}
