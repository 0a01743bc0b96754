import Foundation
internal import LinearAlgebra
internal import MixedModels

/// The Hessian of Laplace's −2 log L in θ and β̃ for one factor, in closed form at the mode.
///
/// With η_j the change of η by a parameter, its modes moving along, U_j = ∂T, r_j = −Z'Wη_j and A_j = Z'(tη_j)Z of each
/// level, dH_j = U_j'AT + T'AU_j + T'A_jT, a, z_a as in ``GeneralizedDerivatives``, b = Tz_a and t' the derivative of t:
/// D_jk = Σ_i (h t' − t z'b) η_j η_k + Σ_l [−tr H⁻¹dH_j H⁻¹dH_k + 2 tr H⁻¹U_j'(AU_k + A_kT) + 2 tr H⁻¹U_k'A_jT
/// + z_a'(U_j'r_k + U_k'r_j) + (Z'a − Ab)'(U_jũ_k + U_kũ_j)] + 2f_jk, where 2f_jk is 2X_j'Wη_k for a fixed effect and
/// −2 (r_k'U_jũ + r'U_jũ_k) else.
struct OneFactorHessian {
  /// Over θ, then β̃.
  let matrix: Matrix

  /// Step of the differences of t: relative to 1, over which links bend.
  private static let step = 1e-4

  /// Whether the formula holds: one factor, T linear in θ, a link that bends on the scale of 1, no dispersion.
  static func applies(to objective: GeneralizedObjective) -> Bool {
    let model = objective.model
    let (family, link) = (model.response.family, model.response.link)
    let bendsOnScaleOne =
      [.logit, .probit, .cloglog, .cauchy].contains(link) || link == .log && family != .binomial
    return objective.integration == .laplace && !objective.hasPrecision && bendsOnScaleOne
      && model.system.trailing.isEmpty && model.design.rootsAreLinear
  }

