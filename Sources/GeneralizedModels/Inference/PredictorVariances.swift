import Foundation
internal import LinearAlgebra
package import MixedModels

extension GeneralizedModel {
  /// Variances of linear predictors x'β + z'u of new rows, given the data: of β, of the effects at their modes, and
  /// between both; levels that the model has not seen have their prior variance. With effects, variances count as known.
  ///
  /// With K = H⁻¹T'Z'WX the modes follow β: ũ = … − Kβ, so that x'β + z'u varies by z'TH⁻¹T'z + (x − K'T'z)'C(x − K'T'z).
  package func predictorVariances(_ estimate: GeneralizedEstimate, at rows: PredictionRows) -> [Double] {
    let n = rows.count
    let order = fixed.kept.indices.sorted { fixed.kept[$0] < fixed.kept[$1] }
    let sortedKept = order.map { fixed.kept[$0] }
    var result = [Double](repeating: 0, count: n)
    // Fixed effects alone need no workspace.
    let usesEffects = rows.effects.contains { $0 != nil }
    let w = usesEffects ? workspace(at: estimate.state) : nil
    // how modes follow the variances is not in K, so that β's own errors may not have it in them either
    let fixedCovariance = usesEffects ? estimate.conditionalFixedCovariance : estimate.fixedCovariance
    let crossed = w.map { crossProducts($0) } ?? []
    let maps = self.rows.terms.indices.map { t in
      design.map(of: t).flatMap { try? LinearAlgebra.solve($0.transposed, .identity($0.rows)) }
    }
    for i in 0..<n {
      // x in the kept columns' order
      var x = sortedKept.map { rows.fixed[i, $0] }
      if let w {
        let v = Buffer(system.effectCount)
        var touched = false
        for (t, effects) in rows.effects.enumerated() {
          guard let effects, let place = design.place(of: t), let map = maps[t] else { continue }
          let z = effects.columns.map { $0?[i] ?? 1 }
          let code = Int(effects.codes[i])
          if code < 0 {
            if code <= Int(PredictionRows.Effects.new) {
              let covariance = estimate.covariances[t]
              for a in z.indices { for b in z.indices { result[i] += z[a] * covariance[a, b] * z[b] } }
            }
            continue
          }
          let l = place.levels.map { Int($0[code]) } ?? code
          if l < 0 { continue }
          let width = design.factors[place.factor].width
          let first = place.factor == 0 ? 0 : system.leadCount + system.trailing[place.factor - 1].first
          // Z̃ = Z G⁻¹
          for (a, value) in (map * z).enumerated() {
            v.pointer[first + l * width + place.offset + a] += value
          }
          touched = true
        }
        if touched {
          w.weighted.multiply(w.roots, transposed: true, v.pointer)
          let solved = Buffer(system.effectCount)
          solved.copy(from: v)
          w.weighted.solve(solved.pointer)
          result[i] += BLAS.dot(system.effectCount, v.pointer, solved.pointer)
          // K'T'z in orthonormal columns, then in the user's: x'N' there is x̃
          let shift = crossed.map { BLAS.dot(system.effectCount, $0.pointer, solved.pointer) }
          let moved = userRow(shift)
          for (position, value) in moved.enumerated() { x[position] -= value }
        }
      }
      for a in x.indices { for b in x.indices { result[i] += x[a] * fixedCovariance[a, b] * x[b] } }
    }
    return result
  }

  /// A row x with x'β = c'β̃ for all β = N β̃, in the order of the kept columns.
  private func userRow(_ inner: [Double]) -> [Double] {
    let solved =
      (try? LinearAlgebra.solve(
        fixed.toUser.transposed, Matrix(rows: inner.count, columns: 1, columnMajor: inner)))?.storage ?? inner
    let order = fixed.kept.indices.sorted { fixed.kept[$0] < fixed.kept[$1] }
    return order.map { solved[$0] }
  }

  /// A workspace at the mode of a fit.
  func workspace(at state: GeneralizedState) -> Workspace? {
    let w = Workspace(self, workers: Workers(threads: 1))
    w.prepare(GeneralizedPoint(theta: state.theta, beta: state.beta, precision: state.precision))
    for e in 0..<min(state.modes.count, system.effectCount) { w.effects.pointer[e] = state.modes[e] }
    return w.findMode() == nil ? nil : w
  }

  /// T'Z'WX̃ by columns.
  private func crossProducts(_ w: Workspace) -> [Buffer] {
    let crossed = w.fixedProducts().crossed
    for g in crossed { w.weighted.multiply(w.roots, transposed: true, g.pointer) }
    return crossed
  }
}
