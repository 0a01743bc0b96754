internal import LinearAlgebra

/// First-order traces and conditional covariances in extended precision.
extension ExtendedElimination {
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

  var precision: Double { Double.ulpOfOne * Double.ulpOfOne }
  var leastScale: Double { Tuning.leastExtendedScale }
  var leastPivotShare: Double { Tuning.leastPivotShare }

  func traces(
    coefficients: [Double], fixedInverse: Matrix?, toleratesRounding: Bool
  ) throws(EngineError) -> [FactorTraces] {
    let g = scaledInverse()
    let q = ExtendedMatrix.transposedProduct(g, g)
    let projections = products.widths.map { ExtendedMatrix(rows: $0, columns: $0) }
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
}
