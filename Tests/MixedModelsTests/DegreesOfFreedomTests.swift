import Foundation
import LinearAlgebra
import MixedModels
import Testing

/// Degrees of freedom against their definitions with V as an n × n matrix.
@Suite struct DegreesOfFreedomTests {
  static let cases = InferenceTests.cases

  /// ∂V/∂φ of each covariance parameter that is not held, then of σ².
  static func directions(
    _ random: RandomModel, at s: [Matrix], held: Set<Int>
  ) -> [(change: [Matrix], slope: Matrix)] {
    let dense = DenseReference(model: random)
    let zero = random.terms.map { Matrix(rows: $0.width, columns: $0.width) }
    let identity = dense.variance(zero)
    let found = InferenceTests.directions(random, at: s).filter { change in
      !change.indices.allSatisfy { held.contains($0) || change[$0].storage.allSatisfy { $0 == 0 } }
    }
    return found.map { ($0, dense.variance($0) - identity) } + [(zero, identity)]
  }

  /// Kenward's and Roger's covariance and degrees of freedom of single coefficients, as defined.
  @Test(arguments: cases)
  func kenwardRogerMatchesItsDefinition(_ random: RandomModel) throws {
    let model = try MixedModel(response: random.response, fixed: random.fixed, terms: random.terms)
    let fit = try model.fit(reml: true)
    let inverse = try Cholesky(DenseReference(model: random).variance(fit.relativeCovariances)).inverse
    let x = random.fixed
    let slopes = Self.directions(random, at: fit.relativeCovariances, held: Set(fit.held.map(\.term))).map(
      \.slope)
    let phi = try Cholesky(x.transposed * inverse * x).inverse
    let moved = slopes.map { inverse * $0 * inverse }
    let p = moved.map { -(x.transposed * $0 * x) }
    let k = slopes.count
    var information = Matrix(rows: k, columns: k)
    var q: [[Matrix]] = []
    for i in 0..<k {
      q.append((0..<k).map { x.transposed * moved[i] * slopes[$0] * inverse * x })
      for j in 0..<k {
        information[i, j] =
          (inverse * slopes[i] * inverse * slopes[j]).trace - 2 * (phi * q[i][j]).trace
          + (phi * p[i] * phi * p[j]).trace
      }
    }
    let scales = information.diagonal.map { $0.squareRoot() }
    var scaled = information
    for i in 0..<k { for j in 0..<k { scaled[i, j] /= scales[i] * scales[j] } }
    // Parameters that the design confounds have no covariance to compare.
    guard let least = try SymmetricEigen(scaled.symmetrized).values.first, least > 1e-6 else { return }
    let weights = 2 * (try Cholesky(information.symmetrized).inverse)
    var sum = Matrix(rows: x.columns, columns: x.columns)
    for i in 0..<k { for j in 0..<k { sum = sum + weights[i, j] * (q[i][j] - p[i] * phi * p[j]) } }
    let adjusted = fit.scale * (phi + 2 * (phi * sum * phi))

    let found = try #require(try model.kenwardRoger(fit))
    for c in 0..<x.columns {
      for d in 0..<x.columns {
        let size = (adjusted[c, c] * adjusted[d, d]).squareRoot()
        #expect(abs(found.covariance[c, d] - adjusted[c, d]) < 1e-7 * size)
      }
      var contrast = [Double](repeating: 0, count: x.columns)
      contrast[c] = 1
      let slope = p.map { (phi * $0 * phi)[c, c] / phi[c, c] }
      let df = 2 / weights.quadraticForm(slope)
      #expect(abs(found.degreesOfFreedom(of: contrast) - df) < 1e-6 * df)
    }
    // One hypothesis is a t test; a repeated one adds nothing.
    let row = Matrix.identity(x.columns).selecting(rows: [0])
    let single = found.test(row, distance: [1])
    #expect(abs(single.statistic * found.covariance[0, 0] - 1) < 1e-9 && single.scaling == 1)
    let twice = found.test(row.appending(rowsOf: row), distance: [1, 1])
    #expect(twice.numerator == 1 && abs(twice.denominator - single.denominator) < 1e-6 * single.denominator)
  }

  private static func isNearBound(_ random: RandomModel, _ covariances: [Matrix]) -> Bool {
    zip(random.terms, covariances).contains { term, s in
      zip(term.covariance.form.reported(width: term.width), term.covariance.form.values(of: s)).contains {
        guard let bounds = $0.bounds else { return false }
        return min($1 - bounds.lowerBound, bounds.upperBound - $1) < 0.05
      }
    }
  }

  /// The size of a parameter: of a form that is not linear in its parameters the variance itself, or one for a correlation.
  private static func size(
    _ random: RandomModel, parameter i: Int, at s: [Matrix], change: [Matrix]
  ) -> Double {
    let parameter = InferenceTests.parameters(random)[i]
    let form = random.terms[parameter.terms[0]].covariance.form
    if form.reportsEntries { return InferenceTests.size(s, change) }
    let reported = form.reported(width: random.terms[parameter.terms[0]].width)[parameter.position]
    return reported.kind == .correlation ? 1 : form.values(of: s[parameter.terms[0]])[parameter.position]
  }

  /// Satterthwaite's in the caller's coordinates, by differences of Φ.
  @Test(arguments: cases)
  func satterthwaiteMatchesItsDefinition(_ random: RandomModel) throws {
    let model = try MixedModel(response: random.response, fixed: random.fixed, terms: random.terms)
    for reml in [true, false] {
      let fit = try model.fit(reml: reml)
      guard !fit.singular, fit.held.isEmpty, fit.unidentified.isEmpty else { continue }
      // the information is no matrix of a normal estimate where a correlation is all but at its bound
      guard !Self.isNearBound(random, fit.relativeCovariances) else { continue }
      let p = random.fixed.columns
      let hessian = try model.jointHessian(
        at: fit.relativeCovariances, reml: reml, fixedEffects: nil, scale: fit.scale)
      // units of the parameters may lie many powers of ten apart
      let units = Matrix(diagonal: hessian.diagonal.map { 1 / abs($0).squareRoot() })
      let covariance = units * (try Cholesky((-(units * hessian * units)).symmetrized).inverse) * units
      let places = Array(p..<hessian.rows)
      let a = covariance.selecting(rows: places).selecting(columns: places)
      func phi(_ s: [Matrix]) throws -> [Double] {
        let v = try Cholesky(DenseReference(model: random).variance(s))
        return try Cholesky(random.fixed.transposed * v.solve(random.fixed)).inverse.diagonal
      }
      let variances = try phi(fit.relativeCovariances)
      let s = fit.relativeCovariances
      let changes = InferenceTests.directions(random, at: s)
      let slopes = try changes.enumerated().map { i, change -> [Double] in
        let h = 1e-4 * Self.size(random, parameter: i, at: s, change: change)
        func step(_ size: Double) -> [Double] { changes.indices.map { $0 == i ? size : 0 } }
        let above = try phi(InferenceTests.moved(s, random, by: step(h)))
        let below = try phi(InferenceTests.moved(s, random, by: step(-h)))
        return zip(above, below).map { ($0 - $1) / (2 * h) }
      }
      let found = try model.satterthwaite(fit)
      for c in 0..<p {
        let gradient = slopes.map { $0[c] / variances[c] } + [1 / fit.scale]
        let df = 2 / a.quadraticForm(gradient)
        var contrast = [Double](repeating: 0, count: p)
        contrast[c] = 1
        #expect(
          abs(found.degreesOfFreedom(of: contrast) - df) < 1e-4 * df)
      }
    }
  }
}
