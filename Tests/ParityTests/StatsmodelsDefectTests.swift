import Foundation
import StatsModels
import TestSupport
import Testing

/// What statsmodels 0.15 does wrong, numbered as in the inventory of its defects, and the right behaviour.
@Suite struct StatsmodelsDefectTests {
  static let dietox = Result { try DataFrame(csv: Fixtures.data("dietox")) }
  static let pastes = Result { try DataFrame(csv: Fixtures.data("Pastes")) }

  private func pigs(_ formula: String = "Weight ~ Time", re: ReFormula? = nil) throws -> MixedLM {
    try mixedlm(formula, Self.dietox.get(), groups: "Pig", reFormula: re)
  }

  private func casks() throws -> MixedLM {
    try mixedlm(
      "strength ~ 1", Self.pastes.get(), groups: "batch", reFormula: "1", vcFormula: ["cask": "0 + C(cask)"])
  }

  /// 20 groups of 6 rows without any effect of the groups.
  private func noise(_ seed: UInt64, slope: Double = 0, factor: Double = 1) throws -> DataFrame {
    var generator = SeededGenerator(seed: seed)
    let rows = 0..<120
    func draw() -> Double {
      (0..<12).reduce(-6) { sum, _ in sum + Double.random(in: 0..<1, using: &generator) }
    }
    let x = rows.map { Double($0 % 6) }
    let slopes = (0..<20).map { _ in slope * draw() }
    return try DataFrame([
      "y": rows.map { 1 + (0.5 + slopes[$0 / 6]) * x[$0] + draw() }, "x": x.map { factor * $0 },
      "g": rows.map { $0 / 6 },
    ])
  }

  // MARK: - Optimisation

  @Test func `1 the score has the right sign where the factor's diagonal is negative`() throws {
    let model = try pigs(re: "~Time")
    let point = [2.286, 0.056, -0.283]
    let score = try model.score(point)
    for k in point.indices {
      let values = try [-1e-5, 1e-5].map { step in
        var moved = point
        moved[k] += step
        return try model.loglike(moved)
      }
      #expect(abs((values[1] - values[0]) / 2e-5 - score[k]) < 1e-4)
    }
    #expect(try score[2] > 23 && abs(model.fit(method: .bfgs).llf + 2217.04746) < 1e-4)
  }

  @Test func `2 units of a predictor change nothing`() throws {
    let fits = try [1.0, 1000].map { factor in
      try mixedlm("y ~ x", noise(5, slope: 1, factor: factor), groups: "g", reFormula: "~x").fit(reml: false)
    }
    #expect(abs(fits[0].llf - fits[1].llf) < 1e-7)
    #expect(abs(fits[0].bse["x"] / fits[1].bse["x"] / 1000 - 1) < 1e-6)
    #expect(abs(fits[0].covRe["x", "x"] / fits[1].covRe["x", "x"] / 1e6 - 1) < 1e-5)
  }

  @Test(arguments: ["bodyweight-slope-reml", "bodyweight-slope-ml", "orthodont-sex-reml", "early-slope-reml"])
  func `3 default fits of textbook data reach the optimum`(_ name: String) async throws {
    let fitted = try await FittedFixtures.shared.fit(name)
    let reference = fitted.fixture.referenceLlf
    #expect(fitted.result.converged && fitted.result.llf > reference - Tolerance.logLikelihood(reference))
  }

