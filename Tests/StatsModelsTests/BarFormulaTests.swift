import Patsy
import StatsModels
import Testing

@Suite struct BarFormulaTests {
  /// Formula; per operand "effects|grouping" (`||` for independent); terms of what remains.
  static let cases: [(String, [String], String)] = [
    ("y ~ x + (1|g)", ["1|g"], "y ~ x"),
    ("y ~ x+( 1 | g )", ["1|g"], "y ~ x"),
    ("y ~ (1|g)", ["1|g"], "y ~ 1"),
    ("y ~ (1|g) + x", ["1|g"], "y ~ x"),
    ("y ~ 1 + (1|g)", ["1|g"], "y ~ 1"),
    ("y ~ 0 + x + (1|g)", ["1|g"], "y ~ 0 + x"),
    ("y ~ (1|g) - 1 + x", ["1|g"], "y ~ 0 + x"),
    ("y ~ x + (1|g) - 1", ["1|g"], "y ~ 0 + x"),
    ("y ~ a + (0 + x || g/h) + b", ["0 + x||g/h"], "y ~ a + b"),
    ("y ~ (x|a) + (1|b) + (0+C(f)|c:d)", ["x|a", "1|b", "0+C(f)|c:d"], "y ~ 1"),
    ("y ~ ((1 + x) | g)", ["(1 + x)|g"], "y ~ 1"),
    ("y ~ (1 | (a/b)) + x", ["1|(a/b)"], "y ~ x"),
    ("y ~ (a + (1|g))*x", ["1|g"], "y ~ a + x + a:x"),
    ("y ~ I((x > 0) | t) + (np.log(x) | g)", ["np.log(x)|g"], "y ~ I((x > 0) | t)"),
    ("y ~ C(a, Treatment('b|c')) + (1|g)", ["1|g"], "y ~ C(a, Treatment('b|c'))"),
    ("y ~ 1|g", [], "y ~ 1 | g"),
    ("y ~ f(1|g)", [], "y ~ f(1 | g)"),
    ("y ~ x // (a | b)", [], "y ~ x // (a | b)"),
  ]

  @Test(arguments: cases) func cut(_ formula: String, _ operands: [String], _ rest: String) throws {
    let bars = try BarFormula(formula)
    let written = bars.operands.map {
      bars.written($0.effects) + ($0.independent ? "||" : "|") + bars.written($0.grouping)
    }
    #expect(written == operands)
    #expect(bars.fixed.unicodeScalars.count == formula.unicodeScalars.count)
    #expect(try ModelDesc.fromFormula(bars.fixed, shown: bars.original).describe() == rest)
  }

  /// Formula, part of the message, the text under the carets.
  static let mistakes: [(String, String, String)] = [
    ("y ~ x + (1|g", "never closed", "("),
    ("y ~ x + (|g)", "no effects before the bar", "(|g)"),
    ("y ~ x + (1|)", "grouping factor after the bar is missing", "(1|)"),
    ("y ~ (z ~ x | g)", "no response", "~"),
    ("y ~ (1|a|b)", "one bar", "|"),
    ("y ~ ((1|a) + x | g)", "cannot hold another", "((1|a) + x | g)"),
    ("y ~ x * (1|g)", "only be added", "(1|g)"),
    ("y ~ x - (1|g)", "only be added", "(1|g)"),
    ("y ~ (1|g):x", "only be added", "(1|g)"),
  ]

  @Test(arguments: mistakes) func refused(_ formula: String, _ message: String, _ marked: String) throws {
    let error = try #require(throws: PatsyError.self) { try BarFormula(formula) }
    #expect(error.message.contains(message))
    #expect(error.origin?.code == formula)
    #expect(error.origin?.relevantCode() == marked)
  }

  @Test func partsKeepTheirPlace() throws {
    let formula = "y ~ x + (1 + zz|g:h)"
    let bars = try BarFormula(formula)
    let effects = try ModelDesc.fromFormula(bars.text(only: bars.operands[0].effects), shown: formula)
    let origin = try #require(effects.rhsTermlist.last?.factors.first?.origin)
    #expect(origin.code == formula)
    #expect(origin.relevantCode() == "zz")
  }
}
