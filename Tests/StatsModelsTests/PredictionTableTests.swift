import Foundation
import StatsModels
import TestSupport
import Testing

/// A model over one of the data sets in the checkout.
struct PredictionModel: Sendable, CustomTestStringConvertible {
  let data: String
  let formula: String
  var groups: String?
  var reFormula: String?
  var vcFormula: [String: String]?
  var testDescription: String { "\(data): \(formula) \(groups ?? "") \(reFormula ?? "")" }

  func fit(reml: Bool = true) throws -> (DataFrame, MixedLMResults) {
    let frame = try DataFrame(csv: Fixtures.data(data))
    let model = try mixedlm(
      formula, frame, groups: groups, reFormula: reFormula.map { ReFormula($0) }, vcFormula: vcFormula)
    return (frame, try model.fit(reml: reml))
  }

  static let all = [
    PredictionModel(data: "dietox", formula: "Weight ~ Time", groups: "Pig", reFormula: "~Time"),
    PredictionModel(data: "dietox", formula: "Weight ~ center(Time) + (1 + Time | Pig)"),
    PredictionModel(data: "dietox", formula: "Weight ~ C(Time) + (1 | Litter) + (0 + Time || Pig)"),
    PredictionModel(data: "Pastes", formula: "strength ~ 1 + (1 | batch/cask)"),
    PredictionModel(
      data: "Pastes", formula: "strength ~ 1", groups: "batch", reFormula: "1",
      vcFormula: ["cask": "0 + C(cask)"]),
    PredictionModel(data: "Penicillin", formula: "diameter ~ 1 + (1 | plate) + (1 | sample)"),
    PredictionModel(data: "Machines", formula: "score ~ Machine + (0 + Machine | Worker)"),
    PredictionModel(
      data: "Exam", formula: "normexam ~ standLRT", groups: "school", reFormula: "1",
      vcFormula: ["slope": "0 + standLRT", "sexes": "0 + C(sex)"]),
  ]
}

@Suite struct PredictionTableTests {
  @Test(arguments: PredictionModel.all)
  func `the data themselves give back fitted values`(_ model: PredictionModel) throws {
    let (frame, results) = try model.fit()
    let fitted = results.fittedvalues
    let all = try results.predict(frame, randomEffects: .all)
    let population = try results.predict(frame)
    let exog = results.predict()
    #expect(all.index == fitted.index)
    for i in 0..<fitted.count {
      #expect(abs(all[i] - fitted[i]) < 1e-8 * (1 + abs(fitted[i])))
      #expect(abs(population[i] - exog[i]) < 1e-10 * (1 + abs(exog[i])))
    }
    // With all effects in, a new observation differs by the residual alone.
    let mean = try results.predict(frame, randomEffects: .all, interval: .confidence)
    let new = try results.predict(frame, randomEffects: .all, interval: .prediction, level: 0.9)
    for i in 0..<fitted.count {
      #expect(abs(new.se[i] * new.se[i] - mean.se[i] * mean.se[i] - results.scale) < 1e-9 * results.scale)
      #expect(abs(new.upper[i] - new.predictions[i] - 1.6448536269514722 * new.se[i]) < 1e-9 * new.se[i])
    }
    // Leaving all effects out adds at least the residual and every term's variance.
    let unknown = try results.predict(frame, interval: .prediction)
    #expect(zip(unknown.se.values, new.se.values).allSatisfy { $0 > $1 })
  }

