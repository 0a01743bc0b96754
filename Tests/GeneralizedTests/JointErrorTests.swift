import GeneralizedModels
import LinearAlgebra
import MixedModels
import Testing

/// Standard errors against differences of the exact gradient at modes that are found anew.
@Suite struct JointErrorTests {
  @Test(arguments: [
    (ResponseFamily.binomial, LinkFunction.logit), (.binomial, .cloglog), (.poisson, .log), (.gamma, .log),
    (.beta, .logit),
  ])
  func differences(_ family: ResponseFamily, _ link: LinkFunction) throws {
    for structure in [RandomData.Structure.one, .slope, .crossed] {
      let rows = CompressionTests.repeated(
        RandomData.rows(family, structure, seed: 11), family, copies: 3)
      let model = try GeneralizedModel(rows, response: ResponseModel(family, link: link))
      for integration in model.takesQuadrature ? [Integration.laplace, .quadrature(5)] : [.laplace] {
        let estimate = try model.fit(integration)
        guard let joint = estimate.jointCovariance, !estimate.singularTerms.contains(true) else { continue }
        var parameters = estimate.state.theta + estimate.state.beta
        if joint.hasPrecision { parameters.append(estimate.state.precision) }
        let count = parameters.count
        var hessian = Matrix(rows: count, columns: count)
        for i in 0..<count {
          let h = 1e-3 * max(abs(parameters[i]), 0.1)
          func gradient(_ steps: Double) throws -> [Double] {
            var moved = parameters
            moved[i] += steps * h
            return try #require(model.derivatives(integration, at: moved)).gradient
          }
          let (up, down) = (try gradient(1), try gradient(-1))
          let (far, other) = (try gradient(2), try gradient(-2))
          for j in 0..<count {
            hessian[j, i] = (8 * (up[j] - down[j]) - (far[j] - other[j])) / (12 * h)
          }
        }
        let inverse = try 2 * Cholesky(hessian.symmetrized).inverse
        let thetas = estimate.state.theta.count
        for i in 0..<thetas {
          let ours = joint.matrix[model.rank + i, model.rank + i]
          #expect(abs(ours / inverse[i, i] - 1) < 1e-4, "\(family) \(link) \(structure) \(integration)")
        }
        // β̃ is linear in β
        let p = model.rank
        let map = Matrix(
          columns: (0..<p).map { j in
            let unit = (0..<p).map { $0 == j ? 1.0 : 0 }
            return Array(
              model.parameters(covariances: estimate.covariances, fixedEffects: unit)[thetas..<thetas + p])
          })
        let ours = map * joint.matrix.selecting(rows: Array(0..<p)).selecting(columns: Array(0..<p))
        let inner = ours.timesTransposed(map)
        for i in 0..<p {
          #expect(
            abs(inner[i, i] / inverse[thetas + i, thetas + i] - 1) < 1e-4,
            "\(family) \(link) \(structure) \(integration) coefficient \(i)")
        }
        guard joint.hasPrecision else { continue }
        #expect(abs(joint.matrix[count - 1, count - 1] / inverse[count - 1, count - 1] - 1) < 1e-4)
      }
    }
  }
}
