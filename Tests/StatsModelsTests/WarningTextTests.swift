import StatsModels
import Testing

/// What a warning must name: the term, the columns, the values, and a way out.
struct WarningTextTests {
  /// Effects of `a` in steps of one, none of `b`, slopes that repeat the intercepts of `g`, a column that is a
  /// combination of two others, missing values in two columns.
  static let frame: DataFrame = {
    var noise = SyntheticData.Noise(5)
    let rows = 240
    let a = (0..<rows).map { $0 % 8 }
    let x = (0..<rows).map { _ in noise.next() }
    let z = (0..<rows).map { _ in noise.next() }
    // Means over the levels of b are removed, so that they differ less than chance lets expect.
    let raw = (0..<rows).map { _ in noise.next() }
    var means = [Double](repeating: 0, count: 6)
    for (row, value) in raw.enumerated() { means[row / 40] += value / 40 }
    let e: [Double] = raw.enumerated().map { $0.element - means[$0.offset / 40] }
    let y: [Double] = (0..<rows).map { Double(a[$0]) + x[$0] + e[$0] }
    let tilted: [Double] = (0..<rows).map { Double(a[$0]) * (1 + x[$0]) + 0.1 * e[$0] }
    let mix: [Double] = (0..<rows).map { 2 * x[$0] - z[$0] + 3 }
    let gap: [Double] = (0..<rows).map { $0 % 50 == 0 ? Double.nan : x[$0] }
    let hole: [Double] = (0..<rows).map { $0 < 3 ? Double.nan : z[$0] }
    let frame: KeyValuePairs<String, any ColumnConvertible> = [
      "a": a.map { "a\($0)" }, "b": (0..<rows).map { "b\($0 / 40)" }, "x": x, "z": z,
      "one": [String](repeating: "all", count: rows), "row": Array(0..<rows),
      "copy": a.map { "c\($0)" }, "mix": mix, "y": y, "tilted": tilted, "gap": gap, "hole": hole,
    ]
    return (try? DataFrame(frame)) ?? DataFrame()
  }()

  struct Case: Sendable, CustomTestStringConvertible {
    var formula: String
    var groups: String?
    var re: ReFormula?
    var vc: [String: String]?
    var kind: FitWarning.Kind
    var words: [String]
    var testDescription: String { "\(formula) \(groups ?? "")" }
  }

  static let cases: [Case] = [
    Case(
      formula: "y ~ x + (1 | a) + (1 | b) + (0 + x | a)", kind: .boundary,
      words: [
        "(1 | b) has variance 0; (0 + x | a) has variance 0", "Without these terms the fit is the same",
      ]),
    Case(
      formula: "y ~ x + (x || a) + (1 | b)", kind: .boundary,
      words: ["(0 + x | a) has variance 0; (1 | b) has variance 0"]),
    Case(
      formula: "y ~ x", groups: "b", kind: .boundary, words: ["(1 | b) has variance 0. Without this term"]),
    Case(formula: "y ~ x", groups: "b", kind: .singular, words: ["(1 | b) has rank 0 of 1"]),
    Case(
      formula: "y ~ x + (1 | a)", groups: "one", vc: ["lot": "0 + C(b)"], kind: .boundary,
      words: ["variance component 'lot' has variance 0"]),
    Case(
      formula: "tilted ~ x", groups: "a", re: "~x", kind: .boundary,
      words: ["(x | a) has correlation 1 of Intercept and x", "(x || a)"]),
    Case(
      formula: "tilted ~ x", groups: "a", re: "~x", kind: .singular, words: ["(x | a) has rank 1 of 2"]),
    Case(
      formula: "tilted ~ x + (1 + x | a) + (1 | b)", kind: .boundary,
      words: ["(1 + x | a) has correlation 1 of Intercept and x; (1 | b) has", "Without (1 | b) the fit"]),
    Case(
      formula: "y ~ x + z + mix", groups: "a", kind: .rankDeficient,
      words: ["'mix' = 3*'Intercept' + 2*'x' - 'z'", "leave it out"]),
    Case(
      formula: "y ~ C(a) + C(copy)", groups: "b", kind: .rankDeficient,
      words: ["'C(copy)[T.c1]' = 'C(a)[T.a1]'", "which depend"]),
    Case(
      formula: "y ~ x + (1 | a) + (1 | copy)", kind: .notIdentifiable,
      words: ["(1 | copy)", "'copy' divides the rows as 'a' does", "leave the term out"]),
    Case(
      formula: "y ~ x + (1 | a) + (1 | one)", kind: .notIdentifiable, words: ["(1 | one)", "only one level"]),
    Case(
      formula: "y ~ x + (1 | a) + (1 | row)", kind: .notIdentifiable,
      words: ["(1 | row)", "level for every row"]),
    Case(
      formula: "y ~ gap + hole", groups: "a", kind: .droppedRows,
      words: ["7 of 240 rows", "no value of 'gap' in 5, 'hole' in 3"]),
  ]

