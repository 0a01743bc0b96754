import Foundation
import GeneralizedModels
import LinearAlgebra
import MixedModels
import TestSupport

/// Small random models of every family and structure.
enum RandomData {
  /// One factor, one with a slope, three crossed ones, crossed ones with slopes.
  enum Structure: CaseIterable { case one, slope, crossed, crossedSlopes }

  static let families: [(ResponseFamily, LinkFunction)] = [
    (.binomial, .logit), (.binomial, .probit), (.binomial, .cloglog), (.binomial, .cauchy), (.binomial, .log),
    (.binomial, .identity), (.poisson, .log), (.poisson, .sqrt), (.poisson, .identity),
    (.negativeBinomial, .log), (.negativeBinomial, .identity), (.gamma, .log), (.gamma, .inverse),
    (.gamma, .identity), (.inverseGaussian, .inverseSquared), (.inverseGaussian, .inverse),
    (.inverseGaussian, .log), (.inverseGaussian, .identity), (.beta, .logit), (.beta, .probit),
    (.beta, .cloglog), (.beta, .cauchy), (.gaussian, .identity), (.gaussian, .log), (.gaussian, .inverse),
  ]

  static func rows(
    _ family: ResponseFamily, _ structure: Structure, seed: UInt64, count n: Int = 90
  ) -> GeneralizedRows {
    var generator = SeededGenerator(seed: seed)
    func uniform() -> Double { Double.random(in: 0..<1, using: &generator) }
    var (y, x, trials) = ([Double](), [Double](), [Double]())
    var (first, second) = ([Int32](), [Int32]())
    for i in 0..<n {
      let m = Double(1 + i % 4)
      trials.append(m)
      switch family {
      case .binomial: y.append(Double((0..<Int(m)).count { _ in uniform() < 0.45 }) / m)
      case .poisson, .negativeBinomial: y.append((4 * uniform() * (0.5 + uniform())).rounded())
      case .beta: y.append(0.1 + 0.8 * uniform())
      case .gaussian: y.append(2 + uniform())
      default: y.append(1 + 2 * uniform())
      }
      x.append(2 * uniform() - 1)
      first.append(Int32(i % 9))
      second.append(Int32(uniform() * 5))
    }
    let hasSlopes = structure == .slope || structure == .crossedSlopes
    var terms = [RandomTerm(codes: first, levelCount: 9, columns: hasSlopes ? [nil, x] : [nil])]
    if structure == .crossed || structure == .crossedSlopes {
      terms.append(RandomTerm(codes: second, levelCount: 5, columns: hasSlopes ? [nil, x] : [nil]))
      terms.append(RandomTerm(codes: second.map { ($0 * 3 + 1) % 4 }, levelCount: 4))
    }
    let weighted = family == .gamma || family == .gaussian || family == .inverseGaussian
    return GeneralizedRows(
      response: y, fixed: Matrix(columns: [[Double](repeating: 1, count: n), x]), terms: terms,
      offset: x.map { 0.01 * $0 }, trials: family == .binomial ? trials : nil,
      precisions: weighted ? trials : nil)
  }

  /// Parameters where every family has a mode.
  static func point(_ rows: GeneralizedRows, _ link: LinkFunction, _ family: ResponseFamily) -> (
    covariances: [Matrix], coefficients: [Double], dispersion: Double
  ) {
    let mean = rows.response.reduce(0, +) / Double(rows.count)
    let size: Double = [.logit, .probit, .cloglog, .cauchy, .log].contains(link) ? 1 : 0.02
    let covariances = rows.terms.map { term in
      term.width == 2
        ? Matrix([[0.04 * size, 0.01 * size], [0.01 * size, 0.02 * size]]) : Matrix([[0.05 * size]])
    }
    return (covariances, [link(mean), 0.03 * size], family == .beta ? 8 : 0.2)
  }
}
