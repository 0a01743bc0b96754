import Foundation
import LinearAlgebra
import MixedModels
import Testing

/// Every factorisation that a model has gives the same numbers, seen through the protocol alone.
@Suite struct FactorizationTests {
  /// The numbers of a factorisation at a point, level by level where it keeps levels apart.
  private struct Numbers {
    var point: ProfiledObjective.Point
    var all: [(name: String, values: [Double])] = []

    init(_ objective: ProfiledObjective, of model: MixedModel, theta: [Double]) throws {
      let lower = model.layout.lower(theta)
      point = try objective.evaluate(lower: lower, theta: theta)
      let elimination = objective.elimination
      elimination.solve()
      let traces = try elimination.traces(
        coefficients: point.coefficients, fixedInverse: objective.reml ? point.fixedInverse : nil)
      let directions = model.layout.directions(lower, theta: theta)
      let forms = elimination.quadraticForms(directions, coefficients: point.coefficients)
      all = [
        ("deviance", [point.deviance]), ("scale", [point.scale]),
        ("projections", traces.flatMap(\.projection.storage)),
        ("residuals", traces.flatMap(\.residual.storage)),
        ("products", forms.products.storage), ("fixed", forms.fixed.storage), ("forms", forms.residual),
        ("slopes", elimination.fixedSlopes(directions).flatMap(\.storage)),
      ]
      if let products = elimination.fixedProducts(directions) { all.append(("pairs", products.storage)) }
      guard let levels = elimination.levels else { return }
      all.append(("modes", levels.modes(coefficients: point.coefficients).flatMap(\.array)))
      let variances = try lower.indices.flatMap { try levels.conditionalCovariances(factor: $0).array }
      all.append(("variances", variances))
    }
  }

  /// All factorisations of a model under their names, the first of which is the reference.
  private static func factorizations(
    _ random: RandomModel, reml: Bool
  ) throws -> [(name: String, model: MixedModel, objective: ProfiledObjective)] {
    let model = try random.model()
    let theta = model.startingTheta
    var result = [("levels", model, try model.levelObjective(reml: reml))]
    result.append(("\(model.plan.factorization)", model, try model.objective(reml: reml)))
    for length in [0, 1] where model.plan.factorization != .pooled {
      result.append(("chain of \(length)", model, model.objective(reml: reml, chainLength: length)))
    }
    if model.plan.admitsExtendedPrecision {
      let extended = try model.withExtendedPrecision(at: model.layout.lower(theta))
      result.append(("extended", extended, try extended.objective(reml: reml)))
    }
    let sparse = try random.model(options: EngineOptions(trailing: .sparse))
    if case .sparse = sparse.plan.factorization {
      result.append(("sparse", sparse, try sparse.objective(reml: reml)))
    }
    return result
  }

  @Test(arguments: RandomModel.Kind.allCases, [true, false])
  func agree(_ kind: RandomModel.Kind, reml: Bool) throws {
    for seed in UInt64(1)...4 {
      let random = RandomModel(kind, seed: seed)
      for random in [random, random.weighted()] {
        let ways = try Self.factorizations(random, reml: reml)
        let theta = ways[0].model.startingTheta
        let expected = try Numbers(ways[0].objective, of: ways[0].model, theta: theta)
        for way in ways.dropFirst() {
          expect(
            try Numbers(way.objective, of: way.model, theta: theta), expected, "\(random), \(way.name)")
        }
      }
    }
  }

  private func expect(_ found: Numbers, _ expected: Numbers, _ what: String) {
    for (name, values) in found.all {
      guard let other = expected.all.first(where: { $0.name == name })?.values else { continue }
      #expect(values.count == other.count, "\(what): \(name)")
      let size = other.reduce(1e-3) { max($0, abs($1)) }
      let worst = zip(values, other).reduce(0.0) { max($0, abs($1.0 - $1.1)) }
      #expect(worst < 1e-8 * size, "\(what): \(name) off by \(worst) of \(size)")
    }
  }

  /// Many effects of a level: the table of all directions of few levels and many, and the stack of few directions; levels
  /// with fewer rows than effects are among them.
  @Test(arguments: [(6, 30), (6, 700), (9, 15)], [RandomTerm.Covariance.unstructured, .diagonal])
  func wideLevelsAgree(_ size: (effects: Int, levels: Int), covariance: RandomTerm.Covariance) throws {
    var g = TestGenerator(seed: UInt64(size.effects * size.levels))
    let n = 8 * size.levels
    let columns = (1..<size.effects).map { _ in (0..<n).map { _ in g.normal() } }
    let model = try MixedModel(
      response: (0..<n).map { _ in g.normal() },
      fixed: Matrix(rows: n, columns: 2, columnMajor: [Double](repeating: 1, count: n) + columns[0]),
      terms: [
        RandomTerm(
          codes: (0..<n).map { _ in Int32(g.below(size.levels)) }, levelCount: size.levels,
          columns: [nil] + columns, covariance: covariance)
      ])
    #expect(model.plan.factorization == .levels)
    let theta = model.startingTheta
    expect(
      try Numbers(model.objective(reml: true), of: model, theta: theta),
      try Numbers(model.levelObjective(reml: true), of: model, theta: theta), "\(size)")
  }

  /// log |V| of many levels is that of its factors, however large the effects are.
  @Test(arguments: 1...3)
  func logDeterminantsHaveNoBounds(width: Int) throws {
    let (levels, rows) = (403, 4)
    var g = TestGenerator(seed: UInt64(width))
    let n = levels * rows
    let codes = (0..<n).map { Int32($0 / rows) }
    let columns = (0..<width).map { _ in (0..<n).map { _ in g.normal() } }
    let model = try MixedModel(
      response: (0..<n).map { _ in g.normal() },
      fixed: Matrix(rows: n, columns: 1, columnMajor: [Double](repeating: 1, count: n)),
      terms: [RandomTerm(codes: codes, levelCount: levels, columns: columns)])
    #expect(model.plan.factorization == .levels)
    let (own, other) = (try model.objective(reml: true), try model.levelObjective(reml: true))
    for exponent in stride(from: -3.0, through: 6, by: 0.25) {
      var theta = [Double](repeating: 0, count: width * (width + 1) / 2)
      var next = 0
      for column in 0..<width {
        theta[next] = pow(10, exponent)
        next += width - column
      }
      let lower = model.layout.lower(theta)
      let (found, expected) = (
        try own.elimination.factorize(lower).logDeterminant,
        try other.elimination.factorize(lower).logDeterminant
      )
      #expect(abs(found - expected) <= 1e-10 * max(1, abs(expected)), "10^\(exponent)")
    }
  }
}