  /// - Parameter slopes: ∂ũ by each parameter.
  init(_ objective: GeneralizedObjective, at point: GeneralizedPoint, slopes: [Buffer]) {
    let w = objective.workspace
    let (s, h, model) = (w.system, w.weighted, objective.model)
    let (n, m, k, q) = (w.rowCount, w.effectCount, s.width, objective.thetaCount)
    let count = slopes.count
    let blocks = w.blocks()
    let kk = k * k

    // h, t', Z'a, z_a, b; what only a chunk of rows needs is indexed from its first row
    let (variance, curvature) = (w.rowWork.pointer, w.rowWork2.pointer)
    let (t, weight) = (w.slope.pointer, w.weight.pointer)
    let rooms = s.parts.map { _ in (0..<count + 4).map { _ in Buffer(LevelSystem.chunkSize) } }
    let force = Buffer(m)
    h.forEachChunk { chunk, part in
      let first = chunk.rows.lowerBound
      let scratch = rooms[part]
      let (moved, unused) = (scratch[0].pointer - first, scratch[1].pointer - first)
      let (above, below) = (scratch[2].pointer - first, scratch[3].pointer - first)
      for (out, step) in [(above, Self.step), (below, -Self.step)] {
        for i in chunk.rows { moved[i] = w.eta.pointer[i] + step }
        _ = w.kernel.evaluate(
          chunk.rows, moved, w.data, RowOutputs(score: unused, weight: unused, slope: out))
      }
      blocks.variances(chunk, w.roots, into: variance)
      for i in chunk.rows {
        curvature[i] = (above[i] - below[i]) / (2 * Self.step)
        moved[i] = variance[i] * t[i]
      }
      h.scatter(chunk, moved, addingTo: force.pointer, trailing: force.pointer)
    }
    let adjoint = Buffer(m)
    adjoint.copy(from: force)
    h.multiply(w.roots, transposed: true, adjoint.pointer)
    h.solve(adjoint.pointer)
    let b = Buffer(m)
    b.copy(from: adjoint)
    h.multiply(w.roots, b.pointer)

    // U_j and the effects behind η_j: Tũ_j + U_jũ
    var changes = [[Double]](repeating: [Double](repeating: 0, count: kk), count: q)
    for (j, parts) in model.design.rootSlopes(point.theta).enumerated() {
      for part in parts { for e in 0..<kk { changes[j][e] += part.matrix.storage[e] } }
    }
    let effects = slopes.enumerated().map { j, slope in
      let v = Buffer(m)
      v.copy(from: slope)
      h.multiply(w.roots, v.pointer)
      if j < q {
        let own = Buffer(m)
        own.copy(from: w.effects)
        h.multiply([changes[j]], own.pointer)
        BLAS.axpy(m, 1, own.pointer, v.pointer)
      }
      return v
    }

    // Rows: Σ c η_j η_k, X'Wη_k, Z'Wη_k and A_k
    let p = model.rank
    let pulls = slopes.map { _ in Buffer(m) }
    let bends = slopes.map { _ in Buffer(s.levelCount * kk) }
    for scratch in rooms { scratch[2].fill(0) }
    let stride = count + p
    let sums = Buffer(s.parts.count * count * stride)
    h.forEachChunk { chunk, part in
      let (first, size) = (chunk.rows.lowerBound, chunk.rows.count)
      let scratch = rooms[part]
      let (moved, spread) = (scratch[0].pointer - first, scratch[1].pointer - first)
      let zeros = scratch[2].pointer - first
      h.gather(chunk, b.pointer, plus: zeros, into: spread)
      for i in chunk.rows { curvature[i] = variance[i] * curvature[i] - t[i] * spread[i] }
      for j in 0..<count {
        let base = j < q ? zeros : model.basis.pointer + (j - q) * n
        let column = scratch[4 + j].pointer - first
        h.gather(chunk, effects[j].pointer, plus: base, into: column)
        for i in chunk.rows { moved[i] = weight[i] * column[i] }
        h.scatter(chunk, moved, addingTo: pulls[j].pointer, trailing: pulls[j].pointer)
        let out = sums.pointer + (part * count + j) * stride
        w.addFixedSums(chunk.rows, moved, columns: p, to: out + count)
        for i in chunk.rows { moved[i] = t[i] * column[i] }
        h.addLead(chunk, moved, to: bends[j].pointer)
        for i in chunk.rows { moved[i] = curvature[i] * column[i] }
        for i in 0...j { out[i] += BLAS.dot(size, scratch[0].pointer, scratch[4 + i].pointer) }
      }
    }

    var result = Matrix(rows: count, columns: count)
    for j in 0..<count {
      for i in 0...j {
        for part in s.parts.indices {
          let own = sums.pointer + (part * count + j) * stride
          result[i, j] += i >= q ? own[i] + 2 * own[count + i - q] : own[i]
        }
      }
    }
    let root = Buffer(w.roots[0])
    let roots = changes.map { Buffer($0) }
    var level = LevelTerms(width: k, parameters: count, thetas: q)
    for l in 0..<s.levelCount {
      level.fill(
        root: root.pointer, roots: roots, inverse: blocks.lead.pointer + l * kk,
        products: h.lead.pointer + l * kk,
        bends: bends.map { $0.pointer + l * kk }, adjoint: adjoint.pointer + l * k, scaled: b.pointer + l * k,
        force: force.pointer + l * k, residual: w.force.pointer + l * k, modes: w.effects.pointer + l * k)
      for j in 0..<count {
        for i in 0...j {
          result[i, j] += level.pair(
            i, j, slopes: slopes[i].pointer + l * k, slopes[j].pointer + l * k,
            pulls: pulls[i].pointer + l * k, pulls[j].pointer + l * k)
        }
      }
    }
    for j in 0..<count { for i in 0..<j { result[j, i] = result[i, j] } }
    matrix = result
  }
}

/// What one level gives to the Hessian.
private struct LevelTerms {
  private let k: Int
  private let count: Int
  private let thetas: Int
  /// H⁻¹dH_j; AU_j + A_jT; A_jT; U_jH⁻¹.
  private let ratio: Buffer
  private let whole: Buffer
  private let bent: Buffer
  private let shifted: Buffer
  /// U_jz_a and U_j'(Z'a − Ab), and the same less 2U_jũ and 2U_j'r.
  private let left: Buffer
  private let right: Buffer
  private let fullLeft: Buffer
  private let fullRight: Buffer
  private let work: Buffer

