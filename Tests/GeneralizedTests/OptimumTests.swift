import Foundation
import GeneralizedModels
import LinearAlgebra
import MixedModels
import TestSupport
import Testing

/// Fits of small models end at the lowest of their local minima that searches from elsewhere find.
@Suite struct OptimumTests {
  private static let kinds: [(ResponseFamily, LinkFunction)] = [
    (.binomial, .logit), (.binomial, .probit), (.binomial, .cloglog), (.poisson, .log), (.poisson, .sqrt),
    (.negativeBinomial, .log), (.gamma, .log), (.beta, .logit),
  ]

  /// Responses with effects of several sizes; every other binomial model is nearly separated.
  private static func rows(_ family: ResponseFamily, _ link: LinkFunction, seed: Int) -> GeneralizedRows {
    var generator = SeededGenerator(seed: UInt64(seed))
    func uniform() -> Double { Double.random(in: -1..<1, using: &generator) }
    func normal() -> Double { (0..<6).reduce(0.0) { sum, _ in sum + uniform() } / 2.0.squareRoot() }
    let n = [40, 60, 100][seed % 3]
    let size = (link == .sqrt || family == .gamma ? 0.5 : 1) * [0.2, 1, 2][seed / 3 % 3]
    let (u, v, slopes) = (
      (0..<12).map { _ in size * normal() }, (0..<5).map { _ in size * normal() },
      (0..<12).map { _ in normal() }
    )
    let steep = family == .binomial && seed % 2 == 0 ? 8.0 : 0.5
    var (y, x, first, second) = ([Double](), [Double](), [Int32](), [Int32]())
    for _ in 0..<n {
      first.append(Int32(5.999 * (1 + uniform())))
      second.append(Int32(2.499 * (1 + uniform())))
      x.append(uniform())
      let (g, h) = (Int(first[first.count - 1]), Int(second[second.count - 1]))
      let eta = 0.5 + steep * x[x.count - 1] + u[g] + v[h] + size * slopes[g] * x[x.count - 1]
      switch family {
      case .binomial: y.append(0.5 + 0.5 * uniform() < link.inverse(eta) ? 1 : 0)
      case .poisson, .negativeBinomial:
        y.append(max(0, (min(link.inverse(eta), 200) * (1 + 0.7 * normal())).rounded()))
      case .beta: y.append(min(max(link.inverse(eta + normal()), 0.01), 0.99))
      default: y.append(exp(min(max(eta, -3), 5) + 0.5 * normal()))
      }
    }
    if Set(y).count == 1 { y[0] = family == .binomial ? 1 - y[0] : y[0] + 1 }
    let columns: [[Double]?] = seed / 9 % 2 == 0 ? [nil, x] : [nil]
    var terms = [RandomTerm(codes: first, levelCount: 12, columns: columns)]
    if seed / 18 % 2 == 0 { terms.append(RandomTerm(codes: second, levelCount: 5)) }
    return GeneralizedRows(
      response: y, fixed: Matrix(columns: [[Double](repeating: 1, count: n), x]), terms: terms)
  }

  @Test(arguments: kinds.indices) func fromElsewhere(_ index: Int) throws {
    let (family, link) = Self.kinds[index]
    var generator = SeededGenerator(seed: 9)
    var short = Set<String>()
    for seed in 0..<Self.models {
      let rows = Self.rows(family, link, seed: seed)
      let response = ResponseModel(family, link: link)
      let model = try GeneralizedModel(rows, response: response)
      guard let fit = try? model.fit(), !fit.growsWithoutEnd,
        Separation(rows.fixed, sides: rows.response.map(response.side)) == nil
      else { continue }
      for _ in 0..<Self.starts {
        let covariances = rows.terms.map { term in
          Matrix(
            diagonal: (0..<term.width).map { _ in pow(10, Double.random(in: -3..<2.5, using: &generator)) })
        }
        guard let other = try? model.fit(options: FitOptions(start: covariances)) else { continue }
        if other.deviance < fit.deviance - 1e-4, !other.growsWithoutEnd {
          short.insert("\(seed): \(fit.deviance), \(other.deviance) from \(covariances)")
          break
        }
      }
    }
    // one in twenty at most: near separation, and means of either root, have more minima than are looked for
    #expect(short.count <= Self.models / 20 + 1, "\(family) \(link) \(short)")
  }

  private static let models = Int(ProcessInfo.processInfo.environment["OPTIMUM_MODELS"] ?? "") ?? 36
  private static let starts = 4
}
