internal import LinearAlgebra

/// Elimination of one factor in closed form and of the others as a dense block, in extended precision.
///
/// y'V⁻¹y is a difference of sums of squares. Where random effects are 10³ … 10¹⁰ times the size of the residuals,
/// the difference is 10⁻⁶ … 10⁻²⁰ of the sums, and doubles lose it; here it keeps its digits. The form is that of
/// ``BlockedElimination``.
///
/// The folder: the same eliminations in double-double, for effects that dwarf the residuals.
final class ExtendedElimination: LevelElimination {
  let products: ExtendedProducts
  var lower: [[Double]] = []
  /// L⁻¹T' of every leading level with N = I + T'MT = LL'; k × k, column-major.
  let half: Storage<DoubleDouble>
  /// S = A_DD − Σ a'Ha, L with LL' = I + T'ST, and G = L⁻¹T'.
  var schur = ExtendedMatrix(rows: 0, columns: 0)
  var factor = ExtendedMatrix(rows: 0, columns: 0)
  var inverse: ExtendedMatrix?
  /// L⁻¹T'(A_DR − Σ a'Ha_R).
  private var reducedPanel = ExtendedMatrix(rows: 0, columns: 0)
  /// R'V⁻¹R.
  private(set) var reduced: ExtendedMatrix
  /// u = S Z'V⁻¹R and g = Z'V⁻¹R by factor: r numbers for each effect, level by level.
  private var solution: [Storage<DoubleDouble>] = []
  var gradient: [Storage<DoubleDouble>] = []

  var k: Int { products.width }
  var r: Int { products.panelColumns }

  init(products: ExtendedProducts) {
    self.products = products
    half = Storage(products.levelCount * products.width * products.width)
    reduced = products.base
  }

  func factorize(_ lower: [[Double]]) throws(EngineError) -> (logDeterminant: Double, panel: Matrix) {
    self.lower = lower
    inverse = nil
    reduced = products.base.copy()
    schur = products.trailingSquares.copy()
    let right = products.trailingPanel.copy()
    var logDeterminant = 0.0
    for level in 0..<products.levelCount {
      logDeterminant += try factorizeLevel(level)
      let panel = weightedPanel(level)
      let entries = weightedEntries(level)
      subtract(panel, panel, count: r, from: reduced)
      let columns = products.columns[products.rowStart[level]..<products.rowStart[level + 1]]
      for (q, j) in columns.enumerated() {
        for (p, i) in columns.enumerated() { schur[i, j] -= dot(entries, p, entries, q) }
        for c in 0..<r { right[j, c] -= dot(entries, q, panel, c) }
      }
    }
    let m = products.order
    if m > 0 {
      factor = schur.copy()
      scaleRows(factor)
      scaleColumns(factor)
      for i in 0..<m { factor[i, i] += 1 }
      guard factor.factorize() else { throw .unresolved }
      logDeterminant += factor.logDeterminant
      scaleRows(right)
      factor.forward(right)
      let explained = ExtendedMatrix.transposedProduct(right, right)
      for i in 0..<r * r { reduced.pointer[i] -= explained.pointer[i] }
    }
    reducedPanel = right
    var result = Matrix(rows: r, columns: r)
    for i in 0..<r { for j in 0..<r { result[i, j] = reduced[i, j].double } }
    return (logDeterminant, result)
  }

  /// N = LL' and L⁻¹T' of a leading level; log |N|.
  private func factorizeLevel(_ level: Int) throws(EngineError) -> Double {
    let t = lower[products.leader]
    let squares = products.squares.pointer + level * k * k
    let pivot = ExtendedMatrix(rows: k, columns: k)
    let root = ExtendedMatrix(rows: k, columns: k)
    for b in 0..<k {
      for a in 0...b { root[a, b] = DoubleDouble(t[b + a * k]) }
      for a in 0..<k {
        var sum: DoubleDouble = a == b ? 1 : 0
        for c in a..<k { for d in b..<k { sum += t[c + a * k] * (t[d + b * k] * squares[c + d * k]) } }
        pivot[a, b] = sum
      }
    }
    guard pivot.factorize() else { throw .unresolved }
    pivot.forward(root)
    (half.pointer + level * k * k).update(from: root.pointer, count: k * k)
    return pivot.logDeterminant
  }

  // MARK: Small products

  /// L⁻¹T' times columns of k numbers.
  func weighted(
    _ level: Int, _ source: UnsafePointer<DoubleDouble>, count: Int
  ) -> Storage<DoubleDouble> {
    let root = half.pointer + level * k * k
    let result = Storage<DoubleDouble>(k * count)
    for c in 0..<count {
      for a in 0..<k {
        var sum: DoubleDouble = 0
        for b in 0..<k { sum += root[a + b * k] * source[c * k + b] }
        result.pointer[c * k + a] = sum
      }
    }
    return result
  }

  private func weightedPanel(_ level: Int) -> Storage<DoubleDouble> {
    weighted(level, products.panel.pointer + level * k * r, count: r)
  }

  func weightedEntries(_ level: Int) -> Storage<DoubleDouble> {
    let first = products.rowStart[level]
    return weighted(
      level, products.values.pointer + first * k, count: products.rowStart[level + 1] - first)
  }

  func dot(
    _ a: Storage<DoubleDouble>, _ i: Int, _ b: Storage<DoubleDouble>, _ j: Int
  ) -> DoubleDouble {
    var sum: DoubleDouble = 0
    for c in 0..<k { sum += a.pointer[i * k + c] * b.pointer[j * k + c] }
    return sum
  }

