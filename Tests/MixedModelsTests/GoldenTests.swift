import MixedModels
import TestSupport
import Testing

/// Random models of every kind against the numbers that this code gave before.
@Suite struct GoldenTests {
  @Test func randomModels() throws {
    var models: [(name: String, values: [Double])] = []
    for kind in RandomModel.Kind.allCases {
      for seed in 0..<14 {
        let random = RandomModel(kind, seed: UInt64(seed))
        let model = try MixedModel(
          response: random.response, fixed: random.fixed, terms: random.terms,
          options: EngineOptions(threads: 1))
        let fit = try model.fit(reml: seed % 2 == 0)
        models.append(
          (
            "\(random)", [fit.logLikelihood, fit.scale] + fit.relativeCovariances.flatMap(\.storage)
          ))
      }
    }
    #expect(try GoldenFile("random-models").differences(models) == [])
  }
}