  @Test(arguments: cases) func warningsName(_ entry: Case) throws {
    let model = try mixedlm(
      entry.formula, Self.frame, groups: entry.groups, reFormula: entry.re, vcFormula: entry.vc,
      missing: .drop)
    let found = try model.fit().warnings.filter { $0.kind == entry.kind }
    let message = try #require(found.first?.message)
    #expect(found.count == 1)
    for word in entry.words { #expect(message.contains(word), "\(message)") }
  }

  @Test func summariesListFactorsAndEndWithWarnings() throws {
    let text = try mixedlm("y ~ x + (1 | a) + (1 | b)", Self.frame).fit().summary().asText()
    #expect(text.contains("No. a: ") && text.contains("No. b: ") && !text.contains("No. Groups"))
    let foot = text.split(separator: "\n").drop { !$0.hasPrefix("Warning: ") }.joined(separator: " ")
    #expect(foot.contains("(1 | b) has variance 0") && !foot.contains("rank 0 of 1"))
    let plain = try mixedlm("y ~ x", Self.frame, groups: "a", reFormula: "1", missing: .drop).fit().summary()
    #expect(plain.extraTxt.isEmpty && plain.asText().contains("No. Groups:"))
  }

  @Test func diagonalBlocksListNoCovariances() throws {
    let results = try mixedlm(
      "tilted ~ x", Self.frame, groups: "a", reFormula: "~x + z", vcFormula: ["a": "diag"]
    ).fit()
    #expect(
      try results.summary().tables[1].index == ["Intercept", "x", "a Var", "x Var", "z Var"])
  }

  /// statsmodels' model without a random intercept.
  @Test func noGroupEffectBesideComponents() throws {
    let model = try mixedlm("y ~ x", Self.frame, groups: "a", reFormula: "0", vcFormula: ["lot": "0 + C(b)"])
    #expect(model.kRe == 0 && model.vcompNames == ["lot"])
    let same = try mixedlm("y ~ x", Self.frame, groups: "a", vcFormula: ["lot": "0 + C(b)"])
    #expect(try abs(model.fit().llf - same.fit().llf) < 1e-9)
    #expect(throws: StatsModelsError.self) { try mixedlm("y ~ x", Self.frame, groups: "a", reFormula: "0") }
  }

  /// Names that scripts for scipy, statsmodels and lme4 use.
  @Test(arguments: [
    ("L-BFGS-B", OptimizationMethod.Name.lbfgs), ("l_bfgs_b", .lbfgs), ("BFGS", .bfgs), ("Nelder-Mead", .nm),
    ("Nelder_Mead", .nm), ("nm", .nm), ("Powell", .powell), ("CG", .cg), ("basinhopping", .basinhopping),
  ])
  func methodNames(name: String, expected: OptimizationMethod.Name) throws {
    #expect(try OptimizationMethod(name).names == [expected])
  }

  @Test(arguments: [
    ("newton", "bfgs"), ("TNC", "lbfgs"), ("COBYLA", "powell"), ("bobyqa", "powell"),
    ("bgfs", "did you mean 'bfgs'"),
    ("nothing of the kind", "'nm'"),
  ])
  func methodsThatAreNotHere(name: String, word: String) {
    let error = #expect(throws: StatsModelsError.self) { try OptimizationMethod(name) }
    #expect(error?.message.contains(word) ?? false && error?.message.contains(name) ?? false)
  }

  @Test func unfinishedFitsNameTheResponse() throws {
    let results = try mixedlm("y ~ x", Self.frame, groups: "a").fit(method: .bfgs, maxiter: 0)
    let message = try #require(results.warnings.first { $0.kind == .convergence }?.message)
    #expect(message.hasPrefix("Gradient optimization failed, |grad| = ") && message.contains("'y'"))
    #expect(message.contains("maxiter"))
  }
}
