import Foundation
internal import LinearAlgebra
internal import MixedModels

/// Fixed effects at the joint mode with the random ones.
extension Workspace {
  /// H⁻¹T'Z'WX̃ by columns, T'Z'WX̃, and the Cholesky factor of X̃'WX̃ less what the effects explain.
  private struct JointFactor {
    let crossed: [Buffer]
    let solved: [Buffer]
    let complement: Cholesky
  }

  private func jointFactor() -> JointFactor? {
    let (m, p) = (effectCount, model.rank)
    var (complement, crossed) = fixedProducts()
    let solved = crossed.map { g in
      weighted.multiply(roots, transposed: true, g.pointer)
      let y = Buffer(m)
      y.copy(from: g)
      weighted.solve(y.pointer)
      return y
    }
    for r in 0..<p {
      for c in 0..<p { complement[r, c] -= BLAS.dot(m, crossed[r].pointer, solved[c].pointer) }
    }
    guard let factor = try? Cholesky(complement.symmetrized) else { return nil }
    return JointFactor(crossed: crossed, solved: solved, complement: factor)
  }

  /// Solves the joint system for right-hand sides (x, f); x becomes the effects' part.
  ///
  /// - Returns: the fixed part.
  private func solve(
    _ joint: JointFactor, _ x: UnsafeMutablePointer<Double>, fixed f: [Double]
  ) -> [Double] {
    let m = effectCount
    weighted.solve(x)
    let rest = f.enumerated().map { $1 - BLAS.dot(m, joint.crossed[$0].pointer, x) }
    let b = joint.complement.solve(rest)
    for (c, value) in b.enumerated() { BLAS.axpy(m, -value, joint.solved[c].pointer, x) }
    return b
  }

  /// Finds the joint mode of the effects and β̃, from the last ones.
  func findJointMode(_ beta: inout [Double]) -> Double? {
    let m = effectCount
    guard var value = findMode() else { return nil }
    for _ in 0..<200 {
      guard let joint = jointFactor() else { return nil }
      let step = Buffer(m)
      step.copy(from: force)
      weighted.multiply(roots, transposed: true, step.pointer)
      for e in 0..<m { step.pointer[e] -= effects.pointer[e] }
      let gradient = Buffer(m)
      gradient.copy(from: step)
      let sums = fixedSums(score.pointer)
      let change = solve(joint, step.pointer, fixed: sums)
      let decrease = BLAS.dot(m, gradient.pointer, step.pointer) + dot(sums, change)
      guard decrease.isFinite else { return nil }
      if decrease < 1e-13 { return value }
      let (start, startValue) = (beta, value)
      let from = Buffer(m)
      from.copy(from: effects)
      var factor = 1.0
      var found = false
      for _ in 0..<40 where !found {
        beta = zip(start, change).map { $0 + factor * $1 }
        fixedValues(beta, plus: model.offset.pointer, into: fixedPart.pointer)
        for e in 0..<m { effects.pointer[e] = from.pointer[e] + factor * step.pointer[e] }
        if let next = findMode(), next <= startValue + 1e-12 * abs(startValue) {
          value = next
          found = true
        }
        factor *= 0.5
      }
      guard found else { return nil }
    }
    return nil
  }

  /// Solves the joint system at the mode for (x, f), and writes ZT x + X̃ f to rows.
  func jointSolve(
    _ x: UnsafeMutablePointer<Double>, fixed f: [Double], into out: UnsafeMutablePointer<Double>
  ) {
    guard let joint = jointFactor() else { return }
    let b = solve(joint, x, fixed: f)
    fixedValues(b, plus: nil, into: out)
    let copy = Buffer(effectCount)
    copy.pointer.update(from: x, count: effectCount)
    weighted.multiply(roots, copy.pointer)
    weighted.gather(copy.pointer, addingTo: out)
  }
}
