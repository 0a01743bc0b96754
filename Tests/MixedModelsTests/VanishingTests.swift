import LinearAlgebra
import MixedModels
import Testing

/// Variances that vanish in designs whose factors are dear: found without their terms.
@Suite(.enabled(if: Tuning.loopCost == 1, "debug builds factor at every step")) struct VanishingTests {
  /// Two crossed factors of over 1,500 levels, of which one is nested in a third, of effects with a deviation.
  private static func model(outer deviation: Double, seed: UInt64) throws -> MixedModel {
    var g = TestGenerator(seed: seed)
    let (n, first, second, outer) = (20_000, 1900, 1550, 190)
    let a = (0..<n).map { _ in Int32(g.below(first)) }
    let b = (0..<n).map { _ in Int32(g.below(second)) }
    let c = a.map { $0 % Int32(outer) }
    let (u, v) = ((0..<first).map { _ in g.normal() }, (0..<second).map { _ in g.normal() })
    let w = (0..<outer).map { _ in deviation * g.normal() }
    let x = (0..<n).map { _ in g.normal() }
    let y = (0..<n).map { u[Int(a[$0])] + v[Int(b[$0])] + w[Int(c[$0])] + 2 * g.normal() }
    return try MixedModel(
      response: y, fixed: Matrix(rows: n, columns: 2, columnMajor: [Double](repeating: 1, count: n) + x),
      terms: [
        RandomTerm(codes: a, levelCount: first), RandomTerm(codes: c, levelCount: outer),
        RandomTerm(codes: b, levelCount: second),
      ])
  }

  @Test(arguments: [(0.0, UInt64(1)), (0.0, 3), (0.5, 6)])
  func asWithoutTheShortcut(_ deviation: Double, seed: UInt64) throws {
    let model = try Self.model(outer: deviation, seed: seed)
    #expect(model.plan.start == .anchoredSteps)
    let found = try model.fit(reml: true)
    let expected = try Search(model, reml: true, stages: Search.stages.filter { $0.name != "approach" }).run()
    #expect(found.converged && abs(found.logLikelihood - expected.logLikelihood) < 1e-6)
    for (one, other) in zip(found.relativeCovariances, expected.relativeCovariances) {
      #expect(abs(one[0, 0] - other[0, 0]) < 1e-4 * max(other[0, 0], 0.01))
    }
    // Standard errors are those of the curvature of the whole model.
    let free = found.relativeCovariances.indices.filter { found.relativeCovariances[$0][0, 0] > 0 }
    let hessian = try model.jointHessian(at: found.relativeCovariances, reml: true)
    let kept = [0, 1] + free.map { $0 + 2 }
    let inner = hessian.selecting(rows: kept).selecting(columns: kept)
    let inverse = try LinearAlgebra.solve(inner, Matrix.identity(kept.count))
    let covariance = try model.jointCovariance(found).matrix
    for (i, position) in kept.enumerated() where position > 1 {
      let (own, whole) = (covariance[position, position].squareRoot(), (-inverse[i, i]).squareRoot())
      #expect(abs(own - whole) < 1e-5 * whole)
    }
    for t in found.relativeCovariances.indices where !free.contains(t) {
      #expect(covariance[t + 2, t + 2].isNaN)
    }
  }
}
