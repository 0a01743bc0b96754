import StatsModels
import Testing

/// What users get wrong, and what the message must contain.
@Suite struct BadInputTests {
  static func frame() throws -> DataFrame {
    var noise = SyntheticData.Noise(3)
    let y = (0..<40).map { _ in noise.next() }
    let x = (0..<40).map { _ in noise.next() }
    return try DataFrame([
      "y": y, "x": x, "g": (0..<40).map { $0 % 8 }, "h": (0..<40).map { "h\($0 % 4)" }, "row": Array(0..<40),
      "one": 1, "flat": 3.5, "text": (0..<40).map { "t\($0)" },
      "gap": x.enumerated().map { $0.offset == 5 ? Double.nan : $0.element },
      "huge": x.enumerated().map { $0.offset == 7 ? Double.infinity : $0.element },
      "ggap": (0..<40).map { $0 == 9 ? Double.nan : Double($0 % 8) }, "twice": x.map { 2 * $0 },
      "body mass": x,
    ])
  }

  struct Mistake: Sendable {
    var formula = "y ~ x"
    var groups: String? = "g"
    var re: ReFormula?
    var vc: [String: String]?
    var words: [String]
  }

  static let mistakes: [Mistake] = [
    Mistake(formula: "y ~ z", words: ["z", "not defined", "^\nno column 'z'; did you mean 'y', 'x', 'g'?"]),
    Mistake(formula: "y ~ x + Q('tWice')", words: ["no data named 'tWice'", "did you mean 'twice'?"]),
    Mistake(formula: "y ~ np.log(x)", words: ["missing values", "^^^\nits functions give nan"]),
    Mistake(formula: "y ~ log(x)", words: ["not defined", "no function 'log'; did you mean 'np.log'?"]),
    Mistake(formula: "y ~ factor(h)", words: ["did you mean 'C'?"]),
    Mistake(formula: "y ~ poly(x, 2)", words: ["no function 'poly'", "I(x**2)"]),
    Mistake(formula: "y ~ offset(x)", words: ["no function 'offset'", "subtract it from the response"]),
    Mistake(formula: "y ~ nothing(x)", words: ["no function 'nothing'", "np.…"]),
    Mistake(formula: "y ~ body mass", words: ["SyntaxError", "Q('body mass')"]),
    Mistake(formula: "y ~ x + (1,x|g)", groups: nil, words: ["(1 + x | g)"]),
    Mistake(formula: "y ~ x^2", words: ["xor", "I(x**2)"]),
    Mistake(formula: "y ~ .", words: ["SyntaxError", "name the variables"]),
    Mistake(formula: "y ~ x +", words: ["^"]),
    Mistake(groups: "nobody", words: ["nobody"]),
    Mistake(formula: "flat ~ x", words: ["flat", "3.5"]),
    Mistake(formula: "text ~ x", words: ["endog", "text"]),
    Mistake(formula: "y + x ~ 1", words: ["endog"]),
    Mistake(formula: "x ~ y + twice", words: ["exactly", "x"]),
    Mistake(formula: "y ~ C(row)", words: ["40", "degrees of freedom", "'C(row)' alone has 39 columns"]),
    Mistake(
      formula: "y ~ gap",
      words: ["factor contains missing values", "^^^\n'gap' has no value in 1 of 40", "missing: .drop"]),
    Mistake(formula: "gap ~ x", words: ["missing values", "^^^"]),
    Mistake(formula: "y ~ huge", words: ["huge", "row 7"]),
    Mistake(formula: "huge ~ x", words: ["huge", "row 7"]),
    Mistake(groups: "ggap", words: ["ggap", "missing", "row 9"]),
    Mistake(re: "~gap", words: ["missing values", "^^^"]),
    Mistake(re: "0", words: ["no columns"]),
    Mistake(re: "y ~ x", words: ["response"]),
    Mistake(vc: ["a": "0 + gap"], words: ["missing values"]),
    Mistake(vc: ["a": "0 + C(nothing)"], words: ["nothing"]),
    Mistake(groups: nil, words: ["groups"]),
    Mistake(groups: nil, vc: ["a": "0 + h"], words: ["groups"]),
    Mistake(formula: "~ x", words: ["response"]),
    Mistake(groups: "row", words: ["row", "level for every row"]),
    Mistake(groups: "one", words: ["one level"]),
    Mistake(formula: "y ~ x + (1|nobody)", groups: nil, words: ["nobody", "^^^^^^"]),
    Mistake(formula: "y ~ x + (0|g)", groups: nil, words: ["no columns", "^"]),
    Mistake(formula: "y ~ x + (x|row)", groups: nil, words: ["no level has more than 1", "^^^"]),
    Mistake(formula: "y ~ x + (1|ggap)", groups: nil, words: ["missing values", "^^^^"]),
    Mistake(formula: "y ~ x + (gap|g)", groups: nil, words: ["missing values", "^^^"]),
    Mistake(formula: "y ~ `body mass`", words: ["Q('body mass')"]),
    Mistake(formula: "y ~ x + (1|g", groups: nil, words: ["never closed", "^"]),
  ]

