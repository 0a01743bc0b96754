internal import LinearAlgebra

/// Elimination of the levels of one factor, four side by side.
///
/// V is block diagonal. With N = (M⁻¹ + S)⁻¹ = W'(M + MSM)W and g = W'a, W = (I + SM)⁻¹ = I − HM,
/// H = T(I + T'MT)⁻¹T', a level's blocks of Z'V⁻¹Z and of Z'V⁻¹[X̃ ẽ] are N and g: every derivative is a contraction of
/// a few sums of their products, which one pass over the levels makes.
///
/// The folder: models of one factor, which have no trailing columns; sums over all its levels, four to a vector for few
/// effects, stacked for BLAS where a level has many.
final class OneFactorElimination<W: BlockWidth>: Elimination {
  let levels: LevelVectors
  private let base: Matrix
  /// T by columns.
  private(set) var root: [Double] = []
  private var sums: Sums?

  /// Sums over the levels at a point, with r = g(−b, 1).
  private struct Sums {
    let coefficients: [Double]
    /// Σ N and Σ r r', lower triangles.
    var projection: [Double]
    var residual: [Double]
    /// Σ g_X Q g_X' of the matrix Q that was asked for, lower triangle.
    var fixed: [Double]
    /// Σ g_ac r_b, by c, b, a.
    var cross: [Double]
    /// Σ r_a r_b N_cd, by lower triangles; none of wide levels.
    var forms: [Double]
  }

  init(block: CrossProducts.ChainBlock, base: Matrix) {
    levels = LevelVectors(block)
    self.base = base
  }

  var width: Int { W.fixed ?? levels.width }
  /// Whether the sums for all directions at once are more than those for the directions that are asked for.
  private var isWide: Bool { width > Tuning.widestSideBySide }

  func factorize(_ lower: [[Double]]) throws(EngineError) -> (logDeterminant: Double, panel: Matrix) {
    (root, sums) = (lower[0], nil)
    let (k, r) = (width, levels.columns)
    let system = FourLevelSystem(width: k, columns: r, root: root)
    let taken = FourLevelBuffer(LevelVectors.triangle(r))
    let weighted = FourLevelBuffer(k)
    var logs = FourLogSums()
    for group in 0..<levels.count {
      let m = levels.pointer + group * levels.size
      let a = m + levels.triangle
      let pivots = system.factor(W.self, m)
      guard all(pivots .> 0), all(pivots .< .infinity) else { throw .unresolved }
      logs.add(pivots)
      let h = system.h
      for c in 0..<r {
        for i in 0..<k {
          var value = FourLevels.zero
          for j in 0..<k { value += h[i * k + j] * a[j * r + c] }
          weighted.pointer[i] = value
        }
        let target = taken.pointer + LevelVectors.triangle(c)
        for d in 0...c {
          var value = target[d]
          for i in 0..<k { value += weighted.pointer[i] * a[i * r + d] }
          target[d] = value
        }
      }
    }
    var panel = base
    for c in 0..<r {
      for d in 0...c {
        panel[c, d] -= taken.pointer[LevelVectors.entry(c, d)].sum()
        panel[d, c] = panel[c, d]
      }
    }
    return (logs.value, panel)
  }

  /// Nothing to prepare: the sums need the coefficients.
  func solve() {}

  func traces(
    coefficients: [Double], fixedInverse: Matrix?, toleratesRounding: Bool
  ) throws(EngineError) -> [FactorTraces] {
    let sums = sums(coefficients, fixedInverse: fixedInverse)
    self.sums = sums
    return [
      FactorTraces(
        projection: square(zip(sums.projection, sums.fixed).map { $0 - $1 }), residual: square(sums.residual))
    ]
  }

