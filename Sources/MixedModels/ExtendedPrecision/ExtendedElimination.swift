internal import LinearAlgebra

/// Elimination of one factor in closed form and of the others as a dense block, in extended precision.
///
/// y'V⁻¹y is a difference of sums of squares. Where random effects are 10³ … 10¹⁰ times the size of the residuals,
/// the difference is 10⁻⁶ … 10⁻²⁰ of the sums, and doubles lose it; here it keeps its digits. The form is that of
/// ``BlockedElimination``.
final class ExtendedElimination: LevelElimination {
  let products: ExtendedProducts
  private var lower: [[Double]] = []
  /// L⁻¹T' of every leading level with N = I + T'MT = LL'; k × k, column-major.
  private let half: Storage<DoubleDouble>
  /// S = A_DD − Σ a'Ha, L with LL' = I + T'ST, and G = L⁻¹T'.
  private var schur = ExtendedMatrix(rows: 0, columns: 0)
  private var factor = ExtendedMatrix(rows: 0, columns: 0)
  private var inverse: ExtendedMatrix?
  /// L⁻¹T'(A_DR − Σ a'Ha_R).
  private var reducedPanel = ExtendedMatrix(rows: 0, columns: 0)
  /// R'V⁻¹R.
  private(set) var reduced: ExtendedMatrix
  /// u = S Z'V⁻¹R and g = Z'V⁻¹R by factor: r numbers for each effect, level by level.
  private var solution: [Storage<DoubleDouble>] = []
  private var gradient: [Storage<DoubleDouble>] = []

