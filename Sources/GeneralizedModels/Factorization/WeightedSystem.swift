import Foundation
internal import LinearAlgebra
internal import MixedModels

/// H = I + T'Z'WZT at one W and T: refilled, factored and solved on the fixed pattern of a ``LevelSystem``.
///
/// The leading factor's levels are eliminated in closed form, N_l = I + T'A_lT; what remains is the Schur complement of
/// the trailing columns. Nothing divides by T. Vectors over the effects are leading levels first.
final class WeightedSystem {
  let system: LevelSystem
  /// T of each factor, column-major.
  private(set) var roots: [[Double]] = []
  /// Z'WZ: blocks A_l, panel cells B (k values for each entry), trailing C.
  let lead: Buffer
  let panel: Buffer
  let trailing: Buffer
  /// Cholesky factors of N_l.
  let leadFactor: Buffer
  /// B T for each entry, and L_l⁻¹T'BT.
  let scaledPanel: Buffer
  let eliminated: Buffer
  let matrix: TrailingMatrix
  /// Room for a trailing column.
  let column: Buffer
  /// For each part of the rows its sums of the trailing columns, and of C.
  let partSums: Buffer
  let workers: Workers
  private(set) var logDeterminant = Double.nan

  init(_ system: LevelSystem, workers: Workers) {
    self.system = system
    self.workers = workers
    partSums = Buffer(
      max(system.parts.count > 1 ? system.parts.count : 0, 1)
        * (system.columnCount + (system.parts.count > 1 ? system.trailingRows.count : 0)))
    let k = system.width
    lead = Buffer(system.levelCount * k * k)
    panel = Buffer(system.panelCount * k)
    trailing = Buffer(system.trailingRows.count)
    leadFactor = Buffer(system.levelCount * k * k)
    scaledPanel = Buffer(system.panelCount * k)
    eliminated = Buffer(system.panelCount * k)
    matrix = TrailingMatrix(system)
    column = Buffer(system.columnCount)
  }

  // MARK: Effects

  /// Calls for each factor with its width, its levels and its first effect.
  func forEachFactor(_ body: (_ factor: Int, _ width: Int, _ levels: Int, _ first: Int) -> Void) {
    body(0, system.width, system.levelCount, 0)
    for (f, factor) in system.trailing.enumerated() {
      body(f + 1, factor.width, factor.levelCount, system.leadCount + factor.first)
    }
  }

  /// T x, or T'x, level by level.
  func multiply(_ lower: [[Double]], transposed: Bool = false, _ x: UnsafeMutablePointer<Double>) {
    forEachFactor { factor, k, levels, first in
      let t = lower[factor]
      if k == 1 {
        let root = t[0]
        for l in first..<first + levels { x[l] *= root }
        return
      }
      if k == 2 {
        let (upper, lower) = transposed ? (t[1], t[2]) : (t[2], t[1])
        for l in 0..<levels {
          let v = x + first + 2 * l
          (v[0], v[1]) = (t[0] * v[0] + upper * v[1], lower * v[0] + t[3] * v[1])
        }
        return
      }
      var copy = [Double](repeating: 0, count: k)
      for l in 0..<levels {
        let v = x + first + l * k
        for a in 0..<k { copy[a] = v[a] }
        for a in 0..<k {
          var sum = 0.0
          if transposed {
            for c in 0..<k { sum += t[c + a * k] * copy[c] }
          } else {
            for c in 0..<k { sum += t[a + c * k] * copy[c] }
          }
          v[a] = sum
        }
      }
    }
  }

  /// Z'WZ x.
  func crossMultiply(_ x: UnsafePointer<Double>, into out: UnsafeMutablePointer<Double>) {
    let s = system
    let k = s.width
    out.update(repeating: 0, count: s.effectCount)
    let (xt, ot, cells) = (x + s.leadCount, out + s.leadCount, panel.pointer)
    let (start, columns) = (s.panelStart.pointer, s.panelColumns.pointer)
    for l in 0..<s.levelCount {
      let block = lead.pointer + l * k * k
      for b in 0..<k { for a in 0..<k { out[l * k + a] += block[a + b * k] * x[l * k + b] } }
      for e in Int(start[l])..<Int(start[l + 1]) {
        let j = Int(columns[e])
        var sum = 0.0
        for a in 0..<k {
          let v = cells[e * k + a]
          out[l * k + a] += v * xt[j]
          sum += v * x[l * k + a]
        }
        ot[j] += sum
      }
    }
    for j in 0..<s.columnCount {
      var sum = 0.0
      for e in Int(s.trailingStart.pointer[j])..<Int(s.trailingStart.pointer[j + 1]) {
        let i = Int(s.trailingRows.pointer[e])
        let v = trailing.pointer[e]
        sum += v * xt[i]
        if i != j { ot[i] += v * xt[j] }
      }
      ot[j] += sum
    }
  }

  // MARK: Factor

