import StatsModels
import TestSupport
import Testing

/// Sums in place of rows, on the models of the fixtures.
struct AggregateFixtureTests {

  @Test(arguments: Fixtures.names(in: "mixedlm"))
  func sumsGiveTheFitOfTheRows(_ name: String) throws {
    let fixture = try Fixtures.load(MixedLMFixture.self, "mixedlm/\(name).json")
    let call = fixture.call
    let data = try DataFrame(csv: Fixtures.data(fixture.data))
    let components = Dictionary(uniqueKeysWithValues: call.vcFormula.map { ($0.name, $0.formula) })
    let groups: any ColumnSpecifier = call.groups ?? [Int](repeating: 1, count: data.rowCount)
    let missing = call.missing == "drop" ? MissingHandling.drop : .none
    let model = try MixedLM.fromFormula(
      formula: call.formula, data: data, groups: groups, reFormula: call.reFormula.map { ReFormula($0) },
      vcFormula: components.isEmpty ? nil : components, missing: missing)
    let sums = try Aggregates(
      formula: call.formula, data: data, groups: call.groups ?? "",
      reFormula: call.reFormula.map { ReFormula($0) }, vcFormula: components.isEmpty ? nil : components,
      missing: missing)
    try expectSameFit(
      MixedLM(aggregates: sums).fit(reml: call.reml), model.fit(reml: call.reml), name)
  }

  /// Fits of sums are compared by the names of their terms; what weighted sums do not tell is an error.
  @Test func comparedAndTested() throws {
    let data = try DataFrame(csv: Fixtures.data("dietox")).dropna(subset: ["Weight", "Time", "Evit", "Pig"])
    func fits(_ formula: String) throws -> (sums: MixedLMResults, rows: MixedLMResults) {
      (
        try MixedLM(aggregates: Aggregates(formula: formula, data: data)).fit(),
        try mixedlm(formula, data).fit()
      )
    }
    let chain = try ["1 + (1 | Pig)", "Time + (1 | Pig)", "Time + (1 + Time | Pig)"].map {
      try fits("Weight ~ \($0)")
    }
    for (small, large) in zip(chain, chain.dropFirst()) {
      let (a, b) = (try compare(small.sums, large.sums).rows[1], try compare(small.rows, large.rows).rows[1])
      #expect(abs(a.chiSquared / b.chiSquared - 1) < 1e-6 && a.reference == b.reference)
    }
    #expect(throws: StatsModelsError.self) { try chain[1].sums.update(formula: ". ~ 1") }
    let weighted = try MixedLM(
      aggregates: Aggregates(formula: "Weight ~ Time + Evit + (1 | Pig)", data: data, weights: "Time")
    ).fit()
    #expect(throws: StatsModelsError.self) { try weighted.anova(type: .two) }
    #expect(try weighted.anova().f.count == 2)
  }

  @Test(arguments: Fixtures.names(in: "lme4"))
  func sumsGiveTheFitOfTheRowsWithBars(_ name: String) throws {
    let fixture = try Fixtures.load(BarFixture.self, "lme4/\(name).json")
    let call = fixture.call
    let data = try DataFrame(csv: Fixtures.data(fixture.data))
    let model = try mixedlm(call.formula, data, weights: call.weights, offset: call.offset)
    let sums = try Aggregates(formula: call.formula, data: data, weights: call.weights, offset: call.offset)
    guard fixture.identified else { return }
    try expectSameFit(MixedLM(aggregates: sums).fit(reml: call.reml), model.fit(reml: call.reml), name)
  }
}

/// Two fits of one model agree: likelihoods at one point to rounding, estimates to what optimisers leave.
func expectSameFit(
  _ a: MixedLMResults, _ b: MixedLMResults, _ name: String, tolerance: Double = 1e-12,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  func expect(_ distance: Double, _ limit: Double, _ what: String) {
    #expect(distance <= limit, "\(name): \(what) differ by \(distance)", sourceLocation: sourceLocation)
  }
  #expect(a.nobs == b.nobs, "\(name)", sourceLocation: sourceLocation)
  #expect(a.params.index == b.params.index, "\(name)", sourceLocation: sourceLocation)
  #expect(a.dfResid == b.dfResid, "\(name)", sourceLocation: sourceLocation)
  let point = b.paramsObject
  let (own, other) = (
    try a.model.loglike(point, reml: b.method == "REML"), try b.model.loglike(point, reml: b.method == "REML")
  )
  expect(distance([own], [other], scale: max(1, abs(other))), tolerance, "log-likelihoods at one point")
  expect(distance([a.llf], [b.llf], scale: max(1, abs(b.llf))), 1e-9, "log-likelihoods")
  let errors = b.bseFe.values
  for (i, value) in a.feParams.values.enumerated() where errors[i].isFinite && errors[i] > 0 {
    expect(abs(value - b.feParams.values[i]) / errors[i], 1e-4, "fixed effects")
    expect(abs(a.bseFe.values[i] / errors[i] - 1), 1e-4, "standard errors")
  }
  expect(abs(a.scale / b.scale - 1), 1e-4, "residual variances")
  for (left, right) in zip(a.terms, b.terms) {
    let size = max(right.covariance.values.storage.map(abs).max() ?? 0, 1e-3 * b.scale)
    expect(
      distance(left.covariance.values.storage, right.covariance.values.storage, scale: size), 1e-3,
      "covariances of \(right.group)")
    #expect(left.levels == right.levels, "\(name)", sourceLocation: sourceLocation)
  }
  let (effects, others) = (a.randomEffects, b.randomEffects)
  #expect(Array(effects.keys) == Array(others.keys), "\(name)", sourceLocation: sourceLocation)
  let size = max(others.values.flatMap(\.values).map(abs).max() ?? 0, 1e-3 * b.scale.squareRoot())
  for (label, values) in others {
    #expect(effects[label]?.index == values.index, "\(name)", sourceLocation: sourceLocation)
    expect(distance(effects[label]?.values ?? [], values.values, scale: size), 1e-3, "effects of \(label)")
  }
}