  private var k: Int { products.width }
  private var r: Int { products.panelColumns }

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
      guard factor.factorize() else { throw .overflow }
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
    guard pivot.factorize() else { throw .overflow }
    pivot.forward(root)
    (half.pointer + level * k * k).update(from: root.pointer, count: k * k)
    return pivot.logDeterminant
  }

  // MARK: Small products

  /// L⁻¹T' times columns of k numbers.
  private func weighted(
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

  private func weightedEntries(_ level: Int) -> Storage<DoubleDouble> {
    let first = products.rowStart[level]
    return weighted(
      level, products.values.pointer + first * k, count: products.rowStart[level + 1] - first)
  }

  private func dot(
    _ a: Storage<DoubleDouble>, _ i: Int, _ b: Storage<DoubleDouble>, _ j: Int
  ) -> DoubleDouble {
    var sum: DoubleDouble = 0
    for c in 0..<k { sum += a.pointer[i * k + c] * b.pointer[j * k + c] }
    return sum
  }

  private func subtract(
    _ a: Storage<DoubleDouble>, _ b: Storage<DoubleDouble>, count: Int, from target: ExtendedMatrix
  ) {
    for j in 0..<count { for i in 0..<count { target[i, j] -= dot(a, i, b, j) } }
  }

  /// Calls `body` with the factor and the first row of every trailing level block.
  private func forEachBlock(_ body: (_ factor: Int, _ first: Int) -> Void) {
    for (g, f) in products.trailing.enumerated() {
      for level in 0..<products.levelCounts[f] {
        body(f, products.firstColumn[g] + level * products.widths[f])
      }
    }
  }

  /// B := T'B on the trailing columns.
  private func scaleRows(_ b: ExtendedMatrix) {
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
  private func combined(_ source: Storage<DoubleDouble>, _ row: Int, _ coefficients: [Double]) -> DoubleDouble
  {
    var value = source.pointer[row * r + r - 1]
    for (c, b) in coefficients.enumerated() { value -= b * source.pointer[row * r + c] }
    return value
  }

  // MARK: Traces

  /// G = L⁻¹T', with T(I + T'ST)⁻¹T' = G'G.
  private func scaledInverse() -> ExtendedMatrix {
    if let inverse { return inverse }
    let result = ExtendedMatrix(rows: products.order, columns: products.order)
    for i in 0..<products.order { result[i, i] = 1 }
    scaleRows(result)
    factor.forward(result)
    inverse = result
    return result
  }

  /// aQa' of a leading level, Q = G'G.
  private func quadratic(_ level: Int, _ q: ExtendedMatrix) -> ExtendedMatrix {
    let result = ExtendedMatrix(rows: k, columns: k)
    let range = products.rowStart[level]..<products.rowStart[level + 1]
    let values = products.values.pointer
    for i in range {
      for j in range {
        let weight = q[products.columns[i], products.columns[j]]
        for b in 0..<k {
          let right = weight * values[j * k + b]
          for a in 0..<k { result[a, b] += values[i * k + a] * right }
        }
      }
    }
    return result
  }

  /// H of a leading level.
  private func inner(_ level: Int) -> ExtendedMatrix {
    let root = ExtendedMatrix(rows: k, columns: k)
    root.pointer.update(from: half.pointer + level * k * k, count: k * k)
    return .transposedProduct(root, root)
  }

  func traces(coefficients: [Double], fixedInverse: Matrix?) throws(EngineError) -> [FactorTraces] {
    let g = scaledInverse()
    let q = ExtendedMatrix.transposedProduct(g, g)
    var projections = products.widths.map { ExtendedMatrix(rows: $0, columns: $0) }
    for level in 0..<products.levelCount {
      let squares = ExtendedMatrix(rows: k, columns: k)
      squares.pointer.update(from: products.squares.pointer + level * k * k, count: k * k)
      // W'(aQa')W and M − MHM, W = I − HM.
      let weight = ExtendedMatrix.transposedProduct(inner(level), squares)
      for i in 0..<k * k { weight.pointer[i] = -weight.pointer[i] }
      for a in 0..<k { weight[a, a] += 1 }
      let own = ExtendedMatrix.transposedProduct(squares, weight)
      let outer = ExtendedMatrix.transposedProduct(
        weight, .transposedProduct(quadratic(level, q), weight))
      for i in 0..<k * k {
        projections[products.leader].pointer[i] += own.pointer[i] - outer.pointer[i]
      }
    }
    let images = ExtendedMatrix(rows: products.order, columns: products.order)
    for j in 0..<products.order {
      for c in 0..<products.order {
        let value = schur[c, j]
        if value.high == 0 { continue }
        for i in 0..<products.order { images[i, j] += g[i, c] * value }
      }
    }
    forEachBlock { f, first in
      let width = products.widths[f]
      for b in 0..<width {
        for a in 0..<width {
          var sum = schur[first + a, first + b]
          for i in 0..<products.order { sum -= images[i, first + a] * images[i, first + b] }
          projections[f][a, b] += sum
        }
      }
    }
    return products.widths.indices.map { f in
      residualTraces(f, projection: projections[f], coefficients: coefficients, fixedInverse: fixedInverse)
    }
  }

  private func residualTraces(
    _ f: Int, projection: ExtendedMatrix, coefficients: [Double], fixedInverse: Matrix?
  ) -> FactorTraces {
    let width = products.widths[f]
    var traces = FactorTraces(
      projection: Matrix(rows: width, columns: width), residual: Matrix(rows: width, columns: width))
    let source = gradient[f]
    for a in 0..<width {
      for b in 0..<width {
        var sum = projection[a, b]
        for level in 0..<products.levelCounts[f] {
          let (i, j) = (level * width + a, level * width + b)
          traces.residual[a, b] +=
            combined(source, i, coefficients).double * combined(source, j, coefficients).double
          guard let fixedInverse else { continue }
          for c in 0..<r - 1 {
            for d in 0..<r - 1 {
              sum -= fixedInverse[c, d] * (source.pointer[i * r + c] * source.pointer[j * r + d])
            }
          }
        }
        traces.projection[a, b] = sum.double
      }
    }
    return traces
  }

  func conditionalCovariances(factor f: Int) throws(EngineError) -> Buffer {
    let width = products.widths[f]
    let result = Buffer(products.levelCounts[f] * width * width)
    let g = scaledInverse()
    let q = ExtendedMatrix.transposedProduct(g, g)
    for level in 0..<products.levelCounts[f] {
      let block: ExtendedMatrix
      if f == products.leader {
        let h = inner(level)
        block = .transposedProduct(h, .transposedProduct(quadratic(level, q), h))
        for i in 0..<k * k { block.pointer[i] += h.pointer[i] }
      } else {
        block = ExtendedMatrix(rows: width, columns: width)
        let first = products.firstColumn[products.trailing.firstIndex(of: f) ?? 0] + level * width
        for b in 0..<width { for a in 0..<width { block[a, b] = q[first + a, first + b] } }
      }
      for i in 0..<width * width { result.pointer[level * width * width + i] = block.pointer[i].double }
    }
    return result
  }

  // MARK: Quadratic forms

  func quadraticForms(_ directions: [Direction], coefficients: [Double]) -> QuadraticForms {
    let n = directions.count
    var forms = QuadraticForms(
      products: Matrix(rows: n, columns: n), fixed: Matrix(rows: r - 1, columns: n),
      residual: [Double](repeating: 0, count: n))
    // v = E r by factor, effects × directions.
    let vectors = products.widths.indices.map { f in
      directionVectors(f, directions: directions, coefficients: coefficients, forms: &forms)
    }
    let m = products.order
    let trailing = ExtendedMatrix(rows: m, columns: n)
    for (g, f) in products.trailing.enumerated() {
      for c in 0..<n {
        for i in 0..<vectors[f].rows { trailing[products.firstColumn[g] + i, c] = vectors[f][i, c] }
      }
    }
    // v'Av − Σ g'Hg − |L⁻¹T'(g_D − Σ a'Hg)|² with g = Av.
    let image = ExtendedMatrix.transposedProduct(products.trailingSquares, trailing)
    let sum = ExtendedMatrix.transposedProduct(trailing, image)
    let own = vectors[products.leader]
    let values = products.values.pointer
    let local = ExtendedMatrix(rows: k, columns: n)
    for level in 0..<products.levelCount {
      let range = products.rowStart[level]..<products.rowStart[level + 1]
      let squares = products.squares.pointer + level * k * k
      for c in 0..<n {
        for a in 0..<k {
          var across: DoubleDouble = 0
          for q in range { across += values[q * k + a] * trailing[products.columns[q], c] }
          var within: DoubleDouble = 0
          for b in 0..<k { within += squares[a + b * k] * own[level * k + b, c] }
          local[a, c] = across + within
          for d in 0..<n { sum[d, c] += own[level * k + a, d] * (across + within) }
        }
      }
      for c in 0..<n {
        for q in range {
          var share: DoubleDouble = 0
          for a in 0..<k { share += values[q * k + a] * own[level * k + a, c] }
          image[products.columns[q], c] += share
          for d in 0..<n { sum[d, c] += trailing[products.columns[q], d] * share }
        }
      }
      let scaled = weighted(level, local.pointer, count: n)
      subtract(scaled, scaled, count: n, from: sum)
      let entries = weightedEntries(level)
      for (position, q) in range.enumerated() {
        for c in 0..<n { image[products.columns[q], c] -= dot(entries, position, scaled, c) }
      }
    }
    if m > 0 {
      scaleRows(image)
      factor.forward(image)
    }
    let explained = ExtendedMatrix.transposedProduct(image, image)
    for i in 0..<n { for j in 0..<n { forms.products[i, j] = (sum[i, j] - explained[i, j]).double } }
    return forms
  }

  /// v = E r on one factor; adds X̃'V⁻¹Zv and v'r to the forms.
  private func directionVectors(
    _ f: Int, directions: [Direction], coefficients: [Double], forms: inout QuadraticForms
  ) -> ExtendedMatrix {
    let width = products.widths[f]
    let source = gradient[f]
    let result = ExtendedMatrix(rows: products.levelCounts[f] * width, columns: directions.count)
    for (c, direction) in directions.enumerated() {
      guard let matrix = direction.parts.first(where: { $0.factor == f })?.matrix else { continue }
      for level in 0..<products.levelCounts[f] {
        for a in 0..<width {
          let row = level * width + a
          var value: DoubleDouble = 0
          for b in 0..<width { value += matrix[a, b] * combined(source, level * width + b, coefficients) }
          result[row, c] = value
          forms.residual[c] += (value * combined(source, row, coefficients)).double
          for d in 0..<r - 1 { forms.fixed[d, c] += (source.pointer[row * r + d] * value).double }
        }
      }
    }
    return result
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
