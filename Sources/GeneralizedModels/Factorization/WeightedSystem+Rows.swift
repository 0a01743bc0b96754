internal import LinearAlgebra

/// Sums over rows and values for rows, chunk by chunk.
extension WeightedSystem {
  // MARK: Z'WZ

  /// Z'WZ for weights w of the rows.
  func refill(_ w: UnsafePointer<Double>) {
    clear()
    forEachPart { part, rooms in
      for chunk in system.chunks[part.chunks] { add(chunk, weights: w, trailing: rooms.products) }
    }
  }

  /// Where one part of the rows adds to sums that all parts share.
  struct Rooms {
    /// To the trailing columns of a vector, and to C.
    let vector: UnsafeMutablePointer<Double>
    let products: UnsafeMutablePointer<Double>
  }

  /// Calls for each part of the rows, on several threads, with room for sums of the trailing columns, which are added up in
  /// the order of the parts.
  ///
  /// - Parameter out: trailing columns of a vector that is added to.
  func forEachPart(
    addingTo out: UnsafeMutablePointer<Double>? = nil, _ body: (LevelSystem.Part, Rooms) -> Void
  ) {
    let parts = system.parts
    let (m, c) = (system.columnCount, trailing.count)
    if parts.count == 1 || m == 0 {
      let own = Rooms(vector: out ?? partSums.pointer, products: trailing.pointer)
      workers.forEach(chunks: parts.count, work: rowWork) { body(parts[$0], own) }
      return
    }
    partSums.fill(0)
    workers.forEach(chunks: parts.count, work: rowWork) { p in
      let first = partSums.pointer + p * (m + c)
      body(parts[p], Rooms(vector: first, products: first + m))
    }
    for p in parts.indices {
      let first = partSums.pointer + p * (m + c)
      if let out { for j in 0..<m { out[j] += first[j] } }
      for e in 0..<c { trailing.pointer[e] += first[m + e] }
    }
  }

  /// Calls for each chunk with the number of its part, on several threads, where there are no trailing columns.
  func forEachChunk(_ body: (LevelSystem.Chunk, _ part: Int) -> Void) {
    workers.forEach(chunks: system.parts.count, work: rowWork) { p in
      for chunk in system.chunks[system.parts[p].chunks] { body(chunk, p) }
    }
  }

  /// Operations of a pass over all rows.
  private var rowWork: Int { 20 * system.rowCount }

  /// Z'WZ of no rows.
  func clear() {
    lead.fill(0)
    panel.fill(0)
    trailing.fill(0)
  }

  /// Adds the rows of a chunk to Z'WZ.
  ///
  /// - Parameter c: where their part adds to C.
  func add(
    _ chunk: LevelSystem.Chunk, weights w: UnsafePointer<Double>,
    trailing c: UnsafeMutablePointer<Double>
  ) {
    addLead(chunk, w, to: lead.pointer)
    for factor in system.trailing {
      if system.isPlain { addPlain(chunk, factor, w, c) } else { add(chunk, factor, w, c) }
    }
    for pair in system.pairs { add(chunk, pair, w, c) }
  }

  /// Adds the leading blocks of Z'WZ for the rows of a chunk.
  func addLead(
    _ chunk: LevelSystem.Chunk, _ w: UnsafePointer<Double>, to lead: UnsafeMutablePointer<Double>
  ) {
    let s = system
    let k = s.width
    guard let z = s.z?.pointer else {
      for l in chunk.levels { lead[l] += w.sum(s.rows(chunk, of: l)) }
      return
    }
    for l in chunk.levels {
      let block = lead + l * k * k
      switch k {
      case 1:
        var sum = 0.0
        for i in s.rows(chunk, of: l) { sum += w[i] * z[i] * z[i] }
        block[0] += sum
      case 2:
        let pairs = UnsafeRawPointer(z)
        var (first, second) = (SIMD2<Double>(), SIMD2<Double>())
        for i in s.rows(chunk, of: l) {
          let zi = pairs.loadUnaligned(fromByteOffset: 16 * i, as: SIMD2<Double>.self)
          let v = w[i] * zi
          first += v * zi.x
          second += v * zi.y
        }
        block[0] += first.x
        block[1] += first.y
        block[2] += second.x
        block[3] += second.y
      default:
        for i in s.rows(chunk, of: l) {
          let zi = z + i * k
          for b in 0..<k {
            let v = w[i] * zi[b]
            for a in b..<k { block[a + b * k] += v * zi[a] }
          }
        }
        for b in 0..<k { for a in b..<k { block[b + a * k] = block[a + b * k] } }
      }
    }
  }

  private func addPlain(
    _ chunk: LevelSystem.Chunk, _ f: LevelSystem.Trailing, _ w: UnsafePointer<Double>,
    _ c: UnsafeMutablePointer<Double>
  ) {
    let s = system
    let (codes, cell, start, b) = (
      f.codes.pointer, f.cell.pointer, s.trailingStart.pointer + f.first, panel.pointer
    )
    switch (s.z?.pointer, f.z?.pointer) {
    case (nil, nil):
      for i in chunk.rows where codes[i] >= 0 {
        c[Int(start[Int(codes[i])])] += w[i]
        if cell[i] >= 0 { b[Int(cell[i])] += w[i] }
      }
    case (let z, let own):
      for i in chunk.rows where codes[i] >= 0 {
        let v = own.map { $0[i] } ?? 1
        c[Int(start[Int(codes[i])])] += w[i] * v * v
        if cell[i] >= 0 { b[Int(cell[i])] += w[i] * v * (z.map { $0[i] } ?? 1) }
      }
    }
  }