  init(width k: Int, parameters: Int, thetas: Int) {
    self.k = k
    count = parameters
    self.thetas = thetas
    let kk = k * k
    (ratio, whole, bent) = (Buffer(count * kk), Buffer(count * kk), Buffer(count * kk))
    shifted = Buffer(thetas * kk)
    (left, right) = (Buffer(thetas * k), Buffer(thetas * k))
    (fullLeft, fullRight) = (Buffer(thetas * k), Buffer(thetas * k))
    work = Buffer(2 * kk)
  }

  /// out += op(A) B for A of order k and some columns of B.
  @inline(__always)
  private func add(
    _ a: UnsafePointer<Double>, transposed: Bool = false, _ b: UnsafePointer<Double>, columns: Int,
    to out: UnsafeMutablePointer<Double>, times factor: Double = 1
  ) {
    for c in 0..<columns {
      for r in 0..<k {
        var sum = 0.0
        for d in 0..<k { sum += (transposed ? a[d + r * k] : a[r + d * k]) * b[d + c * k] }
        out[r + c * k] += factor * sum
      }
    }
  }

  mutating func fill(
    root t: UnsafePointer<Double>, roots: [Buffer], inverse: UnsafePointer<Double>,
    products a: UnsafePointer<Double>, bends: [UnsafeMutablePointer<Double>], adjoint: UnsafePointer<Double>,
    scaled b: UnsafePointer<Double>, force: UnsafePointer<Double>, residual r: UnsafePointer<Double>,
    modes: UnsafePointer<Double>
  ) {
    let kk = k * k
    for buffer in [ratio, whole, bent, shifted, left, right, fullLeft, fullRight] { buffer.fill(0) }
    let (product, change) = (work.pointer, work.pointer + kk)
    work.fill(0)
    add(a, t, columns: k, to: product)
    for j in 0..<count {
      let place = j * kk
      add(bends[j], t, columns: k, to: bent.pointer + place)
      for e in 0..<kk { whole.pointer[place + e] = bent.pointer[place + e] }
      change.update(repeating: 0, count: kk)
      if j < thetas {
        let u = UnsafePointer(roots[j].pointer)
        add(a, u, columns: k, to: whole.pointer + place)
        add(u, transposed: true, product, columns: k, to: change)
        add(u, inverse, columns: k, to: shifted.pointer + place)
        add(u, adjoint, columns: 1, to: left.pointer + j * k)
        add(u, transposed: true, force, columns: 1, to: right.pointer + j * k)
        let moved = fullRight.pointer + j * k
        add(a, b, columns: 1, to: moved)
        add(u, transposed: true, moved, columns: 1, to: right.pointer + j * k, times: -1)
        for e in 0..<k {
          fullLeft.pointer[j * k + e] = left.pointer[j * k + e]
          fullRight.pointer[j * k + e] = right.pointer[j * k + e]
        }
        add(u, modes, columns: 1, to: fullLeft.pointer + j * k, times: -2)
        add(u, transposed: true, r, columns: 1, to: fullRight.pointer + j * k, times: -2)
      }
      add(t, transposed: true, whole.pointer + place, columns: k, to: change)
      add(inverse, change, columns: k, to: ratio.pointer + place)
    }
  }

  /// The term of a pair i ≤ j; pulls are Z'Wη.
  func pair(
    _ i: Int, _ j: Int, slopes first: UnsafePointer<Double>, _ second: UnsafePointer<Double>,
    pulls firstPull: UnsafePointer<Double>, _ secondPull: UnsafePointer<Double>
  ) -> Double {
    let kk = k * k
    let (gi, gj) = (ratio.pointer + i * kk, ratio.pointer + j * kk)
    var sum = 0.0
    for a in 0..<k { for b in 0..<k { sum -= gi[a + b * k] * gj[b + a * k] } }
    if i < thetas {
      for e in 0..<kk { sum += 2 * shifted.pointer[i * kk + e] * whole.pointer[j * kk + e] }
      for e in 0..<k {
        sum += fullRight.pointer[i * k + e] * second[e] - fullLeft.pointer[i * k + e] * secondPull[e]
      }
    }
    if j < thetas {
      for e in 0..<kk { sum += 2 * shifted.pointer[j * kk + e] * bent.pointer[i * kk + e] }
      for e in 0..<k {
        sum += right.pointer[j * k + e] * first[e] - left.pointer[j * k + e] * firstPull[e]
      }
    }
    return sum
  }
}
