import StatsModels
import TestSupport
import Testing

@Suite struct ManyFitsTests {
  private let sleep: DataFrame
  init() throws { sleep = try DataFrame(csv: Fixtures.data("sleepstudy")) }

  /// Each fit is what a fit of its own gives, for any number of threads.
  /// Whether numbers agree but for the rounding of sums that responses share.
  private static func agree(_ a: [Double], _ b: [Double]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) < 1e-7 * max(1, abs($1)) }
  }

  @Test func agreesWithSingleFits() throws {
    var data = sleep
    data["log y"] = sleep["Reaction"].log()
    data["gaps"] = sleep["Reaction"].mask(sleep["Days"] > 7)
    data["whole"] = sleep["Reaction"].round().astype(.integer)
    let outcomes = ["Reaction", "log y", "gaps", "whole"]
    for threads in [1, 3] {
      let fits = try fitMany(
        "~ Days + (1 + Days | Subject)", data, outcomes: outcomes, reml: false, threads: threads)
      let table = try fits.coefficients()
      for (position, name) in outcomes.enumerated() {
        let single = try mixedlm("Q('\(name)') ~ Days + (1 + Days | Subject)", data, missing: .drop).fit(
          reml: false)
        let many = try fits.results(position)
        #expect(many.nobs == single.nobs && Self.agree([many.llf], [single.llf]), "\(name)")
        #expect(Self.agree(many.params.values, single.params.values), "\(name)")
        #expect(many.fittedvalues.index == single.fittedvalues.index && many.model.endogNames == name)
        let own = table.filter(table["outcome"] == name)
        let expected = try single.coefficients(ddf: .infinite)
        #expect(Self.agree(own["estimate"].doubles ?? [], expected.estimate))
        for (a, b) in zip(own["se"].doubles ?? [], expected.se) { #expect(abs(a - b) < 1e-9 * b) }
      }
      #expect(fits.frame["nobs"].integers == [180, 180, 144, 180] && fits.failureCount == 0)
      #expect(fits.frame.columnNames.contains("Subject Var"))
    }
  }

  @Test func failuresAreRows() throws {
    var data = sleep
    data["same"] = 3
    data["text"] = sleep["Subject"].astype(.string) + "x"
    data["none"] = Double.nan
    data["few"] = sleep["Reaction"].where(Column(0..<180) < 2)
    let fits = try fitMany(
      "~ Days + (1 | Subject)", data, outcomes: ["same", "text", "none", "few", "Reaction"])
    #expect(fits.errors.map { $0 == nil } == [false, false, false, false, true])
    #expect(fits.errors[0]?.contains("'same'") == true && fits.errors[1]?.contains("'text'") == true)
    #expect(fits.frame["converged"].booleans == [nil, nil, nil, nil, true])
    #expect(try fits.coefficients(adjust: .holm)["outcome"].strings == ["Reaction", "Reaction"])
    #expect(throws: StatsModelsError.self) { try fits.results(of: "same") }
    #expect(throws: StatsModelsError.self) { try fits.results(of: "nope") }
    #expect(throws: StatsModelsError.self) { try fits.results(9) }
    // What no outcome can mend is thrown.
    #expect(throws: (any Error).self) { try fitMany("~ nope + (1 | Subject)", data, outcomes: ["Reaction"]) }
    #expect(throws: (any Error).self) { try fitMany("~ Days + (1 | Subject)", data, outcomes: ["nope"]) }
    #expect(throws: (any Error).self) {
      try fitMany("y ~ Days", data, outcomes: ["Reaction"], groups: "Subject")
    }
    #expect(throws: (any Error).self) { try fitMany("~ (", data, outcomes: ["Reaction"]) }
    #expect(try fitMany("~ Days + (1 | Subject)", data, outcomes: []).count == 0)
  }

  @Test func fitsGroupsOfAFrame() throws {
    let pigs = try DataFrame(csv: Fixtures.data("dietox"))
    let fits = try fitMany("Weight ~ Time", pigs.groupby(["Cu", "Evit"]), groups: "Pig")
    #expect(fits.keys.columnNames == ["Cu", "Evit"] && fits.count == 9)
    let part = pigs.filter((pigs["Cu"] == "Cu035") & (pigs["Evit"] == "Evit000"))
    let single = try mixedlm("Weight ~ Time", part, groups: "Pig").fit()
    #expect(try fits.results(of: "Cu035", "Evit000").params == single.params)
    // One group has one pig only.
    var odd = sleep
    odd["site"] = Mask((0..<180).map { $0 < 10 }).choose("small", "large")
    let sites = try fitMany("Reaction ~ Days + (1 | Subject)", odd.groupby("site"))
    #expect(sites.errors[0] == nil && sites.errors[1] != nil)
    #expect(throws: (any Error).self) { try fitMany("nope ~ Days", odd.groupby("site"), groups: "Subject") }
  }

  @Test func fitsDrawsAndArrays() throws {
    let fit = try mixedlm("Reaction ~ Days", sleep, groups: "Subject").fit()
    let draws = try fit.simulate(count: 5, seed: 2)
    let fits = try fit.model.fitMany(draws)
    for k in 0..<5 {
      let alone = try fit.refit(response: draws.values.column(k))
      #expect(try Self.agree(fits.results(k).params.values, alone.params.values))
    }
    let near = try fit.model.fitMany(draws, start: fit)
    for k in 0..<5 {
      let (a, b) = (try near.results(k), try fits.results(k))
      #expect(abs(a.llf - b.llf) < 1e-7 && abs(a.feParams["Days"] - b.feParams["Days"]) < 1e-5)
    }
    let slopes = try mixedlm("Reaction ~ Days + (1 + Days | Subject)", sleep).fit()
    #expect(throws: StatsModelsError.self) { try fit.model.fitMany(draws, start: slopes) }
    let arrays = try MixedLM(endog: fit.model.endog, exog: fit.model.exog, groups: sleep["Subject"])
    #expect(try arrays.fitMany(draws.values).errors.allSatisfy { $0 == nil })
    let gaps = try arrays.fitMany(DataFrame(["y": sleep["Reaction"].mask(sleep["Days"] == 1)]))
    #expect(gaps.errors[0]?.contains("missing") == true)
    #expect(throws: StatsModelsError.self) { try arrays.fitMany(DataFrame(["y": [1.0, 2]])) }
    let stopped = try fit.model.fitMany(draws, threads: 1) { $0 < 2 }
    #expect(stopped.failureCount == 3)
  }

  /// A refitter finds what a refit finds, whatever the model: small ones of one factor on memory of their own, also with
  /// weights, far from the origin and with effects in blocks, and others by a search.
  @Test(arguments: [
    ("Reaction ~ Days + (1 + Days | Subject)", true), ("Reaction ~ Days + (1 | Subject)", false),
    ("Reaction ~ C(Days) + (1 | Subject)", true), ("Reaction ~ year + (1 + year | Subject)", true),
    ("Reaction ~ Days + (1 | Subject) + (0 + Days | Subject)", true),
    ("Reaction ~ 0 + Days + twice + (1 + Days | Subject)", true),
    ("Reaction ~ Days + (1 | Subject) + (1 | Days)", true),
  ])
  func refitterAgrees(_ formula: String, reml: Bool) throws {
    var data = sleep
    data["year"] = sleep["Days"] + 2000
    data["twice"] = sleep["Days"] * 2
    data["w"] = sleep["Days"] + 1
    for weights in [nil, "w"] {
      let fit = try mixedlm(formula, data, weights: weights).fit(reml: reml)
      let refitter = try Refitter(fit)
      let responses = try fit.simulate(count: 10, seed: 1).values
      for column in 0..<responses.columns {
        let response = responses.column(column)
        try refitter.fit(response)
        let expected = try fit.refit(response: response)
        #expect(abs(refitter.llf - expected.llf) < 1e-7 && refitter.converged)
        let kept = zip(refitter.feParams, expected.feParams.values)
        #expect(kept.allSatisfy { abs($0 - $1) < 1e-6 * max(1, abs($1)) || $0.isNaN })
        #expect(abs(refitter.scale - expected.scale) < 1e-6 * expected.scale)
        let errors = expected.fixedEffectsCovariance.diagonal.values.map { $0.squareRoot() }
        #expect(zip(refitter.standardErrors, errors).allSatisfy { abs($0 - $1) < 1e-6 * $1 || $0.isNaN })
        let effects = refitter.effectCovariances.flatMap(\.storage)
        let own = expected.estimate.relativeCovariances.flatMap(\.storage).map { $0 * expected.scale }
        let size = own.reduce(0) { max($0, abs($1)) }
        #expect(zip(effects, own).allSatisfy { abs($0 - $1) < 1e-5 * size })
      }
    }
    #expect(throws: StatsModelsError.self) { try Refitter(mixedlm(formula, data).fit()).fit([1, 2]) }
  }
}
