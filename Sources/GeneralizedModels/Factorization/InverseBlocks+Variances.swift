internal import LinearAlgebra

/// Variances of linear predictors given the data.
extension InverseBlocks {
  /// h_i = z_i'T H⁻¹T'z_i for the rows of a chunk.
  func variances(
    _ chunk: LevelSystem.Chunk, _ roots: [[Double]], into out: UnsafeMutablePointer<Double>
  ) {
    let s = system
    if s.trailing.isEmpty {
      out.advanced(by: chunk.rows.lowerBound).update(repeating: 0, count: chunk.rows.count)
      leadVariances(chunk, roots[0], into: out)
    } else if s.isPlain {
      plainVariances(chunk, roots.map { $0[0] }, into: out)
    } else {
      allVariances(chunk, roots, into: out)
    }
  }

  /// Of a lone factor: z'Sz with S = T H⁻¹T' of a level.
  private func leadVariances(
    _ chunk: LevelSystem.Chunk, _ t: [Double], into out: UnsafeMutablePointer<Double>
  ) {
    let s = system
    let k = s.width
    let root = Matrix(rows: k, columns: k, columnMajor: t)
    for l in chunk.levels {
      let block = lead.pointer + l * k * k
      guard k > 1, let z = s.z?.pointer else {
        let variance = t[0] * t[0] * block[0]
        for i in s.rows(chunk, of: l) {
          let zi = s.z?.pointer[i] ?? 1
          out[i] = variance * zi * zi
        }
        continue
      }
      if k == 2 {
        // T H⁻¹T' written out
        let (a, b, c) = (t[0], t[1], t[3])
        let (p, q, r) = (block[0], block[1], block[3])
        let (s00, s01) = (a * a * p, a * (b * p + c * q))
        let s11 = b * b * p + 2 * b * c * q + c * c * r
        for i in s.rows(chunk, of: l) {
          let (x, y) = (z[2 * i], z[2 * i + 1])
          out[i] = x * (s00 * x + 2 * s01 * y) + s11 * y * y
        }
        continue
      }
      let inner = Matrix(rows: k, columns: k, columnMajor: (0..<k * k).map { block[$0] })
      let spread = (root * inner).timesTransposed(root).storage
      for i in s.rows(chunk, of: l) {
        var sum = 0.0
        for b in 0..<k { for a in 0..<k { sum += spread[a + b * k] * z[i * k + a] * z[i * k + b] } }
        out[i] = sum
      }
    }
  }

  /// Of random intercepts, or lone slopes, that cross the leading factor.
  private func plainVariances(
    _ chunk: LevelSystem.Chunk, _ roots: [Double], into out: UnsafeMutablePointer<Double>
  ) {
    let s = system
    let t = roots[0]
    let leadZ = s.z?.pointer
    out.advanced(by: chunk.rows.lowerBound).update(repeating: 0, count: chunk.rows.count)
    for l in chunk.levels {
      let variance = t * t * lead.pointer[l]
      for i in s.rows(chunk, of: l) {
        let zi = leadZ.map { $0[i] } ?? 1
        out[i] = variance * zi * zi
      }
    }
    for (f, factor) in s.trailing.enumerated() {
      let (codes, cell, own) = (factor.codes.pointer, factor.cell.pointer, factor.z?.pointer)
      let start = s.trailingStart.pointer + factor.first
      let (diagonal, cross) = (trailing.pointer, panel.pointer)
      for i in chunk.rows where codes[i] >= 0 {
        let p = roots[f + 1] * (own.map { $0[i] } ?? 1)
        var sum = p * p * diagonal[Int(start[Int(codes[i])])]
        if cell[i] >= 0 { sum += 2 * t * (leadZ.map { $0[i] } ?? 1) * p * cross[Int(cell[i])] }
        out[i] += sum
      }
    }
    for pair in s.pairs {
      let (index, positions, inverse) = (pair.index.pointer, pair.positions.pointer, trailing.pointer)
      let (first, second) = (s.trailing[pair.first].z?.pointer, s.trailing[pair.second].z?.pointer)
      let both = 2 * roots[pair.first + 1] * roots[pair.second + 1]
      for i in chunk.rows where index[i] >= 0 {
        let z = (first.map { $0[i] } ?? 1) * (second.map { $0[i] } ?? 1)
        out[i] += both * z * inverse[Int(positions[Int(index[i])])]
      }
    }
  }

  private func allVariances(
    _ chunk: LevelSystem.Chunk, _ roots: [[Double]], into out: UnsafeMutablePointer<Double>
  ) {
    let s = system
    let k = s.width
    var root = [Double](repeating: 0, count: k)
    var parts = s.trailing.map { [Double](repeating: 0, count: $0.width) }
    func addRow(_ i: Int, lead block: UnsafePointer<Double>?) {
      var sum = 0.0
      if let block {
        Self.root(roots[0], k, s.z.map { UnsafePointer($0.pointer + i * k) }, into: &root)
        for b in 0..<k { for a in 0..<k { sum += root[a] * root[b] * block[a + b * k] } }
      }
      for (f, factor) in s.trailing.enumerated() {
        let code = Int(factor.codes.pointer[i])
        if code < 0 { continue }
        let m = factor.width
        Self.root(
          roots[f + 1], m, factor.z.map { UnsafePointer($0.pointer + i * m) }, into: &parts[f])
        for b in 0..<m {
          let own = trailing.pointer + Int(s.trailingStart.pointer[factor.first + code * m + b]) - b
          sum += parts[f][b] * parts[f][b] * own[b]
          for a in b + 1..<max(m, b + 1) { sum += 2 * parts[f][a] * parts[f][b] * own[a] }
        }
        let cell = Int(factor.cell.pointer[i])
        if cell < 0 { continue }
        for b in 0..<m {
          for a in 0..<k { sum += 2 * root[a] * parts[f][b] * panel.pointer[(cell + b) * k + a] }
        }
      }
      for pair in s.pairs {
        let p = Int(pair.index.pointer[i])
        if p < 0 { continue }
        let (m, r) = (s.trailing[pair.first].width, s.trailing[pair.second].width)
        let positions = pair.positions.pointer + p * m * r
        for b in 0..<m {
          for a in 0..<r {
            sum +=
              2 * parts[pair.first][b] * parts[pair.second][a] * trailing.pointer[Int(positions[b * r + a])]
          }
        }
      }
      out[i] = sum
    }
    var done = chunk.rows.lowerBound
    for l in chunk.levels {
      let rows = s.rows(chunk, of: l)
      for i in rows { addRow(i, lead: lead.pointer + l * k * k) }
      done = max(done, rows.upperBound)
    }
    for i in done..<chunk.rows.upperBound { addRow(i, lead: nil) }
  }

  /// T'z.
  @inline(__always)
  private static func root(
    _ t: [Double], _ k: Int, _ z: UnsafePointer<Double>?, into out: inout [Double]
  ) {
    guard let z else {
      out[0] = t[0]
      return
    }
    for a in 0..<k {
      var sum = 0.0
      for c in a..<k { sum += t[c + a * k] * z[c] }
      out[a] = sum
    }
  }
}
