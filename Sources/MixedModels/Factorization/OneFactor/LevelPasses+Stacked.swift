internal import LinearAlgebra

/// Symmetric k × k matrices E_i over the effects of one factor, each a column of k² numbers.
struct StackedDirections {
  let values: Buffer
  let count: Int
  /// k.
  let width: Int

  init(_ directions: [Direction], width: Int) {
    (self.width, count) = (width, directions.count)
    values = Buffer(count * width * width)
    for (i, direction) in directions.enumerated() {
      for part in direction.parts {
        let target = values.pointer + i * width * width
        for (e, value) in part.matrix.storage.enumerated() { target[e] += value }
      }
    }
  }

  /// Σ_e E_i[e] M[e, c] by directions and the columns of M.
  func transposedTimes(_ matrix: Matrix) -> Matrix {
    var result = Matrix(rows: count, columns: matrix.columns)
    guard count > 0, matrix.columns > 0 else { return result }
    let size = width * width
    matrix.storage.withUnsafeBufferPointer { m in
      result.storage.withUnsafeMutableBufferPointer { target in
        guard let m = m.baseAddress, let target = target.baseAddress else { return }
        BLAS.gemm(
          transposeA: true, count, matrix.columns, size, 1, values.pointer, size, m, size, 0, target, count)
      }
    }
    return result
  }
}

/// Many effects of a level: BLAS multiplies, whichever way has fewer products.
extension LevelPasses {
  /// Rows of the stack: enough for BLAS, few enough that hundreds of directions fit in memory.
  private static var stackedRows: Int { 4096 }

  func products(_ directions: StackedDirections, coefficients: [Double]) -> Matrix {
    guard sums.isWide else { return sums.products(directions) }
    let (k, t, n) = (Double(levels.width), Double(levels.triangle), Double(directions.count))
    let levelCount = Double(4 * levels.count)
    let stacked = n * n * k * levelCount + 4 * n * k * k * levelCount
    let tabled = 2 * t * t * levelCount + 2 * t * n * (t + n)
    return tabled < stacked
      ? tableProducts(directions, coefficients: coefficients)
      : stackedProducts(directions, coefficients: coefficients)
  }

  /// From Σ_l r_a r_b N_cd of all a, b, c, d.
  private func tableProducts(_ directions: StackedDirections, coefficients: [Double]) -> Matrix {
    let (k, t, n) = (levels.width, levels.triangle, directions.count)
    let sums = table(of: coefficients)
    let table = sums.pointer
    // Both orders of the indices of E_i and of E_j.
    var form = Matrix(rows: t, columns: t)
    for c in 0..<k {
      for a in 0...c {
        let column = LevelVectors.entry(c, a)
        for d in 0..<k {
          for b in 0...d {
            func entry(_ a: Int, _ b: Int, _ c: Int, _ d: Int) -> Double {
              table[LevelVectors.entry(a, b) + LevelVectors.entry(c, d) * t]
            }
            var value = entry(a, b, c, d)
            if b != d { value += entry(a, d, c, b) }
            if a != c { value += entry(c, b, a, d) }
            if a != c, b != d { value += entry(c, d, a, b) }
            form.storage[LevelVectors.entry(d, b) + column * t] = value
          }
        }
      }
    }
    var triangles = Matrix(rows: t, columns: n)
    for i in 0..<n {
      let matrix = directions.values.pointer + i * k * k
      for c in 0..<k {
        for a in 0...c { triangles.storage[LevelVectors.entry(c, a) + i * t] = matrix[c + a * k] }
      }
    }
    return triangles.transposed * (form * triangles)
  }

  /// Σ_l r_a r_b N_cd, t × t, by lower triangles.
  private func table(of coefficients: [Double]) -> Buffer {
    let (k, t) = (levels.width, levels.triangle)
    let chunk = min(max(Self.stackedRows / (4 * k), 1), levels.count)
    let (squares, owns) = (Buffer(t * 4 * chunk), Buffer(t * 4 * chunk))
    let (rests, result) = (Buffer(4 * k), Buffer(t * t))
    for start in stride(from: 0, to: levels.count, by: chunk) {
      let end = min(start + chunk, levels.count)
      for group in start..<end {
        system.solve(levels.pointer + group * levels.size)
        storeRests(system.g, coefficients, to: rests.pointer)
        for lane in 0..<4 {
          let first = (4 * (group - start) + lane) * t
          let (square, own, rest) = (squares.pointer + first, owns.pointer + first, rests.pointer + lane * k)
          for a in 0..<k {
            for b in 0...a { square[LevelVectors.entry(a, b)] = rest[a] * rest[b] }
          }
          for e in 0..<t { own[e] = system.own[e][lane] }
        }
      }
      BLAS.gemm(
        transposeB: true, t, t, 4 * (end - start), 1, squares.pointer, t, owns.pointer, t, 1, result.pointer,
        t)
    }
    return result
  }

