import LinearAlgebra
import MixedModels
import Testing

@Suite struct PredictionTests {
  /// Rows with levels at random: seen together, never seen together, unseen, or without the effect.
  static func rows(of model: RandomModel, count: Int, _ g: inout TestGenerator) -> PredictionRows {
    var fixed = Matrix(rows: count, columns: 2)
    for i in 0..<count {
      fixed[i, 0] = 1
      fixed[i, 1] = model.fixed[g.below(model.fixed.rows), 1] + g.normal()
    }
    let effects = model.terms.map { term in
      PredictionRows.Effects(
        codes: (0..<count).map { _ in
          let draw = g.below(8)
          if draw == 0 { return PredictionRows.Effects.new }
          return draw == 1 ? PredictionRows.Effects.none : Int32(g.below(term.levelCount))
        },
        columns: term.columns.map { column in column.map { c in (0..<count).map { _ in c[g.below(c.count)] } }
        })
    }
    return PredictionRows(fixed: fixed, effects: effects)
  }

  /// Prediction error variances by V: z'Dz − c'V⁻¹c + h'(X'V⁻¹X)⁻¹h, c = ZDz, h = x − X'V⁻¹c.
  static func denseVariances(
    _ model: RandomModel, _ covariances: [Matrix], _ rows: PredictionRows
  ) throws -> [Double] {
    let n = model.response.count
    let factor = try Cholesky(DenseReference(model: model).variance(covariances))
    let solved = factor.solve(model.fixed)
    let information = try Cholesky(model.fixed.transposed * solved)
    return (0..<rows.count).map { row in
      var c = [Double](repeating: 0, count: n)
      var prior = 0.0
      for (t, term) in model.terms.enumerated() {
        guard let effects = rows.effects[t], effects.codes[row] != PredictionRows.Effects.none else {
          continue
        }
        let z = effects.columns.map { $0?[row] ?? 1 }
        let dz = covariances[t] * z
        prior += zip(z, dz).reduce(0) { $0 + $1.0 * $1.1 }
        for i in 0..<n where term.codes[i] == effects.codes[row] && term.codes[i] >= 0 {
          for a in 0..<term.width { c[i] += (term.columns[a]?[i] ?? 1) * dz[a] }
        }
      }
      let vc = factor.solve(c)
      let h = (0..<2).map { j in
        rows.fixed[row, j] - (0..<n).reduce(0.0) { $0 + solved[$1, j] * c[$1] }
      }
      let spread = zip(h, information.solve(h)).reduce(0) { $0 + $1.0 * $1.1 }
      return prior - zip(c, vc).reduce(0) { $0 + $1.0 * $1.1 } + spread
    }
  }

  @Test(arguments: RandomModel.Kind.allCases, [1, 2, 3] as [UInt64])
  func `variances equal those of the dense covariance`(kind: RandomModel.Kind, seed: UInt64) throws {
    let model = RandomModel(kind, seed: seed)
    var g = TestGenerator(seed: seed &+ 99)
    var covariances = model.covariances(&g)
    let engine = try MixedModel(response: model.response, fixed: model.fixed, terms: model.terms)
    for held in engine.held {
      covariances[held.term].storage.indices.forEach { covariances[held.term].storage[$0] = 0 }
    }
    let estimate = try engine.estimate(at: covariances, reml: true)
    let rows = Self.rows(of: model, count: 25, &g)
    let system = try engine.predictionErrors(estimate)
    let expected = try Self.denseVariances(model, covariances, rows).map { $0 * estimate.scale }
    let largest = expected.max() ?? 1
    for (found, wanted) in zip(try system.variances(rows), expected) {
      #expect(abs(found - wanted) < 1e-8 * largest)
    }
    // On the data's own rows they are the leverages times σ²: at most one, p in all without random effects.
    let leverages = try system.variances(engine.dataRows).map { $0 / estimate.scale }
    #expect(leverages.allSatisfy { $0 > 0 && $0 <= 1 + 1e-9 })
    let modes = try engine.conditionalModes(estimate)
    let fitted = try engine.fittedValues(estimate)
    for (a, b) in zip(engine.dataRows.predictions(estimate: estimate, modes: modes), fitted) {
      #expect(abs(a - b) <= 1e-9 * (1 + abs(b)))
    }
  }

  @Test func `zero variances and held terms leave the regression`() throws {
    let model = RandomModel(.crossedSlopes, seed: 5)
    let engine = try MixedModel(response: model.response, fixed: model.fixed, terms: model.terms)
    let zero = model.terms.map { Matrix(rows: $0.width, columns: $0.width) }
    let estimate = try engine.estimate(at: zero, reml: true)
    let system = try engine.predictionErrors(estimate)
    let total = try system.variances(engine.dataRows).reduce(0, +) / estimate.scale
    #expect(abs(total - 2) < 1e-9)
  }

  /// The origin of a predictor with a random slope changes no error, as far as doubles hold the predictor's own digits.
  @Test(arguments: [1e3, 1e6, 1e9])
  func farOrigins(_ origin: Double) throws {
    var g = TestGenerator(seed: 7)
    let n = 120
    let x = (0..<n).map { _ in Double(g.below(100)) }
    let codes = (0..<n).map { Int32($0 % 12) }
    let effects = (0..<12).map { _ in (4 * g.normal(), 0.2 * g.normal()) }
    let y = (0..<n).map { i in
      effects[Int(codes[i])].0 + (1 + effects[Int(codes[i])].1) * x[i] + 3 * g.normal()
    }
    func errors(_ x: [Double]) throws -> [Double] {
      let model = try MixedModel(
        response: y,
        fixed: Matrix(rows: n, columns: 2, columnMajor: [Double](repeating: 1, count: n) + x),
        terms: [RandomTerm(codes: codes, levelCount: 12, columns: [nil, x])])
      var rows = model.dataRows
      rows.effects[0]?.codes[0] = PredictionRows.Effects.new
      return try model.predictionErrors(model.fit(reml: true)).variances(rows)
    }
    let pairs = zip(try errors(x.map { $0 + origin }), try errors(x))
    #expect(pairs.allSatisfy { abs($0 - $1) < max(1e-10, 1e-17 * origin) * $1 })
  }
}
