import StatsModels
import Testing

/// The ways to write a model, and the models they mean.
@Suite struct ModelInterfacesTests {
  let data = SyntheticData.schools()

  private func groups(_ result: MixedLMResults) -> [String] { result.terms.map(\.group) }

  /// Bars against groups with formulas: one likelihood.
  @Test(
    arguments: [
      ("test_score ~ age + (1|school)", nil, [:]),
      ("test_score ~ age + (age|school)", "~age", [:]),
      ("test_score ~ age + (0 + age|school)", "0 + age", [:]),
      ("test_score ~ age + (1|school) + (1|school:classroom)", "1", ["classroom": "0 + C(classroom)"]),
      ("test_score ~ age + (1|school/classroom)", "1", ["classroom": "0 + classroom"]),
      ("test_score ~ age + (age|school) + (0 + pretest|school)", "~age", ["pretest": "0 + pretest"]),
      (
        "test_score ~ age + (1|school) + (0 + pretest|school:classroom)", "1",
        ["p": "0 + C(classroom):pretest"]
      ),
    ] as [(String, String?, [String: String])])
  func barsAndGroups(_ bars: String, _ re: String?, _ vc: [String: String]) throws {
    for reml in [true, false] {
      let a = try mixedlm(bars, data).fit(reml: reml)
      let b = try mixedlm(
        "test_score ~ age", data, groups: "school", reFormula: re, vcFormula: vc.isEmpty ? nil : vc
      ).fit(reml: reml)
      #expect(abs(a.llf - b.llf) <= 1e-9 * abs(b.llf))
      #expect(zip(a.feParams.values, b.feParams.values).allSatisfy { abs($0 - $1) < 1e-6 * abs($1) })
    }
  }

  /// `Q("…")` and `C(Q("…"))` are the column itself: whole numbers stay whole in labels.
  @Test(arguments: ["Q('school no.')", "Q(\"school no.\")", "C(Q('school no.'))"])
  func quotedGroupingColumns(_ factor: String) throws {
    var named = data
    named["school no."] = data["school"]
    let plain = try mixedlm("test_score ~ age + (1 | school)", data).fit()
    let quoted = try mixedlm("test_score ~ age + (1 | \(factor))", named).fit()
    #expect(quoted.randomEffects.keys.map(\.description) == plain.randomEffects.keys.map(\.description))
    #expect(quoted.llf == plain.llf)
  }

