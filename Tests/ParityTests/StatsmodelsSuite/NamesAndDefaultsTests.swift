import StatsModels
import TestSupport
import Testing

/// statsmodels' test_default_re, test_history, test_formulas, test_mixed_lm_wrapper and the unsupported arguments.
@Suite struct NamesAndDefaultsTests {
  private let fixedNames = ["exog0", "exog1", "exog2", "exog3"]

  @Test func defaultIsARandomIntercept() throws {
    let data = try RandomData("default_re")
    let exog = data.matrix("exog0", "exog1", "exog2", "exog3")
    let implied = try MixedLM(endog: data["endog"], exog: exog, groups: data.labels()).fit()
    let ones = [Double](repeating: 1, count: 300)
    let stated = try MixedLM(endog: data["endog"], exog: exog, groups: data.labels(), exogRe: ones).fit()
    #expect(relativeDistance(implied.params.values, stated.params.values) <= 1e-8)
  }

  @Test func history() throws {
    let data = try RandomData("default_re")
    let exog = data.matrix("exog0", "exog1", "exog2", "exog3")
    let model = try MixedLM(endog: data["endog"], exog: exog, groups: data.labels())
    #expect(try model.fit(fullOutput: true).hist != nil)
    #expect(try model.fit().hist == nil)
  }

  @Test func arraysAndFormulasAgree() throws {
    let data = try RandomData("formulas")
    let exog = data.matrix("exog0", "exog1", "exog2", "exog3")
    let arrays = try MixedLM(endog: data["endog"], exog: exog, groups: data.labels(), exogRe: data["exog_re"])
    #expect(arrays.exogNames == ["x1", "x2", "x3", "x4"])
    #expect(arrays.exogReNames == ["x_re1"])
    #expect(arrays.exogReNamesFull == ["x_re1 Var"])
    let first = try arrays.fit()

    let formula = "endog ~ 0 + exog0 + exog1 + exog2 + exog3"
    let frame = try data.frame(labels: ["groups"])
    let byValues = try mixedlm(formula, frame, groups: data.labels(), reFormula: "0 + exog_re")
    let byName = try mixedlm(formula, frame, groups: "groups", reFormula: "0 + exog_re")
    for model in [byValues, byName] {
      #expect(model.exogNames == fixedNames)
      #expect(model.exogReNames == ["exog_re"])
      #expect(model.exogReNamesFull == ["exog_re Var"])
    }
    let second = try byValues.fit()
    #expect(relativeDistance(first.params.values, second.params.values) <= 1e-7)
    let third = try byName.fit(startParams: second.paramsObject)
    #expect(relativeDistance(first.params.values, third.params.values) <= 1e-6)
  }

  @Test func defaultStructureWithAVarianceOfZero() throws {
    let data = try RandomData("formulas")
    let exog = data.matrix("exog0", "exog1", "exog2", "exog3")
    let ones = [Double](repeating: 1, count: 300)
    let arrays = try MixedLM(endog: data["endog"], exog: exog, groups: data.labels(), exogRe: ones).fit()
    let frame = try data.frame(labels: ["groups"])
    let model = try mixedlm("endog ~ 0 + exog0 + exog1 + exog2 + exog3", frame, groups: "groups")
    #expect(model.exogReNames == ["groups"])
    #expect(model.exogReNamesFull == ["groups Var"])
    #expect(distance(arrays.params.values, try model.fit().params.values, scale: 1) <= 1e-7)
  }

  @Test func labelsOfResults() throws {
    let data = try RandomData("formulas")
    let frame = try data.frame(["endog", "exog0", "exog1", "exog2", "exog3", "exog_re"])
    let result = try mixedlm(
      "endog ~ 0 + exog0 + exog1 + exog2 + exog3", frame, groups: data.labels(), reFormula: "~ exog_re"
    ).fit()
    let effects = ["Group", "exog_re"]
    let full = ["Group Var", "Group x exog_re Cov", "exog_re Var"]
    #expect(result.model.exogNames == fixedNames)
    #expect(result.model.exogReNames == effects)
    #expect(result.model.exogReNamesFull == full)
    for series in [result.params, result.bse, result.tvalues] { #expect(series.index == fixedNames + full) }
    #expect(result.covParams().index == fixedNames + full && result.covParams().columns == fixedNames + full)
    #expect(result.feParams.index == fixedNames && result.bseFe.index == fixedNames)
    for matrix in [result.covRe, result.covReUnscaled] {
      #expect(matrix.index == effects && matrix.columns == effects)
    }
    #expect(result.bseRe.index == full)
    #expect(try !result.summary().asText().isEmpty)
  }
}
