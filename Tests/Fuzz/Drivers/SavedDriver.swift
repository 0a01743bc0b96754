import Foundation
import StatsModels
import TestSupport

/// Damages files of saved results and uses whatever still loads.
package struct SavedDriver: FuzzDriver {
  /// A saved result.
  private struct File: Sendable {
    var bytes: [UInt8]
    var document: JSONValue
  }
  private let files: [File]
  private let data: DataFrame

  /// Fits and saves the models whose files are damaged.
  package init() throws {
    data = try Self.data()
    files = try Self.results(data).flatMap { results in
      try [true, false].map { rows in
        let text = try Self.text(of: results, rows: rows)
        return File(bytes: Array(text.utf8), document: try JSONValue(parsing: text))
      }
    }
  }

  /// Small data in which every kind of model has something to estimate.
  private static func data() throws -> DataFrame {
    var generator = SeededGenerator(seed: 9)
    func noise() -> Double { Double.random(in: -1...1, using: &generator) }
    let rows = 48
    let group = (0..<rows).map { $0 % 6 }
    let effects = (0..<6).map { _ in 3 * noise() }
    let x = (0..<rows).map { _ in 10 + 3 * noise() }
    let frame: KeyValuePairs<String, any ColumnConvertible> = [
      "y": (0..<rows).map { x[$0] + effects[group[$0]] + noise() }, "x": x, "g": group,
      "h": (0..<rows).map { "abcd".map(String.init)[($0 / 3) % 4] },
      "s": (0..<rows).map { $0 % 3 == 0 ? "f" : "m" },
    ]
    return try DataFrame(frame)
  }

  /// One result of each kind.
  private static func results(_ data: DataFrame) throws -> [MixedLMResults] {
    [
      try mixedlm("y ~ x", data, groups: "g").fit(),
      try mixedlm("y ~ x + s", data, groups: data["g"], reFormula: "~x").fit(reml: false),
      try mixedlm("y ~ bs(x, df=4) + center(x)", data, groups: "g").fit(),
      try mixedlm("y ~ C(s, Sum)*x + (1 | g/h)", data).fit(),
      try mixedlm("y ~ x + (x || g) + (1 | h)", data).fit(),
      try mixedlm("y ~ x + (1 | h)", data, groups: "g").fit(),
      try mixedlm("y ~ 1", data, groups: "g", vcFormula: ["h": "0 + C(h)", "x": "0 + x"]).fit(),
      try MixedLM(
        endog: data["y"].doubles ?? [], exog: Matrix((data["x"].doubles ?? []).map { [1, $0, 2 * $0] }),
        groups: data["g"] as Column
      ).fit(),
    ]
  }

  private static func text(of results: MixedLMResults, rows: Bool) throws -> String {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).json").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try results.save(path, rows: rows)
    return try String(contentsOfFile: path, encoding: .utf8)
  }

  /// The bytes of a file with one to three nodes or bytes changed.
  package func input(using generator: inout SeededGenerator) -> [UInt8] {
    let file = files[Int.random(in: 0..<files.count, using: &generator)]
    let changes = Int.random(in: 1...3, using: &generator)
    if Int.random(in: 0..<5, using: &generator) == 0 {
      var bytes = file.bytes
      for _ in 0..<changes {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
          in: 0...255, using: &generator)
      }
      return bytes
    }
    let changed = (0..<changes).reduce(file.document) { document, _ in
      JSONDamage.apply(to: document, using: &generator)
    }
    return Array(changed.encoded(nonFinite: .strings).utf8)
  }

  package func use(_ input: [UInt8]) -> FuzzOutcome {
    guard let results = try? MixedLMResults.load(bytes: Data(input), name: "input") else { return .refused }
    attributes(results)
    predictions(results)
    tests(results)
    if let again = try? results.removeData() { predictions(again) }
    return .served
  }

  package func describe(_ input: [UInt8]) -> String { String(decoding: input, as: UTF8.self) }

  // MARK: - What users do with results

  private func attributes(_ results: MixedLMResults) {
    _ = "\(results) \(results.model) \(results.varianceComponents)"
    _ = (results.params, results.bse, results.pvalues, results.confInt(), results.covRe, results.vcomp)
    _ = (results.aic, results.aicc, results.dfResid, results.fixedEffectsCovariance, results.monteCarlo)
    _ = (results.randomEffects, results.randomEffectsCov, results.resid, results.fittedvalues)
    _ = (results.paramsObject.getPacked(useSqrt: true), results.hessv, results.model.exogVc)
    _ = (results.model.groups, results.model.rowIndices, results.model.endogLi, results.model.exogRe)
    for (position, term) in results.terms.enumerated() {
      _ = (term.correlation, try? results.randomEffects(of: term.group), results.effects(ofTerm: position))
    }
    _ = (try? results.varianceShares(), try? results.summary(), results.textVariables)
    _ = results.model.groupLabels.prefix(3).map { results.randomEffects(for: $0) }
    for kind in [PlotKind.residualsAgainstFitted, .randomEffects(), .fittedLines()] {
      _ = try? results.plot(kind)
    }
  }

  private func predictions(_ results: MixedLMResults) {
    let new = data.rows([0, 7, 20])
    for selection in [RandomEffectsSelection.none, .all] {
      _ = try? results.predict(new, randomEffects: selection, newLevels: .population)
      for interval in IntervalKind.allCases {
        _ = try? results.predict(new, randomEffects: selection, newLevels: .population, interval: interval)
      }
      _ = try? results.simulate(seed: 1, randomEffects: selection)
      _ = try? results.simulate(new, seed: 1, randomEffects: selection)
    }
    _ = try? results.predict(new, exogRe: new[["g"]])
    _ = try? results.predict(Matrix([[1, 2, 3]]))
    _ = results.predict()
  }

  private func tests(_ results: MixedLMResults) {
    _ = try? results.tTest(Matrix.identity(results.params.count))
    _ = try? results.fTest(Matrix.identity(results.params.count))
    if let name = results.params.index.last { _ = try? results.tTest("\(name) = 0") }
    _ = try? results.waldTestTerms()
    _ = try? results.tTestPairwise("s")
    _ = try? results.profileRe(0)
    _ = try? results.leverage()
    _ = try? results.model.fit()
  }
}