  private func add(
    _ chunk: LevelSystem.Chunk, _ f: LevelSystem.Trailing, _ w: UnsafePointer<Double>,
    _ c: UnsafeMutablePointer<Double>
  ) {
    let s = system
    let (k, m) = (s.width, f.width)
    withUnsafePointer(to: 1.0) { one in
      for i in chunk.rows {
        let code = Int(f.codes.pointer[i])
        if code < 0 { continue }
        let own = f.z.map { UnsafePointer($0.pointer + i * m) } ?? one
        for b in 0..<m {
          let v = w[i] * own[b]
          let block = c + Int(s.trailingStart.pointer[f.first + code * m + b]) - b
          for a in b..<m { block[a] += v * own[a] }
        }
        let cell = Int(f.cell.pointer[i])
        if cell < 0 { continue }
        let z = s.z.map { UnsafePointer($0.pointer + i * k) } ?? one
        for b in 0..<m {
          let v = w[i] * own[b]
          let target = panel.pointer + (cell + b) * k
          for a in 0..<k { target[a] += v * z[a] }
        }
      }
    }
  }

  private func add(
    _ chunk: LevelSystem.Chunk, _ pair: LevelSystem.Pair, _ w: UnsafePointer<Double>,
    _ c: UnsafeMutablePointer<Double>
  ) {
    let s = system
    let (f, g) = (s.trailing[pair.first], s.trailing[pair.second])
    let size = f.width * g.width
    for i in chunk.rows {
      let p = Int(pair.index.pointer[i])
      if p < 0 { continue }
      let positions = pair.positions.pointer + p * size
      for b in 0..<f.width {
        let v = w[i] * (f.z.map { $0.pointer[i * f.width + b] } ?? 1)
        for a in 0..<g.width {
          c[Int(positions[b * g.width + a])] +=
            v * (g.z.map { $0.pointer[i * g.width + a] } ?? 1)
        }
      }
    }
  }

  // MARK: Z

  /// Z'v for values v of the rows.
  func scatter(_ v: UnsafePointer<Double>, into out: UnsafeMutablePointer<Double>) {
    out.update(repeating: 0, count: system.effectCount)
    forEachPart(addingTo: out + system.leadCount) { part, rooms in
      for chunk in system.chunks[part.chunks] {
        scatter(chunk, v, addingTo: out, trailing: rooms.vector)
      }
    }
  }

  /// Adds Z'v of a chunk's rows.
  ///
  /// - Parameter columns: where their part adds to the trailing columns.
  func scatter(
    _ chunk: LevelSystem.Chunk, _ v: UnsafePointer<Double>,
    addingTo out: UnsafeMutablePointer<Double>,
    trailing columns: UnsafeMutablePointer<Double>
  ) {
    let s = system
    let k = s.width
    for l in chunk.levels {
      let rows = s.rows(chunk, of: l)
      switch (k, s.z?.pointer) {
      case (_, nil): out[l] += v.sum(rows)
      case (2, let z?):
        let pairs = UnsafeRawPointer(z)
        var sum = SIMD2<Double>()
        for i in rows { sum += v[i] * pairs.loadUnaligned(fromByteOffset: 16 * i, as: SIMD2<Double>.self) }
        out[2 * l] += sum.x
        out[2 * l + 1] += sum.y
      case (_, let z?):
        for i in rows { for a in 0..<k { out[l * k + a] += v[i] * z[i * k + a] } }
      }
    }
    for f in s.trailing {
      let target = columns + f.first
      let codes = f.codes.pointer
      guard let z = f.z?.pointer else {
        for i in chunk.rows where codes[i] >= 0 { target[Int(codes[i])] += v[i] }
        continue
      }
      let m = f.width
      for i in chunk.rows where codes[i] >= 0 {
        for a in 0..<m { target[Int(codes[i]) * m + a] += v[i] * z[i * m + a] }
      }
    }
  }

  /// Adds Zb to values of the rows.
  func gather(_ b: UnsafePointer<Double>, addingTo out: UnsafeMutablePointer<Double>) {
    forEachPart { part, _ in
      for chunk in system.chunks[part.chunks] { gather(chunk, b, plus: out, into: out) }
    }
  }

  /// out = Zb + c for a chunk's rows.
  func gather(
    _ chunk: LevelSystem.Chunk, _ b: UnsafePointer<Double>, plus c: UnsafePointer<Double>,
    into out: UnsafeMutablePointer<Double>
  ) {
    let s = system
    let k = s.width
    var done = chunk.rows.lowerBound
    for l in chunk.levels {
      let rows = s.rows(chunk, of: l)
      switch (k, s.z?.pointer) {
      case (_, nil):
        let value = b[l]
        for i in rows { out[i] = c[i] + value }
      case (2, let z?):
        let (first, second) = (b[2 * l], b[2 * l + 1])
        for i in rows { out[i] = c[i] + (z[2 * i] * first + z[2 * i + 1] * second) }
      case (_, let z?):
        for i in rows {
          var sum = 0.0
          for a in 0..<k { sum += z[i * k + a] * b[l * k + a] }
          out[i] = c[i] + sum
        }
      }
      done = max(done, rows.upperBound)
    }
    for i in done..<chunk.rows.upperBound { out[i] = c[i] }
    for f in s.trailing {
      let source = b + s.leadCount + f.first
      let codes = f.codes.pointer
      guard let z = f.z?.pointer else {
        for i in chunk.rows where codes[i] >= 0 { out[i] += source[Int(codes[i])] }
        continue
      }
      let m = f.width
      for i in chunk.rows where codes[i] >= 0 {
        for a in 0..<m { out[i] += z[i * m + a] * source[Int(codes[i]) * m + a] }
      }
    }
  }
}
