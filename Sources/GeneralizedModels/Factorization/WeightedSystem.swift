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
  private let column: Buffer
  private(set) var logDeterminant = Double.nan

  init(_ system: LevelSystem) {
    self.system = system
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

  /// I + T'CT − Σ_l F_l'F_l, column by column; in a dense matrix the sum by one product where every level meets every
  /// column, or else level by level within some columns at a time.
  private func formSchur() {
    let s = system
    let k = s.width
    let (buffer, f) = (column.pointer, eliminated.pointer)
    let (panelStart, columns) = (s.panelStart.pointer, s.panelColumns.pointer)
    let dense = k == 1 ? matrix.dense : nil
    let scaled = scaledTrailing()
    for j in 0..<s.columnCount {
      matrix.clear(column: j, in: buffer)
      for e in Int(s.trailingStart.pointer[j])..<Int(s.trailingStart.pointer[j + 1]) {
        buffer[Int(s.trailingRows.pointer[e])] += scaled.pointer[e]
      }
      buffer[j] += 1
      for q in dense == nil ? s.entries(column: j) : 0..<0 {
        let own = Int(s.columnEntries.pointer[q])
        let end = Int(panelStart[Int(s.columnLevels.pointer[q]) + 1])
        if k == 1 {
          Self.subtract(f[own], f, columns, own..<end, from: buffer)
        } else {
          let v = f + own * k
          for e in own..<end {
            var sum = 0.0
            for a in 0..<k { sum += v[a] * f[e * k + a] }
            buffer[Int(columns[e])] -= sum
          }
        }
      }
      matrix.store(column: j, from: buffer)
    }
    guard let dense else { return }
    let m = s.columnCount
    if s.hasFullPanel {
      BLAS.syrk(m, s.levelCount, -1, f, m, 1, dense, m)
      return
    }
    s.forEachTile { own, end in
      Self.subtract(f[own], f, columns, own..<end, from: dense + Int(columns[own]) * m)
    }
  }

  /// Subtracts v f from the rows of some entries, which differ.
  @inline(__always)
  private static func subtract(
    _ v: Double, _ f: UnsafePointer<Double>, _ rows: UnsafePointer<Int32>, _ entries: Range<Int>,
    from out: UnsafeMutablePointer<Double>
  ) {
    var e = entries.lowerBound
    while e + 3 < entries.upperBound {
      let (a, b, c, d) = (Int(rows[e]), Int(rows[e + 1]), Int(rows[e + 2]), Int(rows[e + 3]))
      let (x, y) = (out[a] - v * f[e], out[b] - v * f[e + 1])
      let (z, w) = (out[c] - v * f[e + 2], out[d] - v * f[e + 3])
      (out[a], out[b], out[c], out[d]) = (x, y, z, w)
      e += 4
    }
    while e < entries.upperBound {
      out[Int(rows[e])] -= v * f[e]
      e += 1
    }
  }

  /// T'CT on the pattern of C.
  private func scaledTrailing() -> Buffer {
    let s = system
    let result = Buffer(trailing.count)
    for (f, factor) in s.trailing.enumerated() {
      let m = factor.width
      let t = roots[f + 1]
      for level in 0..<factor.levelCount {
        let first = factor.first + level * m
        if m == 1 {
          let e = Int(s.trailingStart.pointer[first])
          result.pointer[e] = t[0] * t[0] * trailing.pointer[e]
          continue
        }
        var block = Matrix(rows: m, columns: m)
        for b in 0..<m {
          for a in b..<m {
            block[a, b] = trailing.pointer[Int(s.trailingStart.pointer[first + b]) + a - b]
            block[b, a] = block[a, b]
          }
        }
        let root = Matrix(rows: m, columns: m, columnMajor: t)
        let product = root.transposedTimes(block * root)
        for b in 0..<m {
          for a in b..<m { result.pointer[Int(s.trailingStart.pointer[first + b]) + a - b] = product[a, b] }
        }
      }
    }
    for pair in s.pairs {
      let (f, g) = (s.trailing[pair.first], s.trailing[pair.second])
      let (tf, tg) = (roots[pair.first + 1], roots[pair.second + 1])
      let size = f.width * g.width
      for p in 0..<pair.positions.count / size {
        let positions = pair.positions.pointer + p * size
        if size == 1 {
          let e = Int(positions[0])
          result.pointer[e] = tf[0] * tg[0] * trailing.pointer[e]
          continue
        }
        for b in 0..<f.width {
          for a in 0..<g.width {
            var sum = 0.0
            for d in b..<f.width {
              for c in a..<g.width {
                sum +=
                  tg[c + a * g.width] * trailing.pointer[Int(positions[d * g.width + c])]
                  * tf[d + b * f.width]
              }
            }
            result.pointer[Int(positions[b * g.width + a])] = sum
          }
        }
      }
    }
    return result
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