  @Test func `4 small and absent variances are found`() throws {
    for seed in 1...8 as ClosedRange<UInt64> {
      let model = try mixedlm("y ~ x", noise(seed), groups: "g", reFormula: "~x")
      let result = try model.fit()
      #expect(result.converged)
      #expect(try result.llf > model.fit(method: .powell, gtol: 1e-8).llf - 1e-6)
      #expect(
        try result.llf >= model.loglike(MixedLMParams.fromComponents(covRe: Matrix(rows: 2, columns: 2)))
          - 1e-9)
    }
    #expect(try abs(pigs("Weight ~ 1").fit().llf + 3991.1726) < 1e-3)
  }

  @Test func `5 the likelihood is finite at a variance of zero`() throws {
    let model = try pigs("Weight ~ 1")
    let zero = MixedLMParams.fromComponents(feParams: [0], covRe: Matrix(rows: 1, columns: 1))
    let small = MixedLMParams.fromComponents(feParams: [0], covRe: Matrix([[1e-9]]))
    #expect(try abs(model.loglike(zero) - model.loglike(small)) < 1e-4)
    let mean = try Self.dietox.get()["Weight"].mean()
    #expect(try abs(model.getFeParams(covRe: zero.covRe, vcomp: []).feParams[0] - mean) < 1e-9)
    let result = try model.fit()
    #expect(result.llf.isFinite && abs(result.feParams[0] - mean) < 0.5 && result.bseFe[0] < 2)
  }

  @Test func `6 effects at a singular fit are zeros`() throws {
    let result = try pigs("Weight ~ 1").fit()
    #expect(result.covRe[0, 0] == 0 && result.warnings.contains { $0.kind == .boundary })
    #expect(result.randomEffects.values.allSatisfy { $0.values == [0] })
    #expect(result.randomEffectsCov.values.allSatisfy { $0[0, 0] == 0 })
    #expect(
      result.fittedvalues.values == result.predict().values && result.resid.values.allSatisfy(\.isFinite))
  }

  @Test func `7 useSqrt false never leaves the covariance matrices`() throws {
    let data = try noise(3)
    for method in [OptimizationMethod.bfgs, .lbfgs, .cg, .nm] {
      let exog = try DataFrame(["one": [Double](repeating: 1, count: 120), "x": data["x"].doubles ?? []])
      let result = try MixedLM(
        endog: data["y"], exog: exog, groups: data["g"], exogRe: exog, useSqrt: false
      ).fit(method: method)
      let covariance = result.covRe
      #expect(covariance[0, 0] >= 0 && covariance[1, 1] >= 0)
      #expect(covariance[0, 0] * covariance[1, 1] - covariance[0, 1] * covariance[0, 1] >= -1e-12)
    }
  }

  @Test func `8 the boundary warning is relative`() throws {
    var data = try Self.dietox.get()
    data["small"] = data["Weight"] / 100
    let result = try mixedlm("small ~ Time", data, groups: "Pig").fit()
    #expect(result.covRe[0, 0] < 0.01 && result.warnings.isEmpty)
    data["large"] = data["Weight"] * 1000
    let large = try mixedlm("large ~ 1", data, groups: "Pig").fit()
    #expect(
      large.warnings.contains {
        $0.message.hasPrefix(
          "The MLE may be on the boundary of the parameter space: (1 | Pig) has variance 0.")
      })
  }

  @Test func `9 doCg false and an empty list of methods work`() throws {
    let model = try pigs()
    let start = MixedLMParams.fromComponents(feParams: [0, 0], covRe: Matrix([[2]]))
    let evaluated = try model.fit(startParams: start, doCg: false)
    #expect(
      try abs(evaluated.params["Pig Var"] - 2) < 1e-12 && abs(evaluated.llf - (model.loglike(start))) < 1e-9)
    #expect(try abs(model.fit(method: []).llf - model.fit().llf) < 1e-9)
    for method in [OptimizationMethod.basinhopping, .minimize] {
      #expect(try abs(model.fit(method: method).llf - model.fit().llf) < 1e-6)
    }
  }

  @Test func `10 fits end at the optimum and not before`() throws {
    let result = try pigs(re: "~Time").fit()
    let score = try result.model.score(result.paramsObject)
    #expect(score.allSatisfy { abs($0) < 1e-4 } && result.certificate.predictedDecrease < 1e-9)
  }

  // MARK: - Inference

  @Test func `11 standard errors of variances`() throws {
    for (reml, right) in [(true, 6.939), (false, 6.795)] {
      let result = try pigs().fit(reml: reml)
      let pig = try #require(result.varianceComponents["Pig", "Intercept"])
      #expect(abs(pig.standardError - right) < 2e-3)
    }
    #expect(try abs(pigs().fit().bseRe["Pig Var"] - 2.149) < 1e-3)
  }

  @Test func `12 variances in user units stand beside the ratios`() throws {
    let result = try pigs().fit()
    #expect(abs(result.params["Pig Var"] * result.scale - result.covRe[0, 0]) < 1e-12 * result.covRe[0, 0])
    #expect(result.varianceComponents["Pig", "Intercept"]?.estimate == result.covRe[0, 0])
    #expect(try result.summary().tables[1].get("Pig Var", "Coef.") == "40.394")
  }

  @Test func `13 tests and accessors that crash in Python`() throws {
    let result = try casks().fit()
    #expect(try result.tTest("Intercept = 60").statistic == result.tTest(["Intercept = 60"]).statistic)
    #expect(try result.tTest([1]).effect == [result.feParams[0]])
    #expect(try result.covParams(column: 0) == result.covParams()[0, 0])
    #expect(try result.covParams(rMatrix: Matrix([[1, 0, 0]])).values[0, 0] == result.covParams()[0, 0])
    #expect(result.bseRe.index == ["batch Var", "cask Var"] && result.hessv?.rows == 3)
    #expect(try result.bootstrap(nrep: 2).replicates.values.rows == 2)
    let pairs = try pigs("Weight ~ Time + C(Cu)").fit().tTestPairwise("C(Cu)")
    #expect(pairs.resultFrame.index.count == 3)
  }

  @Test func `14 packed parameters mean the same everywhere`() throws {
    let model = try pigs(re: "~Time")
    let best = try model.fit()
    let packed = best.paramsObject.getPacked(useSqrt: true, hasFe: true)
    let (a, b) = (try model.hessian(packed), try model.hessian(best.paramsObject))
    #expect(distance(a.hessian.storage, b.hessian.storage) < 1e-9)
    #expect(try abs(model.loglike(best.params) - best.llf) < 1e-8)
    #expect(try model.fit(startParams: best.params).evaluations < best.evaluations)
  }

  @Test func `15 a second fit leaves the first one alone`() throws {
    let model = try pigs()
    let first = try model.fit()
    let llf = first.llf
    let second = try model.fit(reml: false)
    #expect(
      first.llf == llf && first.method == "REML" && abs(second.llf + 2402.932) < 1e-2 && llf < second.llf)
  }

  @Test func `16 penalties shrink and masks hold`() throws {
    let model = try pigs()
    let plain = try model.fit()
    #expect(try model.fit(fePen: L2(weights: [0, 1000])).feParams["Time"] < 0.99 * plain.feParams["Time"])
    let held = try model.fit(
      startParams: MixedLMParams.fromComponents(feParams: [0, 7], covRe: Matrix([[30]])),
      free: .fromComponents(feParams: [1, 0], covRe: Matrix([[0]])), startUnits: .user)
    #expect(held.feParams["Time"] == 7 && abs(held.covRe[0, 0] - 30) < 1e-10 && held.bse["Time"] == 0)
    #expect(try model.fit(heldScale: 12).scale == 12)
  }

  @Test func `17 regularised fits of formulas and of variance components`() throws {
    let model = try pigs()
    let (plain, zero) = (try model.fit(), try model.fitRegularized(alpha: 0))
    #expect(abs(zero.bse["Intercept"] - 0.78805) < 1e-4 && abs(zero.llf - plain.llf) < 1e-6)
    #expect(abs(zero.scale - plain.scale) < 1e-8 && zero.bse["Pig Var"] > 0)
    let components = try casks().fitRegularized(alpha: 10, reml: false)
    #expect(components.aic.isFinite && components.vcomp["cask"] > 0)
    #expect(try pigs(re: "~Time").fitRegularized(alpha: 1).summary().asText().contains("Time Var"))
  }

  @Test func `18 information criteria under REML`() throws {
    let result = try pigs().fit()
    #expect(result.aic.isNaN && result.bic.isNaN)
    #expect(abs(result.informationCriteria.aic - (-2 * result.llf + 8)) < 1e-9)
  }

  @Test func `19 standard errors of both kinds, and t beside z`() throws {
    var result = try mixedlm(
      "protein ~ Diet + Time", DataFrame(csv: Fixtures.data("Milk")), groups: "Cow", reFormula: "~Time"
    ).fit()
    let ratio = result.bseFe["Time"] / result.fixedEffectsStandardErrors["Time"]
    #expect(ratio > 1.0001 && ratio < 1.05)
    let z = result.pvalues["Time"]
    result.useT = true
    #expect(try result.pvalues["Time"] > z && result.tTest("Time").distribution == .t)
  }

  @Test func `20 collinear columns are dropped with a warning`() throws {
    var data = try Self.dietox.get()
    data["twice"] = data["Time"] * 2
    let result = try mixedlm("Weight ~ Time + twice", data, groups: "Pig").fit()
    #expect(result.warnings.map(\.kind) == [.rankDeficient] && result.feParams["twice"].isNaN)
    #expect(try result.dfResid == 859 && abs(result.llf - (pigs().fit().llf)) < 1e-7)
  }

  @Test func `21 groups without replication are an error`() throws {
    var data = try Self.pastes.get()
    data["row"] = Array(0..<60)
    data["one"] = 1
    for group in ["row", "one"] {
      let error = #expect(throws: StatsModelsError.self) {
        try mixedlm("strength ~ 1", data, groups: group).fit()
      }
      #expect(error?.code == .notIdentifiable)
    }
  }

  // MARK: - Data

  @Test func `22 subset, missing values, labels and names`() throws {
    var data = try Self.pastes.get()
    #expect(try mixedlm("strength ~ 1", data, groups: "batch", subset: data["batch"] != "A").nobs == 54)
    let strength = data["strength"].doubles ?? []
    let holes = [Double.nan] + strength.dropFirst()
    let ones = [Double](repeating: 1, count: 60)
    #expect(try MixedLM(endog: holes, exog: ones, groups: data["batch"], missing: .drop).nobs == 59)
    data["my x"] = Array(0..<60)
    data["Intercept2"] = strength
    data["hole"] = holes
    let dropped = try mixedlm("strength ~ Q('my x') + hole", data, groups: "batch", missing: .drop)
    #expect(dropped.nobs == 59 && dropped.exogNames == ["Intercept", "Q('my x')", "hole"])
    let named = try mixedlm("strength ~ 1", data, groups: "batch", reFormula: "~Intercept2")
    #expect(named.exogReNames == ["batch", "Intercept2"])
    for wrong in [
      { try mixedlm("strength ~ 1", data, groups: ["batch"]) },
      { try mixedlm("strength ~ 1", data, groups: "batch", reFormula: "0") },
      { try mixedlm("strength ~ 1", data, groups: "batch", vcFormula: ["a": "0 + hole"]) },
    ] {
      #expect(throws: (any Error).self) { try wrong() }
    }
    let twice = DataFrame.concat([data, data])
    let repeated = try mixedlm("strength ~ 1", twice, groups: "batch", vcFormula: ["c": "0 + C(cask)"])
    #expect(repeated.nobs == 120 && repeated.kVc == 1)
  }

  @Test func `23 useSparse has fitted values and effects`() throws {
    let dense = try casks().fit()
    let sparse = try mixedlm(
      "strength ~ 1", Self.pastes.get(), groups: "batch", reFormula: "1", vcFormula: ["cask": "0 + C(cask)"],
      useSparse: true
    ).fit()
    #expect(sparse.fittedvalues == dense.fittedvalues && sparse.resid == dense.resid)
    #expect(sparse.randomEffectsCov == dense.randomEffectsCov && sparse.randomEffects.count == 10)
  }

  @Test func `24 bars and dictionaries say what the API of statsmodels cannot`() throws {
    let data = try Self.dietox.get()
    let crossed = try mixedlm("Weight ~ Time + (Time | Pig) + (1 | Litter)", data).fit()
    let levels = try mixedlm("Weight ~ Time", data, reFormula: ["Pig": "~ Time", "Litter": "~ 1"]).fit()
    #expect(crossed.terms.map(\.names) == [["Intercept", "Time"], ["Intercept"]])
    #expect(abs(crossed.llf - levels.llf) < 1e-6)
    let nested = try mixedlm("strength ~ 1 + (1 | batch/cask)", Self.pastes.get()).fit()
    #expect(try abs(nested.llf - (casks().fit().llf)) < 1e-7)
  }

  @Test func `25 removeData and save leave the model usable`() throws {
    let result = try pigs().fit()
    let slim = try result.removeData()
    #expect(try slim.summary().asText() == result.summary().asText())
    #expect(try abs(result.model.fit().llf - result.llf) < 1e-9)
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).json").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try result.save(path, removeData: true)
    let new = try DataFrame(["Time": [3.0, 4]])
    #expect(try MixedLMResults.load(path).predict(new) == result.predict(new))
  }

  @Test func `26 a fit that stops short says so`() throws {
    let short = try pigs(re: "~Time").fit(method: .nm, maxiter: 2)
    #expect(!short.converged && short.warnings.contains { $0.kind == .convergence })
    #expect(try short.summary().tables[0].cells.contains { $0.suffix(2) == ["Converged:", "No"] })
  }
}