  func quadraticForms(_ directions: [Direction], coefficients: [Double]) -> QuadraticForms {
    let known = sums.flatMap { $0.coefficients == coefficients ? $0 : nil }
    let sums = known ?? sums(coefficients, fixedInverse: nil)
    let (k, p, n) = (width, levels.columns - 1, directions.count)
    let stacked = StackedDirections(directions, width: k)
    let matrices = stacked.values.pointer
    let cross = Matrix(rows: k * k, columns: p, columnMajor: sums.cross)
    return QuadraticForms(
      products: isWide
        ? wideProducts(stacked, coefficients: coefficients)
        : contracted(sums.forms, matrices, count: n),
      fixed: stacked.transposedTimes(cross).transposed,
      residual: stacked.transposedTimes(
        Matrix(rows: k * k, columns: 1, columnMajor: square(sums.residual).storage)
      ).storage)
  }

  /// Σ_l (E_i r)'N(E_j r) of all pairs of directions, from Σ r_a r_b N_cd.
  private func contracted(_ forms: [Double], _ matrices: UnsafePointer<Double>, count n: Int) -> Matrix {
    let k = width
    var products = Matrix(rows: n, columns: n)
    var image = [Double](repeating: 0, count: k * k)
    for j in 0..<n {
      let second = matrices + j * k * k
      // Σ_bd E_db Σ_l r_a r_b N_cd, by c and a.
      for a in 0..<k {
        for c in 0..<k {
          var value = 0.0
          for b in 0..<k {
            let row = LevelVectors.entry(a, b) * levels.triangle
            for d in 0..<k { value += second[d + b * k] * forms[row + LevelVectors.entry(c, d)] }
          }
          image[c + a * k] = value
        }
      }
      for i in 0..<n {
        let first = matrices + i * k * k
        for e in 0..<k * k { products[i, j] += first[e] * image[e] }
      }
    }
    return products
  }

  func fixedSlopes(_ directions: [Direction]) -> [Matrix] {
    let (k, p) = (width, levels.columns - 1)
    return visiting(directions) { n in
      var slopes = [Matrix](repeating: Matrix(rows: p, columns: p), count: n)
      return (
        add: { vectors, g, _ in
          for i in 0..<n {
            for c in 0..<p {
              for d in 0..<p {
                var value = FourLevels.zero
                for a in 0..<k { value += g[a * (p + 1) + c] * vectors[(i * p + d) * k + a] }
                slopes[i][c, d] += value.sum()
              }
            }
          }
        }, result: { slopes }
      )
    }
  }

  func fixedProducts(_ directions: [Direction]) -> Matrix? {
    let (k, p) = (width, levels.columns - 1)
    return visiting(directions) { n in
      var products = Matrix(rows: n * p, columns: n * p)
      let image = FourLevelBuffer(k)
      return (
        add: { vectors, _, own in
          for j in 0..<n * p {
            for a in 0..<k {
              var value = FourLevels.zero
              for b in 0..<k { value += own[LevelVectors.entry(a, b)] * vectors[j * k + b] }
              image.pointer[a] = value
            }
            for i in 0...j {
              var value = FourLevels.zero
              for a in 0..<k { value += vectors[i * k + a] * image.pointer[a] }
              products[i, j] += value.sum()
            }
          }
        },
        result: {
          for j in 0..<n * p { for i in 0..<j { products[j, i] = products[i, j] } }
          return products
        }
      )
    }
  }

  /// Visits the levels with E_i g_X of all directions, k numbers for each of their columns, with g and with N.
  private func visiting<Result>(
    _ directions: [Direction],
    _ visitor: (_ count: Int) -> (
      add: (
        _ vectors: UnsafePointer<FourLevels>, _ g: UnsafePointer<FourLevels>,
        _ own: UnsafePointer<FourLevels>
      ) -> Void, result: () -> Result
    )
  ) -> Result {
    let (k, r, n) = (width, levels.columns, directions.count)
    let p = r - 1
    let matrices = directions.map { $0.matrix ?? Matrix(rows: k, columns: k) }
    let system = FourLevelSystem(width: k, columns: r, root: root)
    let vectors = FourLevelBuffer(n * p * k)
    let visit = visitor(n)
    for group in 0..<levels.count {
      system.solve(W.self, levels.pointer + group * levels.size)
      for (i, matrix) in matrices.enumerated() {
        for c in 0..<p {
          for a in 0..<k {
            var value = FourLevels.zero
            for b in 0..<k { value += matrix[a, b] * system.g[b * r + c] }
            vectors.pointer[(i * p + c) * k + a] = value
          }
        }
      }
      visit.add(vectors.pointer, system.g, system.own)
    }
    return visit.result()
  }

