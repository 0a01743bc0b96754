import Foundation
internal import LinearAlgebra
internal import MixedModels

/// Gauss–Hermite quadrature for the standard normal distribution.
package enum GaussHermite {
  /// Nodes and weights of the rule with so many nodes: eigenvalues of the Jacobi matrix, and the squares of the
  /// eigenvectors' first entries (G. Golub, J. Welsch, 1969).
  package static func rule(_ count: Int) -> (nodes: [Double], weights: [Double]) {
    var jacobi = Matrix(rows: count, columns: count)
    for j in 1..<max(count, 1) {
      jacobi[j, j - 1] = Double(j).squareRoot()
      jacobi[j - 1, j] = jacobi[j, j - 1]
    }
    guard count > 1, let eigen = try? SymmetricEigen(jacobi) else { return ([0], [1]) }
    // both halves alike
    let nodes = (0..<count).map { 0.5 * (eigen.values[$0] - eigen.values[count - 1 - $0]) }
    let squares = (0..<count).map { eigen.vectors[0, $0] * eigen.vectors[0, $0] }
    let weights = (0..<count).map { 0.5 * (squares[$0] + squares[count - 1 - $0]) }
    return (nodes, weights)
  }
}

/// The product rule for k effects.
struct QuadratureGrid {
  let width: Int
  /// K^k nodes, k values each.
  let nodes: [Double]
  /// log w_m + ½|z_m|².
  let logWeights: [Double]
  var count: Int { logWeights.count }

  init(nodes count: Int, width: Int) {
    let rule = GaussHermite.rule(count)
    self.width = width
    var nodes: [Double] = []
    var logs: [Double] = []
    var index = [Int](repeating: 0, count: width)
    while true {
      var sum = 0.0
      for a in index {
        nodes.append(rule.nodes[a])
        sum += log(rule.weights[a]) + 0.5 * rule.nodes[a] * rule.nodes[a]
      }
      logs.append(sum)
      var position = 0
      while position < width, index[position] + 1 == count {
        index[position] = 0
        position += 1
      }
      if position == width { break }
      index[position] += 1
    }
    self.nodes = nodes
    logWeights = logs
  }
}

/// What the nodes of adaptive quadrature contribute to the gradient.
///
/// The integral of a level is |H|^-½ Σ_m w_m exp (½|z_m|² − f(u_m)), u_m = ũ + L⁻ᵀz_m, H = LL'. Its nodes move with the
/// parameters: with π the nodes' shares and v = π f'(u_m), their movement adds 2 Σv to the force on ũ and takes
/// 2 L⁻ᵀKL⁻¹ from H⁻¹, K_ab = ½ Σ_m (L⁻¹v_m)_a z_mb for a ≤ b.
final class QuadratureState {
  /// H⁻¹ less the nodes' movement, for each level.
  let inverse: Buffer
  /// Σ_m π f'(u_m).
  let force: Buffer
  /// Σ_m π s(u_m) of each row.
  let scores: Buffer
  /// Σ_i z_i Σ_m π s_i(u_m) u_m'.
  var products: Matrix
  /// Σ_m π Σ_i ∂ℓ/∂λ.
  var precision = 0.0

  init(rows: Int, effects: Int, width: Int) {
    inverse = Buffer(effects * width)
    force = Buffer(effects)
    scores = Buffer(rows)
    products = Matrix(rows: width, columns: width)
  }
}

extension GeneralizedObjective {
  /// −2 log of the integral over that of Laplace's approximation, at the workspace's mode.
  func integrate(_ grid: QuadratureGrid, mode: Double) -> (correction: Double, state: QuadratureState)? {
    let w = workspace
    let s = w.system
    let k = s.width
    let state = QuadratureState(rows: s.rowCount, effects: s.effectCount, width: k)
    let start = s.levelStart.pointer
    var longest = 1
    for l in 0..<s.levelCount { longest = max(longest, Int(start[l + 1] - start[l])) }
    let (eta, scores, weights, slopes) = (
      Buffer(longest), Buffer(longest * grid.count), Buffer(longest), Buffer(longest)
    )
    let places = Buffer(grid.count * k)
    var logs = grid.logWeights
    var total = 0.0
    for l in 0..<s.levelCount {
      let rows = Int(start[l])..<Int(start[l + 1])
      let count = rows.count
      let factor = w.weighted.leadFactor.pointer + l * k * k
      let mode = w.effects.pointer + l * k
      func logDensity(_ u: UnsafePointer<Double>, _ out: UnsafeMutablePointer<Double>) -> Double {
        for i in rows { eta.pointer[i - rows.lowerBound] = predictor(i, u) }
        let first = rows.lowerBound
        return w.kernel.evaluate(
          rows, eta.pointer - first, w.data,
          RowOutputs(score: out - first, weight: weights.pointer - first, slope: slopes.pointer - first))
      }
      func half(_ u: UnsafePointer<Double>) -> Double { 0.5 * BLAS.dot(k, u, u) }
      let base = half(mode) - logDensity(mode, scores.pointer)
      var largest = -Double.infinity
      for m in 0..<grid.count {
        let u = places.pointer + m * k
        // u = ũ + L⁻ᵀz
        for a in stride(from: k - 1, through: 0, by: -1) {
          var sum = grid.nodes[m * k + a]
          for c in a + 1..<max(k, a + 1) { sum -= factor[c + a * k] * u[c] }
          u[a] = sum / factor[a + a * k]
        }
        for a in 0..<k { u[a] += mode[a] }
        let value = half(u) - logDensity(u, scores.pointer + m * count)
        logs[m] = grid.logWeights[m] - (value - base)
        if logs[m].isNaN { logs[m] = -.infinity }
        largest = max(largest, logs[m])
      }
      guard largest.isFinite else { return nil }
      var sum = 0.0
      for m in 0..<grid.count {
        logs[m] = exp(logs[m] - largest)
        sum += logs[m]
      }
      total += largest + log(sum)
      addNodes(
        level: l, rows: rows, grid: grid, shares: logs.map { $0 / sum }, places: places, scores: scores,
        to: state)
    }
    for i in Int(start[s.levelCount])..<s.rowCount {
      state.scores.pointer[i] = w.score.pointer[i]
      if hasPrecision { state.precision += dispersion(i, eta: w.eta.pointer[i]) }
    }
    return (-2 * total, state)
  }

