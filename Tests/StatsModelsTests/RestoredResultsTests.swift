import Foundation
import StatsModels
import Testing

/// What was saved and loaded answers as the fit itself does.
@Suite struct RestoredResultsTests {
  static let data = SyntheticData.schools()

  /// A model of each kind, and the grouping columns of its conditional predictions.
  struct Kind: Sendable, CustomTestStringConvertible {
    var formula: String
    var groups: String?
    var reFormula: String?
    var vcFormula: [String: String]?
    var reml = true
    var testDescription: String { formula }

    func fit() throws -> MixedLMResults {
      try mixedlm(
        formula, RestoredResultsTests.data, groups: groups, reFormula: reFormula.map { ReFormula($0) },
        vcFormula: vcFormula
      ).fit(reml: reml)
    }
  }

  static let kinds = [
    Kind(formula: "test_score ~ age", groups: "school"),
    Kind(formula: "test_score ~ age + sex", groups: "school", reFormula: "~age", reml: false),
    Kind(formula: "test_score ~ center(age) + bs(pretest, df=4)", groups: "school"),
    Kind(formula: "test_score ~ C(sex, Sum) * age + (1 | school/classroom)"),
    Kind(formula: "test_score ~ age + (age || school) + (1 | province)"),
    Kind(formula: "test_score ~ age + (1 | classroom) + (1 | student_id) + (1 | province)"),
    Kind(formula: "test_score ~ age", groups: "school", vcFormula: ["c": "0 + C(classroom)"]),
    Kind(formula: "test_score ~ age + pretest + I(2 * pretest)", groups: "school"),
    // Singular: flag explains nothing.
    Kind(formula: "test_score ~ age + (1 | school) + (1 | flag)"),
  ]

