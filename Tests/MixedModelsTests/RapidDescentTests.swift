import Foundation
import LinearAlgebra
import MixedModels
import Testing

/// Steps on memory of their own give the numbers, and lead to the optima, of the cautious ones.
@Suite struct RapidDescentTests {
  private static let kinds: [RandomModel.Kind] = [
    .scalar, .slopes, .three, .diagonal, .tinyGroups, .sameFactor,
  ]

  @Test(arguments: kinds, [true, false])
  func numbersAgree(_ kind: RandomModel.Kind, reml: Bool) throws {
    for seed in 0..<10 {
      let model = try RandomModel(kind, seed: UInt64(seed)).model()
      let objective = try model.objective(reml: reml)
      guard let rapid = objective.elimination.rapidDescent(of: objective, scales: model.parameterScales)
      else {
        Issue.record("no rapid descent of \(kind)")
        return
      }
      var generator = TestGenerator(seed: UInt64(seed))
      for _ in 0..<5 {
        let theta = model.startingTheta.map { $0 * exp(generator.normal()) + 0.1 * generator.normal() }
        let point = try objective.evaluate(lower: model.layout.lower(theta), theta: theta)
        let exact = try objective.derivatives(at: point)
        let deviance = try #require(rapid.deviance(at: theta))
        #expect(abs(deviance - point.deviance) < 1e-10 * max(1, abs(point.deviance)))
        let found = rapid.differentiated()
        for (a, b) in [
          (found.gradient, exact.gradient), (found.curvature.storage, exact.curvature.storage),
          (found.covariance.flatMap(\.storage), exact.covariance.flatMap(\.storage)),
        ] {
          let size = b.reduce(0) { max($0, abs($1)) }
          #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-8 * size }, "\(kind) \(seed)")
        }
      }
    }
  }

  /// A search that reports its steps takes the cautious ones.
  @Test(arguments: kinds, [true, false])
  func optimaAgree(_ kind: RandomModel.Kind, reml: Bool) throws {
    for seed in 0..<60 {
      let model = try RandomModel(kind, seed: UInt64(seed)).model()
      let rapid = try model.fit(reml: reml)
      let cautious = try model.fit(reml: reml, options: FitOptions(progress: { _ in true }))
      let allowance = 1e-7 * max(1, abs(cautious.logLikelihood).squareRoot())
      #expect(rapid.logLikelihood > cautious.logLikelihood - allowance, "\(kind) \(seed)")
      #expect(rapid.converged || !cautious.converged, "\(kind) \(seed)")
    }
  }
}
