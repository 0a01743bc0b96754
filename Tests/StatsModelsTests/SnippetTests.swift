import StatsModels
import Testing

/// The calls of the documentation page "Calls that people publish", as they stand there.
struct SnippetTests {
  /// 720 pupils in 6 provinces, 24 schools and 96 classes, each tested at some of 30 sittings.
  private static func data() throws -> DataFrame {
    var state: UInt64 = 42
    func draw() -> Double {
      // Twelve uniform numbers make a number that is normal enough.
      (0..<12).reduce(-6.0) { sum, _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return sum + Double(state >> 11) / 0x1p53
      }
    }
    let n = 720
    let school = (0..<n).map { $0 % 24 }
    let province = school.map { $0 % 6 }
    let classroom = (0..<n).map { ($0 / 24) % 4 }
    let test = (0..<n).map { ($0 * 7 + $0 / 24) % 30 }
    let student = (0..<n).map { $0 % 24 * 15 + $0 / 48 }
    let age = (0..<n).map { _ in 10 + draw() }
    let pretest = (0..<n).map { _ in draw() }
    let effects = (0..<800).map { _ in draw() }
    let slopes = (0..<200).map { _ in 0.5 * draw() }
    let score = (0..<n).map { i -> Double in
      let fixed = 50 + 2 * age[i] + pretest[i] + 3 * effects[school[i]] + 2 * effects[100 + province[i]]
      let classes = 2 * effects[200 + 4 * school[i] + classroom[i]] + effects[400 + student[i]]
      let sloped = slopes[school[i]] * (age[i] - 10) + slopes[100 + classroom[i]] * (age[i] - 10)
      return fixed + classes + sloped + 1.5 * effects[300 + test[i]] + 2 * draw()
    }
    return try DataFrame([
      "test_score": score, "score": score, "age": age, "pretest": pretest, "study_hours": age,
      "prior_gpa": pretest, "sex": (0..<n).map { $0 % 3 == 0 ? "f" : "m" }, "classroom": classroom,
      "class_id": classroom, "school": school, "school_id": school, "province": province,
      "student_id": student,
      "student": student, "test": test, "group": (0..<n).map { ["control", "a", "b"][$0 % 3] },
    ])
  }

  private static let bars = "test_score ~ age + sex + (1|classroom) + (1|school) + (1|province)"

  /// Fits and checks what any finished fit must satisfy.
  @discardableResult
  private func fit(_ model: MixedLM) throws -> MixedLMResults {
    let results = try model.fit()
    #expect(results.converged && results.llf.isFinite && results.scale > 0)
    #expect(try results.summary().asText().contains("Mixed Linear Model"))
    return results
  }

  @Test func documentationOfStatsmodels() throws {
    let data = try Self.data()
    let vc = ["classroom": "0 + C(classroom)"]
    let first = try fit(
      MixedLM.fromFormula(
        formula: "test_score ~ age", data: data, groups: "school", reFormula: "1", vcFormula: vc))
    #expect(first.params.index == ["Intercept", "age", "school Var", "classroom Var"])
    let second = try fit(
      MixedLM.fromFormula(
        formula: "test_score ~ age + pretest", data: data, groups: "school", reFormula: "1",
        vcFormula: ["classroom": "0 + C(classroom)", "pretest": "0 + pretest"]))
    #expect(second.vcomp.index == ["classroom", "pretest"])
    let third = try fit(
      MixedLM.fromFormula(
        formula: "test_score ~ age + pretest", data: data, groups: "school", reFormula: "1 + pretest",
        vcFormula: ["classroom": "0 + C(classroom)"]))
    #expect(third.covRe.index == ["school", "pretest"])
  }

  @Test func otherArguments() throws {
    let data = try Self.data()
    let mask = data["age"] > 10
    let subset = try fit(mixedlm("test_score ~ age", data, groups: "school", subset: mask))
    #expect(subset.nobs < 720 && subset.nobs > 200)
    try fit(mixedlm("test_score ~ age", data, groups: "school", useSparse: true, missing: .drop))
    let first = try mixedlm(
      "test_score ~ age", data, groups: "school", subset: Array(0..<400), environment: .empty)
    let byLabel = try mixedlm("test_score ~ age", data, groups: "school", subset: (0..<400).map { "\($0)" })
    #expect(try fit(first).params == fit(byLabel).params)
    let arrays: [String: any ColumnConvertible] = [
      "y": data["score"], "x": data["age"], "g": data["school"],
    ]
    #expect(try fit(mixedlm("y ~ x", arrays, groups: "g")).nobs == 720)
  }

