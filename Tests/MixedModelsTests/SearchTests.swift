import Foundation
import LinearAlgebra
import MixedModels
import Testing

/// Every stage of the search has models that lose without it.
@Suite struct SearchTests {
  /// What a search without a stage ends with less of.
  enum Loss: Sendable, Equatable {
    /// Log L, by at least so much.
    case likelihood(Double)
    case convergence
    /// The same maximum takes more evaluations.
    case speed
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let stage: String
    let what: String
    let loss: Loss
    var start: [Matrix]?
    let model: @Sendable () throws -> MixedModel

    var testDescription: String { "\(stage): \(what)" }
  }

  static let cases = [
    Case(stage: "approach", what: "crossed levels, by steps without a factor", loss: .speed) {
      try crossed(rows: 6000, 1300, 800)
    },
    Case(
      stage: "approach", what: "a start beside the better maximum", loss: .likelihood(14),
      start: [Matrix([[100]])], model: lone),
    Case(stage: "descent", what: "any model", loss: .convergence) { try large(1, isCrossed: false) },
    Case(stage: "other basins", what: "a slope of unequal scales", loss: .likelihood(14), model: lone),
    Case(stage: "other basins", what: "a perfect correlation of few levels", loss: .likelihood(0.5)) {
      try fewLevels(4, seed: 25)
    },
    Case(stage: "beyond doubles", what: "the larger of crossed effects", loss: .likelihood(10)) {
      try large(1e8, isCrossed: true)
    },
    Case(stage: "better pivots", what: "correlated effects of crossed factors", loss: .convergence) {
      try valley(seed: 1022)
    },
  ]

