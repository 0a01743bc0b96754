import Foundation
import StatsModels
import TestSupport
import Testing

@Suite struct InvarianceTests {
  static func cattle() throws -> DataFrame { try DataFrame(csv: Fixtures.data("cbpp")) }
  static let formula = "incidence ~ C(period) + (1 | herd)"

  static func fit(_ data: DataFrame, _ formula: String = formula) throws -> MixedGLMResults {
    try mixedglm(formula, data, family: .binomial(), trials: "size").fit()
  }

  /// Every way to write a binomial response gives the same fit; one row for each trial the same but for a constant.
  @Test func responses() throws {
    var data = try Self.cattle()
    let one = try Self.fit(data)
    data["healthy"] = data["size"] - data["incidence"]
    data["share"] = data["incidence"] / data["size"]
    let two = try mixedglm("incidence + healthy ~ C(period) + (1 | herd)", data, family: .binomial()).fit()
    let shares = try mixedglm(
      "share ~ C(period)", data, groups: "herd", family: .binomial(), varWeights: "size"
    ).fit()
    for other in [two, shares] {
      #expect(abs(other.llf - one.llf) < 1e-9)
      #expect(distance(other.feParams.values, one.feParams.values, scale: 1) < 1e-9)
    }
    var (y, period, herd) = ([Bool](), [Int](), [Int]())
    let numbers = try #require(data["incidence"].doubles)
    for (row, successes) in numbers.enumerated() {
      let size = Int(try #require(data["size"].doubles)[row])
      for trial in 0..<size {
        y.append(trial < Int(successes))
        period.append(Int(try #require(data["period"].doubles)[row]))
        herd.append(Int(try #require(data["herd"].doubles)[row]))
      }
    }
    let rows = try DataFrame(["y": y, "period": period, "herd": herd])
    let single = try mixedglm("y ~ C(period) + (1 | herd)", rows, family: .binomial()).fit()
    #expect(single.model.successLevel == "y[True]")
    #expect(distance(single.feParams.values, one.feParams.values, scale: 1) < 1e-7)
    #expect(abs(single.covRe[0, 0] - one.covRe[0, 0]) < 1e-7)
    let counts = try rows.groupby(["y", "period", "herd"]).size()
    let frequent = try mixedglm(
      "y ~ C(period) + (1 | herd)", counts, family: .binomial(), freqWeights: "size"
    ).fit()
    #expect(abs(frequent.llf - single.llf) < 1e-8)
    #expect(abs(frequent.bic - single.bic) < 1e-8)
  }

  /// Whole prior weights of counts are rows repeated, with all constants.
  @Test(arguments: [Family.poisson(), .negativeBinomial(alpha: 0.5)])
  func weightsAreRepeatedRows(_ family: Family) throws {
    var data = try DataFrame(csv: Fixtures.data("epil"))
    let weights = (0..<data.rowCount).map { 1 + $0 % 3 }
    data["w"] = Column(name: "w", weights)
    let formula = "y ~ base + (1 | subject)"
    let weighted = try mixedglm(formula, data, family: family, varWeights: "w").fit()
    let rows = weights.enumerated().flatMap { [Int](repeating: $0.offset, count: $0.element) }
    let repeated = try mixedglm(formula, data.rows(rows), family: family).fit()
    #expect(abs(weighted.llf - repeated.llf) < 1e-7)
  }

  /// The order of rows, a unit and an origin change nothing that does not depend on them.
  @Test func rowsAndUnits() throws {
    var data = try DataFrame(csv: Fixtures.data("epil"))
    let formula = "y ~ base + trt + (1 + base | subject)"
    let one = try mixedglm(formula, data, family: .poisson()).fit()
    let order = (0..<data.rowCount).map { ($0 * 97) % data.rowCount }
    let turned = try mixedglm(formula, data, family: .poisson(), subset: order).fit()
    #expect(abs(turned.deviance - one.deviance) < 1e-8)
    data["base"] = data["base"] * 1e6 + 3e6
    let scaled = try mixedglm(formula, data, family: .poisson()).fit()
    #expect(abs(scaled.deviance - one.deviance) < 1e-6)
    #expect(abs(scaled.tvalues["base"] / one.tvalues["base"] - 1) < 1e-5)
  }

  /// A Gaussian response with the identity link is the linear model by maximum likelihood.
  @Test(arguments: [
    ("sleepstudy", "Reaction ~ Days + (Days | Subject)"),
    ("Penicillin", "diameter ~ 1 + (1 | plate) + (1 | sample)"),
    ("Pastes", "strength ~ 1 + (1 | batch/cask)"), ("Machines", "score ~ Machine + cs(0 + Machine | Worker)"),
    ("Dyestuff2", "Yield ~ 1 + (1 | Batch)"),
  ])
  func gaussian(_ name: String, _ formula: String) throws {
    let data = try DataFrame(csv: Fixtures.data(name))
    let linear = try mixedlm(formula, data).fit(reml: false)
    let r = try mixedglm(formula, data, family: .gaussian()).fit()
    #expect(abs(r.llf - linear.llf) < 1e-6)
    #expect(relativeDistance(r.feParams.values, linear.feParams.values) < 1e-6)
    #expect(abs(r.dispersion / linear.scale - 1) < 1e-4)
    for (a, b) in zip(r.terms, linear.terms) {
      #expect(distance(a.covariance.values.storage, b.covariance.values.storage, scale: linear.scale) < 1e-3)
    }
  }

  /// One node is Laplace's approximation; many nodes agree with one another.
  @Test func nodes() throws {
    let model = try mixedglm(Self.formula, Self.cattle(), family: .binomial(), trials: "size")
    let (few, many) = (try model.fit(nAGQ: 15), try model.fit(nAGQ: 31))
    #expect(abs(few.deviance - many.deviance) < 1e-6)
    #expect(try model.fit(nAGQ: 1).method == "Laplace")
  }

  /// Simulated responses have the fitted means, and their quantile residuals are standard normal.
  @Test(arguments: [
    Family.poisson(), .negativeBinomial(), .gamma(), .inverseGaussian(link: .log), .beta(), .gaussian(),
    .binomial(),
  ])
  func simulation(_ family: Family) throws {
    var data = try DataFrame(csv: Fixtures.data("epil"))
    let base = try #require(data["base"].doubles)
    switch family.distribution {
    case .gamma, .inverseGaussian: data["r"] = Column(try #require(data["y"].doubles).map { $0 + 1 })
    case .beta, .binomial:
      data["r"] = Column(zip(try #require(data["y"].doubles), base).map { ($0 + 1) / ($0 + $1 + 2) })
    default: data["r"] = data["y"]
    }
    data["n"] = Column(zip(try #require(data["y"].doubles), base).map { $0 + $1 + 2 })
    let weights: String? = family.distribution == .binomial ? "n" : nil
    let r = try mixedglm("r ~ trt + (1 | subject)", data, family: family, varWeights: weights).fit()
    let draws = try r.simulate(count: 200, seed: 3, randomEffects: .all)
    let means =
      draws.values.rows == 0
      ? []
      : (0..<draws.values.rows).map { row in
        draws.values.row(row).reduce(0, +) / 200
      }
    let (sum, fitted) = (means.reduce(0, +), r.fittedvalues.values.reduce(0, +))
    #expect(abs(sum / fitted - 1) < 0.02)
    data["r"] = Column(draws.values.column(0))
    let again = try mixedglm("r ~ trt + (1 | subject)", data, family: family, varWeights: weights).fit()
    let z = again.residQuantile(seed: 1).values
    let count = Double(z.count)
    let mean = z.reduce(0, +) / count
    let variance = z.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    #expect(abs(mean) < 0.25)
    #expect(variance > 0.6 && variance < 1.4)
  }

  /// An outer factor of nested ones, whose variance is mostly zero, never takes a fit to a worse end.
  @Test(arguments: [Family.binomial(), .poisson()])
  func anOuterFactorNeverHurts(_ family: Family) throws {
    for seed in UInt64(1)...30 {
      var state = seed
      func uniform() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 11) * 0x1p-53
      }
      func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + uniform() } }
      let effects = (0..<70).map { _ in 1.2 * normal() }
      let h = (0..<60).map { _ in Int(7 * uniform()) }
      let g = (0..<60).map { _ in Int(10 * uniform()) }
      let x = (0..<60).map { _ in normal() }
      let y = (0..<60).map { row -> Int in
        let mean = exp(0.3 * x[row] + effects[10 * h[row] + g[row]])
        if family.distribution == .binomial { return uniform() < mean / (1 + mean) ? 1 : 0 }
        return Int((mean * -log(1 - uniform())).rounded())
      }
      let data = try DataFrame(["y": y, "x": x, "h": h, "g": g])
      let both = try mixedglm("y ~ x + (1 | h) + (1 | h:g)", data, family: family).fit()
      let inner = try mixedglm("y ~ x + (1 | h:g)", data, family: family).fit()
      #expect(both.converged && both.llf > inner.llf - 1e-6, "seed \(seed)")
    }
  }
}
