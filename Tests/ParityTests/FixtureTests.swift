import TestSupport
import Testing

/// The fixtures themselves: all there, readable, and in agreement with each other.
@Suite struct FixtureTests {
  @Test func everyModelFixtureIsReadable() throws {
    let fixtures = try Fixtures.names(in: "mixedlm").map {
      try Fixtures.load(MixedLMFixture.self, "mixedlm/\($0).json")
    }
    #expect(fixtures.count >= 120)
    #expect(Set(fixtures.map(\.data)).count >= 40)
    for fixture in fixtures {
      #expect(fixture.at.count == 4, "\(fixture.name)")
      #expect(fixture.referenceLlf >= (fixture.lme4?.llf ?? -.infinity), "\(fixture.name)")
      #expect((fixture.expected.summary != nil) == fixture.isInterior, "\(fixture.name)")
    }
  }

  @Test func everyBarFixtureIsReadable() throws {
    let fixtures = try Fixtures.names(in: "lme4").map {
      try Fixtures.load(BarFixture.self, "lme4/\($0).json")
    }
    #expect(fixtures.count >= 46)
    #expect(Set(fixtures.map(\.call.formula)).count >= 23)
  }
}
