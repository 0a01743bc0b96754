import Foundation
import LinearAlgebra
import MixedModels
import Testing

/// Valleys in which the average information is far from the curvature.
@Suite struct OptimizerTests {
  /// Only the sum of the two variances is well determined; the likelihood falls along a circle of standard deviations.
  @Test(arguments: 0..<20)
  func independentEffectsOfNearlyEqualRegressors(seed: Int) throws {
    var g = TestGenerator(seed: UInt64(seed))
    let n = 60
    let codes = (0..<n).map { _ in Int32(g.below(9)) }
    let x = (0..<n).map { _ in g.normal() }
    let almost = x.map { $0 + 0.01 * g.normal() }
    let effects = (0..<9).map { _ in g.normal() }
    let response = (0..<n).map { effects[Int(codes[$0])] * x[$0] + g.normal() }
    let model = try MixedModel(
      response: response, fixed: Matrix(rows: n, columns: 1, columnMajor: [Double](repeating: 1, count: n)),
      terms: [RandomTerm(codes: codes, levelCount: 9, columns: [x, almost], covariance: .diagonal)])
    let fit = try model.fit(reml: true)
    #expect(fit.converged)
    #expect(fit.certificate.evaluations < 2000)
    let total = fit.relativeCovariances[0][0, 0] + fit.relativeCovariances[0][1, 1]
    for share in stride(from: 0.0, through: 1, by: 0.05) {
      let split = Matrix([[share * total, 0], [0, (1 - share) * total]])
      let there = try model.estimate(at: [split], reml: true)
      #expect(there.logLikelihood <= fit.logLikelihood + 1e-9 * abs(fit.logLikelihood))
    }
  }

  /// Factors that divide the rows in similar ways compete: there is a maximum where one variance vanishes, and
  /// another where the other does.
  @Test(arguments: 0..<30)
  func competingFactors(seed: Int) throws {
    var g = TestGenerator(seed: UInt64(seed))
    let n = 64
    let first = (0..<n).map { _ in Int32(g.below(24)) }
    let second = first.map { g.below(4) == 0 ? Int32(g.below(24)) : $0 }
    let (a, b) = ((0..<24).map { _ in 4 * g.normal() }, (0..<24).map { _ in 4 * g.normal() })
    let response = (0..<n).map { (a[Int(first[$0])] + b[Int(second[$0])]) / 2 + g.normal() }
    let model = try MixedModel(
      response: response, fixed: Matrix(rows: n, columns: 1, columnMajor: [Double](repeating: 1, count: n)),
      terms: [RandomTerm(codes: first, levelCount: 24), RandomTerm(codes: second, levelCount: 24)])
    for reml in [true, false] {
      let fit = try model.fit(reml: reml)
      #expect(fit.converged)
      let sizes = [0, 0.1, 0.5, 1, 2, 4, 8, 16, 64, 256].map { Matrix([[$0]]) }
      for one in sizes {
        for other in sizes {
          let there = try model.estimate(at: [one, other], reml: reml)
          #expect(there.logLikelihood <= fit.logLikelihood + 1e-9 * abs(fit.logLikelihood))
        }
      }
    }
  }

