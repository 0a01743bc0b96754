import LinearAlgebra
import MixedModels
import Testing

/// Fits without a factorisation against exact ones of the same data.
@Suite struct MatrixFreeTests {
  /// A crossed design with random intercepts.
  struct Design: Sendable, CustomStringConvertible {
    var description: String
    var rows: Int
    var levels: [Int]
    /// Whether the last factor is nested in groups of the first.
    var nested = false
    /// Standard deviations of the effects; the residual's is 1.
    var effects: [Double]
    /// Regressor of the last term, if not the intercept.
    var slope = false

    func model(
      exact: Bool?, threads: Int? = nil, memory: Int? = nil, trailing: EngineOptions.Trailing? = nil
    ) throws -> (MixedModel, response: [Double]) {
      var g = TestGenerator(seed: UInt64(rows + levels.count))
      var codes = levels.map { count in (0..<rows).map { _ in Int32(g.below(count)) } }
      if nested, let last = codes.indices.last {
        codes[last] = codes[0].map { $0 % Int32(levels[last]) }
      }
      // A tenth of the rows has no level of the second factor.
      if slope { for i in 0..<rows / 10 { codes[1][i] = -1 } }
      let x = (0..<rows).map { _ in g.normal() }
      let z = (0..<rows).map { _ in 1 + 0.5 * g.normal() }
      var y = x.map { 2 + 0.5 * $0 + g.normal() }
      for (f, count) in levels.enumerated() {
        let u = (0..<count).map { _ in effects[f] * g.normal() }
        let weights = slope && f == levels.count - 1 ? z : nil
        for i in 0..<rows where codes[f][i] >= 0 { y[i] += u[Int(codes[f][i])] * (weights?[i] ?? 1) }
      }
      var fixed = Matrix(rows: rows, columns: 2)
      for i in 0..<rows {
        fixed[i, 0] = 1
        fixed[i, 1] = x[i]
      }
      let terms = levels.indices.map { f in
        RandomTerm(
          codes: codes[f], levelCount: levels[f], columns: [slope && f == levels.count - 1 ? z : nil])
      }
      var model = try MixedModel(
        response: y, fixed: fixed, terms: terms,
        options: EngineOptions(threads: threads, trailing: trailing, exact: exact))
      model.options.memory = memory
      return (model, y)
    }
  }

  static let designs = [
    Design(description: "two factors", rows: 3000, levels: [150, 110], effects: [0.6, 0.4]),
    Design(description: "three, one small", rows: 3000, levels: [160, 90, 9], effects: [0.6, 0.4, 0.3]),
    Design(
      description: "nested and crossed", rows: 3000, levels: [200, 80, 40], nested: true,
      effects: [0.5, 0.7, 0.4]),
    Design(
      description: "slope, missing levels", rows: 2500, levels: [140, 100], effects: [0.8, 0.5], slope: true),
    Design(description: "vanishing variance", rows: 2500, levels: [140, 100], effects: [0.8, 0]),
  ]

  static let largeDesigns = [
    Design(description: "two large factors", rows: 9000, levels: [1700, 1600], effects: [0.7, 0.6]),
    Design(description: "and a small one", rows: 9000, levels: [1600, 1550, 12], effects: [0.6, 0.8, 0.4]),
    Design(description: "one variance vanishes", rows: 9000, levels: [1700, 1600], effects: [0.7, 0]),
  ]