  private func restored(_ results: MixedLMResults, rows: Bool = true) throws -> MixedLMResults {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).json").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try results.save(path, rows: rows)
    return try MixedLMResults.load(path)
  }

  /// Equal to the tenth digit, nan where the other is.
  private func agree(_ a: [Double], _ b: [Double]) -> Bool {
    a.count == b.count
      && zip(a, b).allSatisfy { ($0.isNaN && $1.isNaN) || abs($0 - $1) <= 1e-10 * (1 + abs($1)) }
  }

  private func agree(_ a: PredictionTable, _ b: PredictionTable) -> Bool {
    agree(a.predictions.values, b.predictions.values) && agree(a.se.values, b.se.values)
      && agree(a.lower.values, b.lower.values) && agree(a.upper.values, b.upper.values)
  }

  @Test(arguments: kinds) func answersAsTheFit(_ kind: Kind) throws {
    let fit = try kind.fit()
    let loaded = try restored(fit)
    let new = Self.data.rows([3, 40, 111, 222])
    for interval in IntervalKind.allCases {
      for selection in [RandomEffectsSelection.none, .all] {
        #expect(
          try agree(
            loaded.predict(new, randomEffects: selection, interval: interval),
            fit.predict(new, randomEffects: selection, interval: interval)))
      }
    }
    #expect(
      try agree(
        loaded.simulate(count: 2, seed: 3).values.storage,
        fit.simulate(count: 2, seed: 3).values.storage))
    #expect(
      try agree(
        loaded.simulate(new, seed: 3, randomEffects: .all).values.storage,
        fit.simulate(new, seed: 3, randomEffects: .all).values.storage))
    #expect(try loaded.varianceShares().description == fit.varianceShares().description)
    #expect(loaded.randomEffectsCov == fit.randomEffectsCov && loaded.covRe == fit.covRe)
    for term in fit.terms where kind.vcFormula?[term.group] == nil {
      let (a, b) = (try loaded.randomEffects(of: term.group), try fit.randomEffects(of: term.group))
      #expect(a.values == b.values && agree(a.standardErrors.storage, b.standardErrors.storage))
      #expect(!b.standardErrors.storage.contains { !$0.isFinite })
    }
    #expect("\(loaded)" == "\(fit)")
  }

  @Test(arguments: kinds) func withoutRows(_ kind: Kind) throws {
    let fit = try kind.fit()
    let loaded = try restored(fit, rows: false)
    #expect(loaded.resid.count == 0 && loaded.fittedvalues.count == 0 && loaded.predict().count == 0)
    #expect(loaded.model.groups.isEmpty && loaded.model.endog.isEmpty && loaded.nobs == fit.nobs)
    #expect("\(loaded)" == "\(fit)")
    let new = Self.data.rows([3, 40])
    for interval in IntervalKind.allCases {
      #expect(
        try agree(loaded.predict(new, interval: interval), fit.predict(new, interval: interval)))
    }
    #expect(try loaded.varianceShares().description == fit.varianceShares().description)
    let error = #expect(throws: StatsModelsError.self) { try loaded.simulate(seed: 1) }
    #expect(error?.message.contains("simulate(data") == true)
    // Saved again, it says no more; and Python's argument is the same.
    let again = try restored(loaded)
    #expect(again.snapshot().fittedvalues == nil && again.nobs == fit.nobs)
    let removed = try fit.removeData()
    #expect(removed.resid.count == 0 && "\(removed)" == "\(fit)")
  }

  /// Large levels keep their intervals; what would tell a row does not stand in the file.
  @Test func smallLevelsAreWithheld() throws {
    let rows = Self.data.rowCount
    var data = Self.data
    // Level "lone" has one row, "pair" two, all others 35 or so.
    data["site"] = (0..<rows).map { $0 == 0 ? "lone" : $0 < 3 ? "pair" : "s\($0 % 10)" }
    let fit = try mixedlm("test_score ~ age", data, groups: "site").fit()
    let loaded = try restored(fit, rows: false)
    let conditional = RandomEffectsSelection.all
    #expect(
      try agree(
        loaded.predict(data.rows([5]), randomEffects: conditional, interval: .confidence),
        fit.predict(data.rows([5]), randomEffects: conditional, interval: .confidence)))
    for row in [0, 1] {
      let error = #expect(throws: StatsModelsError.self) {
        try loaded.predict(data.rows([row]), randomEffects: conditional)
      }
      #expect(error?.message.contains("rows: true") == true)
    }
    let table = try loaded.randomEffects(of: "site")
    #expect(table.labels.count == 10 && !table.standardErrors.storage.contains { !$0.isFinite })
    #expect(throws: StatsModelsError.self) { try loaded.randomEffects(of: "site", levels: ["lone"]) }
    #expect(fit.randomEffects.count == 12)
  }

  @Test func filesThatAreNoResults() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).json").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data("{\"model\": {}, \"llf\": 1, \"fe_params\": {}, \"timing\": {\"read_s\": 0}}".utf8)
      .write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: StatsModelsError.self) { try MixedLMResults.load(path) }
    #expect(error?.message.contains("--save") == true)
  }

  /// Files of version 2 summarise and predict; what they lack is named.
  @Test func earlierFiles() throws {
    let fit = try Self.kinds[1].fit()
    let text = try String(decoding: JSONEncoder.snapshots.encode(fit.snapshot()), as: UTF8.self)
    var members = try #require(try JSONValue(parsing: text).members)
    for position in members.indices {
      if members[position].key == "version" { members[position].value = .integer(2) }
      if members[position].key == "state", let state = members[position].value.members {
        let later = ["groupSizes", "statistics", "effectVariances", "shares", "termRows", "withheld"]
        members[position].value = .object(state.filter { !later.contains($0.key) })
      }
    }
    let old = Data(JSONValue.object(members).encoded(nonFinite: .strings).utf8)
    let loaded = try MixedLMResults.load(bytes: old, name: "old.json")
    let new = Self.data.rows([3])
    #expect(try "\(loaded)" == "\(fit)" && loaded.predict(new) == fit.predict(new))
    let (a, b) = (try loaded.randomEffects(of: "school"), try fit.randomEffects(of: "school"))
    #expect(agree(a.standardErrors.storage, b.standardErrors.storage))
    let error = #expect(throws: StatsModelsError.self) { try loaded.predict(new, interval: .confidence) }
    #expect(error?.message.contains("earlier version") == true)
  }

  @Test(
    arguments: [
      ("scale", "-1"), ("nobs", "99999999999"), ("method", "\"MLE\""), ("cov_params", "[[1]]"),
      ("exog_re_names", "[]"),
    ])
  func damagedMembersAreNamed(_ member: String, _ value: String) throws {
    let fit = try Self.kinds[1].fit()
    let text = try String(decoding: JSONEncoder.snapshots.encode(fit.snapshot()), as: UTF8.self)
    var members = try #require(try JSONValue(parsing: text).members)
    let place = try #require(members.firstIndex { $0.key == member })
    members[place].value = try JSONValue(parsing: value)
    let bytes = Data(JSONValue.object(members).encoded(nonFinite: .strings).utf8)
    let error = #expect(throws: StatsModelsError.self) {
      try MixedLMResults.load(bytes: bytes, name: "damaged.json")
    }
    #expect(error?.message.contains(member) == true)
  }
}

extension JSONEncoder {
  fileprivate static var snapshots: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return encoder
  }
}
