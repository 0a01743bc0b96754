import Foundation
import StatsModels
import TestSupport
import Testing

@Suite struct SnapshotTests {
  let data = SyntheticData.schools()

  @Test(
    arguments: [
      ("test_score ~ center(age) + sex", "school", "~age", ["c": "0 + C(classroom)"]),
      ("test_score ~ age + (age|school) + (1|school:classroom)", nil, nil, [:]),
      ("test_score ~ age + pretest + I(2 * pretest)", "flag", nil, [:]),
    ] as [(String, String?, String?, [String: String])])
  func savedAndLoaded(_ formula: String, _ by: String?, _ re: String?, _ vc: [String: String]) throws {
    let result = try mixedlm(formula, data, groups: by, reFormula: re, vcFormula: vc.isEmpty ? nil : vc).fit()
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).json").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try result.save(path)
    let loaded = try MixedLMResults.load(path)
    #expect(try loaded.summary().asText() == result.summary().asText())
    #expect(loaded.randomEffects == result.randomEffects)
    #expect(loaded.varianceComponents.description == result.varianceComponents.description)
    #expect(loaded.fittedvalues == result.fittedvalues && loaded.warnings == result.warnings)
    #expect(loaded.predict() == result.predict() && loaded.aic.isNaN && loaded.dfResid == result.dfResid)
    let new = data.rows([3, 5, 8])
    #expect(try loaded.predict(new) == result.predict(new))
    #expect(loaded.model.groupLabels == result.model.groupLabels)
    #expect(try loaded.predict(new, randomEffects: .all) == result.predict(new, randomEffects: .all))
    #expect(throws: StatsModelsError.self) { try loaded.model.fit() }
    #expect(try result.removeData().summary().asText() == result.summary().asText())
    #expect(result.fittedvalues.count == data.rowCount)
  }

  /// What takes the correlations of the rows, and the variances of weighted ones.
  @Test(arguments: [
    (ResidualVariance?.none, ResidualStructure?.some(.compoundSymmetry)), (nil, .autoregressive(time: "age")),
    (.byGroup("sex"), .autoregressive(time: nil)), (.byGroup("sex"), nil),
  ])
  func savedResiduals(_ variance: ResidualVariance?, _ residuals: ResidualStructure?) throws {
    var data = data
    data["age"] = Array(0..<data.rowCount)
    let result = try mixedlm(
      "test_score ~ pretest + (0 + pretest | school)", data, variance: variance, residuals: residuals
    ).fit()
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).json").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try result.save(path)
    let loaded = try MixedLMResults.load(path)
    for kind in [ResidualKind.normalized, .scaled] {
      let (a, b) = (try result.residuals(kind).values, try loaded.residuals(kind).values)
      #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-9 * (1 + abs($0)) }, "\(kind)")
    }
    let (a, b) = (try result.simulate(seed: 1).values.storage, try loaded.simulate(seed: 1).values.storage)
    #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-9 * (1 + abs($0)) })
    #expect(try abs(result.varianceShares().residual / loaded.varianceShares().residual - 1) < 1e-12)
    #expect(
      try abs(result.varianceShares().residual / result.removeData().varianceShares().residual - 1) < 1e-12)
    // new rows of a mean need no column of variances
    let new = try data.drop(columns: ["sex"])
    #expect(try loaded.predict(new).values == result.predict(data).values)
  }

  @Test func equalResultsGiveEqualFiles() throws {
    let result = try mixedlm(
      "test_score ~ age", data, groups: "school",
      vcFormula: ["c": "0 + C(classroom)", "p": "0 + C(province)"]
    ).fit()
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (a, b) = (folder.appendingPathComponent("a\"\n.json"), folder.appendingPathComponent("b.json"))
    try result.save(a.path)
    try MixedLMResults.load(a.path).save(b.path)
    let text = try Data(contentsOf: a)
    #expect(try text == Data(contentsOf: b))
    let found = try JSONSerialization.jsonObject(with: text) as? [String: Any]
    #expect(found?["nobs"] as? Int == 360 && (found?["bse"] as? [Any])?.count == 4)
    // An earlier file stays when the new one cannot be written.
    #expect(throws: StatsModelsError.self) { try result.save(folder.path) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
  }

  /// The members of a file have one order, and what statsmodels knows has the form of the fixtures.
  @Test(arguments: [["c": "0 + C(classroom)"], [:]]) func membersInOrder(_ vc: [String: String]) throws {
    let result = try mixedlm(
      "test_score ~ age", data, groups: "school", reFormula: "~age", vcFormula: vc.isEmpty ? nil : vc
    ).fit(reml: false)
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).json").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try result.save(path)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let members = try JSONValue(parsing: text).members?.map(\.key)
    let fixture = try String(contentsOfFile: Fixtures.path("mixedlm/sitka-slope-reml.json"), encoding: .utf8)
    let expected = try JSONValue(parsing: fixture)["expected"]?.members?.map(\.key)
    #expect(try members == (#require(expected)) + ["method", "converged", "version", "state"])
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let read = try decoder.decode(MixedLMFixture.Expected.self, from: Data(text.utf8))
    #expect(read.llf == result.llf && read.bseRe == result.bseRe.values && read.aic == result.aic)
    #expect(read.fittedvalues?.values == result.fittedvalues.values && read.fittedvalues?.every == 1)
    #expect(read.randomEffects?.effects.map(\.values) == result.randomEffects.values.map(\.values))
    #expect(try read.summary == result.summary().asText())
    let loaded = try MixedLMResults.load(path)
    #expect(loaded.randomEffectsCov == result.randomEffectsCov)
    try loaded.save(path)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
  }

  @Test func damagedFiles() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).json").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(throws: StatsModelsError.self) { try MixedLMResults.load(path) }
    try Data("{\"version\": 1}".utf8).write(to: URL(fileURLWithPath: path))
    let old = #expect(throws: StatsModelsError.self) { try MixedLMResults.load(path) }
    #expect(old?.message.contains("version 1") == true)
    var snapshot = try mixedlm("test_score ~ age", data, groups: "school").fit().snapshot()
    snapshot.version = 99
    #expect(throws: StatsModelsError.self) { try MixedLMResults(snapshot) }
  }
}
