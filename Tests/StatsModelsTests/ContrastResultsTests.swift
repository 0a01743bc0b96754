import StatsModels
import Testing

/// Tests of hypotheses: numbers and texts as statsmodels has them.
struct ContrastResultsTests {
  @Test func separateTestsMatchStatsmodels() throws {
    let cases = textCases("contrasts")
    #expect(cases.count == 24)
    for entry in cases {
      let result = ContrastResults(
        effect: entry.doubles("effect"), sd: entry.doubles("sd"), dfDenom: entry["df"]?.double)
      let alpha = try #require(entry["alpha"]?.double)
      let names = entry.texts("names")
      #expect(result.description == entry.string("text"))
      #expect(try result.summary(xname: names, alpha: alpha, title: "") == entry.string("named"))
      let frame = try result.summaryFrame(xname: names, alpha: alpha)
      #expect(frame.description == entry.string("frame"))
      let pairs = [
        ("pvalue", result.pvalue), ("low", frame.values.column(4)), ("high", frame.values.column(5)),
      ]
      for (key, values) in pairs {
        for (a, b) in zip(values, entry.doubles(key)) {
          #expect((a.isNaN && b.isNaN) || abs(a - b) <= 1e-12 * max(abs(b), 1e-300))
        }
      }
    }
  }

  @Test func jointTestsMatchStatsmodels() throws {
    let cases = try #require(document("joint_tests")["cases"])
    for entry in try #require(cases["joint"]?.elements) {
      let value = try #require(entry["value"]?.double)
      let df = (try #require(entry["df_num"]?.double), try #require(entry["df_denom"]?.double))
      let f = JointTestResults(fvalue: value, dfNum: df.0, dfDenom: df.1)
      let chi2 = JointTestResults(chi2: value, df: df.0)
      // The p-values agree to the last digits but one; the text around them exactly.
      #expect(masked(f.description) == masked(entry.string("f")))
      #expect(masked(chi2.description) == masked(entry.string("chi2")))
      #expect(f.fvalue == value && f.distArgs == [df.0, df.1] && chi2.fvalue == nil)
      #expect(f.summary() == f.description)
    }
    let terms = try #require(cases["terms"])
    let tests = zip(terms.doubles("statistic"), terms.doubles("df")).map {
      JointTestResults(chi2: $0, df: $1)
    }
    let table = WaldTestResults(names: terms.texts("names"), tests: tests)
    #expect(table.description == terms.string("text"))
    #expect(table.dfConstraints == [1, 2, 1] && table.dfDenom == nil)
    #expect(table.summaryFrame().columns == ["chi2", "P>chi2", "df constraint"])
  }

  @Test func namesMustFit() {
    let result = ContrastResults(effect: [1], sd: [2])
    #expect(throws: StatsModelsError.self) { try result.summary(xname: ["a", "b"]) }
    #expect(result.statistic == [0.5] && result.tvalue == [0.5] && result.distArgs.isEmpty)
  }

  /// The text with each number cut to nine characters.
  private func masked(_ text: String) -> [String] {
    text.split { $0 == "=" || $0 == "," || $0 == ">" }.map { String($0.prefix(12)) }
  }
}
