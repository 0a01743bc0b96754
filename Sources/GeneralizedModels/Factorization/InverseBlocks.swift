import Foundation
internal import LinearAlgebra
internal import MixedModels

/// The blocks of H⁻¹ between effects that meet in a row.
final class InverseBlocks {
  let system: LevelSystem
  /// k × k for each leading level.
  let lead: Buffer
  /// k for each entry of the panel.
  let panel: Buffer
  /// On the pattern of C.
  let trailing: Buffer
  private let scaled: Buffer
  private let column: Buffer

  init(_ system: LevelSystem) {
    self.system = system
    lead = Buffer(system.levelCount * system.width * system.width)
    panel = Buffer(system.panelCount * system.width)
    trailing = Buffer(system.trailingRows.count)
    scaled = Buffer(system.panelCount * system.width)
    column = Buffer(system.columnCount)
  }

  /// The blocks of a factored H.
  func compute(_ h: WeightedSystem) {
    let s = system
    let k = s.width
    // N⁻¹ = L⁻ᵀL⁻¹
    var inverse = [Double](repeating: 0, count: k * k)
    for l in 0..<s.levelCount {
      let n = h.leadFactor.pointer + l * k * k
      let target = lead.pointer + l * k * k
      if k == 1 {
        target[0] = 1 / (n[0] * n[0])
        continue
      }
      for b in 0..<k {
        for a in b..<k {
          var sum = a == b ? 1.0 : 0
          for c in b..<a { sum -= n[a + c * k] * inverse[c + b * k] }
          inverse[a + b * k] = sum / n[a + a * k]
        }
      }
      for b in 0..<k {
        for a in 0..<k {
          var sum = 0.0
          for c in max(a, b)..<k { sum += inverse[c + a * k] * inverse[c + b * k] }
          target[a + b * k] = sum
        }
      }
    }
    guard s.columnCount > 0 else { return }
    // E = L⁻ᵀF
    let e = scaled.pointer
    let (panelStart, columns) = (s.panelStart.pointer, s.panelColumns.pointer)
    for l in 0..<s.levelCount {
      let n = h.leadFactor.pointer + l * k * k
      for q in Int(panelStart[l])..<Int(panelStart[l + 1]) {
        let (source, target) = (h.eliminated.pointer + q * k, e + q * k)
        for a in stride(from: k - 1, through: 0, by: -1) {
          var sum = source[a]
          for c in a + 1..<max(k, a + 1) { sum -= n[c + a * k] * target[c] }
          target[a] = sum / n[a + a * k]
        }
      }
    }
    h.matrix.invert()
    // −E(S⁻¹), by one product where every level meets every column
    let dense = k == 1 ? h.matrix.denseInverse : nil
    let (out, buffer) = (panel.pointer, column.pointer)
    panel.fill(0)
    for j in 0..<s.columnCount {
      h.matrix.loadInverse(column: j, into: buffer)
      for q in Int(s.trailingStart.pointer[j])..<Int(s.trailingStart.pointer[j + 1]) {
        trailing.pointer[q] = buffer[Int(s.trailingRows.pointer[q])]
      }
      for q in dense == nil ? s.entries(column: j) : 0..<0 {
        let own = Int(s.columnEntries.pointer[q])
        let end = Int(panelStart[Int(s.columnLevels.pointer[q]) + 1])
        if k == 1 {
          Self.subtract(e, buffer, columns, own, end, from: out)
          continue
        }
        for other in own..<end {
          let v = buffer[Int(columns[other])]
          for a in 0..<k {
            out[own * k + a] -= e[other * k + a] * v
            if other != own { out[other * k + a] -= e[own * k + a] * v }
          }
        }
      }
    }
    if let dense {
      let m = s.columnCount
      if s.hasFullPanel {
        BLAS.symm(m, s.levelCount, -1, dense, m, e, m, 0, out, m)
      } else {
        // levels do not depend on one another
        let groups = min(h.workers.count, s.levelCount)
        h.workers.forEach(chunks: groups, work: s.panelWork) { g in
          let levels = s.levelCount * g / groups..<s.levelCount * (g + 1) / groups
          s.forEachTile(levels: levels, columns: 0..<m) { own, end in
            Self.subtract(e, dense + Int(columns[own]) * m, columns, own, end, from: out)
          }
        }
      }
    }
    for l in 0..<s.levelCount {
      let target = lead.pointer + l * k * k
      for q in Int(panelStart[l])..<Int(panelStart[l + 1]) {
        for b in 0..<k {
          for a in 0..<k { target[a + b * k] -= out[q * k + a] * e[q * k + b] }
        }
      }
    }
  }

  /// What a column of S⁻¹ gives to E S⁻¹ at its own entry of a level and at those after it.
  @inline(__always)
  private static func subtract(
    _ e: UnsafePointer<Double>, _ inverse: UnsafePointer<Double>, _ columns: UnsafePointer<Int32>, _ own: Int,
    _ end: Int, from out: UnsafeMutablePointer<Double>
  ) {
    let mine = e[own]
    // two sums, so that additions do not wait for one another
    var (even, odd) = (mine * inverse[Int(columns[own])], 0.0)
    var other = own + 1
    while other + 1 < end {
      let (v, next) = (inverse[Int(columns[other])], inverse[Int(columns[other + 1])])
      even += e[other] * v
      odd += e[other + 1] * next
      out[other] -= mine * v
      out[other + 1] -= mine * next
      other += 2
    }
    if other < end {
      let v = inverse[Int(columns[other])]
      even += e[other] * v
      out[other] -= mine * v
    }
    out[own] -= even + odd
  }

