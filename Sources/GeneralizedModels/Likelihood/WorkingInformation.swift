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

  /// - Parameter floored: T off zero, at which derivatives by S are taken.
  init(_ objective: GeneralizedObjective, _ d: GeneralizedDerivatives, at point: GeneralizedPoint) {
    let w = objective.workspace
    let h = w.weighted
    let design = objective.model.design
    let (n, m, p, q) = (w.rowCount, w.effectCount, objective.model.rank, objective.thetaCount)

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
    for parts in design.rootSlopes(point.theta) {
      let v = Buffer(m)
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
              for a in 0..<k { v.pointer[first + l * k + a] += slope.storage[a + b * k] * right }
            }
          }
        }
      }
      directions.append(v)
    }
    var crossed = directions.map { v in
      let g = Buffer(m)
      h.crossMultiply(v.pointer, into: g.pointer)
      return g
    }
    // Z'WX̃ of each fixed column.
    let weightedColumn = w.rowWork
    for c in 0..<p {
      let x = objective.model.basis.pointer + c * n
      for i in 0..<n { weightedColumn.pointer[i] = w.weight.pointer[i] * x[i] }
      let g = Buffer(m)
      h.scatter(weightedColumn.pointer, into: g.pointer)
      crossed.append(g)
    }
    let gram = Self.fixedGram(w, rank: p)
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

  /// X̃'WX̃.
  private static func fixedGram(_ w: Workspace, rank p: Int) -> Matrix {
    let n = w.rowCount
    var result = Matrix(rows: p, columns: p)
    let column = w.rowWork
    for c in 0..<p {
      let x = w.model.basis.pointer + c * n
      for i in 0..<n { column.pointer[i] = w.weight.pointer[i] * x[i] }
      for (r, value) in w.fixedSums(column.pointer).enumerated() { result[r, c] = value }
    }
    return result.symmetrized
  }
}
