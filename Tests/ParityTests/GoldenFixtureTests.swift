import StatsModels
import TestSupport
import Testing

/// The fixtures' models against the numbers that this code gave before.
@Suite struct GoldenFixtureTests {
  @Test func fixtures() async throws {
    var models: [(name: String, values: [Double])] = []
    for name in Fixtures.names(in: "mixedlm") {
      let result = try await FittedFixtures.shared.fit(name).result
      models.append((name, [result.llf, result.scale] + result.params.values))
    }
    #expect(try GoldenFile("fixtures").differences(models) == [])
  }
}
