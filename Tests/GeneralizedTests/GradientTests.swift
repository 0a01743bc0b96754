import Foundation
import GeneralizedModels
import LinearAlgebra
import MixedModels
import Testing

@Suite struct GradientTests {
  /// Fourth-order differences of −2 log L in every parameter, for all families, links and structures.
  @Test(arguments: RandomData.families.indices) func differences(_ index: Int) throws {
    let (family, link) = RandomData.families[index]
    for structure in RandomData.Structure.allCases {
      let rows = RandomData.rows(family, structure, seed: UInt64(index + 1))
      let model = try GeneralizedModel(rows, response: ResponseModel(family, link: link))
      let at = RandomData.point(rows, link, family)
      for integration in model.takesQuadrature ? [Integration.laplace, .quadrature(4)] : [.laplace] {
        let parameters = model.parameters(
          integration, covariances: at.covariances, fixedEffects: at.coefficients, dispersion: at.dispersion)
        let found = try #require(model.derivatives(integration, at: parameters))
        for i in parameters.indices {
          let h = 1e-3 * max(abs(parameters[i]), 0.03)
          func deviance(_ steps: Double) -> Double {
            var moved = parameters
            moved[i] += steps * h
            return model.derivatives(integration, at: moved)?.deviance ?? .nan
          }
          let near = deviance(1) - deviance(-1)
          let slope = (8 * near - deviance(2) + deviance(-2)) / (12 * h)
          #expect(
            abs(slope - found.gradient[i]) < 2e-7 * (1 + abs(slope)),
            "\(family) \(link) \(structure) \(integration) parameter \(i)")
        }
      }
    }
  }

  /// Kernels against differences of each other, far into both tails.
  @Test func kernels() {
    for (family, link) in RandomData.families
    where ![.identity, .inverse, .inverseSquared, .sqrt].contains(link) {
      let model = ResponseModel(family, link: link)
      let y: Double = [.binomial, .beta].contains(family) ? 0.25 : 3
      let limit: Double = link == .log && family == .binomial ? -0.5 : (family == .gaussian ? 2 : 4)
      for eta in stride(from: -4.0, to: limit, by: 0.37) {
        let h = 1e-4
        let (up, down) = (model.terms(eta + h, y: y), model.terms(eta - h, y: y))
        let at = model.terms(eta, y: y)
        for (slope, difference) in [
          (at.score, up.value - down.value), (-at.weight, up.score - down.score),
          (at.slope, up.weight - down.weight),
        ] {
          #expect(abs(slope - difference / (2 * h)) < 1e-5 * (1 + abs(slope)), "\(family) \(link) \(eta)")
        }
      }
    }
  }

  /// Tails where densities underflow.
  @Test func tails() {
    let probit = ResponseModel(.binomial, link: .probit)
    // log Φ(−40) from its asymptotic series
    #expect(abs(probit.terms(-40, y: 1).value + 804.608_442_013_754_5) < 1e-9)
    #expect(probit.terms(40, y: 1).value == 0 || abs(probit.terms(40, y: 1).value) < 1e-300)
    #expect(probit.terms(-40, y: 1).weight > 0.99)
    let cloglog = ResponseModel(.binomial, link: .cloglog)
    #expect(abs(cloglog.terms(-50, y: 1).value + 50) < 1e-12)
    #expect(cloglog.terms(8, y: 1).score >= 0)
    let negative = ResponseModel(.negativeBinomial, link: .log)
    let poisson = ResponseModel(.poisson, link: .log)
    for y in [0.0, 3, 500] {
      // the limit of large k, free of cancellation
      let difference = negative.terms(1, y: y, precision: 30).value - poisson.terms(1, y: y).value
      #expect(abs(difference) < 1e-6 * (1 + y))
    }
  }

  /// −2 log L of Laplace's approximation with Z, H and the mode as dense matrices, also where rows have no level, and its
  /// gradient there.
  @Test(arguments: RandomData.Structure.allCases, [false, true])
  func dense(_ structure: RandomData.Structure, _ hasHoles: Bool) throws {
    var rows = RandomData.rows(.binomial, structure, seed: 5)
    if hasHoles {
      for t in rows.terms.indices {
        for i in stride(from: 3 * t, to: rows.count, by: 7 + t) { rows.terms[t].codes[i] = -1 }
      }
    }
    let model = try GeneralizedModel(rows, response: ResponseModel(.binomial, link: .logit))
    let at = RandomData.point(rows, .logit, .binomial)
    let parameters = model.parameters(covariances: at.covariances, fixedEffects: at.coefficients)
    let found = try #require(model.derivatives(at: parameters))
    #expect(abs(found.deviance - denseDeviance(rows, at.covariances, at.coefficients)) < 1e-9)
    for i in parameters.indices {
      let h = 1e-4 * max(abs(parameters[i]), 0.03)
      func deviance(_ step: Double) throws -> Double {
        var moved = parameters
        moved[i] += step
        return try #require(model.derivatives(at: moved)).deviance
      }
      let slope = (try deviance(h) - deviance(-h)) / (2 * h)
      #expect(abs(slope - found.gradient[i]) < 1e-5 * (1 + abs(slope)), "parameter \(i)")
    }
  }

  private func denseDeviance(_ rows: GeneralizedRows, _ covariances: [Matrix], _ beta: [Double]) -> Double {
    let n = rows.count
    let m = rows.trials ?? []
    var columns: [[Double]] = []
    for (term, covariance) in zip(rows.terms, covariances) {
      guard let root = try? Cholesky(covariance).lower else { continue }
      for level in 0..<term.levelCount {
        for b in 0..<term.width {
          columns.append(
            (0..<n).map { i in
              guard Int(term.codes[i]) == level else { return 0 }
              return (b..<term.width).reduce(0.0) { $0 + (term.columns[$1]?[i] ?? 1) * root[$1, b] }
            })
        }
      }
    }
    let z = Matrix(columns: columns)
    var u = [Double](repeating: 0, count: z.columns)
    let fixed = (0..<n).map {
      rows.fixed[$0, 0] * beta[0] + rows.fixed[$0, 1] * beta[1] + (rows.offset?[$0] ?? 0)
    }
    func means() -> [Double] { zip(fixed, z * u).map { 1 / (1 + exp(-$0 - $1)) } }
    func curvature(_ mu: [Double]) -> Matrix {
      var weighted = z
      for j in 0..<z.columns { for i in 0..<n { weighted[i, j] *= m[i] * mu[i] * (1 - mu[i]) } }
      return z.transposedTimes(weighted) + .identity(z.columns)
    }
    for _ in 0..<50 {
      let mu = means()
      let score = z.transposedTimes((0..<n).map { m[$0] * (rows.response[$0] - mu[$0]) })
      let gradient = zip(score, u).map { $0 - $1 }
      guard let step = try? Cholesky(curvature(mu)).solve(gradient) else { return .nan }
      u = zip(u, step).map { $0 + $1 }
    }
    let mu = means()
    let logs = (0..<n).reduce(0.0) { sum, i in
      let y = rows.response[i]
      let choose = lgamma(m[i] + 1) - lgamma(m[i] * y + 1) - lgamma(m[i] * (1 - y) + 1)
      return sum + choose + m[i] * (y * log(mu[i]) + (1 - y) * log(1 - mu[i]))
    }
    let determinant = (try? Cholesky(curvature(mu)).logDeterminant) ?? .nan
    return dot(u, u) - 2 * logs + determinant
  }
}
