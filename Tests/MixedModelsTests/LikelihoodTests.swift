import LinearAlgebra
import MixedModels
import Testing

@Suite struct LikelihoodTests {
  static let cases: [RandomModel] = RandomModel.Kind.allCases.flatMap { kind in
    (1...6).map { RandomModel(kind, seed: $0) } + [RandomModel(kind, seed: 7).weighted()]
  }
  /// Five hundred and more, for the cheapest comparison.
  static let many: [RandomModel] = RandomModel.Kind.allCases.flatMap { kind in
    (1...36).map { RandomModel(kind, seed: 100 + $0) }
      + (1...9).map { RandomModel(kind, seed: $0).weighted() }
  }

  @Test(arguments: many)
  func matchesDenseVariance(_ random: RandomModel) throws {
    let model = try random.model()
    let dense = DenseReference(model: random)
    var g = TestGenerator(seed: random.seed)
    for reml in [true, false] {
      var s = random.covariances(&g)
      // A term that the fixed effects or another term already describe has no variance of its own.
      for held in model.held { s[held.term] = Matrix(rows: s[held.term].rows, columns: s[held.term].rows) }
      let expected = try dense.logLikelihood(s, reml: reml)
      let found = try model.estimate(at: s, reml: reml).logLikelihood
      #expect(abs(found - expected) <= 1e-9 * max(1, abs(expected)), "\(found) \(expected)")
    }
  }

  @Test(arguments: cases)
  func optimumBeatsNeighbours(_ random: RandomModel) throws {
    let model = try random.model()
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
        let mixed = zip(random.terms, zip(fit.relativeCovariances, other)).map { term, pair in
          let form = term.covariance.form
          let values = zip(form.values(of: pair.0), form.values(of: pair.1)).map {
            (1 - weight) * $0 + weight * $1
          }
          return form.covariance(values: values, width: term.width)
        }
        let value = try dense.logLikelihood(mixed, reml: reml)
        #expect(value <= best + 1e-7 * max(1, abs(best)), "\(value - best) weight \(weight)")
      }
    }
  }

  static let crossed: [RandomModel] = [
    RandomModel.Kind.crossed, .crossedSlopes, .chainBesideCrossed, .separable, .tiedPair, .partialLevels,
  ].flatMap { kind in (21...24).map { RandomModel(kind, seed: $0) } }

  @Test(arguments: crossed)
  func sparseAndDenseTrailingBlocksAgree(_ random: RandomModel) throws {
    let models = try [EngineOptions.Trailing.dense, .sparse].map {
      try MixedModel(
        response: random.response, fixed: random.fixed, terms: random.terms,
        options: EngineOptions(trailing: $0))
    }
    var g = TestGenerator(seed: random.seed)
    for reml in [true, false] {
      let s = random.covariances(&g)
      let values = try models.map { try $0.logLikelihood(at: s, reml: reml) }
      #expect(abs(values[0] - values[1]) < 1e-10 * max(1, abs(values[0])))
      let scores = try models.map { try $0.score(at: s, reml: reml).covariances }
      for (a, b) in zip(scores[0], scores[1]) {
        let size = a.storage.reduce(0) { max($0, abs($1)) }
        for (x, y) in zip(a.storage, b.storage) { #expect(abs(x - y) <= 1e-7 * max(size, 1e-3)) }
      }
      let fits = try models.map { try $0.fit(reml: reml) }
      #expect(abs(fits[0].logLikelihood - fits[1].logLikelihood) < 1e-6)
      let modes = try zip(models, fits).map { try $0.conditionalModes($1) }
      for (a, b) in zip(modes[0], modes[1]) {
        let size = a.storage.reduce(0) { max($0, abs($1)) }
        for (x, y) in zip(a.storage, b.storage) { #expect(abs(x - y) <= 1e-3 * max(size, 1e-3)) }
      }
    }
  }
}