  /// From 1,500 crossed columns, probes corrected by one exact gradient lead to the optimum of exact steps.
  @Test(arguments: largeDesigns, [true, false])
  func oneExactGradientIsEnough(_ design: Design, reml: Bool) throws {
    let model = try design.model(exact: true, trailing: .dense).0
    let found = try model.fit(reml: reml)
    #expect(found.converged)
    if design.effects[1] > 0 { #expect(found.certificate.gradients == 1) }
    let there = try model.estimate(at: found.relativeCovariances, reml: reml)
    #expect(abs(found.logLikelihood - there.logLikelihood) < 1e-6)
    #expect(abs(found.scale - there.scale) < 1e-8 * there.scale)
    for (a, b) in zip(found.fixedEffects, there.fixedEffects) { #expect(abs(a - b) < 1e-8) }
    let best = try model.fit(
      reml: reml, options: FitOptions(start: found.relativeCovariances, tolerance: 1e-12))
    #expect(best.logLikelihood - found.logLikelihood < 1e-6)
  }

  @Test(arguments: designs, [true, false])
  func reachesTheExactOptimum(_ design: Design, reml: Bool) throws {
    let exact = try design.model(exact: true).0
    let free = try design.model(exact: false).0
    #expect(!exact.plan.isIterative && free.plan.isIterative)
    let best = try exact.fit(reml: reml)
    let found = try free.fit(reml: reml)
    let report = try #require(found.monteCarlo)
    #expect(best.monteCarlo == nil && found.converged)
    // The optimum but for 0.02 standard errors of Monte-Carlo error.
    let there = try exact.estimate(at: found.relativeCovariances, reml: reml)
    #expect(best.logLikelihood - there.logLikelihood < 2e-3, "\(best.logLikelihood - there.logLikelihood)")
    #expect(abs(found.logLikelihood - there.logLikelihood) < 5 * report.logLikelihood + 1e-3)
    for (a, b) in zip(found.fixedEffects, there.fixedEffects) { #expect(abs(a - b) < 1e-6) }
    #expect(abs(found.scale - there.scale) < 1e-7 * there.scale)
    for (a, b) in zip(found.fixedCovariance.storage, there.fixedCovariance.storage) {
      #expect(abs(a - b) < 1e-6 * there.fixedCovariance.storage.reduce(0) { max($0, abs($1)) })
    }
    #expect(report.gradientNoise < 0.02 && report.probes >= 16)
  }

  @Test(arguments: designs)
  func effectsMatchTheExactFactor(_ design: Design) throws {
    let exact = try design.model(exact: true).0
    let free = try design.model(exact: false).0
    let found = try free.fit(reml: true)
    let modes = try free.conditionalModes(found)
    for (a, b) in zip(modes, try exact.conditionalModes(found)) {
      for (x, y) in zip(a.storage, b.storage) { #expect(abs(x - y) < 1e-6) }
    }
    for (x, y) in zip(try free.fittedValues(found), try exact.fittedValues(found)) {
      #expect(abs(x - y) < 1e-5)
    }
    let a = try free.conditionalVariances(found, term: 0)
    let b = try exact.conditionalVariances(found, term: 0)
    for (x, y) in zip(a, b) { #expect(abs(x - y) < 1e-6 * (1 + y)) }
  }

  /// Scores at points off the optimum, with noise of a few thousandths of their size.
  @Test(arguments: designs)
  func scoreAndInformationMatch(_ design: Design) throws {
    let exact = try design.model(exact: true).0
    let free = try design.model(exact: false).0
    let s = design.levels.indices.map { Matrix([[0.2 + 0.1 * Double($0)]]) }
    let a = try free.score(at: s, reml: true)
    let b = try exact.score(at: s, reml: true)
    let h = try exact.jointHessian(at: s, reml: true)
    let p = 2
    for (t, (x, y)) in zip(a.covariances, b.covariances).enumerated() {
      let error = 1 / abs(h[p + t, p + t]).squareRoot()
      #expect(abs(x[0, 0] - y[0, 0]) * error < 0.03, "\(x[0, 0]) \(y[0, 0]) \(error)")
    }
    let optimum = try free.fit(reml: true)
    let information = try free.jointHessian(at: optimum.relativeCovariances, reml: true)
    let hessian = try exact.jointHessian(at: optimum.relativeCovariances, reml: true)
    for i in 0..<p {
      for j in 0..<p {
        #expect(
          abs(information[i, j] - hessian[i, j]) < 1e-6 * abs(hessian[i, i] * hessian[j, j]).squareRoot())
      }
    }
    for t in s.indices where optimum.relativeCovariances[t][0, 0] > 0.01 {
      let ratio = information[p + t, p + t] / hessian[p + t, p + t]
      #expect(abs(ratio - 1) < 0.1, "\(ratio)")
    }
  }

  @Test func sameBitsForAnyThreadCount() throws {
    let design = Design(description: "", rows: 60_000, levels: [2000, 1500], effects: [0.6, 0.4])
    let fits = try [1, 2, 3].map { try design.model(exact: false, threads: $0).0.fit(reml: true) }
    for fit in fits.dropFirst() {
      #expect(fit.relativeCovariances == fits[0].relativeCovariances)
      #expect(fit.logLikelihood == fits[0].logLikelihood)
      #expect(fit.fixedEffects == fits[0].fixedEffects)
    }
  }

  @Test func startsTheExactFitOfLargeDesigns() throws {
    let design = Design(description: "", rows: 30_000, levels: [1800, 1600], effects: [0.6, 0.4])
    let fit = try design.model(exact: true).0.fit(reml: true)
    #expect(fit.converged && fit.monteCarlo == nil)
    #expect(fit.certificate.gradients <= 2, "\(fit.certificate)")
    #expect(fit.certificate.gradientNorm < 0.02)
  }
}
