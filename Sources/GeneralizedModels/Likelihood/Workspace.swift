import Foundation
internal import LinearAlgebra
internal import MixedModels

/// The state of one evaluation: a mode ũ with the factored H and the rows' derivatives there.
final class Workspace {
  let model: GeneralizedModel
  let system: LevelSystem
  let weighted: WeightedSystem
  private(set) var inverseBlocks: InverseBlocks?
  /// X̃β̃ + offset, and η at the mode.
  let fixedPart: Buffer
  let eta: Buffer
  /// s, w, t of the rows.
  let score: Buffer
  let weight: Buffer
  let slope: Buffer
  /// ũ.
  let effects: Buffer
  /// Room for vectors over rows and effects.
  let rowWork: Buffer
  let rowWork2: Buffer
  let effectWork: Buffer
  let effectWork2: Buffer
  private let trial: Buffer
  private let guarded: Buffer
  private(set) var kernel: any RowKernel
  private(set) var roots: [[Double]] = []
  /// Newton steps taken so far.
  private(set) var steps = 0
  /// Σ ℓ at the mode, without constants.
  private(set) var logDensity = 0.0

  init(_ model: GeneralizedModel) {
    self.model = model
    system = model.system
    weighted = WeightedSystem(model.system)
    let n = model.rowCount
    let m = model.system.effectCount
    (fixedPart, eta, score, weight, slope) = (Buffer(n), Buffer(n), Buffer(n), Buffer(n), Buffer(n))
    (rowWork, rowWork2, guarded) = (Buffer(n), Buffer(n), Buffer(n))
    (effects, effectWork, effectWork2, trial) = (Buffer(m), Buffer(m), Buffer(m), Buffer(m))
    kernel = model.response.kernel(precision: 0)
  }

  var rowCount: Int { model.rowCount }
  var effectCount: Int { system.effectCount }
  var data: RowPointers {
    RowPointers(
      y: model.y.pointer, m: model.multiplier.pointer, omega: model.omega.pointer,
      countsOnce: model.countsOnce)
  }

  /// H⁻¹'s blocks at the last mode.
  func blocks() -> InverseBlocks {
    let result = inverseBlocks ?? InverseBlocks(system)
    inverseBlocks = result
    result.compute(weighted)
    return result
  }

  /// out = X̃ b + c.
  func fixedValues(_ b: [Double], plus c: UnsafePointer<Double>?, into out: UnsafeMutablePointer<Double>) {
    let n = rowCount
    if let c { out.update(from: c, count: n) } else { out.update(repeating: 0, count: n) }
    guard !b.isEmpty, n > 0 else { return }
    b.withUnsafeBufferPointer { b in
      guard let b0 = b.baseAddress else { return }
      BLAS.gemv(n, b.count, 1, model.basis.pointer, n, b0, 1, out)
    }
  }

  /// X̃'v.
  func fixedSums(_ v: UnsafePointer<Double>) -> [Double] {
    let (n, p) = (rowCount, model.rank)
    var result = [Double](repeating: 0, count: p)
    guard p > 0 else { return result }
    result.withUnsafeMutableBufferPointer { out in
      guard let o = out.baseAddress else { return }
      BLAS.gemv(transposed: true, n, p, 1, model.basis.pointer, n, v, 0, o)
    }
    return result
  }

  /// Goes to λ and T; β̃ comes with ``fixedPart``.
  func prepare(_ point: GeneralizedPoint) {
    kernel = model.response.kernel(precision: point.precision)
    roots = model.design.lower(point.theta)
    fixedValues(point.beta, plus: model.offset.pointer, into: fixedPart.pointer)
  }

  /// η, s, w and t at effects u.
  ///
  /// - Returns: ½|u|² − Σℓ.
  func evaluateRows(_ u: UnsafePointer<Double>) -> Double {
    let m = effectCount
    effectWork.pointer.update(from: u, count: m)
    weighted.multiply(roots, effectWork.pointer)
    eta.copy(from: fixedPart)
    weighted.gather(effectWork.pointer, addingTo: eta.pointer)
    logDensity = kernel.evaluate(
      0..<rowCount, eta.pointer, data,
      RowOutputs(score: score.pointer, weight: weight.pointer, slope: slope.pointer))
    let value = 0.5 * BLAS.dot(m, u, u) - logDensity
    return value.isNaN ? .infinity : value
  }

  /// Factors H at the present weights, or at larger ones where it is not positive definite.
  ///
  /// - Returns: whether H itself was factored; nil where nothing could be.
  private func factor() -> Bool? {
    weighted.refill(weight.pointer)
    if weighted.factorize(roots) { return true }
    let n = rowCount
    var largest = 0.0
    for i in 0..<n { largest = max(largest, abs(weight.pointer[i])) }
    guard largest.isFinite else { return nil }
    for i in 0..<n { guarded.pointer[i] = max(weight.pointer[i], 1e-3 * largest) }
    weighted.refill(guarded.pointer)
    return weighted.factorize(roots) ? false : nil
  }

  /// Decrease of f that a Newton step promises at which one more step ends the search.
  private static let lastDecrease = 1e-12
  private static let mostSteps = 200
  private static let mostHalvings = 40

  /// Finds the mode of the effects, from those of the last evaluation.
  ///
  /// - Returns: f(ũ) = ½|ũ|² − Σℓ; nil where there is none within reach.
  func findMode() -> Double? {
    let m = effectCount
    var value = evaluateRows(effects.pointer)
    if !value.isFinite {
      effects.fill(0)
      value = evaluateRows(effects.pointer)
      guard value.isFinite else { return nil }
    }
    for _ in 0..<Self.mostSteps {
      steps += 1
      guard let isExact = factor() else { return nil }
      // g = T'Z's − u, δ = H⁻¹g
      let (g, step) = (effectWork.pointer, effectWork2.pointer)
      weighted.scatter(score.pointer, into: g)
      weighted.multiply(roots, transposed: true, g)
      for e in 0..<m { g[e] -= effects.pointer[e] }
      step.update(from: g, count: m)
      weighted.solve(step)
      let decrease = BLAS.dot(m, g, step)
      guard decrease.isFinite else { return nil }
      let isLast = isExact && decrease < Self.lastDecrease
      let rounding = 1e-14 * (abs(value) + Double(rowCount))
      var found = false
      var factor = 1.0
      for _ in 0..<Self.mostHalvings {
        for e in 0..<m { trial.pointer[e] = effects.pointer[e] + factor * step[e] }
        // evaluating rows uses the gradient's room, not the step's
        let next = evaluateRows(trial.pointer)
        if next <= value + rounding {
          effects.copy(from: trial)
          value = next
          found = true
          break
        }
        factor *= 0.5
      }
      if isLast || !found {
        if !found {
          value = evaluateRows(effects.pointer)
          guard decrease < 1e-6 else { return nil }
        }
        weighted.refill(weight.pointer)
        return weighted.factorize(roots) ? value : nil
      }
    }
    return nil
  }
}
