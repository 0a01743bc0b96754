import Foundation
import LinearAlgebra
import MixedModels

/// The same model by brute force: V as an n × n matrix.
struct DenseReference {
  let model: RandomModel

  /// V / σ² at relative covariances S.
  func variance(_ covariances: [Matrix]) -> Matrix {
    let n = model.response.count
    var v = Matrix.identity(n)
    if let weights = model.weights { for i in 0..<n { v[i, i] = 1 / weights[i] } }
    for (term, s) in zip(model.terms, covariances) {
      for i in 0..<n where term.codes[i] >= 0 {
        for j in 0..<n where term.codes[j] == term.codes[i] {
          for a in 0..<term.width {
            for b in 0..<term.width {
              v[i, j] += (term.columns[a]?[i] ?? 1) * s[a, b] * (term.columns[b]?[j] ?? 1)
            }
          }
        }
      }
    }
    return v
  }

  /// Log-likelihood with b and σ² profiled out, or with b as given.
  func logLikelihood(_ covariances: [Matrix], reml: Bool, fixedEffects: [Double]? = nil) throws -> Double {
    let n = model.response.count
    let p = model.fixed.columns
    let factor = try Cholesky(variance(covariances))
    let x = factor.forwardSolve(model.fixed)
    let y = factor.forwardSolve(model.response)
    let xx = try Cholesky(x.transposed * x)
    let b = fixedEffects ?? xx.solve(x.transposed * y)
    let fitted = x * b
    let q = zip(y, fitted).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let nu = Double(reml ? n - p : n)
    return -0.5
      * (factor.logDeterminant + (reml ? xx.logDeterminant : 0) + nu * (1 + log(2 * .pi * q / nu)))
  }
}
