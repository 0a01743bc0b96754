import StatsModels
import Testing

/// What `randomEffects`, `covRe` and the like are where a model has several factors.
@Suite struct SeveralFactorsTests {
  let data = SyntheticData.schools()

  /// The group of `groups` has its random intercept among them, as the published tutorial's call expects.
  @Test func ofTheGroups() throws {
    let results = try mixedlm(
      "test_score ~ age + (1 | classroom) + (1 | school) + (1 | province)", data, groups: data["student_id"]
    ).fit()
    let own = try #require(results.terms.first { $0.group == "student_id" })
    #expect(results.randomEffects.count == 90 && results.model.nGroups == 90)
    #expect(results.covRe.index == ["Group"] && results.covRe[0, 0] == own.covariance[0, 0])
    #expect(results.model.exogReNames == ["Group"] && results.vcomp.count == 0)
    let table = try results.randomEffects(of: "student_id")
    #expect(results.randomEffects(for: 17)?["Group"] == table[17]?["Intercept"])
    let variance = try #require(results.randomEffectsCov[17])["Group", "Group"]
    let place = try #require(table.labels.firstIndex(of: 17))
    #expect(abs(variance.squareRoot() - table.standardErrors[place, 0]) < 1e-8)
    #expect(try results.model.groupList(results.model.endog).count == 90)
  }

  /// Without `groups` they are those of the first factor, all of its terms.
  @Test func ofTheFirstFactor() throws {
    let results = try mixedlm("test_score ~ age + (age || school) + (1 | province)", data).fit()
    #expect(results.model.exogReNames == ["school", "age"] && results.randomEffects.count == 12)
    let covariance = results.covRe
    #expect(covariance["school", "age"] == 0 && covariance["age", "age"] == results.terms[1].covariance[0, 0])
    let joint = try #require(results.randomEffectsCov[3])
    #expect(joint.index == ["school", "age"] && joint["school", "school"] > 0)
  }

  @Test func namesOfTwoTermsOnOneFactorDiffer() throws {
    let results = try mixedlm("test_score ~ 1 + (age | school) + (pretest | school)", data).fit()
    let names = results.params.index
    #expect(Set(names).count == names.count)
    #expect(names.contains("school: Intercept Var") && names.contains("school.1: Intercept Var"))
    #expect(results.model.exogReNames == ["school", "age", "school.1", "pretest"])
    #expect(results.terms.map(\.group) == ["school", "school"])
  }

  /// statsmodels calls the random intercept of arrays "Group Var", as its parameter.
  @Test func namesOfArrays() throws {
    let y = data["test_score"].doubles ?? []
    let x = Matrix((data["age"].doubles ?? []).map { [1, $0] })
    let plain = try MixedLM(endog: y, exog: x, groups: data["school"] as Column).fit()
    #expect(plain.params.index == ["const", "x1", "Group Var"])
    #expect(plain.randomEffects[3]?.index == ["Group Var"] && plain.covRe.index == ["Group Var"])
    let slopes = try MixedLM(endog: y, exog: x, groups: data["school"] as Column, exogRe: x).fit()
    #expect(slopes.params.index.suffix(3) == ["x_re1 Var", "x_re1 x x_re2 Cov", "x_re2 Var"])
    #expect(slopes.randomEffects[3]?.index == ["x_re1", "x_re2"])
  }
}