  private func sums(_ coefficients: [Double], fixedInverse: Matrix?) -> Sums {
    let (k, r) = (width, levels.columns)
    let (p, t) = (r - 1, levels.triangle)
    let system = FourLevelSystem(width: k, columns: r, root: root)
    let totals = FourLevelBuffer(3 * t + k * k * p + (isWide ? 0 : t * t))
    let projection = totals.pointer
    let residual = projection + t
    let fixed = residual + t
    let cross = fixed + t
    let forms = cross + k * k * p
    let rests = FourLevelBuffer(k + p)
    let rest = rests.pointer
    let image = rest + k
    coefficients.withUnsafeBufferPointer { b in
      for group in 0..<levels.count {
        system.solve(W.self, levels.pointer + group * levels.size)
        let (g, own) = (system.g, system.own)
        for a in 0..<k {
          var value = g[a * r + p]
          for c in 0..<p { value -= b[c] * g[a * r + c] }
          rest[a] = value
        }
        for e in 0..<t { projection[e] += own[e] }
        for a in 0..<k {
          for b in 0...a {
            let e = LevelVectors.entry(a, b)
            let square = rest[a] * rest[b]
            residual[e] += square
            if isWide { continue }
            let row = forms + e * t
            for f in 0..<t { row[f] += square * own[f] }
          }
        }
        for c in 0..<p {
          for b in 0..<k {
            for a in 0..<k { cross[(c * k + b) * k + a] += g[a * r + c] * rest[b] }
          }
        }
        guard let fixedInverse else { continue }
        fixedInverse.storage.withUnsafeBufferPointer { q in
          for a in 0..<k {
            for c in 0..<p {
              var value = FourLevels.zero
              for d in 0..<p { value += q[d + c * p] * g[a * r + d] }
              image[c] = value
            }
            for b in 0...a {
              var value = FourLevels.zero
              for c in 0..<p { value += image[c] * g[b * r + c] }
              fixed[LevelVectors.entry(a, b)] += value
            }
          }
        }
      }
    }
    func total(_ start: UnsafeMutablePointer<FourLevels>, _ count: Int) -> [Double] {
      (0..<count).map { start[$0].sum() }
    }
    return Sums(
      coefficients: coefficients, projection: total(projection, t), residual: total(residual, t),
      fixed: total(fixed, t), cross: total(cross, k * k * p), forms: isWide ? [] : total(forms, t * t))
  }

  /// The matrix of a lower triangle.
  private func square(_ triangle: [Double]) -> Matrix {
    let k = width
    var result = Matrix(rows: k, columns: k)
    for a in 0..<k { for b in 0..<k { result[a, b] = triangle[LevelVectors.entry(a, b)] } }
    return result
  }
}

extension Direction {
  /// The change of the only factor; nil where there is none.
  fileprivate var matrix: Matrix? { parts.first?.matrix }
}

extension CrossProducts.ChainBlock {
  /// The elimination of the levels of the only factor, four side by side.
  func sideBySide(base: Matrix) -> any Elimination {
    switch width {
    case 1: OneFactorElimination<Width1>(block: self, base: base)
    case 2: OneFactorElimination<Width2>(block: self, base: base)
    case 3: OneFactorElimination<Width3>(block: self, base: base)
    default: OneFactorElimination<AnyWidth>(block: self, base: base)
    }
  }
}
