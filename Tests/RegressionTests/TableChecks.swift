import StatsModels
import TestSupport

/// Tables of variance against statsmodels: `tables.json` and `repeated.json`.
enum TableChecks {
  struct Fixture: Decodable {
    struct Entry: Decodable {
      let typ: Int
      let robust: String?
      let table: Table
      let text: String?
    }
    struct Anova: Decodable {
      let data, formula: String
      let weights: String?
      let tables: [Entry]
    }
    struct Nested: Decodable {
      let data: String
      let formulas: [String]
      let table: Table
      let f, lr: [[Double]]
      let lm: [[Double]]?
    }
    struct Pairwise: Decodable {
      let data, formula, term, method: String
      let table: Table
    }
    let anova: [Anova]
    let nested: [Nested]
    let pairwise: [Pairwise]
  }

  static func failures() throws -> [String] {
    let fixture = try Fixtures.load(Fixture.self, "regression/tables.json")
    var checks = Checks()
    for c in fixture.anova {
      let data = try DataFrame(csv: Fixtures.data(c.data))
      let fit =
        try c.weights.map { try wls(c.formula, data, weights: $0).fit() } ?? ols(c.formula, data).fit()
      for t in c.tables {
        checks.about("\(c.data) \(c.formula) \(t.typ) \(t.robust ?? "")")
        let robust = t.robust.flatMap { CovarianceType(rawValue: $0.uppercased()) }
        let table = try anovaLm(fit, typ: t.typ, robust: robust)
        checks.near("table", table, t.table, 1e-6, floor: 1e-10)
        // The last printed digits of p-values near 1e-300 and the choice of exponents belong to pandas' own rules.
        if let text = t.text, text.count == table.description.count {
          checks.same("text", table.description, text)
        }
      }
    }
    for c in fixture.nested {
      checks.about("\(c.data) \(c.formulas)")
      let data = try DataFrame(csv: Fixtures.data(c.data))
      let fits = try c.formulas.map { try ols($0, data).fit() }
      checks.near("nested", try anovaLm(models: fits), c.table, 1e-7)
      for (i, pair) in zip(fits, fits.dropFirst()).enumerated() {
        func numbers(_ t: RestrictionTest) -> [Double] { [t.statistic, t.pvalue, t.dfDiff] }
        checks.near("F", try numbers(pair.1.compareFTest(pair.0)), c.f[i], 1e-7)
        checks.near("LR", try numbers(pair.1.compareLrTest(pair.0)), c.lr[i], 1e-7)
        if let lm = c.lm { checks.near("LM", try numbers(pair.1.compareLmTest(pair.0)), lm[i], 1e-7) }
      }
    }
    for c in fixture.pairwise {
      checks.about("\(c.data) \(c.term)")
      let fit = try ols(c.formula, DataFrame(csv: Fixtures.data(c.data))).fit()
      let result = try fit.tTestPairwise(c.term, method: MultipleTestsMethod(c.method))
      checks.near("pairs", result.resultFrame, c.table, 1e-7)
    }
    try repeated(&checks)
    return checks.failures
  }

  private struct Repeated: Decodable {
    struct Columns: Decodable {
      let who, aa, cc: [String]
      let bb: [Int]
      let value: [Double]
    }
    struct Case: Decodable {
      let data: String?
      let within: [String]
      let mean: Bool
      let table: Table
      let text: String
    }
    let columns: Columns
    let cases: [Case]
  }

  private static func repeated(_ checks: inout Checks) throws {
    let fixture = try Fixtures.load(Repeated.self, "regression/repeated.json")
    let c = fixture.columns
    let frame = try DataFrame(["who": c.who, "aa": c.aa, "bb": c.bb, "cc": c.cc, "value": c.value])
    for test in fixture.cases {
      checks.about("AnovaRM \(test.within)")
      let model =
        try test.data.map {
          try AnovaRM(
            data: DataFrame(csv: Fixtures.data($0)), depvar: "angle", subject: "replicate",
            within: test.within,
            aggregateFunc: .mean)
        }
        ?? AnovaRM(
          data: frame, depvar: "value", subject: "who", within: test.within,
          aggregateFunc: test.mean ? .mean : nil)
      let results = model.fit()
      checks.near("table", results.anovaTable, test.table, 1e-7)
      checks.same("text", results.description, test.text)
    }
    checks.about("AnovaRM refuses")
    for within in [["aa"], ["aa", "bb"]] {
      checks.require(
        (try? AnovaRM(data: frame, depvar: "value", subject: "who", within: within)) == nil,
        "several rows in a cell")
    }
    let cut = frame[1..<frame.rowCount]
    checks.require(
      (try? AnovaRM(data: cut, depvar: "value", subject: "who", within: ["aa", "bb", "cc"])) == nil,
      "a missing cell")
  }
}