  @Test(arguments: [
    "score ~ group + (1|test) + (1|test:school) + (1|school:student)",
    "score ~ group + (1 | test) + (1 | school) + (1| school:student)",
  ])
  func crossedFactors(formula: String) throws {
    let results = try fit(mixedlm(formula, Self.data()))
    #expect(results.terms.count == 3)
  }

  @Test func coincidingFactors() throws {
    let data = try Self.data()
    let results = try mixedlm(
      "score ~ group + (1 | test) + (1 | school) + (1| school:student) + (1|student)", data
    ).fit()
    #expect(results.terms.map(\.isHeld) == [false, false, false, true])
    #expect(results.terms[3].covariance[0, 0] == 0)
    #expect(results.warnings.contains { $0.kind == .notIdentifiable })
  }

  @Test func componentsWithinAndWithoutGroups() throws {
    var data = try Self.data()
    let vc = ["school": "0 + C(school)", "student": "0 + C(student)"]
    let asked = try mixedlm("score ~ group", data, groups: data["test"], reFormula: "1", vcFormula: vc).fit()
    #expect(asked.params.index.contains("Group Var"))
    data["groups"] = 1
    let vcf = ["student": "0 + C(student)", "test": "0 + C(test)", "school": "0 + C(school)"]
    let crossed = try mixedlm("score ~ 1", data, groups: "groups", reFormula: "1", vcFormula: vcf).fit()
    #expect(crossed.covRe[0, 0] == 0 && crossed.vcomp.values.allSatisfy { $0 > 0 })
    #expect(crossed.warnings.contains { $0.kind == .notIdentifiable })
  }

  @Test(arguments: [
    SnippetTests.bars, "test_score ~ age + (age|classroom) + (1|school) + (1|province)",
    "test_score ~ age + (age|classroom) + (age|school) + (age|province)",
    "test_score ~ age + (1|classroom) + (1|school:classroom)",
    "test_score ~ age + (1|province) + (1|student_id)",
  ])
  func barsInAStatsmodelsCall(formula: String) throws {
    let data = try Self.data()
    let bars = try mixedlm(formula, data).fit()
    let both = try mixedlm(formula, data, groups: data["student_id"]).fit()
    #expect(bars.llf.isFinite && both.llf >= bars.llf - 1e-6)
    // Bare labels of a column that has a bar already add nothing new.
    #expect(both.terms.count >= bars.terms.count)
  }

  @Test func dictionariesBesideBars() throws {
    let data = try Self.data()
    let diagonal = try mixedlm(
      "test_score ~ age + (age|school)", data, groups: data["student_id"], vcFormula: ["school": "diag"]
    ).fit()
    let school = try #require(diagonal.terms.first)
    #expect(school.group == "school" && school.covariance[0, 1] == 0 && diagonal.terms.count == 2)
    let plain = try mixedlm(Self.bars, data, groups: data["student_id"]).fit()
    let allDiagonal = try mixedlm(
      Self.bars, data, groups: data["student_id"],
      vcFormula: ["classroom": "diag", "school": "diag", "province": "diag"]
    ).fit()
    let byDictionary = try mixedlm(
      Self.bars, data, groups: data["student_id"],
      reFormula: ["classroom": "~1", "school": "~1", "province": "~1"]
    ).fit()
    for results in [allDiagonal, byDictionary] {
      #expect(abs(results.llf - plain.llf) < 1e-7 * abs(plain.llf))
    }
  }

  @Test func guideToMixedModels() throws {
    var data = try Self.data()
    let model = try mixedlm("test_score ~ study_hours + prior_gpa", data, groups: data["school_id"])
    let result = try model.fit()
    #expect(result.resid.count == 720 && result.fittedvalues.count == 720)
    let newData = try DataFrame(["study_hours": [10], "prior_gpa": [3.5], "school_id": [5]])
    let population = try result.predict(newData)
    let own = try result.predict(newData, exogRe: newData[["school_id"]])
    let effect = try #require(result.randomEffects(for: 5))
    #expect(population.count == 1 && abs(own[0] - population[0] - effect[0]) < 1e-9)
    let powell = try model.fit(method: .powell)
    #expect(abs(powell.llf - result.llf) < 1e-4)
    try fit(mixedlm("test_score ~ study_hours", data, groups: data["school_id"], reFormula: "~study_hours"))
    data["school_class"] = data["school_id"].astype(.string) + "_" + data["class_id"].astype(.string)
    let classes = try fit(
      mixedlm(
        "test_score ~ study_hours", data, groups: data["school_id"],
        vcFormula: ["class": "0 + C(school_class)"]))
    #expect(classes.params.index == ["Intercept", "study_hours", "class Var"] && classes.kRe == 0)
    #expect(try result.plot(.normalQuantiles).svg.hasPrefix("<svg"))
  }
}
