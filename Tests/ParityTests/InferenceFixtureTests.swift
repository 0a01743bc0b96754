import StatsModels
import TestSupport
import Testing

/// Degrees of freedom and F tables against lmerTest, pbkrtest and car.
@Suite struct InferenceFixtureTests {
  @Test(arguments: InferenceFixture.all)
  func coefficients(_ fixture: InferenceFixture) async throws {
    let fit = try await InferenceFits.shared.fit(fixture)
    let plain = InferenceFixture.Coefficients(
      estimate: fixture.estimate, se: fixture.se, df: fixture.satterthwaite)
    let cases: [(DegreesOfFreedom, InferenceFixture.Coefficients?)] = [
      (.satterthwaite, plain), (.kenwardRoger, fixture.kenwardRoger),
    ]
    for case (let ddf, let expected?) in cases {
      let table = try fit.coefficients(ddf: ddf)
      let rows = try fixture.names.map { try #require(table.get($0), "\($0) among \(table.names)") }
      let errors = zip(expected.estimate, expected.se).map { abs($0) + $1 }
      #expect(zip(rows, zip(expected.estimate, errors)).allSatisfy { abs($0.estimate - $1.0) < 1e-6 * $1.1 })
      #expect(relativeDistance(rows.map(\.se), expected.se) < 1e-6)
      #expect(relativeDistance(rows.map(\.df), expected.df) < fixture.tolerance)
    }
  }

  @Test(arguments: InferenceFixture.all)
  func tables(_ fixture: InferenceFixture) async throws {
    let fit = try await InferenceFits.shared.fit(fixture)
    for expected in fixture.anova ?? [] {
      let table = try fit.anova(
        type: #require(AnovaType(rawValue: expected.type)), ddf: DegreesOfFreedom(expected.ddf))
      #expect(Set(table.term) == Set(expected.terms))
      // Types that depend on the order of the terms are comparable where it is R's.
      if expected.type == 1, table.term != expected.terms { continue }
      let rows = expected.terms.compactMap(table.get)
      #expect(rows.map(\.numDf) == expected.numDf)
      #expect(relativeDistance(rows.map(\.f), expected.f) < 1e-6)
      #expect(relativeDistance(rows.map(\.sumSq), expected.sumSq) < 1e-6)
      #expect(relativeDistance(rows.map(\.denDf), expected.denDf) < fixture.tolerance)
      #expect(distance(rows.map(\.p), expected.p, scale: 1) < 1e-6)
    }
    for expected in fixture.car ?? [] {
      let isF = expected.test == "F"
      let table = try fit.anova(type: .carTwo, ddf: isF ? .kenwardRoger : .infinite)
      let rows = expected.terms.compactMap(table.get)
      #expect(relativeDistance(rows.map { isF ? $0.f : $0.f * $0.numDf }, expected.statistic) < 1e-6)
      if let degrees = expected.denDf {
        #expect(relativeDistance(rows.map(\.denDf), degrees) < fixture.tolerance)
      }
    }
  }
}