  /// Σ_l (Z'WZ T H⁻¹)_ll of every factor: half the explicit derivative of log |H| by T.
  func rootTraces(_ h: WeightedSystem) -> [Matrix] {
    let s = system
    let k = s.width
    var sums =
      [[Double](repeating: 0, count: k * k)]
      + s.trailing.map {
        [Double](repeating: 0, count: $0.width * $0.width)
      }
    let t = h.roots[0]
    let (scaled, cells, inverse) = (h.scaledPanel.pointer, h.panel.pointer, panel.pointer)
    if k == 1 {
      var own = 0.0
      for l in 0..<s.levelCount { own += h.lead.pointer[l] * lead.pointer[l] }
      sums[0][0] = t[0] * own + BLAS.dot(s.panelCount, scaled, inverse)
    } else {
      for l in 0..<s.levelCount {
        Self.addProduct(h.lead.pointer + l * k * k, t, lead.pointer + l * k * k, k, to: &sums[0])
      }
      for e in 0..<s.panelCount {
        for b in 0..<k { for a in 0..<k { sums[0][a + b * k] += scaled[e * k + a] * inverse[e * k + b] } }
      }
    }
    for (f, factor) in s.trailing.enumerated() {
      addOwn(f, factor, h, to: &sums[f + 1])
    }
    // B'T_L P
    if s.isPlain {
      var own = [Double](repeating: 0, count: s.columnCount)
      own.withUnsafeMutableBufferPointer { own in
        let columns = s.panelColumns.pointer
        for e in 0..<s.panelCount { own[Int(columns[e])] += cells[e] * inverse[e] }
      }
      for (f, factor) in s.trailing.enumerated() {
        sums[f + 1][0] += t[0] * own[factor.first..<factor.first + factor.levelCount].reduce(0, +)
      }
    } else {
      addPanel(h, to: &sums)
    }
    var result = sums.enumerated().map { f, values in
      let order = f == 0 ? k : s.trailing[f - 1].width
      return Matrix(rows: order, columns: order, columnMajor: values)
    }
    for pair in s.pairs { addPair(pair, h, to: &result) }
    return result
  }

  private func addPanel(_ h: WeightedSystem, to sums: inout [[Double]]) {
    let k = system.width
    let t = h.roots[0]
    let (cells, inverse) = (h.panel.pointer, panel.pointer)
    var middle = [Double](repeating: 0, count: k)
    system.forEachRun { f, e in
      let m = system.trailing[f].width
      for b in 0..<m {
        for c in 0..<k {
          middle[c] = 0
          for d in 0...c { middle[c] += t[c + d * k] * inverse[(e + b) * k + d] }
        }
        for a in 0..<m {
          for c in 0..<k { sums[f + 1][a + b * m] += cells[(e + a) * k + c] * middle[c] }
        }
      }
    }
  }

  /// A T Q for symmetric blocks of order k.
  private static func addProduct(
    _ a: UnsafePointer<Double>, _ t: [Double], _ q: UnsafePointer<Double>, _ k: Int, to sum: inout [Double]
  ) {
    for b in 0..<k {
      for c in 0..<k {
        var middle = 0.0
        for d in 0...c { middle += t[c + d * k] * q[d + b * k] }
        for r in 0..<k { sum[r + b * k] += a[r + c * k] * middle }
      }
    }
  }

  /// The part of a trailing factor's own blocks of C.
  private func addOwn(
    _ f: Int, _ factor: LevelSystem.Trailing, _ h: WeightedSystem, to sum: inout [Double]
  ) {
    let m = factor.width
    let start = system.trailingStart.pointer + factor.first
    var (block, inverse) = ([Double](repeating: 0, count: m * m), [Double](repeating: 0, count: m * m))
    for level in 0..<factor.levelCount {
      for b in 0..<m {
        for a in b..<m {
          let e = Int(start[level * m + b]) + a - b
          (block[a + b * m], block[b + a * m]) = (h.trailing.pointer[e], h.trailing.pointer[e])
          (inverse[a + b * m], inverse[b + a * m]) = (trailing.pointer[e], trailing.pointer[e])
        }
      }
      Self.addProduct(block, h.roots[f + 1], inverse, m, to: &sum)
    }
  }

  private func addPair(_ pair: LevelSystem.Pair, _ h: WeightedSystem, to result: inout [Matrix]) {
    let s = system
    let (m, r) = (s.trailing[pair.first].width, s.trailing[pair.second].width)
    let (tf, tg) = (h.roots[pair.first + 1], h.roots[pair.second + 1])
    let size = m * r
    for p in 0..<pair.positions.count / size {
      let positions = pair.positions.pointer + p * size
      func c(_ b: Int, _ a: Int) -> Double { h.trailing.pointer[Int(positions[b * r + a])] }
      func q(_ b: Int, _ a: Int) -> Double { trailing.pointer[Int(positions[b * r + a])] }
      // first factor: C_fg T_g Q_gf; second: C_gf T_f Q_fg
      for b in 0..<m {
        for x in 0..<r {
          var middle = 0.0
          for y in 0...x { middle += tg[x + y * r] * q(b, y) }
          for a in 0..<m { result[pair.first + 1].storage[a + b * m] += c(a, x) * middle }
        }
      }
      for b in 0..<r {
        for x in 0..<m {
          var middle = 0.0
          for y in 0...x { middle += tf[x + y * m] * q(y, b) }
          for a in 0..<r { result[pair.second + 1].storage[a + b * r] += c(x, a) * middle }
        }
      }
    }
  }
}
