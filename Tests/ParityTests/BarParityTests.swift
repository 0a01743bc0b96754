import StatsModels
import TestSupport
import Testing

/// Bar formulas against lme4.
@Suite struct BarParityTests {
  static let names = Fixtures.names(in: "lme4")

  @Test(arguments: names) func optimum(_ name: String) async throws {
    let fixture = try Fixtures.load(BarFixture.self, "lme4/\(name).json")
    let result = try await FittedFixtures.shared.fit(bars: fixture)
    #expect(result.converged)
    #expect(result.llf >= fixture.llf - Tolerance.logLikelihood(fixture.llf))
    #expect(Set(result.feParams.index) == Set(fixture.fixef.names))
    let better = result.llf - fixture.llf > 1e-5
    for (j, label) in fixture.fixef.names.enumerated() where !better {
      let tolerance = fixture.singular ? Tolerance.fixedEffectsAtBoundary : Tolerance.fixedEffects
      let own = try #require(result.feParams.get(label))
      #expect(distance([own], [fixture.fixef.values[j]], scale: fixture.se[j]) <= tolerance, "\(label)")
    }
    if fixture.identified && !better {
      #expect(
        relativeDistance([result.scale], [fixture.sigma * fixture.sigma]) <= Tolerance.varianceAgainstLme4)
      for term in fixture.terms { try compare(result, term, fixture) }
    }
  }

  private func compare(_ result: MixedLMResults, _ term: Lme4Answer.Term, _ fixture: BarFixture) throws {
    let factors = Set(term.group.split(separator: ":"))
    let own = try #require(
      result.terms.first {
        Set($0.group.split(separator: ":")) == factors && Set($0.names) == Set(term.names) && !$0.isHeld
      }, "no term for \(term.group)")
    #expect(own.levels == term.levels)
    let order = term.names.compactMap { own.names.firstIndex(of: $0) }
    let covariance = order.map { i in order.map { own.covariance[i, $0] } }
    let largest = term.covariance.flatMap { $0 }.map(\.magnitude).max() ?? 1
    let scale = max(largest, 1e-3 * fixture.sigma * fixture.sigma)
    // lme4 stops within about 1e-4 of a standard deviation at a singular fit
    let tolerance = fixture.singular ? 1e-2 : Tolerance.varianceAgainstLme4
    #expect(
      distance(covariance.flatMap { $0 }, term.covariance.flatMap { $0 }, scale: scale) <= tolerance,
      "\(term.group)")
    guard let effects = term.effects, !fixture.singular else { return }
    let table = try result.randomEffects(of: own.group)
    let spread = spread(effects.values.flatMap { $0 })
    for (level, values) in zip(effects.levels, effects.values) {
      let labels = table.labels.map(\.description)
      let exact = labels.firstIndex(of: level)
      let series = try #require(
        exact ?? labels.firstIndex { same($0, level) }, "no level \(level) of \(term.group)")
      let row = order.map { table.values[series, $0] }
      #expect(distance(row, values, scale: spread) <= Tolerance.varianceAgainstLme4, "\(level)")
    }
  }

  /// Level labels of interactions agree up to the order of their parts.
  private func same(_ a: String, _ b: String) -> Bool {
    a.split(separator: ":").sorted() == b.split(separator: ":").sorted()
  }
}
