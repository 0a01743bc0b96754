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

/// Many effects of a level: its E_i r stand side by side, and BLAS multiplies.
extension OneFactorElimination {
  /// Rows of the stack: enough for BLAS, few enough that hundreds of directions fit in memory.
  private static var stackedRows: Int { 4096 }

  /// Σ_l (E_i r)'N(E_j r) of all pairs of directions: with N = CC', the product of the stack of all C'E_i r with itself.
  func stackedProducts(_ directions: StackedDirections, coefficients: [Double]) -> Matrix {
    let (k, r, n) = (width, levels.columns, directions.count)
    let system = FourLevelSystem(width: k, columns: r, root: root)
    let chunk = min(max(Self.stackedRows / (4 * k), 1), levels.count)
    let height = 4 * chunk * k
    let (stack, rests) = (Buffer(height * n), Buffer(height))
    let factors = Buffer(height * k)
    var products = Matrix(rows: n, columns: n)
    for start in stride(from: 0, to: levels.count, by: chunk) {
      let end = min(start + chunk, levels.count)
      let rows = 4 * (end - start) * k
      for group in start..<end {
        system.solve(W.self, levels.pointer + group * levels.size)
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
    let (k, r) = (width, levels.columns)
    for a in 0..<k {
      var value = g[a * r + r - 1]
      for (c, b) in coefficients.enumerated() { value -= b * g[a * r + c] }
      for lane in 0..<4 { target[lane * k + a] = value[lane] }
    }
  }

  /// The lower factors C of N = CC' of four levels, k × k each; N has directions without rows, whose columns are zero.
  private func storeFactors(_ own: UnsafeMutablePointer<FourLevels>, to target: UnsafeMutablePointer<Double>) {
    let k = width
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
