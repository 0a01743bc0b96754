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
  /// gradient by differences of these: a thousand small models of all families, links and structures.
  @Test(arguments: RandomData.families.indices) func dense(_ index: Int) throws {
    let (family, link) = RandomData.families[index]
    var left = 0
    defer { #expect(left <= 4, "\(family) \(link)") }
    for seed in 0..<44 {
      let structure = RandomData.Structure.allCases[seed % 4]
      var rows = RandomData.rows(family, structure, seed: UInt64(100 * index + seed), count: 24)
      if seed % 8 >= 4 {
        for t in rows.terms.indices {
          for i in stride(from: 3 * t, to: rows.count, by: 7 + t) { rows.terms[t].codes[i] = -1 }
        }
      }
      let response = ResponseModel(family, link: link)
      let model = try GeneralizedModel(rows, response: response)
      let at = RandomData.point(rows, link, family)
      let parameters = model.parameters(
        covariances: at.covariances, fixedEffects: at.coefficients, dispersion: at.dispersion)
      // a term that the design does not tell from others is held at zero; a mean of 1 may be passed with the log link
      guard model.held.isEmpty, let found = model.derivatives(at: parameters) else {
        left += 1
        continue
      }
      func deviance(_ b: [Double], _ change: Double = 0, dispersion: Double = 1) -> Double {
        denseDeviance(rows, response, at.covariances.map { (1 + change) * $0 }, b, dispersion * at.dispersion)
      }
      let here = deviance(at.coefficients)
      #expect(abs(found.deviance - here) < 1e-8 * (1 + abs(here)), "\(family) \(link) \(structure) \(seed)")
      /// The gradient along a change of what the dense evaluation takes.
      func compare(_ what: String, _ f: (Double) -> (value: Double, parameters: [Double])) {
        let h = 1e-4
        let (up, down) = (f(h), f(-h))
        let slope = (up.value - down.value) / (2 * h)
        let ours = zip(found.gradient, zip(up.parameters, down.parameters)).reduce(0.0) { sum, pair in
          sum + pair.0 * (pair.1.0 - pair.1.1) / (2 * h)
        }
        #expect(abs(slope - ours) < 1e-5 * (1 + abs(slope)), "\(family) \(link) \(structure) \(seed) \(what)")
      }
      for j in at.coefficients.indices {
        compare("coefficient \(j)") { h in
          var b = at.coefficients
          b[j] += 0.1 * h
          return (
            deviance(b),
            model.parameters(covariances: at.covariances, fixedEffects: b, dispersion: at.dispersion)
          )
        }
      }
      compare("covariances") { h in
        (
          deviance(at.coefficients, h),
          model.parameters(
            covariances: at.covariances.map { (1 + h) * $0 }, fixedEffects: at.coefficients,
            dispersion: at.dispersion)
        )
      }
      guard response.estimatesDispersion else { continue }
      compare("dispersion") { h in
        (
          deviance(at.coefficients, dispersion: 1 + h),
          model.parameters(
            covariances: at.covariances, fixedEffects: at.coefficients, dispersion: (1 + h) * at.dispersion)
        )
      }
    }
  }

  private func denseDeviance(
    _ rows: GeneralizedRows, _ response: ResponseModel, _ covariances: [Matrix], _ beta: [Double],
    _ dispersion: Double
  ) -> Double {
    let n = rows.count
    let precision = response.precision(dispersion: dispersion)
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
    func terms() -> [RowTerms] {
      zip(fixed, z * u).enumerated().map { i, eta in
        response.terms(
          eta.0 + eta.1, y: rows.response[i], m: rows.trials?[i] ?? 1, omega: rows.precisions?[i] ?? 1,
          precision: precision)
      }
    }
    func curvature(_ terms: [RowTerms]) -> Matrix {
      var weighted = z
      for j in 0..<z.columns { for i in 0..<n { weighted[i, j] *= terms[i].weight } }
      return z.transposedTimes(weighted) + .identity(z.columns)
    }
    for _ in 0..<50 {
      let now = terms()
      let gradient = zip(z.transposedTimes(now.map(\.score)), u).map { $0 - $1 }
      if maximumMagnitude(gradient) < 1e-11 { break }
      guard let step = try? Cholesky(curvature(now)).solve(gradient) else { return .nan }
      u = zip(u, step).map { $0 + $1 }
    }
    let now = terms()
    let logs = (0..<n).reduce(0.0) { sum, i in
      sum + now[i].value
        + response.constant(rows.response[i], trials: rows.trials?[i] ?? 1, omega: rows.precisions?[i] ?? 1)
    }
    let determinant = (try? Cholesky(curvature(now)).logDeterminant) ?? .nan
    return dot(u, u) - 2 * logs + determinant
  }
}
