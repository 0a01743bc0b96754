import StatsModels
import TestSupport
import Testing

/// statsmodels' TestMixedLMSummary with plain and with penalised fits, and
/// test_summary_after_remove_data.
@Suite struct SummaryTests {
  enum Fit: String, CaseIterable { case plain, regularized }

  private func result(_ fit: Fit) throws -> MixedLMResults {
    let columns: [[Double]] = [
      [Double](repeating: 1, count: 10), [1, 5, 7, 3, 5, 1, 2, 6, 9, 8], [6, 2, 1, 0, 1, 4, 3, 8, 2, 1],
    ]
    let exog = Matrix((0..<10).map { row in columns.map { $0[row] } })
    let groups = (0..<10).map { $0 / 5 }
    let model = try MixedLM(endog: (0..<10).map(Double.init), exog: exog, groups: groups)
    return try fit == .plain ? model.fit() : model.fitRegularized()
  }

  @Test(arguments: Fit.allCases) func rowNames(_ fit: Fit) throws {
    #expect(try result(fit).summary().tables[1].index == ["const", "x1", "x2", "Group Var"])
  }

  @Test(arguments: Fit.allCases) func namesOfFixedEffects(_ fit: Fit) throws {
    let summary = try result(fit).summary(xnameFe: ["Constant", "Age", "Weight"])
    #expect(summary.tables[1].index == ["Constant", "Age", "Weight", "Group Var"])
  }

  @Test(arguments: Fit.allCases) func namesOfRandomEffects(_ fit: Fit) throws {
    let summary = try result(fit).summary(xnameRe: ["Random Effects"])
    #expect(summary.tables[1].index == ["const", "x1", "x2", "Random Effects"])
  }

  @Test(arguments: Fit.allCases) func title(_ fit: Fit) throws {
    let summary = try result(fit).summary(title: "Custom MixedLM Summary")
    #expect(summary.title == "Custom MixedLM Summary")
    #expect(summary.asText().contains("Custom MixedLM Summary"))
  }

  @Test func survivesRemovalOfData() throws {
    let result = try result(.plain)
    let without = try result.removeData()
    let texts = try [result, without].map { try $0.summary().asText() }
    #expect(texts[0] == texts[1])
  }
}
