internal import LinearAlgebra

extension MixedModel {
  /// The seed of all random probes: results are reproducible.
  static let probeSeed: UInt64 = 0x5EED_0F_B10C_C0DE

  /// Order of a dense trailing block from which a matrix-free start pays.
  static let matrixFreeOrder = 1500

  /// The matrix-free likelihood; nil unless every factor has one regressor and at least two cross.
  func matrixFreeLikelihood(reml: Bool, batches: Int) -> MatrixFreeLikelihood? {
    guard let system = ScalarSystem(products: products) else { return nil }
    var floors = [Double](repeating: 0, count: products.structure.factors.count)
    for part in system.parts {
      let mean = moments.meanSquares[part.factor][0]
      floors[part.factor] = 1e-4 / max(mean, .leastNormalMagnitude).squareRoot()
    }
    return MatrixFreeLikelihood(
      system: system, layout: layout, fixed: fixed, rowCount: response.count, reml: reml, floors: floors,
      workers: Workers(threads: options.threads), batches: batches, seed: Self.probeSeed)
  }

  /// θ near the optimum from the matrix-free phase, and how fast Newton steps converge there; nil where the
  /// phase does not apply or did not settle.
  func matrixFreeStart(
    reml: Bool, from theta: [Double]
  ) throws(EngineError) -> (theta: [Double], contraction: Double)? {
    guard products.sparse == nil, (products.trailing?.count ?? 0) >= Self.matrixFreeOrder,
      let likelihood = matrixFreeLikelihood(reml: reml, batches: 1)
    else { return nil }
    let phase = MatrixFreePhase(likelihood: likelihood, scales: parameterScales)
    let outcome = try phase.minimize(from: theta, finishing: false)
    return outcome.converged ? (outcome.theta, outcome.contraction) : nil
  }
}
