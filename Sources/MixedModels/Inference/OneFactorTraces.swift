internal import LinearAlgebra

/// ½ tr(E_i ZPZ E_j ZPZ) of a model with one grouping factor, from one pass over its levels.
///
/// There Z'V⁻¹Z is block diagonal. With W_l its block, g_l = Z_l'V⁻¹X̃, Q = (X̃'V⁻¹X̃)⁻¹ and H_l = g_l Q g_l',
/// tr(E ZPZ F ZPZ) = Σ_l [tr(E U_l F U_l) − tr(E H_l F H_l)] + tr(Q A_E Q A_F), U_l = W_l − H_l, A_E = Σ_l g_l'E g_l.
/// Of the full likelihood only the first term is left, with U_l = W_l.
struct OneFactorTraces {
  /// tr of pairs of unit directions: e_a e_b' symmetrised, for a ≤ b.
  private var units: Matrix
  private let width: Int

  /// nil for models of several factors, and where doubles do not resolve the likelihood.
  init?(point: ParameterPoint) {
    let products = point.model.products
    guard products.structure.factors.count == 1, products.chain.count == 1 || products.pooled != nil,
      point.model.extended == nil
    else { return nil }
    let rank = point.model.fixed.rank
    let root = Matrix(
      rows: products.structure.factors[0].width, columns: products.structure.factors[0].width,
      columnMajor: point.profile.lower[0])
    // Q = RR'.
    var fixedRoot: Matrix?
    if point.objective.reml, rank > 0 {
      guard let factor = try? Cholesky(point.profile.fixedInverse) else { return nil }
      fixedRoot = factor.lower
    }
    if let pooled = products.pooled {
      self.init(pooled: pooled, root: root[0, 0], fixedRoot: fixedRoot)
    } else {
      self.init(block: products.chain[0], root: root, fixedRoot: fixedRoot)
    }
  }

  /// One random intercept whose levels are pooled by size.
  private init(pooled: PooledProducts, root: Double, fixedRoot: Matrix?) {
    width = 1
    var sum = 0.0
    let rank = fixedRoot?.rows ?? 0
    var shared = Matrix(rows: rank, columns: rank)
    for (i, square) in pooled.squares.enumerated() {
      let pivot = 1 + root * root * square
      let own = square / pivot
      sum += pooled.multiplicities[i] * own * own
      guard let fixedRoot else { continue }
      // R' Σ g_l'g_l R over the levels of this size.
      let gram = pooled.grams[i].selecting(rows: Array(0..<rank)).selecting(columns: Array(0..<rank))
      let whitened = (1 / (pivot * pivot)) * (fixedRoot.transposed * gram * fixedRoot)
      sum -= 2 * own * whitened.trace
      shared = shared + whitened
    }
    sum += dot(shared.storage, shared.storage)
    units = Matrix([[sum]])
  }

  /// Levels with records of their own.
  private init(block: CrossProducts.ChainBlock, root: Matrix, fixedRoot: Matrix?) {
    let k = block.width
    let rank = fixedRoot?.rows ?? 0
    width = k
    var units = Matrix(rows: k * (k + 1) / 2, columns: k * (k + 1) / 2)
    /// R'A_E R of each unit direction by columns.
    var shared = Matrix(rows: rank * rank, columns: fixedRoot == nil ? 0 : units.rows)
    let level = LevelBlocks(width: k, rank: rank)
    for l in 0..<block.levelCount {
      level.form(
        record: block.records.pointer + l * k * block.stride, stride: block.stride, root: root,
        fixedRoot: fixedRoot)
      Self.add(level.own.pointer, weight: 1, width: k, to: &units)
      guard rank > 0 else { continue }
      Self.add(level.taken.pointer, weight: -1, width: k, to: &units)
      let g = level.sides.pointer
      shared.storage.withUnsafeMutableBufferPointer { shared in
        var target = 0
        for a in 0..<k {
          for b in a..<k {
            for j in 0..<rank {
              let (gaj, gbj) = (0.5 * g[a + j * k], 0.5 * g[b + j * k])
              for i in 0..<rank { shared[target + i] += g[a + i * k] * gbj + g[b + i * k] * gaj }
              target += rank
            }
          }
        }
      }
    }
    for q in 0..<units.rows { for p in 0..<q { units[q, p] = units[p, q] } }
    self.units = rank > 0 ? units + shared.transposed * shared : units
  }

  /// Adds tr(E U F U) of all pairs of unit directions, the upper triangle of ½ (U_ac U_bd + U_ad U_bc).
  private static func add(
    _ u: UnsafeMutablePointer<Double>, weight: Double, width k: Int, to units: inout Matrix
  ) {
    let half = 0.5 * weight
    let rows = units.rows
    units.storage.withUnsafeMutableBufferPointer { units in
      var q = 0
      for c in 0..<k {
        for d in c..<k {
          var p = 0
          for a in 0...c {
            for b in a..<k where p <= q {
              units[p + q * rows] += half * (u[a + c * k] * u[b + d * k] + u[a + d * k] * u[b + c * k])
              p += 1
            }
          }
          q += 1
        }
      }
    }
  }

