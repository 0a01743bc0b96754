import Foundation
import LinearAlgebra
import MixedModels
import Testing

/// Prior weights w: rows whose residual variance is σ²/w.
@Suite struct WeightsTests {
  static let cases: [RandomModel] = RandomModel.Kind.allCases.flatMap { kind in
    (31...33).map { RandomModel(kind, seed: $0).weighted { Double(1 + $0.below(4)) } }
  }

  /// Whole weights are repeated rows: the same b and X'V⁻¹X at the same covariances.
  @Test(arguments: cases) func areRepeatedRows(_ random: RandomModel) throws {
    let rows = random.response.indices.flatMap { i in
      [Int](repeating: i, count: Int(random.weights?[i] ?? 1))
    }
    var repeated = random
    repeated.weights = nil
    repeated.response = rows.map { random.response[$0] }
    repeated.fixed = random.fixed.selecting(rows: rows)
    repeated.terms = random.terms.map { term in
      var term = term
      term.codes = rows.map { term.codes[$0] }
      term.columns = term.columns.map { column in column.map { values in rows.map { values[$0] } } }
      return term
    }
    var g = TestGenerator(seed: random.seed)
    let options = EngineOptions(keepsAll: true)
    let models = try [random, repeated].map { try $0.model(options: options) }
    for _ in 0..<3 {
      let s = random.covariances(&g)
      let found = try models.map { try $0.estimate(at: s, reml: false) }
      let information = found.map { $0.fixedCovariance.mapElements { [scale = $0.scale] in $0 / scale } }
      let size = zip(found[1].fixedEffects, information[1].diagonal).map { max(abs($0), $1.squareRoot()) }
      for j in size.indices {
        #expect(abs(found[0].fixedEffects[j] - found[1].fixedEffects[j]) <= 1e-11 * size[j])
        #expect(abs(information[0][j, j] - information[1][j, j]) <= 1e-11 * information[1][j, j])
      }
    }
  }

  /// The unit of the weights is that of σ²: estimates in the response's units do not know it.
  @Test(arguments: [1e-8, 7.0, 1e9]) func unitDoesNotMatter(_ unit: Double) throws {
    for kind in [RandomModel.Kind.slopes, .crossed, .nested] {
      let random = RandomModel(kind, seed: 3).weighted()
      var other = random
      other.weights = random.weights?.map { $0 * unit }
      let fits = try [random, other].map { try $0.model().fit(reml: true) }
      #expect(abs(fits[0].logLikelihood - fits[1].logLikelihood) < 1e-7)
      #expect(abs(fits[1].scale / fits[0].scale / unit - 1) < 1e-4)
      for (a, b) in zip(fits[0].relativeCovariances, fits[1].relativeCovariances) {
        for (x, y) in zip(a.storage, b.storage) {
          #expect(abs(x * fits[0].scale - y * fits[1].scale) < 1e-3 * fits[0].scale)
        }
      }
    }
  }

  /// σ²/w and a level of its own for each row are told apart by known weights that differ.
  @Test func levelsOfOneRow() throws {
    var g = TestGenerator(seed: 9)
    let n = 400
    let weights = (0..<n).map { $0 % 2 == 0 ? 0.2 : 20.0 }
    let response = (0..<n).map { 1 + g.normal() + g.normal() / weights[$0].squareRoot() }
    let term = RandomTerm(codes: (0..<n).map { Int32($0) }, levelCount: n)
    let ones = Matrix(rows: n, columns: 1, repeating: 1)
    let fit = try MixedModel(response: response, fixed: ones, terms: [term], weights: weights).fit(reml: true)
    #expect(fit.held.isEmpty)
    #expect(abs(fit.scale - 1) < 0.3 && abs(fit.scale * fit.relativeCovariances[0][0, 0] - 1) < 0.3)
    #expect(throws: EngineError.self) {
      try MixedModel(response: response, fixed: ones, terms: [term], weights: weights.map { _ in 3 })
    }
  }

  @Test(arguments: [-1, 0, .nan, .infinity]) func refusesWhatIsNoWeight(_ bad: Double) throws {
    var random = RandomModel(.slopes, seed: 1).weighted()
    random.weights?[4] = bad
    #expect(throws: EngineError.invalidWeight(row: 4)) { try random.model() }
  }

  /// Without an exact factor, and in extended precision.
  @Test func otherEvaluations() throws {
    let random = RandomModel(.crossed, seed: 12).weighted()
    let exact = try random.model()
    let fit = try exact.fit(reml: true)
    let iterative = try random.model(options: EngineOptions(exact: false))
    let found = try iterative.estimate(at: fit.relativeCovariances, reml: true)
    for (a, b) in zip(found.fixedEffects, fit.fixedEffects) { #expect(abs(a - b) < 1e-6 * abs(b)) }
    #expect(abs(found.scale - fit.scale) < 1e-6 * fit.scale)
    var small = random
    small.response = zip(random.response, try exact.fittedValues(fit)).map { y, f in f + 1e-6 * (y - f) }
    let refit = try small.model().fit(reml: true)
    #expect(
      abs(
        try DenseReference(model: small).logLikelihood(refit.relativeCovariances, reml: true)
          - refit.logLikelihood) < 1e-3 * abs(refit.logLikelihood))
  }
}