  @Test func `grouping columns choose the effects`() throws {
    let (_, results) = try PredictionModel.all[3].fit()
    let rows = try DataFrame(["batch": ["A", "A", "B"], "cask": ["a", "b", "a"]])
    let batch = try results.predict(rows, exogRe: rows[["batch"]])
    let both = try results.predict(rows, exogRe: rows[["batch", "cask"]])
    #expect(batch.values == (try results.predict(rows, randomEffects: .factors(["batch"]))).values)
    #expect(both.values == (try results.predict(rows, randomEffects: .all)).values)
    #expect(batch[0] == batch[1] && both[0] != both[1])
    let error = #expect(throws: StatsModelsError.self) { try results.predict(rows, exogRe: rows[["cask"]]) }
    #expect(error?.code == .invalidArgument)
    let wrong = #expect(throws: StatsModelsError.self) {
      try results.predict(rows, randomEffects: .factors(["kask"]))
    }
    #expect(wrong?.message.contains("'batch:cask'") == true)
  }

  @Test func `labels of the groups argument are found in its column`() throws {
    let frame = try DataFrame(csv: Fixtures.data("dietox"))
    let results = try mixedlm("Weight ~ Time", frame, groups: frame["Pig"]).fit()
    let rows = try DataFrame(["Time": [3.0, 3.0], "Pig": [4601, 9999]])
    let known = try results.predict(rows, exogRe: rows[["Pig"]], newLevels: .population)
    let effect = try #require(results.randomEffects(for: 4601))
    let population = try results.predict(rows)
    #expect(abs(known[0] - population[0] - effect[0]) < 1e-10)
    #expect(known[1] == population[1])
    let error = #expect(throws: StatsModelsError.self) { try results.predict(rows, exogRe: rows[["Pig"]]) }
    #expect(error?.code == .unknownLevel && error?.values == ["9999"])
    // The unseen pig's variance counts whole.
    let mean = try results.predict(rows, interval: .confidence)
    let unseen = try results.predict(
      rows, exogRe: rows[["Pig"]], newLevels: .population, interval: .confidence)
    let variance = results.covRe[0, 0]
    #expect(abs(unseen.se[1] * unseen.se[1] - mean.se[1] * mean.se[1] - variance) < 1e-9 * variance)
  }

  @Test func `missing predictors give nan, not fewer rows`() throws {
    let (_, results) = try PredictionModel.all[0].fit()
    let rows = try DataFrame(["Time": [1.0, .nan, 3.0], "Pig": [4601, 4601, 4601]])
    let table = try results.predict(rows, randomEffects: .all, interval: .confidence)
    #expect(table.predictions.values.map(\.isNaN) == [false, true, false])
    #expect(table.se.values.map(\.isNaN) == [false, true, false])
    #expect(throws: (any Error).self) { try results.predict(rows[["Pig"]]) }
    #expect(throws: StatsModelsError.self) { try results.predict(rows, interval: .confidence, level: 1) }
  }

  @Test func `crossed components in one group need no group in new data`() throws {
    let frame = try DataFrame(csv: Fixtures.data("Penicillin"))
    let components = ["plate": "0 + C(plate)", "sample": "0 + C(sample)"]
    let model = try mixedlm(
      "diameter ~ 1", frame, groups: [Int](repeating: 1, count: frame.rowCount), vcFormula: components)
    let crossed = try model.fit()
    let bars = try mixedlm("diameter ~ 1 + (1 | plate) + (1 | sample)", frame).fit()
    let rows = frame[["plate", "sample"]]
    for columns in [["plate"], ["sample"], ["plate", "sample"]] {
      let a = try crossed.predict(rows, exogRe: rows[columns], interval: .prediction)
      let b = try bars.predict(rows, exogRe: rows[columns], interval: .prediction)
      for i in 0..<rows.rowCount {
        #expect(abs(a.predictions[i] - b.predictions[i]) < 1e-6 && abs(a.se[i] - b.se[i]) < 1e-6)
      }
    }
  }

  @Test func `no rows give no predictions`() throws {
    let (_, results) = try PredictionModel.all[0].fit()
    let none = try DataFrame(["Time": [Double](), "Pig": [Int]()])
    #expect(try results.predict(none).count == 0)
    #expect(try results.predict(none, randomEffects: .all, interval: .prediction).se.count == 0)
  }

  @Test func `a model of arrays predicts from matrices`() throws {
    let frame = try DataFrame(csv: Fixtures.data("dietox"))
    let weight = try #require(frame["Weight"].doubles)
    let time = try #require(frame["Time"].doubles)
    let exog = try Matrix(rowsOf: time.map { [1, $0] })
    let results = try MixedLM(endog: weight, exog: exog, groups: frame["Pig"]).fit()
    let b = results.feParams.values
    #expect(abs(try results.predict(Matrix([[1, 5]]))[0] - b[0] - 5 * b[1]) < 1e-10)
    #expect(throws: StatsModelsError.self) { try results.predict(frame) }
    #expect(throws: StatsModelsError.self) { try results.predict(Matrix([[1]])) }
  }
}