  func subtract(
    _ a: Storage<DoubleDouble>, _ b: Storage<DoubleDouble>, count: Int, from target: ExtendedMatrix
  ) {
    for j in 0..<count { for i in 0..<count { target[i, j] -= dot(a, i, b, j) } }
  }

  /// Calls `body` with the factor and the first row of every trailing level block.
  func forEachBlock(_ body: (_ factor: Int, _ first: Int) -> Void) {
    for (g, f) in products.trailing.enumerated() {
      for level in 0..<products.levelCounts[f] {
        body(f, products.firstColumn[g] + level * products.widths[f])
      }
    }
  }

  /// B := T'B on the trailing columns.
  func scaleRows(_ b: ExtendedMatrix) {
    forEachBlock { f, first in
      let t = lower[f]
      let k = products.widths[f]
      for c in 0..<b.columns {
        let x = b.pointer + first + c * b.rows
        for a in 0..<k {
          var sum: DoubleDouble = 0
          for i in a..<k { sum += t[i + a * k] * x[i] }
          x[a] = sum
        }
      }
    }
  }

  /// B := BT.
  private func scaleColumns(_ b: ExtendedMatrix) {
    forEachBlock { f, first in
      let t = lower[f]
      let k = products.widths[f]
      for i in 0..<b.rows {
        for a in 0..<k {
          var sum: DoubleDouble = 0
          for c in a..<k { sum += t[c + a * k] * b[i, first + c] }
          b[i, first + a] = sum
        }
      }
    }
  }

  /// T x on the trailing columns.
  private func unscale(_ b: ExtendedMatrix) {
    forEachBlock { f, first in
      let t = lower[f]
      let k = products.widths[f]
      for c in 0..<b.columns {
        let x = b.pointer + first + c * b.rows
        for a in (0..<k).reversed() {
          var sum: DoubleDouble = 0
          for i in 0...a { sum += t[a + i * k] * x[i] }
          x[a] = sum
        }
      }
    }
  }

  // MARK: Solutions

  func solve() {
    let m = products.order
    let factors = products.widths.indices
    solution = factors.map { Storage(products.levelCounts[$0] * products.widths[$0] * r) }
    gradient = factors.map { Storage(products.levelCounts[$0] * products.widths[$0] * r) }
    let trailing = reducedPanel.copy()
    if m > 0 {
      factor.backward(trailing)
      unscale(trailing)
    }
    let rest = products.trailingPanel.copy()
    for c in 0..<r {
      for j in 0..<m {
        let value = trailing[j, c]
        for i in 0..<m { rest[i, c] -= products.trailingSquares[i, j] * value }
      }
    }
    let leading = (solution[products.leader].pointer, gradient[products.leader].pointer)
    let rhs = Storage<DoubleDouble>(k * r)
    for level in 0..<products.levelCount {
      let range = products.rowStart[level]..<products.rowStart[level + 1]
      rhs.pointer.update(from: products.panel.pointer + level * k * r, count: k * r)
      for q in range {
        let j = products.columns[q]
        for c in 0..<r {
          for a in 0..<k { rhs.pointer[c * k + a] -= products.values.pointer[q * k + a] * trailing[j, c] }
        }
      }
      let inner = weighted(level, rhs.pointer, count: r)
      let root = half.pointer + level * k * k
      let squares = products.squares.pointer + level * k * k
      for c in 0..<r {
        for a in 0..<k {
          var sum: DoubleDouble = 0
          for b in 0..<k { sum += root[b + a * k] * inner.pointer[c * k + b] }
          leading.0[(level * k + a) * r + c] = sum
        }
        for a in 0..<k {
          var sum = rhs.pointer[c * k + a]
          for b in 0..<k { sum -= squares[a + b * k] * leading.0[(level * k + b) * r + c] }
          leading.1[(level * k + a) * r + c] = sum
        }
        for q in range {
          let j = products.columns[q]
          for a in 0..<k {
            rest[j, c] -= products.values.pointer[q * k + a] * leading.0[(level * k + a) * r + c]
          }
        }
      }
    }
    for (g, f) in products.trailing.enumerated() {
      for i in 0..<products.levelCounts[f] * products.widths[f] {
        for c in 0..<r {
          solution[f].pointer[i * r + c] = trailing[products.firstColumn[g] + i, c]
          gradient[f].pointer[i * r + c] = rest[products.firstColumn[g] + i, c]
        }
      }
    }
  }

  func modes(coefficients: [Double]) -> [Buffer] {
    solution.map { source in
      Buffer((0..<source.count / r).map { combined(source, $0, coefficients).double })
    }
  }

  /// The response's number of a row of r less those of the fixed effects times b.
  func combined(_ source: Storage<DoubleDouble>, _ row: Int, _ coefficients: [Double]) -> DoubleDouble {
    var value = source.pointer[row * r + r - 1]
    for (c, b) in coefficients.enumerated() { value -= b * source.pointer[row * r + c] }
    return value
  }

  /// Generalised least-squares coefficients of the factored point.
  var coefficients: [Double] {
    let p = r - 1
    let information = ExtendedMatrix(rows: p, columns: p)
    let right = ExtendedMatrix(rows: p, columns: 1)
    for i in 0..<p {
      for j in 0..<p { information[i, j] = reduced[i, j] }
      right[i, 0] = reduced[i, p]
    }
    guard p > 0, information.factorize() else { return [Double](repeating: 0, count: p) }
    information.forward(right)
    information.backward(right)
    return (0..<p).map { right[$0, 0].double }
  }
}