  @Test(arguments: cases)
  func isMissed(_ one: Case) throws {
    let (model, options) = (try one.model(), FitOptions(start: one.start))
    let whole = try Search(model, reml: true, options: options).run()
    let rest = Search.stages.filter { $0.name != one.stage }
    #expect(rest.count == Search.stages.count - 1)
    let part = try Search(model, reml: true, options: options, stages: rest).run()
    #expect(whole.converged)
    switch one.loss {
    case .likelihood(let least): #expect(whole.logLikelihood - part.logLikelihood > least)
    case .convergence: #expect(!part.converged && part.logLikelihood < whole.logLikelihood)
    case .speed:
      #expect(part.converged && abs(part.logLikelihood - whole.logLikelihood) < 1e-6)
      // debug builds factor at every step
      if Tuning.loopCost == 1 { #expect(whole.certificate.evaluations < part.certificate.evaluations) }
    }
  }

  @Test func everyStageHasAModel() {
    #expect(Set(Self.cases.map(\.stage)) == Set(Search.stages.map(\.name)))
  }

  // MARK: Models

  private static func constant(_ n: Int) -> Matrix { Matrix([[Double]](repeating: [1], count: n)) }

  /// Intercepts of two factors that cross at random.
  private static func crossed(rows n: Int, _ first: Int, _ second: Int) throws -> MixedModel {
    var g = TestGenerator(seed: 3)
    let a = (0..<n).map { _ in Int32(g.below(first)) }
    let b = (0..<n).map { _ in Int32(g.below(second)) }
    let (u, v) = ((0..<first).map { _ in g.normal() }, (0..<second).map { _ in g.normal() })
    let response = (0..<n).map { u[Int(a[$0])] + v[Int(b[$0])] + g.normal() }
    return try MixedModel(
      response: response, fixed: constant(n),
      terms: [RandomTerm(codes: a, levelCount: first), RandomTerm(codes: b, levelCount: second)])
  }

  /// Groups whose slopes are large where the predictor is small: a maximum where the levels of small predictors tell of the
  /// variance, and one where those of large ones do.
  @Sendable private static func lone() throws -> MixedModel {
    let x = [0.9, 0.5, 1.0, 0.9, 0.9, 0.8, 14.1, 22.4, 16.0, 38.3, 56.1, 51.5]
    return try MixedModel(
      response: [0.2, 0.7, -0.1, -6.0, -6.5, -5.4, 2.4, 3.1, 2.4, -2.9, -4.3, -4.3],
      fixed: Matrix(x.map { [1, $0] }),
      terms: [RandomTerm(codes: (0..<12).map { Int32($0 / 3) }, levelCount: 4, columns: [x])])
  }

  /// An optimum inside, and one at a perfect correlation.
  private static func fewLevels(_ levels: Int, seed: Int) throws -> MixedModel {
    var g = TestGenerator(seed: UInt64(1000 * levels + seed))
    let codes = (0..<15 * levels).map { _ in min(g.below(levels), g.below(levels)) }
    let means = (0..<levels).map { _ in 5 + 2 * g.normal() }
    let x = codes.map { means[$0] + g.normal() }
    let effects = (0..<levels).map { _ in (g.normal(), 0.5 * g.normal()) }
    let response = zip(codes, x).map { effects[$0].0 + effects[$0].1 * $1 + g.normal() }
    return try MixedModel(
      response: response, fixed: constant(x.count),
      terms: [RandomTerm(codes: codes.map { Int32($0) }, levelCount: levels, columns: [nil, x])])
  }

  /// Perfectly correlated effects of very different sizes in two crossed factors; so many parameters that no other basins are
  /// looked for.
  private static func valley(seed: UInt64) throws -> MixedModel {
    var g = TestGenerator(seed: seed)
    let n = 160
    let columns: [[Double]?] = [nil] + (0..<3).map { _ in (0..<n).map { _ in g.normal() } }
    var response = (0..<n).map { _ in g.normal() }
    let terms = [12, 7].map { levels in
      let codes = (0..<n).map { _ in Int32(g.below(levels)) }
      let effects = (0..<levels).map { _ in g.normal() }
      for column in columns {
        let load = exp(8 * g.uniform() - 5)
        for i in 0..<n { response[i] += load * effects[Int(codes[i])] * (column?[i] ?? 1) }
      }
      return RandomTerm(codes: codes, levelCount: levels, columns: columns)
    }
    return try MixedModel(response: response, fixed: constant(n), terms: terms)
  }

  /// Effects of a size, and residuals of size one.
  private static func large(_ size: Double, isCrossed: Bool) throws -> MixedModel {
    var g = TestGenerator(seed: 11)
    let effects = (0..<12).map { _ in size * g.normal() }
    let response = (0..<60).map { effects[$0 / 5] + g.normal() }
    var terms = [RandomTerm(codes: (0..<60).map { Int32($0 / 5) }, levelCount: 12)]
    if isCrossed { terms.append(RandomTerm(codes: (0..<60).map { Int32($0 % 5) }, levelCount: 5)) }
    return try MixedModel(response: response, fixed: constant(60), terms: terms)
  }

  /// Independent effects of an intercept and of a predictor far from zero share a valley with the variance of the intercept
  /// about x̄² times that of the slope; there doubles leave X'V⁻¹X few digits.
  @Test(arguments: [(2000.0, 10.0), (1e5, 1), (1.7e9, 1e6)], [true, false])
  func independentEffectsFarFromTheOrigin(_ place: (origin: Double, spread: Double), reml: Bool) throws {
    for seed in 0..<6 {
      var g = TestGenerator(seed: UInt64(seed))
      let n = 24 + 8 * seed
      let x = (0..<n).map { _ in place.origin + (place.spread * g.normal()).rounded() }
      let codes = (0..<n).map { Int32($0 % (3 + seed)) }
      let slopes = (0..<3 + seed).map { _ in 5 * g.normal() / place.spread }
      let y = (0..<n).map { slopes[Int(codes[$0])] * (x[$0] - place.origin) + g.normal() }
      func model(_ covariance: RandomTerm.Covariance) throws -> MixedModel {
        try MixedModel(
          response: y, fixed: Matrix(rows: n, columns: 2, columnMajor: [Double](repeating: 1, count: n) + x),
          terms: [RandomTerm(codes: codes, levelCount: 3 + seed, columns: [nil, x], covariance: covariance)])
      }
      let independent = try model(.diagonal)
      let fit = try independent.fit(reml: reml)
      #expect(fit.converged, "\(place) \(seed)")
      let correlated = try model(.unstructured).fit(reml: reml).relativeCovariances[0]
      for share in [0.5, 1, 2] {
        let there = try independent.estimate(
          at: [Matrix(diagonal: correlated.diagonal.map { share * $0 })], reml: reml)
        #expect(fit.logLikelihood > there.logLikelihood - 1e-6, "\(place) \(seed)")
      }
    }
  }

  /// Eighteen rows whose maximum was found in 50 digits.
  @Test func farFromTheOrigin() throws {
    let x = [
      -0.258, 1.878, -0.582, -0.161, 0.288, 0.554, 1.277, 0.922, -1.431, 0.658, -0.496, 1.97, -2.277, -1.252,
      -1.77,
      0.506, -0.254, -0.426,
    ].map { (1e8 + 1000 * $0).rounded() / 1000 }
    let y = [
      -0.257, 0.201, 1.239, -0.286, -0.672, -1.391, -2.434, 0.241, 8.981, 2.644, 4.961, -2.905, 108.218,
      60.944,
      83.378, -25.546, 11.484, 20.319,
    ]
    let codes = (0..<18).map { Int32($0 / 6) }
    let model = try MixedModel(
      response: y, fixed: Matrix(rows: 18, columns: 2, columnMajor: [Double](repeating: 1, count: 18) + x),
      terms: [RandomTerm(codes: codes, levelCount: 3, columns: [nil, x], covariance: .diagonal)])
    let fit = try model.fit(reml: true)
    #expect(fit.converged && abs(fit.logLikelihood + 65.300920) < 1e-5)
  }
}
