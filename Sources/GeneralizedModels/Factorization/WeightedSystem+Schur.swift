internal import LinearAlgebra
internal import MixedModels

/// The Schur complement of the trailing columns.
extension WeightedSystem {
  /// I + T'CT − Σ_l F_l'F_l, column by column; in a dense matrix the sum by one product where every level meets every
  /// column, or else level by level within some columns at a time.
  func formSchur() {
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
    // columns do not depend on one another
    let groups = min(workers.count, m)
    workers.forEach(chunks: groups, work: s.panelWork) { g in
      s.forEachTile(levels: 0..<s.levelCount, columns: m * g / groups..<m * (g + 1) / groups) {
        own, end in
        Self.subtract(f[own], f, columns, own..<end, from: dense + Int(columns[own]) * m)
      }
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
}
