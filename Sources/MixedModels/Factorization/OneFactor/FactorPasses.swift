internal import LinearAlgebra

/// Passes over the levels of one factor at a point, on memory that is taken once.
protocol FactorPasses: AnyObject {
  /// What the passes make; each result is overwritten by the next pass.
  var sums: FactorSums { get }
  /// T by columns, to be filled before a pass.
  var root: UnsafeMutablePointer<Double> { get }

  /// Makes ``FactorSums/taken``.
  ///
  /// - Returns: log |V|; nil where doubles do not resolve it.
  func factorize() -> Double?
  /// Makes all other sums, r being g(−b, 1).
  ///
  /// - Parameters:
  ///   - coefficients: b, rank numbers.
  ///   - fixedInverse: Q, rank × rank; nil leaves ``FactorSums/fixed`` zero.
  func sum(coefficients: UnsafePointer<Double>, fixedInverse: UnsafePointer<Double>?)

  /// The same passes with sums and a T of their own.
  func copy() -> any FactorPasses
  /// tr(E ZPZ F ZPZ) of pairs of unit directions, e_a e_b' symmetrised, at a T that was factored.
  ///
  /// With N_l and g_l of each level, Q = (X̃'V⁻¹X̃)⁻¹ = RR' and H_l = g_l Q g_l' it is
  /// Σ_l [tr(E U_l F U_l) − tr(E H_l F H_l)] + tr(Q A_E Q A_F), U_l = N_l − H_l, A_E = Σ_l g_l'E g_l.
  ///
  /// - Parameter fixedRoot: R; nil leaves P = V⁻¹, of which only the first term is left, with U_l = N_l.
  func pairTraces(fixedRoot: Matrix?) -> Matrix
  /// As of ``Elimination``.
  func fixedSlopes(_ directions: [Direction]) -> [Matrix]
  func fixedProducts(_ directions: [Direction]) -> Matrix?
  /// Σ_l (E_i r)'N(E_j r) of all pairs of directions.
  func products(_ directions: StackedDirections, coefficients: [Double]) -> Matrix
}

extension FactorPasses {
  func products(_ directions: StackedDirections, coefficients: [Double]) -> Matrix {
    sums.products(directions)
  }
}

/// What the levels of one factor add up to at a point, k effects and r columns of [X̃ ẽ].
final class FactorSums {
  let width: Int
  let columns: Int
  /// Σ a'Ha: what the effects take of [X̃ ẽ]'[X̃ ẽ], lower triangle by rows.
  let taken: UnsafeMutablePointer<Double>
  /// Σ N and Σ r r', lower triangles.
  let projection: UnsafeMutablePointer<Double>
  let residual: UnsafeMutablePointer<Double>
  /// Σ g_X Q g_X' of the matrix Q that was asked for, lower triangle.
  let fixed: UnsafeMutablePointer<Double>
  /// Σ g_ac r_b, by c, b, a.
  let cross: UnsafeMutablePointer<Double>
  /// Σ r_a r_b N_cd, by lower triangles; none of wide levels.
  let forms: UnsafeMutablePointer<Double>
  /// Numbers in ``taken``, and in all from ``projection`` on.
  let takenCount: Int
  let count: Int
  private let memory: Buffer

  init(width k: Int, columns r: Int) {
    (width, columns) = (k, r)
    let t = LevelVectors.triangle(k)
    takenCount = LevelVectors.triangle(r)
    count = 3 * t + k * k * (r - 1) + (k > Tuning.widestSideBySide ? 0 : t * t)
    memory = Buffer(takenCount + count)
    taken = memory.pointer
    projection = taken + takenCount
    residual = projection + t
    fixed = residual + t
    cross = fixed + t
    forms = cross + k * k * (r - 1)
  }

  /// Whether the sums for all directions at once are more than those for the directions that are asked for.
  var isWide: Bool { width > Tuning.widestSideBySide }

  /// Σ_l (E_i r)'N(E_j r) of all pairs of directions, of levels that are not wide.
  func products(_ directions: StackedDirections) -> Matrix {
    var result = Matrix(rows: directions.count, columns: directions.count)
    let image = Buffer(width * width)
    result.storage.withUnsafeMutableBufferPointer { target in
      guard let target = target.baseAddress else { return }
      multiply(directions.values.pointer, count: directions.count, image: image.pointer, into: target)
    }
    return result
  }

  /// The same of k × k matrices side by side, n × n into `products`, of levels that are not wide.
  ///
  /// - Parameter image: k² numbers to work with.
  func multiply(
    _ matrices: UnsafePointer<Double>, count n: Int, image: UnsafeMutablePointer<Double>,
    into products: UnsafeMutablePointer<Double>
  ) {
    let (k, t) = (width, LevelVectors.triangle(width))
    for j in 0..<n {
      let second = matrices + j * k * k
      // Σ_bd E_db Σ_l r_a r_b N_cd, by c and a.
      for a in 0..<k {
        for c in 0..<k {
          var value = 0.0
          for b in 0..<k {
            let row = forms + LevelVectors.entry(a, b) * t
            for d in 0..<k { value += second[d + b * k] * row[LevelVectors.entry(c, d)] }
          }
          image[c + a * k] = value
        }
      }
      for i in 0..<n {
        let first = matrices + i * k * k
        var value = 0.0
        for e in 0..<k * k { value += first[e] * image[e] }
        products[i + j * n] = value
      }
    }
  }
}
