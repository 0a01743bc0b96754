import DataFrames
import Patsy
import StatsModels
import TestSupport
import Testing

/// statsmodels' test_handle_missing and test_from_formula_missing_kwarg_forwarded.
@Suite struct MissingValueTests {
  @Test(arguments: [false, true], [false, true])
  func droppedHereOrBefore(withEffects: Bool, withComponents: Bool) throws {
    let frame = try RandomData("handle_missing").frame()
    let names = ["y", "g", "x1"] + (withEffects ? ["z1"] : []) + (withComponents ? ["c1", "c2"] : [])
    let effects: ReFormula? = withEffects ? "1 + z1" : nil
    let components = withComponents ? ["a": "0 + c1", "b": "0 + c2"] : nil
    let before = try mixedlm(
      "y ~ x1", frame[names].dropna(), groups: "g", reFormula: effects, vcFormula: components
    ).fit()
    let here = try mixedlm(
      "y ~ x1", frame, groups: "g", reFormula: effects, vcFormula: components, missing: .drop
    ).fit()
    #expect(distance(here.params.values, before.params.values) <= 1e-9)
    #expect(distance(here.bse.values, before.bse.values) <= 1e-7)
    #expect(before.fittedvalues.count == before.nobs)
    #expect(here.fittedvalues.index == before.fittedvalues.index)
  }

  @Test(arguments: [MissingHandling.none, .raise]) func missingValuesAreNamed(_ missing: MissingHandling)
    throws
  {
    let frame = try RandomData("missing_forwarded").frame(labels: ["g"])
    let error = #expect(throws: PatsyError.self) {
      try MixedLM.fromFormula(formula: "y ~ x", data: frame, groups: "g", missing: missing)
    }
    #expect(error?.description.contains("factor contains missing values") == true)
  }

  @Test func droppedRows() throws {
    let frame = try RandomData("missing_forwarded").frame(labels: ["g"])
    let model = try MixedLM.fromFormula(formula: "y ~ x", data: frame, groups: "g", missing: .drop)
    #expect(model.exog.rows == 49 && model.endog.count == 49)
    #expect(try model.fit().nobs == 49)
  }
}
