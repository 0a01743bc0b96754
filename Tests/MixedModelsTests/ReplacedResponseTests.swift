import LinearAlgebra
import MixedModels
import Testing

/// A design whose response is replaced is the model made of that response.
@Suite struct ReplacedResponseTests {
  @Test(arguments: RandomModel.Kind.allCases, [false, true])
  func equalsAFreshModel(_ kind: RandomModel.Kind, weighted: Bool) throws {
    for seed in UInt64(1)...3 {
      var random = RandomModel(kind, seed: seed)
      if weighted { random = random.weighted() }
      let design = try random.model()
      let other = Array(random.response.reversed())
      let far = other.map { 1e7 + 10 * $0 }
      // so well explained that sums need a second pass
      let explained = other.indices.map { 1e-3 * other[$0] + 5 * random.fixed[$0, random.fixed.columns - 1] }
      for response in [other, far, explained] {
        random.response = response
        let fresh = try random.model().fit(reml: true)
        let replaced = try design.replacingResponse(response, threads: 1).fit(reml: true)
        let size = max(1, abs(fresh.logLikelihood))
        #expect(abs(replaced.logLikelihood - fresh.logLikelihood) < 1e-9 * size, "\(random)")
        let pairs = zip(replaced.fixedEffects, fresh.fixedEffects).filter { $1.isFinite }
        for (variance, pair) in zip(fresh.fixedCovariance.diagonal, pairs) {
          #expect(abs(pair.0 - pair.1) < 2e-3 * variance.squareRoot(), "\(random)")
        }
        #expect(replaced.aliased == fresh.aliased && replaced.held == fresh.held, "\(random)")
      }
    }
  }

  @Test func refusesWhatIsNoResponse() throws {
    let random = RandomModel(.slopes, seed: 1)
    let design = try random.model()
    for bad in [[], Array(random.response.dropLast()), random.response.map { _ in 1 }] {
      #expect(throws: EngineError.self) { try design.replacingResponse(bad, threads: 1) }
    }
    var missing = random.response
    missing[3] = .nan
    #expect(throws: EngineError.nonFiniteResponse(row: 3)) {
      try design.replacingResponse(missing, threads: 1)
    }
  }
}
