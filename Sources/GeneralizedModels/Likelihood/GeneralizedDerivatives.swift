import Foundation
internal import LinearAlgebra
internal import MixedModels

/// The exact gradient at the mode that a workspace has found.
///
/// With h_i = z_i'T H⁻¹T'z_i, a = h t, z_a = H⁻¹T'Z'a and ρ = a − W ZT z_a:
/// ∂/∂β = X'(ρ − 2s) and ∂/∂T_ab = Σ_l [(Z'(ρ − 2s))_la ũ_lb + (Z's)_la (z_a)_lb] + 2 Σ_l (Z'WZT H⁻¹)_ll,ab. Quadrature
/// replaces what the integrand's nodes say: see ``QuadratureState``.
struct GeneralizedDerivatives {
  /// ∂/∂θ, ∂/∂β̃, ∂/∂λ.
  private(set) var gradient: [Double]
  /// Z's of all levels.
  let residual: [Double]
  /// Σ_l (Z'WZT H⁻¹)_ll of each factor, at the mode.
  let rootTraces: [Matrix]
  /// −∂²ℓ/∂λ² summed over rows; 0 without λ.
  private(set) var precisionCurvature = 0.0
  /// Z'∂s/∂λ of all levels.
  private(set) var precisionForce: Buffer?

  init(_ objective: GeneralizedObjective, at point: GeneralizedPoint) {
    let w = objective.workspace
    let model = objective.model
    let (n, m) = (w.rowCount, w.effectCount)
    let h = w.weighted
    let state = objective.quadratureState
    let blocks = w.blocks(isToChange: state != nil)
    rootTraces = blocks.rootTraces(h)
    var explicit = rootTraces
    if let state {
      // the determinant's inverse gives way to what the nodes add
      blocks.lead.copy(from: state.inverse)
      explicit = blocks.rootTraces(h)
    }
    let r = w.force
    residual = r.array

    // h, a, Z'a
    let (variance, rho) = (w.rowWork, w.rowWork2)
    let za = Buffer(m)
    h.forEachPart(addingTo: za.pointer + w.system.leadCount) { part, rooms in
      for chunk in w.system.chunks[part.chunks] {
        blocks.variances(chunk, w.roots, into: variance.pointer)
        for i in chunk.rows { rho.pointer[i] = variance.pointer[i] * w.slope.pointer[i] }
        h.scatter(chunk, rho.pointer, addingTo: za.pointer, trailing: rooms.vector)
      }
    }

    // z_a and ZT z_a
    h.multiply(w.roots, transposed: true, za.pointer)
    if let state { for e in 0..<m { za.pointer[e] += 2 * state.force.pointer[e] } }
    let (spread, total) = (w.rowWork3, w.rowWork4)
    spread.fill(0)
    if objective.integration == .jointMode {
      w.jointSolve(za.pointer, fixed: w.fixedSums(rho.pointer), into: spread.pointer)
    } else {
      h.solve(za.pointer)
    }
    let b = w.effectWork
    b.copy(from: za)
    h.multiply(w.roots, b.pointer)

    // ρ, and with the integrand's own part what T and β see
    let scores = state?.scores ?? w.score
    let own = Buffer(m)
    let columns = objective.hasBeta ? model.rank : 0
    let isJoint = objective.integration == .jointMode
    let sums = w.sums(columns, addingTo: own.pointer + w.system.leadCount) { chunk, rooms, out in
      if !isJoint {
        h.gather(chunk, b.pointer, plus: spread.pointer, into: spread.pointer)
      }
      for i in chunk.rows {
        rho.pointer[i] -= w.weight.pointer[i] * spread.pointer[i]
        total.pointer[i] = rho.pointer[i] - 2 * scores.pointer[i]
      }
      h.scatter(
        chunk, state == nil ? total.pointer : rho.pointer, addingTo: own.pointer,
        trailing: rooms.vector)
      w.addFixedSums(chunk.rows, total.pointer, columns: columns, to: out)
    }
    var slopes: [Matrix] = []
    h.forEachFactor { f, k, levels, first in
      var sum = 2 * explicit[f]
      let (u, q) = (w.effects.pointer + first, own.pointer + first)
      let (rl, z) = (r.pointer + first, za.pointer + first)
      if k == 1 {
        var value = 0.0
        for l in 0..<levels { value += q[l] * u[l] + rl[l] * z[l] }
        sum.storage[0] += value
      } else {
        for l in 0..<levels {
          for b in 0..<k {
            for a in 0..<k {
              sum.storage[a + b * k] += q[l * k + a] * u[l * k + b] + rl[l * k + a] * z[l * k + b]
            }
          }
        }
      }
      slopes.append(sum)
    }
    if let state { slopes[0] = slopes[0] - 2 * state.products }

    gradient = model.design.rootSlopes(point.theta).map { parts in
      parts.reduce(0) { $0 + dot($1.matrix.storage, slopes[$1.factor].storage) }
    }
    gradient += sums
    if objective.hasPrecision {
      var (value, curvature) = (0.0, 0.0)
      let (y, mult, omega) = (model.y.pointer, model.multiplier.pointer, model.omega.pointer)
      for i in 0..<n {
        let d = w.kernel.dispersion(w.eta.pointer[i], y[i], mult[i], omega[i])
        if state == nil { value -= 2 * d.value }
        value += variance.pointer[i] * d.weight + spread.pointer[i] * d.score
        curvature -= 2 * d.second
        total.pointer[i] = d.score
      }
      let force = Buffer(m)
      h.scatter(total.pointer, into: force.pointer)
      precisionForce = force
      if let state { value -= 2 * state.precision }
      gradient.append(value)
      precisionCurvature = curvature
    }
  }
}