  /// Group effects that leave nothing have no maximum; a residual that is small, but not rounding, has one.
  @Test func randomEffectsThatExplainEverything() throws {
    var frame = try Self.frame()
    let noise = try frame.column("y").doubles ?? []
    for size in [0, 1e-7] {
      try frame.assign("level", noise.indices.map { 1.5 * Double($0 % 8) + size * noise[$0] })
      let fit = try mixedlm("level ~ x", frame, groups: "g").fit()
      #expect(fit.converged == (size > 0))
      #expect(
        fit.warnings.contains { $0.kind == .numerical && $0.message.contains("'level' exactly") }
          == (size == 0))
    }
  }

  @Test(arguments: mistakes.indices) func named(_ position: Int) throws {
    let mistake = Self.mistakes[position]
    let data = try Self.frame()
    let error = #expect(throws: (any Error).self) {
      try mixedlm(mistake.formula, data, groups: mistake.groups, reFormula: mistake.re, vcFormula: mistake.vc)
        .fit()
    }
    let text = error.map { "\($0)" } ?? ""
    for word in mistake.words { #expect(text.contains(word), "\(text)") }
    #expect(error is StatsModelsError || error is PatsyError || error is DataFrameError)
  }

  /// A column of numbers with decimal commas is a factor of as many levels, and says so.
  @Test(arguments: [
    (["1,5", "2", "3,25"], true), (["-0,5", "12,25"], true), (["a,b", "2"], false), (["1,", "2"], false),
  ])
  func decimalCommas(_ texts: [String], _ isSaid: Bool) throws {
    var data = try Self.frame()
    try data.assign("dose", (0..<data.rowCount).map { texts[$0 % texts.count] })
    let warnings = try mixedlm("y ~ dose", data, groups: "g").fit().warnings
    #expect(warnings.contains { $0.message.contains("decimal: \",\"") } == isSaid)
  }

  @Test func tinyData() throws {
    let data = try Self.frame()
    for rows in [0, 1, 2] {
      #expect(throws: (any Error).self) { try mixedlm("y ~ x", data[0..<rows], groups: "g").fit() }
    }
    #expect(throws: StatsModelsError.self) { try mixedlm("y ~ x", data, groups: [1, 2, 3]) }
    let error = #expect(throws: StatsModelsError.self) { try mixedlm("y ~ x", data, groups: ["g"]) }
    #expect(error?.message.contains("groups: \"g\"") == true)
  }

  @Test func missingDropped() throws {
    let data = try Self.frame()
    let model = try mixedlm(
      "y ~ gap", data, groups: "ggap", vcFormula: ["h": "0 + C(h)"], missing: .drop)
    #expect(model.nobs == 38)
    let result = try model.fit()
    #expect(result.warnings.contains { $0.kind == .droppedRows && $0.message.contains("2 of 40") })
    #expect(!result.fittedvalues.index.contains("5") && result.fittedvalues.index.contains("6"))
    #expect(try mixedlm("y ~ x", data, groups: "g", missing: .drop).nobs == 40)
  }

  @Test func collinear() throws {
    let data = try Self.frame()
    let result = try mixedlm("y ~ x + twice", data, groups: "g").fit()
    let plain = try mixedlm("y ~ x", data, groups: "g").fit()
    #expect(result.warnings.contains { $0.kind == .rankDeficient && $0.message.contains("twice") })
    #expect(
      result.feParams["twice"].isNaN && result.bse["twice"].isNaN && result.confInt()["twice", "0"].isNaN)
    #expect(abs(result.feParams["x"] - plain.feParams["x"]) < 1e-9)
    #expect(abs(result.llf - plain.llf) < 1e-8 && result.dfResid == plain.dfResid)
    #expect(abs(result.bse["x"] - plain.bse["x"]) < 1e-8)
    #expect(result.fittedvalues.values.allSatisfy { $0.isFinite })
  }

  @Test func subsets() throws {
    let data = try Self.frame()
    let mask = (0..<40).map { $0 < 24 }
    let byMask = try mixedlm("y ~ x", data, groups: data["g"], subset: mask).fit()
    let byPosition = try mixedlm("y ~ x", data, groups: "g", subset: Array(0..<24)).fit()
    let byLabel = try mixedlm("y ~ x", data, groups: "g", subset: (0..<24).map(String.init)).fit()
    let byColumn = try mixedlm("y ~ x", data, groups: "g", subset: data["row"] < 24).fit()
    #expect(byMask.nobs == 24)
    #expect(Set([byMask, byPosition, byLabel, byColumn].map(\.llf)).count == 1)
    #expect(throws: StatsModelsError.self) { try mixedlm("y ~ x", data, groups: "g", subset: [99]) }
    #expect(throws: StatsModelsError.self) { try mixedlm("y ~ x", data, groups: "g", subset: [true]) }
  }
}