  /// With N = CC', the product of the stack of all C'E_i r with itself.
  private func stackedProducts(_ directions: StackedDirections, coefficients: [Double]) -> Matrix {
    let (k, n) = (levels.width, directions.count)
    let chunk = min(max(Self.stackedRows / (4 * k), 1), levels.count)
    let height = 4 * chunk * k
    let (stack, rests) = (Buffer(height * n), Buffer(height))
    let factors = Buffer(height * k)
    var products = Matrix(rows: n, columns: n)
    for start in stride(from: 0, to: levels.count, by: chunk) {
      let end = min(start + chunk, levels.count)
      let rows = 4 * (end - start) * k
      for group in start..<end {
        system.solve(levels.pointer + group * levels.size)
        let first = 4 * (group - start)
        storeRests(system.g, coefficients, to: rests.pointer + first * k)
        storeFactors(system.own, to: factors.pointer + first * k * k)
      }
      for i in 0..<n {
        BLAS.gemm(
          k, rows / k, k, 1, directions.values.pointer + i * k * k, k, rests.pointer, k, 0,
          stack.pointer + i * height, k)
      }
      for level in 0..<rows / k {
        BLAS.trmm(
          transposed: true, k, n, factors.pointer + level * k * k, k, stack.pointer + level * k, height)
      }
      products.storage.withUnsafeMutableBufferPointer { target in
        guard let target = target.baseAddress else { return }
        BLAS.syrk(transposed: true, n, rows, 1, stack.pointer, height, 1, target, n)
      }
    }
    products.storage.withUnsafeMutableBufferPointer { target in
      guard let target = target.baseAddress else { return }
      BLAS.mirrorLower(n, target, n)
    }
    return products
  }

  /// r = g(−b, 1) of four levels, k numbers each.
  private func storeRests(
    _ g: UnsafePointer<FourLevels>, _ coefficients: [Double], to target: UnsafeMutablePointer<Double>
  ) {
    let (k, r) = (levels.width, levels.columns)
    for a in 0..<k {
      var value = g[a * r + r - 1]
      for (c, b) in coefficients.enumerated() { value -= b * g[a * r + c] }
      for lane in 0..<4 { target[lane * k + a] = value[lane] }
    }
  }

  /// The lower factors C of N = CC' of four levels, k × k each; N has directions without rows, whose columns are zero.
  private func storeFactors(_ own: UnsafeMutablePointer<FourLevels>, to target: UnsafeMutablePointer<Double>)
  {
    let k = levels.width
    for b in 0..<k {
      let diagonal = LevelVectors.entry(b, b)
      let size = own[diagonal]
      for c in 0..<b { own[diagonal] -= own[LevelVectors.entry(b, c)] * own[LevelVectors.entry(b, c)] }
      // below its rounding errors a pivot is none
      let isPivot = own[diagonal] .> size * 1e-13
      let root = own[diagonal].replacing(with: 1, where: .!isPivot).squareRoot()
      let inverse = (1 / root).replacing(with: 0, where: .!isPivot)
      own[diagonal] = root.replacing(with: 0, where: .!isPivot)
      for a in b + 1..<max(k, b + 1) {
        let entry = LevelVectors.entry(a, b)
        var value = own[entry]
        for c in 0..<b { value -= own[LevelVectors.entry(a, c)] * own[LevelVectors.entry(b, c)] }
        own[entry] = value * inverse
      }
    }
    for b in 0..<k {
      for a in b..<k {
        let value = own[LevelVectors.entry(a, b)]
        for lane in 0..<4 { target[lane * k * k + a + b * k] = value[lane] }
      }
    }
  }
}
