import Foundation
import LinearAlgebra
import StatsModels
import TestSupport
import Testing

/// statsmodels' test_compare_numdiff, TestSMWSolver and TestSMWLogdet.
@Suite struct DerivativeTests {
  struct Variant: Sendable, CustomTestStringConvertible {
    var useSqrt: Bool
    var reml: Bool
    var profileFe: Bool
    var testDescription: String { "useSqrt \(useSqrt), reml \(reml), profileFe \(profileFe)" }
  }

  static let variants = [false, true].flatMap { useSqrt in
    [false, true].flatMap { reml in
      [false, true].map { Variant(useSqrt: useSqrt, reml: reml, profileFe: $0) }
    }
  }

  @Test(arguments: variants) func scoreIsTheGradient(_ variant: Variant) throws {
    let (data, model) = try model(useSqrt: variant.useSqrt)
    for k in 0..<5 {
      let point = data["point\(k)"]
      let params = MixedLMParams.fromComponents(
        feParams: Array(point[0..<3]), covRe: Matrix([[point[3], point[4]], [point[4], point[5]]]),
        vcomp: Array(point[6...]))
      let packed = params.getPacked(useSqrt: variant.useSqrt, hasFe: true)
      let value: ([Double]) throws -> Double = { vector in
        let moved = try MixedLMParams.fromPacked(
          vector, kFe: 3, kRe: 2, useSqrt: variant.useSqrt, hasFe: true)
        return try model.loglike(moved, profileFe: variant.profileFe, reml: variant.reml)
      }
      let free = variant.profileFe ? 3..<packed.count : 0..<packed.count
      let numeric = try free.map { try difference(value, at: packed, along: $0) }
      let score = try model.score(params, profileFe: variant.profileFe, reml: variant.reml)
      #expect(distance(score, numeric) <= 1e-6)
    }
  }

  @Test(arguments: [false, true]) func hessianIsTheSecondDerivative(reml: Bool) throws {
    let (_, model) = try model(useSqrt: false)
    let best = try model.fit(reml: reml).paramsObject
    let packed = best.getPacked(useSqrt: false, hasFe: true)
    let hessian = try model.hessian(best, reml: reml)
    #expect(!hessian.singular)
    for j in packed.indices {
      let step = 1e-5 * max(abs(packed[j]), 0.1)
      let scores = try [-step, step].map { shift in
        var moved = packed
        moved[j] += shift
        let params = try MixedLMParams.fromPacked(moved, kFe: 3, kRe: 2, useSqrt: false, hasFe: true)
        return try model.score(params, profileFe: false, reml: reml)
      }
      let numeric = zip(scores[0], scores[1]).map { ($1 - $0) / (2 * step) }
      #expect(distance(hessian.hessian.column(j), numeric) <= 1e-4)
    }
  }

  private func model(useSqrt: Bool) throws -> (RandomData, MixedLM) {
    let data = try RandomData("compare_numdiff")
    let model = try MixedLM(
      endog: data["endog"], exog: data.matrix("fe0", "fe1", "fe2"), groups: data.labels(),
      exogRe: data.matrix("re0", "re1"), exogVc: ["a": data.byGroup("vc0", "vc1"), "b": data.byGroup("vc2")],
      useSqrt: useSqrt)
    return (data, model)
  }

  /// A fourth-order central difference.
  private func difference(_ f: ([Double]) throws -> Double, at x: [Double], along j: Int) throws -> Double {
    let step = 1e-4 * max(abs(x[j]), 0.1)
    let values = try [-2.0, -1, 1, 2].map { multiple in
      var moved = x
      moved[j] += multiple * step
      return try f(moved)
    }
    return (values[0] - 8 * values[1] + 8 * values[2] - values[3]) / (12 * step)
  }

  /// The identities behind `_smw_solver` and `_smw_logdet`: log-likelihoods with an explicit n × n covariance.
  @Test(arguments: [5, 10], [4, 8]) func likelihoodWithoutLargeMatrices(p: Int, q: Int) throws {
    let data = try RandomData("smw")
    for r in [2, 3] {
      for seed in [38_213_821, 98_631] {
        let key = "\(seed) \(p) \(q) \(r)"
        let design = rows(data["A \(key)"], p, q)
        let block = rows(data["B \(key)"], r, r)
        let variances = data["variances \(key)"]
        let scale = 0.5
        let response = (0..<p).map { Double(($0 * 7) % 5) - 1.5 }

        var covariance = Matrix(rows: q, columns: q)
        for i in 0..<r { for j in 0..<r { covariance[i, j] = block[i, j] / scale } }
        for (j, variance) in variances.enumerated() { covariance[r + j, r + j] = variance / scale }
        let full = design * covariance * design.transposed + Matrix.identity(p)
        let factor = try Cholesky(full)
        let form = zip(response, factor.solve(response)).map(*).reduce(0, +)
        let n = Double(p)
        let perRow: Double = log(form) + log(2 * Double.pi) - log(n) + 1
        let expected: Double = -0.5 * factor.logDeterminant - 0.5 * n * perRow

        var components: [String: [GroupLabel: Matrix]] = [:]
        for j in r..<q { components["c\(j)"] = [0: columns(design, j..<j + 1)] }
        let model = try MixedLM(
          endog: response, exog: Matrix(rows: p, columns: 0), groups: [Int](repeating: 0, count: p),
          exogRe: columns(design, 0..<r), exogVc: components)
        let params = MixedLMParams.fromComponents(
          feParams: [], covRe: block * (1 / scale), vcomp: variances.map { $0 / scale })
        let actual = try model.loglike(params, profileFe: true, reml: false)
        #expect(relativeDistance([actual], [expected]) <= 1e-9, "\(key)")
      }
    }
  }

  private func rows(_ values: [Double], _ rows: Int, _ columns: Int) -> Matrix {
    Matrix((0..<rows).map { Array(values[($0 * columns)..<($0 * columns + columns)]) })
  }

  private func columns(_ matrix: Matrix, _ range: Range<Int>) -> Matrix {
    Matrix((0..<matrix.rows).map { row in range.map { matrix[row, $0] } })
  }
}
