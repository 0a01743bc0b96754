import Foundation
import LinearAlgebra
import MixedModels
import Testing

/// What every covariance form promises, and fits that end on its bounds.
@Suite struct CovarianceFormTests {
  static let forms = RandomTerm.Covariance.all.map(\.form.key)

  private static func form(_ key: String) throws -> any CovarianceForm {
    try #require(RandomTerm.Covariance(key: key)).form
  }

  private static func largest(_ m: Matrix) -> Double { m.storage.reduce(0) { max($0, abs($1)) } }

  private static func covariance(_ form: any CovarianceForm, _ theta: [Double], _ width: Int) -> Matrix {
    let root = form.root(theta[...], width: width)
    return root * root.transposed
  }

  @Test(arguments: forms, [2, 3, 5])
  func `parameters and their derivatives`(_ key: String, width: Int) throws {
    let form = try Self.form(key)
    var g = TestGenerator(seed: UInt64(width))
    let kinds = form.parameters(width: width).map(\.kind)
    let theta = kinds.map { $0 == .angle ? g.uniform() - 0.5 : 0.4 + g.uniform() }
    let s = Self.covariance(form, theta, width)
    let again = form.theta(roots: [form.root(theta[...], width: width)])
    #expect(zip(theta, again).allSatisfy { abs($0 - $1) < 1e-9 })
    let slopes = form.slopes(theta[...], root: form.root(theta[...], width: width))
    var weights = Matrix(rows: width, columns: width)
    for a in 0..<width {
      for b in 0...a { (weights[a, b], weights[b, a]) = (Double(a + 2 * b), Double(a + 2 * b)) }
    }
    let gradient = form.gradient(weights, theta[...], root: form.root(theta[...], width: width))
    for i in theta.indices {
      func moved(_ h: Double) -> Matrix {
        var other = theta
        other[i] += h
        return Self.covariance(form, other, width)
      }
      let difference = (moved(1e-5) - moved(-1e-5)) * 5e4
      #expect(Self.largest(difference - slopes[i]) < 1e-8)
      #expect(abs(dot(slopes[i].storage, weights.storage) - gradient[i]) < 1e-9)
    }
    // S is even about the bounds of θ
    for (i, kind) in kinds.enumerated() where kind != .loading && !(key == "unstructured") {
      var mirrored = theta
      mirrored[i] = kind == .angle ? .pi - theta[i] : -theta[i]
      #expect(Self.largest(Self.covariance(form, mirrored, width) - s) < 1e-12)
    }

    let values = form.values(of: s)
    #expect(values.count == form.reported(width: width).count)
    #expect(Self.largest(form.covariance(values: values, width: width) - s) < 1e-12)
    for i in values.indices {
      func moved(_ h: Double, _ j: Int, _ k: Double) -> Matrix {
        var other = values
        other[i] += h
        other[j] += k
        return form.covariance(values: other, width: width)
      }
      let difference = (moved(1e-5, i, 0) - moved(-1e-5, i, 0)) * 5e4
      #expect(Self.largest(difference - form.slope(i, at: s)) < 1e-8)
      #expect(
        abs(dot(form.slope(i, at: s).storage, weights.storage) - form.derivative(weights, by: i, at: s))
          < 1e-9)
      for j in values.indices {
        // a fourth derivative of v^½ is large at small variances
        let h = 1e-4
        let second =
          (moved(h, j, h) - moved(h, j, -h) - moved(-h, j, h) + moved(-h, j, -h)) * (1 / (4 * h * h))
        let expected = form.curvature(i, j, at: s) ?? Matrix(rows: width, columns: width)
        #expect(Self.largest(second - expected) < 1e-4 * max(1, Self.largest(expected)))
      }
    }
    #expect(form.contains(form))
  }

  /// Responses of 14 groups with three rows in each of four cells.
  private static func model(
    _ covariance: RandomTerm.Covariance?, seed: UInt64 = 8,
    effect: (_ shared: Double, _ own: [Double], _ cell: Int) -> Double
  ) throws -> (engine: MixedModel, random: RandomModel) {
    var g = TestGenerator(seed: seed)
    var random = RandomModel(.scalar, seed: 1)
    random.response = []
    var (codes, cells): ([Int32], [Int]) = ([], [])
    for group in 0..<14 {
      let shared = g.normal()
      let own = (0..<4).map { _ in g.normal() }
      for cell in 0..<4 {
        for _ in 0..<3 {
          random.response.append(5 + effect(shared, own, cell) + 0.7 * g.normal())
          codes.append(Int32(group))
          cells.append(cell)
        }
      }
    }
    random.fixed = Matrix(rows: codes.count, columns: 1, repeating: 1)
    let indicators = (0..<4).map { level in Optional(cells.map { $0 == level ? 1.0 : 0 }) }
    random.terms = [
      RandomTerm(
        codes: codes, levelCount: 14, columns: covariance == nil ? [nil] : indicators,
        covariance: covariance ?? .unstructured)
    ]
    return (
      try MixedModel(response: random.response, fixed: random.fixed, terms: random.terms), random
    )
  }

  static let correlated = RandomTerm.Covariance.all.filter { !$0.form.reportsEntries }.map(\.form.key)

  /// An effect that all cells share is a random intercept, with its likelihood and its standard error.
  @Test(arguments: correlated, [true, false])
  func `a correlation of one`(_ key: String, reml: Bool) throws {
    let covariance = try #require(RandomTerm.Covariance(key: key))
    func shared(_ s: Double, _ own: [Double], _ cell: Int) -> Double { 3 * s - 0.05 * (own[cell] - own[0]) }
    let (engine, random) = try Self.model(covariance, effect: shared)
    let fit = try engine.fit(reml: reml)
    #expect(fit.converged)
    let values = covariance.form.values(of: fit.relativeCovariances[0])
    let dense = try DenseReference(model: random).logLikelihood(fit.relativeCovariances, reml: reml)
    #expect(abs(dense - fit.logLikelihood) < 1e-8)
    let errors = try engine.jointCovariance(fit).matrix.diagonal
    #expect(errors.count == 1 + values.count)
    guard values.last == 1, values.count == 2 else { return }
    let (intercept, _) = try Self.model(nil, effect: shared)
    let plain = try intercept.fit(reml: reml)
    #expect(abs(plain.logLikelihood - fit.logLikelihood) < 1e-8)
    #expect(errors[2].isNaN && fit.bounds.count == 1 && fit.bounds[0].rank == 1)
    let expected = try intercept.jointCovariance(plain).matrix[1, 1]
    #expect(abs(errors[1] / expected - 1) < 1e-4)
  }

  /// Effects that sum to zero within a group are at the other end; none at all leave no variance.
  @Test(arguments: correlated, [true, false])
  func `the least correlation, and no variance`(_ key: String, reml: Bool) throws {
    let covariance = try #require(RandomTerm.Covariance(key: key))
    // with this seed group means vary by less than residuals alone would let them
    let (engine, random) = try Self.model(covariance, seed: 20) { _, own, cell in
      2 * (own[cell] - own.reduce(0, +) / 4)
    }
    let fit = try engine.fit(reml: reml)
    let values = covariance.form.values(of: fit.relativeCovariances[0])
    let least = try #require(covariance.form.reported(width: 4).last?.bounds?.lowerBound)
    if key.lowercased().contains("symmetry") { #expect(abs(values[values.count - 1] - least) < 1e-9) }
    var g = TestGenerator(seed: 5)
    for _ in 0..<40 {
      let near = values.enumerated().map { i, value in
        let change = 0.05 * g.normal()
        return i == values.count - 1 ? min(max(value + change, least), 1) : value * exp(change)
      }
      let other = try DenseReference(model: random).logLikelihood(
        [covariance.form.covariance(values: near, width: 4)], reml: reml)
      #expect(other <= fit.logLikelihood + 1e-9)
    }
    let (quiet, same) = try Self.model(covariance) { _, own, cell in 0 * own[cell] }
    let none = try quiet.fit(reml: reml)
    let zero = try DenseReference(model: same).logLikelihood([Matrix(rows: 4, columns: 4)], reml: reml)
    #expect(none.converged && none.logLikelihood >= zero - 1e-9)
  }
}
