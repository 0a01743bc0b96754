import Foundation
import StatsModels
import Synchronization
import TestSupport
import Testing

@Suite struct SimulationTests {
  static let sleep = PredictionModel(data: "sleepstudy", formula: "Reaction ~ Days + (Days | Subject)")

  @Test func `draws depend on the seed alone`() throws {
    let (_, results) = try Self.sleep.fit()
    let few = try results.simulate(count: 2, seed: 5)
    let more = try results.simulate(count: 3, seed: 5)
    #expect(few.values.column(1) == more.values.column(1) && few.index == results.fittedvalues.index)
    #expect(few.values.column(0) != (try results.simulate(seed: 6)).values.column(0))
    #expect(few.values.column(0) != few.values.column(1))
  }

  @Test func `draws have the model's moments`() throws {
    let (frame, results) = try Self.sleep.fit()
    let draws = try results.simulate(count: 4000, seed: 2)
    let mean = results.predict()
    let sd = try results.predict(frame, interval: .prediction)
    let fixed = try results.predict(frame, interval: .confidence)
    for row in [0, 9, 100] {
      let values = draws.values.row(row)
      let average = values.reduce(0, +) / 4000
      let variance = values.reduce(0) { $0 + ($1 - average) * ($1 - average) } / 3999
      let expected = sd.se[row] * sd.se[row] - fixed.se[row] * fixed.se[row]
      #expect(abs(average - mean[row]) < 4.5 * (expected / 4000).squareRoot())
      #expect(abs(variance / expected - 1) < 0.12)
    }
    // With the effects kept only the residual is drawn.
    let kept = try results.simulate(count: 500, seed: 3, randomEffects: .all)
    let residual = (0..<500).map { kept.values[0, $0] - results.fittedvalues[0] }
    let variance = residual.reduce(0) { $0 + $1 * $1 } / 500
    #expect(abs(variance / results.scale - 1) < 0.3)
  }

  @Test func `rows of one unseen level share its draw`() throws {
    let (_, results) = try PredictionModel(
      data: "Penicillin", formula: "diameter ~ 1 + (1 | plate) + (1 | sample)"
    )
    .fit()
    let rows = try DataFrame(["plate": ["new", "new", "other"], "sample": ["A", "A", "A"]])
    let draws = try results.simulate(rows, count: 3000, seed: 8, randomEffects: .factors(["sample"]))
    func covariance(_ a: Int, _ b: Int) -> Double {
      let (x, y) = (draws.values.row(a), draws.values.row(b))
      let (mx, my) = (x.reduce(0, +) / 3000, y.reduce(0, +) / 3000)
      return zip(x, y).reduce(0) { $0 + ($1.0 - mx) * ($1.1 - my) } / 2999
    }
    let plate = results.terms[0].covariance[0, 0]
    #expect(abs(covariance(0, 1) - plate) < 0.15 * plate && abs(covariance(0, 2)) < 0.15 * plate)
  }

  @Test func `refitting and updating keep the design`() throws {
    let (_, results) = try Self.sleep.fit()
    let same = try results.refit(response: results.model.endog)
    #expect(abs(same.llf - results.llf) < 1e-9)
    #expect(zip(same.params.values, results.params.values).allSatisfy { abs($0 - $1) < 1e-7 * abs($1) })
    let scaled = try results.refit(response: results.model.endog.map { 2 * $0 })
    #expect(abs(scaled.scale - 4 * results.scale) < 1e-4 * results.scale)
    #expect(throws: StatsModelsError.self) { try results.refit(response: [1, 2]) }
    var frame = try DataFrame(csv: Fixtures.data("sleepstudy"))
    let labels = try mixedlm("Reaction ~ Days", frame, groups: frame["Subject"], reFormula: "~Days")
    let draws = try labels.fit().simulate(count: 20, seed: 4, randomEffects: .none).values
    for draw in 0..<draws.columns {
      let again = try labels.fit().refit(response: draws.column(draw))
      frame["Reaction"] = Column(name: "Reaction", draws.column(draw))
      let fresh = try mixedlm("Reaction ~ Days", frame, groups: "Subject", reFormula: "~Days").fit()
      #expect(abs(again.llf - fresh.llf) < 1e-8)
      #expect(zip(again.bse.values, fresh.bse.values).allSatisfy { !(abs($0 - $1) > 1e-5 * abs($1)) })
    }
    let updated = try labels.update(formula: ". ~ . + I(Days**2)")
    #expect(updated.exogNames == ["Intercept", "Days", "I(Days ** 2)"])
    #expect(updated.paramNames.suffix(1) == labels.paramNames.suffix(1))
    let product = try labels.update(formula: "np.log(.) ~ . : I(Days > 2)")
    #expect(product.formula == "np.log(Reaction) ~ (Days) : I(Days > 2)")
  }

  @Test func `the bootstrap is the same for any number of threads`() throws {
    let (_, results) = try Self.sleep.fit()
    let one = try results.parametricBootstrap(count: 24, seed: 11, threads: 1)
    let four = try results.parametricBootstrap(count: 24, seed: 11, threads: 4)
    #expect(one.replicates == four.replicates && one.failures == 0 && one.replicates.index.count == 24)
    let percentile = try one.confInt(alpha: 0.2)
    let shortest = try one.confInt(alpha: 0.2, .shortest)
    for row in percentile.index.indices {
      let (low, high) = (percentile[row, 0], percentile[row, 1])
      #expect(low < high && shortest[row, 1] - shortest[row, 0] <= (high - low) * 1.25)
    }
    let ratio = one.standardErrors["Days"] / results.fixedEffectsStandardErrors["Days"]
    #expect(ratio > 0.6 && ratio < 1.6)
    #expect(throws: StatsModelsError.self) { try one.confInt(alpha: 0) }
  }

  @Test func `a bootstrap that is stopped keeps what it has`() throws {
    let (_, results) = try Self.sleep.fit()
    let calls = Mutex(0)
    let part = try results.parametricBootstrap(count: 50, seed: 1, threads: 1) { done in
      calls.withLock { $0 += 1 }
      return done < 5
    }
    #expect(part.replicates.index.count == 5 && part.requested == 50 && calls.withLock { $0 } == 5)
    let whole = try results.parametricBootstrap(count: 5, seed: 1)
    #expect(part.replicates == whole.replicates)
    #expect(try results.parametricBootstrap(count: 0, seed: 1).replicates.index.isEmpty)
  }
}