  /// Factors H at T.
  ///
  /// - Returns: whether H is positive definite.
  func factorize(_ lower: [[Double]]) -> Bool {
    roots = lower
    let s = system
    let k = s.width
    let t = lower[0]
    var logs = PivotLogs()
    var work = [Double](repeating: 0, count: k * k)
    for l in 0..<s.levelCount {
      let block = lead.pointer + l * k * k
      let n = leadFactor.pointer + l * k * k
      if k == 1 {
        let pivot = 1 + t[0] * t[0] * block[0]
        guard pivot > 0, pivot.isFinite else { return false }
        logs.add(pivot)
        n[0] = pivot.squareRoot()
        continue
      }
      if k == 2 {
        // I + T'AT written out
        let (first, second) = (block[0] * t[0] + block[1] * t[1], block[1] * t[0] + block[3] * t[1])
        let pivot = 1 + t[0] * first + t[1] * second
        let below = t[3] * second
        let rest = 1 + t[3] * t[3] * block[3] - below * below / pivot
        guard pivot > 0, rest > 0, pivot.isFinite, rest.isFinite else { return false }
        logs.add(pivot)
        logs.add(rest)
        n[0] = pivot.squareRoot()
        n[1] = below / n[0]
        n[3] = rest.squareRoot()
        continue
      }
      for b in 0..<k {
        for a in 0..<k {
          var sum = 0.0
          for c in b..<k { sum += block[a + c * k] * t[c + b * k] }
          work[a + b * k] = sum
        }
      }
      for b in 0..<k {
        for a in 0..<k {
          var sum = a == b ? 1.0 : 0
          for c in a..<k { sum += t[c + a * k] * work[c + b * k] }
          n[a + b * k] = sum
        }
      }
      guard SmallBlocks.potrf(k, n) < 0 else { return false }
      for a in 0..<k {
        guard n[a + a * k].isFinite else { return false }
        logs.add(n[a + a * k] * n[a + a * k])
      }
    }
    logDeterminant = logs.value
    guard s.columnCount > 0 else { return logDeterminant.isFinite }
    eliminatePanel()
    formSchur()
    guard let rest = matrix.factorize() else { return false }
    logDeterminant += rest
    return logDeterminant.isFinite
  }

  /// T of the factor that a trailing column belongs to applied to columns of B, and L⁻¹T' from the left.
  private func eliminatePanel() {
    let s = system
    let k = s.width
    let t = roots[0]
    let (start, source, scaled, out) = (
      s.panelStart.pointer, panel.pointer, scaledPanel.pointer, eliminated.pointer
    )
    if s.isPlain {
      let own = column.pointer
      for (f, factor) in s.trailing.enumerated() {
        (own + factor.first).update(repeating: roots[f + 1][0], count: factor.levelCount)
      }
      for l in 0..<s.levelCount {
        let share = t[0] / leadFactor.pointer[l]
        for e in Int(start[l])..<Int(start[l + 1]) {
          scaled[e] = source[e] * own[Int(s.panelColumns.pointer[e])]
          out[e] = share * scaled[e]
        }
      }
      return
    }
    s.forEachRun { f, e in
      let m = s.trailing[f].width
      let root = roots[f + 1]
      for b in 0..<m {
        for a in 0..<k {
          var sum = 0.0
          for c in b..<m { sum += source[(e + c) * k + a] * root[c + b * m] }
          scaled[(e + b) * k + a] = sum
        }
      }
    }
    for l in 0..<s.levelCount {
      let n = leadFactor.pointer + l * k * k
      for e in Int(start[l])..<Int(start[l + 1]) {
        let (source, target) = (scaled + e * k, out + e * k)
        for a in 0..<k {
          var sum = 0.0
          for c in a..<k { sum += t[c + a * k] * source[c] }
          for c in 0..<a { sum -= n[a + c * k] * target[c] }
          target[a] = sum / n[a + a * k]
        }
      }
    }
  }

  /// x = H⁻¹x.
  func solve(_ x: UnsafeMutablePointer<Double>) {
    let s = system
    let k = s.width
    let xt = x + s.leadCount
    let (factor, f) = (leadFactor.pointer, eliminated.pointer)
    let (start, columns) = (s.panelStart.pointer, s.panelColumns.pointer)
    if k == 1 {
      for l in 0..<s.levelCount {
        x[l] /= factor[l]
        for e in Int(start[l])..<Int(start[l + 1]) { xt[Int(columns[e])] -= f[e] * x[l] }
      }
      if s.columnCount > 0 { matrix.solve(xt, columns: 1) }
      for l in 0..<s.levelCount {
        var e = Int(start[l])
        let end = Int(start[l + 1])
        var (even, odd) = (x[l], 0.0)
        while e + 1 < end {
          even -= f[e] * xt[Int(columns[e])]
          odd -= f[e + 1] * xt[Int(columns[e + 1])]
          e += 2
        }
        if e < end { even -= f[e] * xt[Int(columns[e])] }
        x[l] = (even + odd) / factor[l]
      }
      return
    }
    for l in 0..<s.levelCount {
      let (n, v) = (factor + l * k * k, x + l * k)
      for a in 0..<k {
        var sum = v[a]
        for c in 0..<a { sum -= n[a + c * k] * v[c] }
        v[a] = sum / n[a + a * k]
      }
      for e in Int(start[l])..<Int(start[l + 1]) {
        var sum = 0.0
        for a in 0..<k { sum += f[e * k + a] * v[a] }
        xt[Int(columns[e])] -= sum
      }
    }
    if s.columnCount > 0 { matrix.solve(xt, columns: 1) }
    for l in 0..<s.levelCount {
      let (n, v) = (factor + l * k * k, x + l * k)
      for e in Int(start[l])..<Int(start[l + 1]) {
        let y = xt[Int(columns[e])]
        for a in 0..<k { v[a] -= f[e * k + a] * y }
      }
      for a in stride(from: k - 1, through: 0, by: -1) {
        var sum = v[a]
        for c in a + 1..<max(k, a + 1) { sum -= n[c + a * k] * v[c] }
        v[a] = sum / n[a + a * k]
      }
    }
  }
}
