internal import LinearAlgebra

/// Quadratic forms in extended precision.
extension ExtendedElimination {
  func quadraticForms(_ directions: [Direction], coefficients: [Double]) -> QuadraticForms {
    let n = directions.count
    var forms = QuadraticForms(
      products: Matrix(rows: n, columns: n), fixed: Matrix(rows: r - 1, columns: n),
      residual: [Double](repeating: 0, count: n))
    // v = E r by factor, effects × directions.
    let vectors = products.widths.indices.map { f in
      directionVectors(f, directions: directions, coefficients: coefficients, forms: &forms)
    }
    forms.products = products(of: vectors, count: n)
    return forms
  }

  func fixedSlopes(_ directions: [Direction]) -> [Matrix] {
    directions.map { direction in
      var slope = Matrix(rows: r - 1, columns: r - 1)
      for f in products.widths.indices {
        let image = fixedVectors(f, directions: [direction])
        let source = gradient[f]
        for c in 0..<r - 1 {
          for d in 0..<r - 1 {
            var sum: DoubleDouble = 0
            for i in 0..<image.rows { sum += source.pointer[i * r + c] * image[i, d] }
            slope[c, d] += sum.double
          }
        }
      }
      return slope
    }
  }

  func fixedProducts(_ directions: [Direction]) -> Matrix? {
    let vectors = products.widths.indices.map { fixedVectors($0, directions: directions) }
    return products(of: vectors, count: directions.count * (r - 1))
  }

  /// E_i g on one factor, effects × (columns of X̃ for each direction).
  private func fixedVectors(_ f: Int, directions: [Direction]) -> ExtendedMatrix {
    let (width, p) = (products.widths[f], r - 1)
    let source = gradient[f]
    let result = ExtendedMatrix(rows: products.levelCounts[f] * width, columns: directions.count * p)
    for (i, direction) in directions.enumerated() {
      guard let matrix = direction.parts.first(where: { $0.factor == f })?.matrix else { continue }
      for level in 0..<products.levelCounts[f] {
        for a in 0..<width {
          for c in 0..<p {
            var value: DoubleDouble = 0
            for b in 0..<width { value += matrix[a, b] * source.pointer[(level * width + b) * r + c] }
            result[level * width + a, i * p + c] = value
          }
        }
      }
    }
    return result
  }

  /// v_i'Z'V⁻¹Zv_j of n vectors, effects × n for each factor.
  private func products(of vectors: [ExtendedMatrix], count n: Int) -> Matrix {
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
    var result = Matrix(rows: n, columns: n)
    for i in 0..<n { for j in 0..<n { result[i, j] = (sum[i, j] - explained[i, j]).double } }
    return result
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
}