  /// η of a row with effects u of its level.
  @inline(__always)
  private func predictor(_ i: Int, _ u: UnsafePointer<Double>) -> Double {
    let w = workspace
    let k = w.system.width
    let root = w.roots[0]
    guard let z = w.system.z?.pointer else { return w.fixedPart.pointer[i] + root[0] * u[0] }
    var sum = w.fixedPart.pointer[i]
    for b in 0..<k {
      var product = 0.0
      for a in b..<k { product += z[i * k + a] * root[a + b * k] }
      sum += product * u[b]
    }
    return sum
  }

  private func dispersion(_ i: Int, eta: Double) -> Double {
    workspace.kernel.dispersion(
      eta, model.y.pointer[i], model.multiplier.pointer[i], model.omega.pointer[i]
    ).value
  }

  /// The gradient's part of one level's nodes.
  private func addNodes(
    level l: Int, rows: Range<Int>, grid: QuadratureGrid, shares: [Double], places: Buffer, scores: Buffer,
    to state: QuadratureState
  ) {
    let w = workspace
    let s = w.system
    let k = s.width
    let root = w.roots[0]
    let factor = w.weighted.leadFactor.pointer + l * k * k
    var force = [Double](repeating: 0, count: k)
    var moved = Matrix(rows: k, columns: k)
    var sums = [Double](repeating: 0, count: k)
    for m in 0..<grid.count where shares[m] > 0 {
      let u = places.pointer + m * k
      let own = scores.pointer + m * rows.count
      // Z's of the level
      for a in 0..<k { sums[a] = 0 }
      for i in rows {
        let value = own[i - rows.lowerBound]
        state.scores.pointer[i] += shares[m] * value
        if let z = s.z?.pointer {
          for a in 0..<k { sums[a] += z[i * k + a] * value }
        } else {
          sums[0] += value
        }
      }
      for a in 0..<k {
        for b in 0..<k { state.products.storage[a + b * k] += shares[m] * sums[a] * u[b] }
      }
      var v = [Double](repeating: 0, count: k)
      for a in 0..<k {
        var sum = u[a]
        for c in a..<k { sum -= root[c + a * k] * sums[c] }
        v[a] = shares[m] * sum
        force[a] += v[a]
      }
      for a in 0..<k {
        for c in 0..<a { v[a] -= factor[a + c * k] * v[c] }
        v[a] /= factor[a + a * k]
      }
      for a in 0..<k { for b in a..<k { moved[a, b] += 0.5 * v[a] * grid.nodes[m * k + b] } }
      if hasPrecision {
        for i in rows {
          state.precision += shares[m] * dispersion(i, eta: predictor(i, u))
        }
      }
    }
    for a in 0..<k { state.force.pointer[l * k + a] = force[a] }
    // H⁻¹ − 2 L⁻ᵀKL⁻¹ = L⁻ᵀ(I − 2K)L⁻¹
    var middle = Matrix.identity(k)
    for a in 0..<k {
      for b in a..<k {
        middle[a, b] -= 2 * moved[a, b]
        if a != b { middle[b, a] -= 2 * moved[a, b] }
      }
    }
    let cholesky = Cholesky(
      lower: Matrix(
        rows: k, columns: k,
        columnMajor: (0..<k * k).map { $0 % k >= $0 / k ? factor[$0] : 0 }))
    let left = cholesky.backwardSolve(middle)
    let both = cholesky.backwardSolve(left.transposed)
    for e in 0..<k * k { state.inverse.pointer[l * k * k + e] = both.storage[e] }
  }
}
