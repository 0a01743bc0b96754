import Distributions
import Foundation

/// ℓ of one family and link, with what the search needs of it, at a given λ.
///
/// m is the number of times that a row counts (trials, frequencies), ω its weight in the precision.
protocol RowKernel: Sendable {
  func terms(_ eta: Double, _ y: Double, _ m: Double, _ omega: Double) -> RowTerms
  /// ∂/∂λ of ℓ, s and w.
  func dispersion(_ eta: Double, _ y: Double, _ m: Double, _ omega: Double) -> DispersionTerms
  /// Σ ℓ of some rows, with s, w and t of each.
  func evaluate(
    _ rows: Range<Int>, _ eta: UnsafePointer<Double>, _ data: RowPointers, _ out: RowOutputs
  ) -> Double
}

/// Responses and weights of all rows.
struct RowPointers {
  let y: UnsafePointer<Double>
  let m: UnsafePointer<Double>
  let omega: UnsafePointer<Double>
  /// Whether every row counts once.
  let countsOnce: Bool
}

/// Where derivatives of all rows go.
struct RowOutputs {
  let score: UnsafeMutablePointer<Double>
  let weight: UnsafeMutablePointer<Double>
  let slope: UnsafeMutablePointer<Double>
}

extension RowKernel {
  func dispersion(_ eta: Double, _ y: Double, _ m: Double, _ omega: Double) -> DispersionTerms {
    DispersionTerms(value: 0, second: 0, score: 0, weight: 0)
  }

  func evaluate(
    _ rows: Range<Int>, _ eta: UnsafePointer<Double>, _ data: RowPointers, _ out: RowOutputs
  ) -> Double {
    evaluateOneByOne(rows, eta, data, out)
  }

  @inline(__always)
  func evaluateOneByOne(
    _ rows: Range<Int>, _ eta: UnsafePointer<Double>, _ data: RowPointers, _ out: RowOutputs
  ) -> Double {
    var sum = 0.0
    for i in rows {
      let terms = terms(eta[i], data.y[i], data.m[i], data.omega[i])
      sum += terms.value
      out.score[i] = terms.score
      out.weight[i] = terms.weight
      out.slope[i] = terms.slope
    }
    return sum
  }
}

extension ResponseModel {
  /// The kernel at λ.
  func kernel(precision: Double) -> any RowKernel {
    switch (family, link) {
    case (.binomial, .logit): LogitKernel()
    case (.binomial, .probit): ProbitKernel()
    case (.binomial, .cloglog): ComplementaryLogLogKernel()
    case (.binomial, _): BinomialKernel(link: link)
    case (.poisson, .log): PoissonLogKernel()
    case (.poisson, _): PoissonKernel(link: link)
    case (.negativeBinomial, _): NegativeBinomialKernel(link: link, size: exp(precision))
    case (.gamma, _): GammaKernel(link: link, shape: exp(precision))
    case (.inverseGaussian, _): InverseGaussianKernel(link: link, precision: exp(precision))
    case (.beta, _): BetaKernel(link: link, precision: exp(precision))
    case (.gaussian, _): GaussianKernel(link: link, precision: exp(precision))
    }
  }
}

extension ResponseModel {
  /// ℓ without constants and its derivatives by η at one point.
  package func terms(
    _ eta: Double, y: Double, m: Double = 1, omega: Double = 1, precision: Double = 0
  ) -> RowTerms {
    kernel(precision: precision).terms(eta, y, m, omega)
  }
}
