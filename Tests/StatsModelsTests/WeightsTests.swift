import Foundation
import StatsModels
import TestSupport
import Testing

/// Weights and offset through the public interface.
@Suite struct WeightsAndOffsetTests {
  static func data(rows n: Int = 120) throws -> DataFrame {
    var g = SeededGenerator(seed: 4)
    func uniform() -> Double { Double.random(in: -1...1, using: &g) }
    let x = (0..<n).map { _ in uniform() }
    let group = (0..<n).map { $0 % 12 }
    let effects = (0..<12).map { _ in uniform() }
    let weight = (0..<n).map { Double(1 + $0 % 5) }
    let base = (0..<n).map { _ in 3 * uniform() }
    let y = (0..<n).map { 2 + x[$0] + effects[group[$0]] + base[$0] + uniform() / weight[$0].squareRoot() }
    return try DataFrame(["y": y, "x": x, "g": group, "w": weight, "o": base])
  }

  /// A column's name, its values and arrays are one model; the offset moves the response.
  @Test func everySpelling() throws {
    let data = try Self.data()
    let named = try mixedlm("y ~ x", data, groups: "g", weights: "w", offset: "o").fit()
    var moved = data
    moved["z"] = data["y"] - data["o"]
    let y: [Double] = try #require((data["y"] as Column).doubles)
    let design = try dmatrix("x", data).matrix
    let others = [
      try mixedlm("y ~ x", data, groups: "g", weights: data["w"], offset: data["o"] as Column).fit(),
      try mixedlm("z ~ x", moved, groups: "g", weights: "w").fit(),
      try MixedLM(
        endog: y, exog: design, groups: data["g"] as Column, weights: (data["w"] as Column).doubles,
        offset: (data["o"] as Column).doubles
      ).fit(),
    ]
    for other in others {
      #expect(abs(other.llf - named.llf) < 1e-8 && abs(other.scale - named.scale) < 1e-6 * named.scale)
    }
    #expect(abs(named.fittedvalues[3] - others[1].fittedvalues[3] - (data["o"] as Column).doubles![3]) < 1e-6)
  }

  @Test func rowsOfWeightZero() throws {
    var data = try Self.data()
    var weights: [Double] = (data["w"] as Column).doubles!
    for row in [0, 7, 50] { weights[row] = 0 }
    data["w"] = Column(weights)
    let model = try mixedlm("y ~ x", data, groups: "g", weights: "w")
    #expect(model.nobs == 117)
    #expect(model.warnings.contains { $0.message.contains("3 of 120 rows have the weight 0") })
    let kept = data.rows((0..<120).filter { weights[$0] > 0 })
    #expect(abs(try mixedlm("y ~ x", kept, groups: "g", weights: "w").fit().llf - model.fit().llf) < 1e-9)
  }

  @Test(arguments: [
    (-1.0, "the weight of row 5 is -1.0"), (.infinity, "the weight of row 5 is inf"),
    (.nan, "the weight of row 5 is nan"),
  ])
  func refused(_ bad: Double, _ message: String) throws {
    var data = try Self.data()
    var weights: [Double] = (data["w"] as Column).doubles!
    weights[5] = bad
    data["w"] = Column(weights)
    let error = #expect(throws: StatsModelsError.self) {
      try mixedlm("y ~ x", data, groups: "g", weights: "w")
    }
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    if bad.isNaN {
      #expect(try mixedlm("y ~ x", data, groups: "g", weights: "w", missing: .drop).nobs == 119)
    }
  }

  /// Intervals of new rows use their weights, predictions their offset; files keep both.
  @Test func predictionAndFiles() throws {
    let data = try Self.data()
    let fit = try mixedlm("y ~ x", data, groups: "g", weights: "w", offset: "o").fit()
    let new = try DataFrame(["x": [0.0, 0.0], "g": [1, 1], "w": [1.0, 4.0], "o": [0.0, 10.0]])
    let path = NSTemporaryDirectory() + "weights-\(UUID().uuidString).fit"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try fit.save(path)
    for results in [fit, try MixedLMResults.load(path)] {
      let table = try results.predict(new, randomEffects: .all, interval: .prediction)
      #expect(abs(table.predictions[1] - table.predictions[0] - 10) < 1e-9)
      let difference = table.se[0] * table.se[0] - table.se[1] * table.se[1]
      #expect(abs(difference - 0.75 * fit.scale) < 1e-9)
      #expect(abs(results.fittedvalues[0] - fit.fittedvalues[0]) < 1e-9)
      let pearson = try results.residuals(.pearson)
      #expect(abs(pearson[4] - fit.resid[4] * (5 / fit.scale).squareRoot()) < 1e-9)
    }
    #expect(throws: (any Error).self) { try fit.predict(new[["x", "g"]]) }
    let weighted = try fit.leverage().values.reduce(0, +)
    #expect(weighted > 2 && weighted < 14)
    let drawn = try fit.simulate(count: 400, seed: 1, randomEffects: .all)
    let spread = [0, 4].map { row in
      (0..<400).reduce(0.0) { sum, k in
        let d = drawn.values[row, k] - fit.fittedvalues[row]
        return sum + d * d / 400
      }
    }
    #expect(abs(spread[0] / spread[1] / 5 - 1) < 0.4)
  }
}
