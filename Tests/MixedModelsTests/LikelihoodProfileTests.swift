import Foundation
import LinearAlgebra
import MixedModels
import Testing

/// Ends of profiles against other values of all that is not profiled.
@Suite struct LikelihoodProfileTests {
  /// Where a variance is zero at the estimate it may be positive with another parameter held: nowhere at an end is the
  /// likelihood higher than the profile says.
  @Test(arguments: [RandomModel.Kind.nested, .crossed, .diagonal], 0..<24)
  func noOtherVariancesAreBetterAtAnEnd(_ kind: RandomModel.Kind, _ seed: Int) throws {
    let model = try RandomModel(kind, seed: UInt64(seed)).model()
    let estimate = try model.fit(reml: false)
    guard estimate.singular, estimate.converged else { return }
    let least = -2 * estimate.logLikelihood
    let profile = try LikelihoodProfiler(model, estimate: estimate).profile(.residual, quantile: 1.96)
    var g = TestGenerator(seed: UInt64(seed))
    for end in [profile.lower, profile.upper] where end.isFinite && end > 0 {
      for _ in 0..<200 {
        let relative = estimate.relativeCovariances.map { own in
          Matrix(
            diagonal: (0..<own.rows).map { a in
              let mean = (estimate.relativeCovariances.map(\.trace).max() ?? 1) / Double(own.rows)
              return g.below(3) == 0 ? own[a, a] : mean * pow(10, 3 * g.uniform() - 2)
            })
        }
        let score = try model.score(at: relative, reml: false, scale: end * end)
        #expect(-2 * score.logLikelihood > least + 1.96 * 1.96 - 1e-6)
      }
    }
  }
}
