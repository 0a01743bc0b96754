import StatsModels
import TestSupport
import Testing

/// The constructor from arrays: variance components in each form, and rows with missing values.
@Suite struct ArrayModelTests {
  let data = SyntheticData.schools(rows: 240)

  /// Indicators of the classrooms of each school, as a dictionary by the school's number.
  private func indicators(_ rows: [Int]) -> [Int: Matrix] {
    let school = data["school"].integers?.map { $0 ?? 0 } ?? []
    let room = data["classroom"].strings.map { $0 ?? "" }
    return Dictionary(grouping: rows, by: { school[$0] }).mapValues { rows in
      let levels = Set(rows.map { room[$0] }).sorted()
      return Matrix(rows.map { row in levels.map { room[row] == $0 ? 1 : 0 } })
    }
  }

  private func model(
    _ score: [Double], vc: any VarianceComponentsConvertible, missing: MissingHandling, age: [Double]? = nil
  ) throws -> MixedLM {
    var exog = data[["age"]]
    exog["one"] = 1
    if let age { exog["age"] = Column(age) }
    return try MixedLM(
      endog: score, exog: exog, groups: data["school"], exogRe: [Double](repeating: 1, count: score.count),
      exogVc: vc, missing: missing)
  }

  @Test func droppedRowsLeaveTheComponentsToo() throws {
    let score = data["test_score"].doubles ?? []
    let holes: Set<Int> = [0, 7, 19, 31, 100, 101]
    // One whole group is missing as well.
    let gone = Set(score.indices.filter { data["school"].integers?[$0] == 5 })
    let withHoles = score.enumerated().map { holes.contains($0) || gone.contains($0) ? Double.nan : $1 }
    let rows = Array(score.indices)
    let kept = rows.filter { !holes.contains($0) && !gone.contains($0) }
    let formula = try mixedlm(
      "test_score ~ age", data.rows(kept), groups: "school", reFormula: "1",
      vcFormula: ["room": "0 + C(classroom)"]
    ).fit()
    let byGroup = indicators(rows)
    let labels = byGroup.keys.sorted()
    let names = labels.map { label in
      (0..<(byGroup[label]?.columns ?? 0)).map { ["C[a]", "C[b]", "C[c]"][$0] }
    }
    let spec = VCSpec(names: ["room"], colnames: [names], mats: [labels.compactMap { byGroup[$0] }])
    let forms: [any VarianceComponentsConvertible] = [spec, ["room": byGroup]]
    for form in forms {
      let result = try model(withHoles, vc: form, missing: .drop).fit()
      #expect(result.nobs == kept.count && result.model.nGroups == 11)
      #expect(
        abs(result.llf - formula.llf) < 1e-7 && abs(result.vcomp["room"] - formula.vcomp["room"]) < 1e-5)
      #expect(result.warnings.contains { $0.kind == .droppedRows })
      #expect(result.fittedvalues.index == kept.map { String($0) })
      #expect(relativeDistance(result.resid.values, formula.resid.values, floor: 1) < 1e-6)
      #expect(result.randomEffects.count == 11 && result.randomEffects[5] == nil)
      for missing in [MissingHandling.none, .raise] {
        let error = #expect(throws: StatsModelsError.self) {
          try model(withHoles, vc: form, missing: missing)
        }
        #expect(error?.code == .missingValues)
      }
    }
    #expect(try model(withHoles, vc: spec, missing: .drop).exogVc.colnames[0][0] == ["C[a]", "C[b]", "C[c]"])
  }

  @Test func missingValuesInTheComponents() throws {
    let score = data["test_score"].doubles ?? []
    var byGroup = indicators(Array(score.indices))
    byGroup[2]?[3, 0] = .nan
    #expect(throws: StatsModelsError.self) { try model(score, vc: ["room": byGroup], missing: .none) }
    let dropped = try model(score, vc: ["room": byGroup], missing: .drop)
    // The fourth row of school 2 is row 38 of the data.
    #expect(try dropped.nobs == 239 && dropped.fit().fittedvalues.index.firstIndex(of: "38") == nil)
    var age = data["age"].doubles ?? []
    age[4] = .nan
    #expect(try model(score, vc: ["room": byGroup], missing: .drop, age: age).nobs == 238)
    byGroup[77] = Matrix(rows: 1, columns: 1)
    let error = #expect(throws: StatsModelsError.self) {
      try model(score, vc: ["room": byGroup], missing: .drop)
    }
    #expect(error?.message.contains("77") == true)
    #expect(throws: StatsModelsError.self) {
      try model(
        [Double](repeating: .nan, count: 240), vc: ["room": [0: Matrix(rows: 20, columns: 1)]], missing: .drop
      )
    }
  }
}