  /// Few rows to each effect: many ways to explain nearly every row, and a maximum for several of them. No start at
  /// random may end higher than the fit, but where the residual variance vanishes.
  @Test(arguments: 0..<24)
  func crowdedModels(seed: Int) throws {
    var g = TestGenerator(seed: UInt64(seed))
    let n = 40 + g.below(40)
    let group = (0..<n).map { _ in g.below(8) }
    let (first, second) = (group.map { 3 * $0 + g.below(3) }, group.map { 2 * $0 + g.below(2) })
    let x = (0..<n).map { _ in g.normal() }
    let size = [3, 10, 30][seed % 3]
    let effects = (0..<64).map { _ in Double(size) * g.normal() }
    let response = (0..<n).map {
      effects[first[$0]] * (1 + 0.5 * x[$0]) + effects[32 + second[$0]] + g.normal()
    }
    let terms = [
      RandomTerm(codes: group.map { Int32($0) }, levelCount: 8),
      RandomTerm(codes: first.map { Int32($0) }, levelCount: 24, columns: [nil, x]),
      RandomTerm(codes: second.map { Int32($0) }, levelCount: 16),
    ]
    let model = try MixedModel(
      response: response, fixed: Matrix(rows: n, columns: 1, columnMajor: [Double](repeating: 1, count: n)),
      terms: terms)
    let fit = try model.fit(reml: seed % 2 == 0)
    #expect(fit.converged)
    for _ in 0..<20 {
      func size() -> Double { exp(8 * g.uniform() - 4) }
      let root = Matrix([[size(), 0], [g.normal() * size(), size()]])
      let start = [Matrix([[size()]]), root * root.transposed, Matrix([[size()]])]
      guard let other = try? model.fit(reml: seed % 2 == 0, options: FitOptions(start: start)) else {
        continue
      }
      if other.scale > 1e-3 * fit.scale { #expect(other.logLikelihood <= fit.logLikelihood + 1e-6) }
    }
  }

  /// Few levels with a slope: an optimum inside, and one at a perfect correlation. No start ends higher than the fit.
  @Test(arguments: 3..<7, [true, false])
  func fewLevels(levels: Int, isLone: Bool) throws {
    for seed in 0..<60 {
      var g = TestGenerator(seed: UInt64(1000 * levels + seed))
      let n = 15 * levels
      let codes = (0..<n).map { _ in min(g.below(levels), g.below(levels)) }
      let means = (0..<levels).map { _ in 5 + 2 * g.normal() }
      let x = codes.map { means[$0] + g.normal() }
      let effects = (0..<levels).map { _ in (g.normal(), 0.5 * g.normal()) }
      let response = (0..<n).map { effects[codes[$0]].0 + effects[codes[$0]].1 * x[$0] + g.normal() }
      let model = try MixedModel(
        response: response,
        fixed: Matrix(rows: n, columns: 1, columnMajor: [Double](repeating: 1, count: n)),
        terms: [
          RandomTerm(codes: codes.map { Int32($0) }, levelCount: levels, columns: isLone ? [x] : [nil, x])
        ])
      let fit = try model.fit(reml: true)
      for size in [0.03, 0.3, 3] {
        for angle in [-2.5, -1.5, -0.1, 0.1, 1.5, 2.5] {
          let root = [5 * size * cos(angle), size * sin(angle)]
          let start = isLone ? Matrix([[size * size]]) : Matrix(root.map { a in root.map { a * $0 } })
          let other = try model.fit(reml: true, options: FitOptions(start: [start]))
          #expect(other.logLikelihood <= fit.logLikelihood + 1e-6, "seed \(seed)")
        }
      }
    }
  }

  /// Effects that dwarf the residuals, known to a share of 1e-4: in T all lengths are a million times as long
  /// as what is left to find.
  @Test(arguments: 0..<12)
  func thinValleys(seed: Int) throws {
    var g = TestGenerator(seed: UInt64(seed))
    let codes = (0..<24).map { Int32($0 / 4) }
    let x = (0..<24).map { _ in 300 + 200 * g.normal() }
    let effects = (0..<6).map { _ in g.normal() }
    let response = (0..<24).map { effects[Int(codes[$0])] * (100 + x[$0]) + 0.03 * g.normal() }
    let model = try MixedModel(
      response: response,
      fixed: Matrix(rows: 24, columns: 1, columnMajor: [Double](repeating: 1, count: 24)),
      terms: [RandomTerm(codes: codes, levelCount: 6, columns: [nil, x])])
    let fit = try model.fit(reml: false)
    #expect(fit.converged)
    for factor in [0.5, 0.9, 1.1, 2] {
      let other = try model.estimate(at: fit.relativeCovariances.map { factor * $0 }, reml: false)
      #expect(other.logLikelihood <= fit.logLikelihood + 1e-6)
    }
    let again = try model.fit(reml: false, options: FitOptions(start: fit.relativeCovariances))
    #expect(again.logLikelihood <= fit.logLikelihood + 1e-6)
  }

  /// A perfect correlation of effects of very different sizes: a valley along a circle in T.
  @Test(arguments: 0..<20, [[0, 1], [1, 0]])
  func nearlyPerfectCorrelation(seed: Int, order: [Int]) throws {
    var g = TestGenerator(seed: UInt64(seed))
    let codes = (0..<80).map { _ in Int32(g.below(12)) }
    let x = (0..<80).map { _ in g.normal() }
    let effects = (0..<12).map { _ in g.normal() }
    let response = (0..<80).map { effects[Int(codes[$0])] * (0.02 - 0.6 * x[$0]) + g.normal() }
    func fit(_ columns: [[Double]?]) throws -> Estimate {
      try MixedModel(
        response: response,
        fixed: Matrix(rows: 80, columns: 1, columnMajor: [Double](repeating: 1, count: 80)),
        terms: [
          RandomTerm(codes: codes, levelCount: 12, columns: columns),
          RandomTerm(codes: codes.map { $0 / 3 }, levelCount: 4),
        ]
      ).fit(reml: false)
    }
    let (one, other) = (try fit(order.map { [nil, x][$0] }), try fit([nil, x]))
    #expect(one.converged)
    #expect(abs(one.logLikelihood - other.logLikelihood) < 1e-8)
  }

  /// A zero variance to start from is a stationary point, not an optimum.
  @Test(arguments: RandomModel.Kind.allCases, [true, false])
  func zeroStart(kind: RandomModel.Kind, reml: Bool) throws {
    let random = RandomModel(kind, seed: 4)
    let model = try MixedModel(response: random.response, fixed: random.fixed, terms: random.terms)
    let zeros = random.terms.map { Matrix(rows: $0.width, columns: $0.width) }
    let fit = try model.fit(reml: reml)
    let other = try model.fit(reml: reml, options: FitOptions(start: zeros))
    #expect(other.converged)
    #expect(abs(other.logLikelihood - fit.logLikelihood) < 1e-7)
  }

  /// In a balanced layout the residual variance is the mean square within groups, however large the effects.
  @Test(arguments: [1, 1e2, 1e3, 1e4, 1e5, 1e8], [false, true])
  func largeEffects(size: Double, isCrossed: Bool) throws {
    var g = TestGenerator(seed: 11)
    let effects = (0..<12).map { _ in size * g.normal() }
    let response = (0..<60).map { effects[$0 / 5] + g.normal() }
    let means = (0..<12).map { group in response[(5 * group)..<(5 * group + 5)].reduce(0, +) / 5 }
    let within = response.indices.reduce(0) { $0 + pow(response[$1] - means[$1 / 5], 2) } / 48
    var terms = [RandomTerm(codes: (0..<60).map { Int32($0 / 5) }, levelCount: 12)]
    if isCrossed { terms.append(RandomTerm(codes: (0..<60).map { Int32($0 % 5) }, levelCount: 5)) }
    let fit = try MixedModel(
      response: response, fixed: Matrix(rows: 60, columns: 1, columnMajor: [Double](repeating: 1, count: 60)),
      terms: terms
    ).fit(reml: true)
    #expect(fit.converged)
    let other = isCrossed ? fit.relativeCovariances[1][0, 0] : 0
    if other == 0 { #expect(abs(fit.scale / within - 1) < 1e-4) }
  }
}
