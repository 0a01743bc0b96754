import StatsModels
import TestSupport
import Testing

/// Corrections of p-values, against `multipletests` of statsmodels.
@Suite struct MultipleTestsTests {
  @Test func everyNameGivesTheNumbersOfStatsmodels() throws {
    let cases = textCases("multiple_tests")
    #expect(cases.count == 16)
    var names: Set<String> = []
    for entry in cases {
      let alpha = try #require(entry["alpha"]?.double)
      let pvalues = entry.doubles("pvalues")
      for answer in try #require(entry["answers"]?.elements) {
        let name = answer.string("method")
        names.insert(name)
        let (corrected, reject) = try MultipleTestsMethod(name).corrected(pvalues, alpha: alpha)
        #expect(relativeDistance(corrected, answer.doubles("corrected")) < 1e-9, "\(name) \(pvalues)")
        #expect(reject == answer["reject"]?.elements?.compactMap(\.truth), "\(name) \(pvalues)")
      }
    }
    #expect(names == Set(MultipleTestsMethod.allCases.map(\.rawValue)))
  }

  @Test func edges() throws {
    for method in MultipleTestsMethod.allCases {
      #expect(method.corrected([]).pvalues.isEmpty)
      let (values, reject) = method.corrected([.nan, 0.01, 1])
      #expect(values[0].isNaN && !reject[0] && values[1] <= 0.0301)
    }
    #expect(try MultipleTestsMethod("Holm") == .holm)
    #expect(throws: StatsModelsError.self) { try MultipleTestsMethod("tukey") }
  }
}