  /// ½ tr(E_i ZPZ E_j ZPZ).
  func traces(_ directions: [Direction]) -> Matrix {
    var weights = Matrix(rows: directions.count, columns: units.rows)
    for (i, direction) in directions.enumerated() {
      for part in direction.parts {
        var p = 0
        for a in 0..<width {
          for b in a..<width {
            weights[i, p] += a == b ? part.matrix[a, a] : part.matrix[a, b] + part.matrix[b, a]
            p += 1
          }
        }
      }
    }
    return 0.5 * (weights * units * weights.transposed)
  }
}

/// The blocks of one level, in memory that all levels share: k × k and k × rank by columns.
private struct LevelBlocks {
  /// U_l = W_l − H_l.
  let own: Buffer
  /// H_l.
  let taken: Buffer
  /// g_l R, where Q = RR'.
  let sides: Buffer
  /// C of A = CC', columns of vanishing pivots zero.
  private let c: Buffer
  private let image: Buffer
  /// L of I + C'SC = LL'.
  private let middle: Buffer
  /// L⁻¹C'.
  private let half: Buffer
  private let k: Int
  private let rank: Int

  init(width: Int, rank: Int) {
    (k, self.rank) = (width, rank)
    (own, taken, c) = (Buffer(width * width), Buffer(width * width), Buffer(width * width))
    (image, middle, half) = (Buffer(width * width), Buffer(width * width), Buffer(width * width))
    sides = Buffer(width * rank)
  }

  /// W = C (I + C'SC)⁻¹ C' and g = C (I + C'SC)⁻¹ C⁻¹ Z'X̃: no difference of large numbers at any S.
  func form(record: UnsafeMutablePointer<Double>, stride: Int, root: Matrix, fixedRoot: Matrix?) {
    let (own, taken, sides) = (own.pointer, taken.pointer, sides.pointer)
    let (c, image, middle, half) = (c.pointer, image.pointer, middle.pointer, half.pointer)
    for b in 0..<k { for a in 0..<k { c[a + b * k] = a >= b ? record[a * stride + b] : 0 } }
    factor(c, dropping: true)
    root.storage.withUnsafeBufferPointer { t in
      for j in 0..<k {
        for i in 0..<k {
          var value = 0.0
          for m in max(i, j)..<k { value += c[m + i * k] * t[m + j * k] }
          image[i + j * k] = value
        }
      }
    }
    for j in 0..<k {
      for i in j..<k {
        var value = i == j ? 1.0 : 0
        for m in 0..<k { value += image[i + m * k] * image[j + m * k] }
        middle[i + j * k] = value
      }
    }
    factor(middle, dropping: false)
    for j in 0..<k {
      for i in 0..<k { half[i + j * k] = i <= j ? c[j + i * k] : 0 }
      solve(middle, half + j * k)
    }
    for j in 0..<k {
      for i in 0...j {
        var value = 0.0
        for m in 0..<k { value += half[m + i * k] * half[m + j * k] }
        own[i + j * k] = value
        own[j + i * k] = value
      }
    }
    guard let fixedRoot else { return }
    fixedRoot.storage.withUnsafeBufferPointer { r in
      for j in 0..<rank {
        for a in 0..<k {
          var value = 0.0
          for m in j..<rank { value += record[a * stride + k + m] * r[m + j * rank] }
          image[a] = value
        }
        solve(c, image)
        solve(middle, image)
        for a in 0..<k {
          var value = 0.0
          for m in 0..<k { value += half[m + a * k] * image[m] }
          sides[a + j * k] = value
        }
      }
    }
    for j in 0..<k {
      for i in 0...j {
        var value = 0.0
        for m in 0..<rank { value += sides[i + m * k] * sides[j + m * k] }
        taken[i + j * k] = value
        taken[j + i * k] = value
        own[i + j * k] -= value
        if i != j { own[j + i * k] -= value }
      }
    }
  }

  /// The lower factor in place of a lower triangle.
  ///
  /// - Parameter dropping: whether columns of vanishing pivots are made zero.
  private func factor(_ a: UnsafeMutablePointer<Double>, dropping: Bool) {
    for j in 0..<k {
      var pivot = a[j + j * k]
      let least = dropping ? 1e-14 * abs(pivot) : 0
      for m in 0..<j { pivot -= a[j + m * k] * a[j + m * k] }
      let divisor = pivot > least ? 1 / pivot.squareRoot() : 0
      a[j + j * k] = divisor > 0 ? pivot * divisor : 0
      for i in j + 1..<max(k, j + 1) {
        var value = a[i + j * k]
        for m in 0..<j { value -= a[i + m * k] * a[j + m * k] }
        a[i + j * k] = value * divisor
      }
    }
  }

  /// L⁻¹ x in place; entries at zero pivots are zero.
  private func solve(_ l: UnsafeMutablePointer<Double>, _ x: UnsafeMutablePointer<Double>) {
    for i in 0..<k {
      var value = x[i]
      for m in 0..<i { value -= l[i + m * k] * x[m] }
      let pivot = l[i + i * k]
      x[i] = pivot > 0 ? value / pivot : 0
    }
  }
}
