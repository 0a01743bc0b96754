import LinearAlgebra
import StatsModels
import TestSupport
import Testing

/// Exact ratios, contrasts of contrasts, degrees of freedom of predictions.
@Suite struct FurtherTestsTests {
  static func data(_ name: String) throws -> DataFrame {
    try DataFrame(csv: Fixtures.path("data/\(name).csv"))
  }

  /// 400,000 draws of RLRsim gave 0.00432 (s.e. 0.0001), 56.1 % of them at zero.
  @Test func `the exact ratio of one variance`() throws {
    let fit = try mixedlm("Yield ~ 1", Self.data("Dyestuff"), groups: "Batch").fit()
    let test = try fit.exactRLRT(count: 40_000, seed: 1)
    #expect(abs(test.statistic - 6.3689553136) < 1e-7)
    #expect(abs(test.pvalue - 0.00432) < 4 * 0.00033 && abs(test.shareAtZero - 0.561) < 4 * 0.0025)
    #expect(try fit.exactRLRT(count: 100, seed: 1) == fit.exactRLRT(count: 100, seed: 1))
    let nested = try mixedlm("strength ~ 1 + (1 | batch/cask)", Self.data("Pastes")).fit()
    #expect(try nested.exactRLRT("batch", count: 500).pvalue > 0.01)
    #expect(try nested.exactRLRT("batch:cask", count: 500).pvalue < 0.01)
    #expect(throws: StatsModelsError.self) { try nested.exactRLRT() }
    #expect(throws: StatsModelsError.self) { try nested.exactRLRT("nobody") }
  }

  @Test func `a ratio of large samples tends to the mixture`() throws {
    var g = SeededGenerator(seed: 3)
    let n = 1200
    let y = (0..<n).map { _ in Double.random(in: -1...1, using: &g) }
    let data = try DataFrame(["y": y, "g": (0..<n).map { $0 % 300 }])
    let test = try mixedlm("y ~ 1", data, groups: "g").fit().exactRLRT(count: 4_000, seed: 2)
    #expect(abs(test.shareAtZero - 0.5) < 0.05)
  }

  @Test func `contrasts of contrasts are products`() throws {
    let fit = try mixedlm("Q('yield') ~ Variety * C(nitro) + (1 | Block/Variety)", Self.data("Oats")).fit()
    let both = try fit.marginalMeans(of: "~ Variety * nitro")
    let products = try both.contrast(interaction: [.pairwise, .polynomial])
    #expect(products.estimate.count == 9)
    let slices = try fit.marginalMeans(of: "~ nitro | Variety").contrast(.polynomial)
    // pairs of varieties within each polynomial: 1-2, 1-3, 2-3
    for degree in 0..<3 {
      let trends = (0..<3).map { slices.estimate[3 * $0 + degree] }
      for (pair, (a, b)) in [(0, 1), (0, 2), (1, 2)].enumerated() {
        #expect(abs(products.estimate[3 * degree + pair] - (trends[a] - trends[b])) < 1e-9)
      }
    }
    #expect(products.contrast[0].contains(" : linear"))
    #expect(throws: StatsModelsError.self) {
      try both.contrast(interaction: [.pairwise, .pairwise, .effects])
    }
  }

  @Test func `predictions have degrees of freedom`() throws {
    let data = try Self.data("sleepstudy")
    let fit = try mixedlm("Reaction ~ Days", data, groups: "Subject", reFormula: "~Days").fit()
    let rows = try DataFrame(["Days": [0.0, 4.5, 9.0]])
    func width(_ ddf: DegreesOfFreedom, _ kind: IntervalKind) throws -> [Double] {
      let table = try fit.predict(rows, interval: kind, ddf: ddf)
      return zip(table.upper.values, table.predictions.values).map { $0 - $1 }.enumerated().map {
        $1 / table.se.values[$0]
      }
    }
    let table = try fit.tTest(
      "Intercept = 0, Intercept + 4.5 * Days = 0, Intercept + 9 * Days = 0", ddf: .satterthwaite)
    let expected = try fit.predict(rows, interval: .confidence, ddf: .infinite)
    let found = try width(.satterthwaite, .confidence)
    let limits = table.confInt(alpha: 0.05)
    for i in 0..<3 {
      let half = (limits[i, 1] - limits[i, 0]) / 2 / table.sd[i]
      #expect(abs(found[i] / half - 1) < 1e-4)
      #expect(abs(expected.se.values[i] - table.sd[i]) < 1e-6 * table.sd[i])
    }
    // a new subject's observation: fewer degrees of freedom than the residuals have, more than the subjects
    let new = try width(.satterthwaite, .prediction)
    let residual = try width(.residual, .prediction)
    #expect(zip(new, residual).allSatisfy { $0 > $1 } && new.allSatisfy { $0 < found[0] + 0.2 })
    #expect(throws: StatsModelsError.self) { try width(.kenwardRoger, .confidence) }
  }

  @Test func `models compare by F, pairs by t`() throws {
    let data = try Self.data("Machines")
    let large = try mixedlm("score ~ Machine + (1 | Worker/Machine)", data).fit()
    let small = try mixedlm("score ~ 1 + (1 | Worker/Machine)", data).fit()
    let test = try compare(small, large, ddf: .kenwardRoger)
    #expect(try test == compare(large, small, ddf: .kenwardRoger) && test.dfNum == 2)
    let table = try large.anova(ddf: .kenwardRoger)
    #expect(abs(test.statistic - table.f[0]) < 1e-8)
    let pairs = try large.tTestPairwise("Machine", method: .bonferroni, ddf: .kenwardRoger).resultFrame
    let coefficients = try large.coefficients(ddf: .kenwardRoger)
    #expect(abs(pairs["B-A", "P>|t|"] - coefficients.p[1]) < 1e-9)
  }
}
