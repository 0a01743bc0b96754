import LinearAlgebra
import MixedModels
import Testing

/// What is computed where an exact factor does not fit, against the same from a factor.
@Suite struct BeyondMemoryTests {
  typealias Design = MatrixFreeTests.Design

  @Test(arguments: MatrixFreeTests.designs)
  func predictionErrorsBySolves(_ design: Design) throws {
    let exact = try design.model(exact: nil).0
    let free = try design.model(exact: nil, memory: 1).0
    #expect(!exact.plan.isIterative && free.plan.isIterative)
    let estimate = try free.fit(reml: true)
    let count = 40
    var g = TestGenerator(seed: 3)
    var fixed = Matrix(rows: count, columns: 2, repeating: 1)
    for i in 0..<count { fixed[i, 1] = g.normal() }
    let effects = design.levels.enumerated().map { f, levels -> PredictionRows.Effects? in
      // The second factor is left out; unseen levels and rows without a level elsewhere.
      if f == 1 && design.levels.count > 2 { return nil }
      let codes = (0..<count).map { i in i % 9 == f ? Int32(-2) : i % 7 == f ? -1 : Int32(g.below(levels)) }
      let slope = design.slope && f == design.levels.count - 1
      return .init(codes: codes, columns: [slope ? (0..<count).map { _ in g.normal() } : nil])
    }
    let rows = PredictionRows(fixed: fixed, effects: effects)
    let (a, b) = (try free.predictionErrors(estimate), try exact.predictionErrors(estimate))
    for (x, y) in zip(try a.variances(rows), try b.variances(rows)) { #expect(abs(x - y) < 1e-6 * y) }
    for (t, part) in effects.enumerated() {
      guard let part else { continue }
      #expect(a.priorVariances(part, term: t) == b.priorVariances(part, term: t))
    }
  }

  @Test(arguments: MatrixFreeTests.designs)
  func variancesOfChosenLevels(_ design: Design) throws {
    let exact = try design.model(exact: nil).0
    let free = try design.model(exact: nil, memory: 1).0
    let estimate = try exact.fit(reml: true)
    for t in design.levels.indices {
      let levels = [design.levels[t] - 1, 0, 3]
      let all = try exact.conditionalVariances(estimate, term: t)
      let some = try free.conditionalVariances(estimate, term: t, levels: levels)
      for (x, level) in zip(some, levels) { #expect(abs(x - all[level]) < 1e-7 * all[level] + 1e-12) }
      #expect(try exact.conditionalVariances(estimate, term: t, levels: levels) == levels.map { all[$0] })
    }
    #expect(free.holdsVariances(term: 0))
  }

  @Test func optionsOfOneModel() throws {
    let design = MatrixFreeTests.designs[0]
    var model = try design.model(exact: nil).0
    let exact = try model.fit(reml: true)
    model.options.exact = false
    let free = try model.fit(reml: true)
    #expect(exact.monteCarlo == nil && free.monteCarlo != nil)
    #expect(
      free.relativeCovariances == (try design.model(exact: false).0.fit(reml: true)).relativeCovariances)
    // A likelihood at given parameters has an error too, the parameters have none.
    let there = try model.estimate(at: exact.relativeCovariances, reml: true)
    let report = try #require(there.monteCarlo)
    #expect(report.logLikelihood > 0 && report.scale == 0 && report.covariances == [0, 0])
    #expect(abs(there.logLikelihood - exact.logLikelihood) < 5 * report.logLikelihood)
  }

  /// Errors that other sets of probes would make: the report's are of that size.
  @Test func reportCoversTheExactOptimum() throws {
    for design in MatrixFreeTests.designs.prefix(3) {
      let exact = try design.model(exact: nil).0.fit(reml: true)
      let free = try design.model(exact: false).0.fit(reml: true)
      let report = try #require(free.monteCarlo)
      // What Newton's method leaves at its tolerance comes on top.
      let slack = 2e-3
      for t in design.levels.indices {
        let difference = abs(free.relativeCovariances[t][0, 0] - exact.relativeCovariances[t][0, 0])
        #expect(difference < 6 * report.relativeCovariances[t] + slack * exact.relativeCovariances[t][0, 0])
        #expect(report.covariances[t] > 0)
      }
      #expect(abs(free.scale - exact.scale) < 6 * report.scale + 1e-4 * exact.scale)
    }
  }

  @Test func aVanishingVarianceIsZero() throws {
    let model = try MatrixFreeTests.designs[4].model(exact: false).0
    let estimate = try model.fit(reml: true)
    #expect(estimate.relativeCovariances[1][0, 0] == 0 && estimate.singular && estimate.converged)
    #expect(try model.conditionalModes(estimate)[1].storage.allSatisfy { $0 == 0 })
    #expect(
      try model.jointHessian(at: estimate.relativeCovariances, reml: true).storage.allSatisfy(\.isFinite))
  }

  static func crossedSlopes(memory: Int?, exact: Bool? = nil) throws -> MixedModel {
    var g = TestGenerator(seed: 5)
    let (n, q, m) = (2000, 60, 50)
    let x = (0..<n).map { _ in g.normal() }
    let terms = [
      RandomTerm(codes: (0..<n).map { _ in Int32(g.below(q)) }, levelCount: q, columns: [nil, x]),
      RandomTerm(codes: (0..<n).map { _ in Int32(g.below(m)) }, levelCount: m),
    ]
    return try MixedModel(
      response: x.map { $0 + g.normal() }, fixed: Matrix(rows: n, columns: 1, repeating: 1), terms: terms,
      options: EngineOptions(exact: exact, memory: memory))
  }

  @Test func refusals() throws {
    func estimate(_ body: () throws -> Void) throws -> MemoryEstimate {
      do { try body() } catch EngineError.insufficientMemory(let found) { return found }
      throw EngineError.overflow
    }
    // 50 columns beside the slopes: 40 kB for S and its inverse.
    let wide = try Self.crossedSlopes(memory: 1 << 21)
    #expect(try wide.fit(reml: true).monteCarlo == nil)
    var small = wide
    small.options.memory = 30_000
    let found = try estimate { _ = try small.fit(reml: true) }
    #expect(found.part == .factor && found.wideTerms == [0] && found.terms == [1])
    #expect(found.bytes == 16 * 50 * 50 && found.columns == 50 && (25...35).contains(found.largestColumns))
    // Everything that needs the factor says the same.
    let point = [Matrix.identity(2), Matrix.identity(1)]
    #expect(throws: EngineError.insufficientMemory(found)) { try small.logLikelihood(at: point, reml: true) }
    #expect(throws: EngineError.insufficientMemory(found)) { try small.score(at: point, reml: true) }
    #expect(throws: EngineError.insufficientMemory(found)) { try small.jointHessian(at: point, reml: true) }
    let before = try estimate { _ = try Self.crossedSlopes(memory: 30_000) }
    #expect(before.part == .crossProducts && before.terms == [0])
    // Scalar terms are refused where the caller insists only.
    let insisting = try estimate {
      var model = try MatrixFreeTests.designs[0].model(exact: true).0
      model.options.memory = 1000
      _ = try model.fit(reml: true)
    }
    #expect(insisting.wideTerms.isEmpty && insisting.bytes == 16 * 110 * 110)
  }
}