  /// Arrays with a list of matrices against formulas.
  @Test func arraysAndFormulas() throws {
    let formula = try mixedlm(
      "test_score ~ age", data, groups: "school", reFormula: "~age",
      vcFormula: ["classroom": "0 + C(classroom)"])
    let age = try #require(data["age"].doubles)
    let ones = [Double](repeating: 1, count: age.count)
    let design = Matrix(rows: age.count, columns: 2, columnMajor: ones + age)
    let arrays = try MixedLM(
      endog: formula.endog, exog: design, groups: data["school"], exogRe: design, exogVc: formula.exogVc)
    let (a, b) = (try formula.fit(), try arrays.fit())
    #expect(abs(a.llf - b.llf) <= 1e-9 * abs(a.llf))
    #expect(
      arrays.paramNames == ["const", "x1", "x_re1 Var", "x_re1 x x_re2 Cov", "x_re2 Var", "classroom Var"])
    #expect(a.randomEffects[3]?.values.count == b.randomEffects[3]?.values.count)
    #expect(a.randomEffects[3]?.index.last == "classroom[C(classroom)[c]]")
    let plain = try MixedLM(endog: formula.endog, exog: design, groups: data["school"])
    #expect(plain.paramNames == ["const", "x1", "Group Var"])
  }

  /// One bar without `||` reports as `groups` would.
  @Test func oneBarReportsAsGroups() throws {
    let bar = try mixedlm("test_score ~ age + (age|school)", data).fit()
    let groups = try mixedlm("test_score ~ age", data, groups: "school", reFormula: "~age").fit()
    #expect(bar.params.index == groups.params.index)
    #expect(try bar.summary().asText() == groups.summary().asText())
    #expect(bar.randomEffects[0]?.index == ["school", "age"])
    #expect(bar.model.exogNames == ["Intercept", "age"])
  }

  @Test func severalFactorsForm() throws {
    let result = try mixedlm("test_score ~ age + sex + (age||province) + (1|classroom) + (1|school)", data)
      .fit()
    #expect(groups(result) == ["province", "province", "classroom", "school"])
    #expect(result.terms.map(\.names) == [["Intercept"], ["age"], ["Intercept"], ["Intercept"]])
    #expect(result.covRe.index == ["province", "age"] && result.vcomp.count == 0)
    #expect(result.randomEffects.count == 4)
    #expect(result.model.nGroups == 4)
    #expect(
      result.bseRe.index == [
        "province: Intercept Var", "province: age Var", "classroom: Intercept Var", "school: Intercept Var",
      ])
    let table = try result.randomEffects(of: "province")
    #expect(table.names == ["Intercept", "age"] && table.labels == ["p0", "p1", "p2", "p3"])
    #expect(table.standardErrors.storage.allSatisfy { $0 >= 0 })
  }

  /// Formula, groups, reFormula, vcFormula, and the terms they give.
  static let mixtures:
    [(String, (any ColumnSpecifier & Sendable)?, ReFormula?, [String: String]?, [String])] =
      [
        (
          "test_score ~ age + (1|classroom) + (1|school)", "student_id", nil, nil,
          ["classroom", "school", "student_id"]
        ),
        ("test_score ~ age + (1|classroom)", "school", nil, ["classroom": "diag"], ["classroom", "school"]),
        (
          "test_score ~ age + (age|classroom)", "student_id", ["classroom": "~1", "school": "~1"], nil,
          ["classroom", "school", "student_id"]
        ),
        (
          "test_score ~ age + (1|classroom)", nil, ["classroom": "~1", "school": "~1"], nil,
          ["classroom", "school"]
        ),
        ("test_score ~ age", "school", ["school": "~age"], nil, ["school"]),
        ("test_score ~ age", "school", ["province": "~1"], nil, ["province", "school"]),
        ("test_score ~ age + (1|province)", "school", nil, ["c": "0 + C(classroom)"], ["province", "c"]),
        (
          "test_score ~ age + (1|province)", "school", "1", ["c": "0 + C(classroom)"],
          ["province", "school", "c"]
        ),
      ]

  @Test(arguments: mixtures.indices) func mixture(_ position: Int) throws {
    let (formula, by, re, vc, expected) = Self.mixtures[position]
    let result = try mixedlm(formula, data, groups: by, reFormula: re, vcFormula: vc).fit()
    #expect(groups(result) == expected)
    #expect(result.llf.isFinite)
  }

  /// A dictionary entry equal to a bar is that bar; a different one replaces it.
  @Test func dictionaryBesideBars() throws {
    let bar = try mixedlm("test_score ~ age + (1|school) + (1|classroom)", data).fit()
    let same = try mixedlm("test_score ~ age + (1|school) + (1|classroom)", data, reFormula: ["school": "~1"])
      .fit()
    #expect(groups(same) == ["school", "classroom"] && same.llf == bar.llf)
    let other = try mixedlm(
      "test_score ~ age + (1|school) + (1|classroom)", data, reFormula: ["school": "~age"]
    ).fit()
    #expect(groups(other) == ["classroom", "school"])
    #expect(other.terms[1].names == ["Intercept", "age"])
  }

  @Test func diagonal() throws {
    let bars = try mixedlm("test_score ~ age + (age||school)", data).fit()
    let marked = try mixedlm("test_score ~ age + (age|school)", data, vcFormula: ["school": "diag"]).fit()
    let groups = try mixedlm(
      "test_score ~ age", data, groups: data["school"], reFormula: "~age", vcFormula: ["school": "diag"]
    ).fit()
    #expect(abs(bars.llf - marked.llf) < 1e-7 && abs(bars.llf - groups.llf) < 1e-7)
    #expect(marked.terms.count == 1 && marked.terms[0].covariance["Intercept", "age"] == 0)
    #expect(groups.params["Group x age Cov"] == 0)
    #expect(throws: StatsModelsError.self) {
      try mixedlm("test_score ~ age + (age|school)", data, vcFormula: ["classroom": "diag"])
    }
  }

  @Test func doubleBarKeepsFactorsWhole() throws {
    let result = try mixedlm("test_score ~ age + (sex + age || school)", data).fit()
    #expect(result.terms.map(\.names) == [["Intercept"], ["sex[f]", "sex[m]"], ["age"]])
  }

  /// Terms that say the same as an earlier one are held at zero.
  @Test func coincidingTerms() throws {
    var data = self.data
    data["room"] = data["school"].astype(.string) + data["classroom"]
    let result = try mixedlm(
      "test_score ~ age + (1|school) + (1|school:classroom) + (1|room)", data
    ).fit()
    #expect(result.terms.map(\.isHeld) == [false, false, true])
    #expect(result.terms[2].covariance[0, 0] == 0)
    #expect(result.warnings.map(\.kind).contains(.notIdentifiable))
    #expect(result.bseFe.values.allSatisfy { $0.isFinite })
  }

  /// All rows in one group: crossed components, and a group intercept that is held.
  @Test func crossedInOneGroup() throws {
    var data = self.data
    data["groups"] = 1
    let vc = ["p": "0 + C(province)", "c": "0 + C(classroom)", "s": "0 + C(school)"]
    let result = try mixedlm("test_score ~ 1", data, groups: "groups", reFormula: "1", vcFormula: vc).fit()
    let crossed = try mixedlm("test_score ~ 1 + (1|province) + (1|classroom) + (1|school)", data).fit()
    #expect(abs(result.llf - crossed.llf) < 1e-7)
    #expect(result.vcomp.index == ["c", "p", "s"])
    #expect(result.warnings.map(\.kind).contains(.notIdentifiable))
    #expect(result.params.index == ["Intercept", "groups Var", "c Var", "p Var", "s Var"])
  }

  /// Groupers of every type, transforms and interactions inside.
  @Test(arguments: [
    "(1|flag)", "(1|sex:flag)", "(1|C(school))", "(1|sex*flag)", "(np.log(age)|school)",
    "(age + I(age**2)|province)",
    "(C(sex)|school)", "(0 + sex|school)", "(1|I(school % 4))", "(scale(age)|school)",
  ])
  func bar(_ bar: String) throws {
    let result = try mixedlm("test_score ~ age + \(bar)", data).fit()
    #expect(result.llf.isFinite && result.converged)
  }
}
