import LinearAlgebra
import MixedModels
import Testing

@Suite struct LikelihoodTests {
  static let cases: [RandomModel] = RandomModel.Kind.allCases.flatMap { kind in
    (1...6).map { RandomModel(kind, seed: $0) }
  }

  @Test(arguments: cases)
  func matchesDenseVariance(_ random: RandomModel) throws {
    let model = try MixedModel(response: random.response, fixed: random.fixed, terms: random.terms)
    let dense = DenseReference(model: random)
    var g = TestGenerator(seed: random.seed)
    for reml in [true, false] {
      let s = random.covariances(&g)
      let expected = try dense.logLikelihood(s, reml: reml)
      let found = try model.estimate(at: s, reml: reml).logLikelihood
      #expect(abs(found - expected) <= 1e-9 * max(1, abs(expected)), "\(found) \(expected)")
    }
  }

  @Test(arguments: cases)
  func optimumBeatsNeighbours(_ random: RandomModel) throws {
    let model = try MixedModel(response: random.response, fixed: random.fixed, terms: random.terms)
    let dense = DenseReference(model: random)
    var g = TestGenerator(seed: random.seed &+ 77)
    for reml in [true, false] {
      let fit = try model.fit(reml: reml)
      #expect(fit.converged, "\(fit.certificate)")
      let best = fit.logLikelihood
      let same = try dense.logLikelihood(fit.relativeCovariances, reml: reml)
      #expect(abs(same - best) < 1e-7 * max(1, abs(best)))
      for _ in 0..<20 {
        let other = random.covariances(&g)
        let weight = [0.5, 0.1, 0.01, 1e-3][g.below(4)]
        let mixed = zip(fit.relativeCovariances, other).map { a, b in
          var m = a
          for i in m.storage.indices { m.storage[i] = (1 - weight) * m.storage[i] + weight * b.storage[i] }
          return m
        }
        let value = try dense.logLikelihood(mixed, reml: reml)
        #expect(value <= best + 1e-7 * max(1, abs(best)), "\(value - best) weight \(weight)")
      }
    }
  }
}
