import Foundation
internal import LinearAlgebra
internal import MixedModels

/// The curvature of −2 log L in the linear mixed model of the working response.
///
/// With V = W⁻¹ + ZSZ', v_i = ∂S/∂θ_i Z's and F = Σ_l [Z'V⁻¹Z]_ll − Σ_l r_l r_l': B_θθ = V'Z'V⁻¹Z V + the boundary's 2F⁺,
/// B_ββ = 2X'V⁻¹X, B_θβ = 2V'Z'V⁻¹X. What it leaves out is of the order of one over the rows of a level.
struct WorkingInformation {
  /// Over θ, β̃, λ.
  private(set) var matrix: Matrix
  /// F of each factor: d/dS.
  let derivatives: [Matrix]
  /// X̃'V⁻¹X̃.
  let fixed: Matrix
  /// ∂ũ by each parameter: ∂T'Z's − H⁻¹T'Z'WZv_i, −H⁻¹T'Z'WX̃, H⁻¹T'Z'∂s/∂λ.
  let modeSlopes: [Buffer]

  /// - Parameter floored: T off zero, at which derivatives by S are taken.
  init(_ objective: GeneralizedObjective, _ d: GeneralizedDerivatives, at point: GeneralizedPoint) {
    let w = objective.workspace
    let h = w.weighted
    let design = objective.model.design
    let (m, p, q) = (w.effectCount, objective.model.rank, objective.thetaCount)

    // F = M − Σ r r', M = (Σ Z'WZT H⁻¹) T⁻¹
    var derivatives: [Matrix] = []
    h.forEachFactor { f, k, levels, first in
      var sum = Self.dividing(d.rootTraces[f], by: w.roots[f], order: k)
      for l in 0..<levels {
        for b in 0..<k {
          let right = d.residual[first + l * k + b]
          for a in 0..<k { sum.storage[a + b * k] -= d.residual[first + l * k + a] * right }
        }
      }
      derivatives.append(sum)
    }
    self.derivatives = derivatives

    // Columns v_i, Z'WZ v_i, T' of that, and its solution.
    var directions: [Buffer] = []
    var slopes: [Buffer] = []
    for parts in design.rootSlopes(point.theta) {
      let (v, own) = (Buffer(m), Buffer(m))
      for part in parts {
        let k = part.matrix.rows
        let root = Matrix(rows: k, columns: k, columnMajor: w.roots[part.factor])
        let change = part.matrix.timesTransposed(root)
        let slope = change + change.transposed
        h.forEachFactor { f, k, levels, first in
          guard f == part.factor else { return }
          for l in 0..<levels {
            for b in 0..<k {
              let right = d.residual[first + l * k + b]
              for a in 0..<k {
                v.pointer[first + l * k + a] += slope.storage[a + b * k] * right
                own.pointer[first + l * k + a] += part.matrix.storage[b + a * k] * right
              }
            }
          }
        }
      }
      directions.append(v)
      slopes.append(own)
    }
    var crossed = directions.map { v in
      let g = Buffer(m)
      h.crossMultiply(v.pointer, into: g.pointer)
      return g
    }
    let (gram, fixedCrossed) = w.fixedProducts()
    crossed += fixedCrossed
    let scaled = crossed.map { g in
      let copy = Buffer(m)
      copy.copy(from: g)
      h.multiply(w.roots, transposed: true, copy.pointer)
      return copy
    }
    let solved = scaled.map { g in
      let copy = Buffer(m)
      copy.copy(from: g)
      h.solve(copy.pointer)
      return copy
    }
    var kernel = Matrix(rows: q + p, columns: q + p)
    for i in 0..<q + p {
      for j in 0...i {
        var value: Double
        if j < q {
          value = BLAS.dot(m, directions[j].pointer, crossed[i].pointer)
        } else {
          value = gram[i - q, j - q]
        }
        value -= BLAS.dot(m, scaled[j].pointer, solved[i].pointer)
        kernel[i, j] = value
        kernel[j, i] = value
      }
    }
    for i in 0..<q { BLAS.axpy(m, -1, solved[i].pointer, slopes[i].pointer) }
    for y in solved[q...] {
      for e in 0..<m { y.pointer[e] = -y.pointer[e] }
      slopes.append(y)
    }
    if let source = d.precisionForce {
      let force = Buffer(m)
      force.copy(from: source)
      h.multiply(w.roots, transposed: true, force.pointer)
      h.solve(force.pointer)
      slopes.append(force)
    }
    modeSlopes = slopes

    var fixed = Matrix(rows: p, columns: p)
    for i in 0..<p { for j in 0..<p { fixed[i, j] = kernel[q + i, q + j] } }
    self.fixed = fixed

    let boundary = design.boundaryCurvature(derivatives, theta: point.theta)
    matrix = Matrix(rows: objective.count, columns: objective.count)
    for i in 0..<q { for j in 0..<q { matrix[i, j] = kernel[i, j] + boundary[i, j] } }
    if objective.hasBeta {
      for i in q..<q + p {
        for j in 0...i {
          matrix[i, j] = 2 * kernel[i, j]
          matrix[j, i] = matrix[i, j]
        }
      }
    } else if let factor = try? Cholesky(fixed) {
      // β at its mode: what it explains goes
      let cross = Matrix(
        rows: p, columns: q, columnMajor: (0..<q).flatMap { j in (0..<p).map { kernel[q + $0, j] } })
      let half = factor.forwardSolve(cross)
      let explained = half.transposedTimes(half)
      for i in 0..<q { for j in 0..<q { matrix[i, j] -= explained[i, j] } }
    }
    if objective.hasPrecision {
      matrix[objective.count - 1, objective.count - 1] = max(d.precisionCurvature, 1e-3)
    }
  }

  /// A T⁻¹ for lower T, symmetric.
  private static func dividing(_ a: Matrix, by t: [Double], order k: Int) -> Matrix {
    var result = a
    for j in stride(from: k - 1, through: 0, by: -1) {
      for c in j + 1..<max(k, j + 1) {
        for i in 0..<k { result[i, j] -= result[i, c] * t[c + j * k] }
      }
      let pivot = t[j + j * k]
      for i in 0..<k { result[i, j] = pivot == 0 ? 0 : result[i, j] / pivot }
    }
    return result.symmetrized
  }
}
