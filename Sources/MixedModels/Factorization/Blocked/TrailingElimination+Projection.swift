internal import LinearAlgebra

extension TrailingElimination {
  /// Z_D'PZ_D, m × m with both triangles, at the factored point; nil for sparse storage.
  ///
  /// - Parameter fixedInverse: (X̃'V⁻¹X̃)⁻¹ for the restricted likelihood; nil leaves P = V⁻¹. `solve` and
  ///   `finishGradient` must have run.
  func projection(fixedInverse: Matrix?) throws(EngineError) -> Buffer? {
    guard dense != nil else { return nil }
    let m = count
    try invert(rough: false)
    let result = unscaledProjection() ?? scaledProjection()
    guard let fixedInverse else { return result }
    let p = fixedInverse.rows
    if p == 0 { return result }
    // K −= G (X'V⁻¹X)⁻¹ G' with G = Z_D'V⁻¹X̃ stored as (p + 1) × m.
    let weighted = Buffer(p * m)
    for j in 0..<m {
      let g = gradient.pointer + j * (p + 1)
      for a in 0..<p {
        var value = 0.0
        for b in 0..<p { value += fixedInverse[a, b] * g[b] }
        weighted.pointer[a + j * p] = value
      }
    }
    BLAS.gemm(
      transposeA: true, m, m, p, -1, gradient.pointer, p + 1, weighted.pointer, p, 1, result.pointer, m)
    return result
  }

  /// T⁻ᵀ (I − S⁻¹) T⁻¹.
  private func scaledProjection() -> Buffer {
    let m = count
    let result = Buffer(m * m)
    for j in 0..<m {
      let column = result.pointer + j * m
      storage.loadInverse(column: j, into: column, whole: false)
      for i in j..<m { column[i] = (i == j ? 1 : 0) - column[i] }
    }
    BLAS.mirrorLower(m, result.pointer, m)
    // Columns X T⁻¹ of each block, last column first; then rows by symmetry.
    for pass in 0..<2 {
      for block in products.blockFactor.indices {
        let g = products.blockFactor[block]
        let first = Int(products.blockStart.pointer[block])
        let k = products.widths[g]
        let t = factors[g]
        for c in (0..<k).reversed() {
          let column = result.pointer + (first + c) * m
          for b in c + 1..<max(k, c + 1) where t[b + c * k] != 0 {
            BLAS.axpy(m, -t[b + c * k], result.pointer + (first + b) * m, column)
          }
          let inverse = 1 / t[c + c * k]
          for i in 0..<m { column[i] *= inverse }
        }
      }
      if pass == 0 { Self.transpose(result.pointer, count: m) }
    }
    return result
  }

  private static func transpose(_ a: UnsafeMutablePointer<Double>, count n: Int) {
    for j in 0..<n {
      for i in j + 1..<max(n, j + 1) {
        let value = a[i + j * n]
        a[i + j * n] = a[j + i * n]
        a[j + i * n] = value
      }
    }
  }

  /// Σ_lm tr(E_i K_lm E_j K_ml) for directions on trailing factors.
  ///
  /// - Parameters:
  ///   - projection: K from ``projection(fixedInverse:)``.
  ///   - parts: for each direction its parts, as (position among the trailing factors, E).
  func crossTraces(projection: Buffer, parts: [[(factor: Int, matrix: Matrix)]]) -> Matrix {
    var result = Matrix(rows: parts.count, columns: parts.count)
    for g in products.widths.indices {
      for h in products.widths.indices {
        let sums = blockProducts(projection, g, h)
        let k = products.widths[g]
        let w = products.widths[h]
        for (i, mine) in parts.enumerated() {
          for own in mine where own.factor == g {
            for (j, theirs) in parts.enumerated() {
              for other in theirs where other.factor == h {
                var value = 0.0
                for a in 0..<k {
                  for b in 0..<k where own.matrix[a, b] != 0 {
                    for c in 0..<w {
                      for d in 0..<w {
                        value += own.matrix[a, b] * other.matrix[c, d] * sums[((a * k + b) * w + c) * w + d]
                      }
                    }
                  }
                }
                result[i, j] += value
              }
            }
          }
        }
      }
    }
    return result
  }

  /// Σ_lm K_lb,mc K_la,md over the levels l of factor g and m of factor h, indexed [a, b, c, d].
  private func blockProducts(_ projection: Buffer, _ g: Int, _ h: Int) -> [Double] {
    let m = count
    let k = products.widths[g]
    let w = products.widths[h]
    let rowStart = Int(products.blockStart.pointer[products.factorStart[g]])
    let rowEnd = Int(products.blockStart.pointer[products.factorStart[g + 1]])
    let columnStart = Int(products.blockStart.pointer[products.factorStart[h]])
    let columnEnd = Int(products.blockStart.pointer[products.factorStart[h + 1]])
    var sums = [Double](repeating: 0, count: k * k * w * w)
    for a in 0..<k {
      for b in 0..<k {
        for c in 0..<w {
          for d in 0..<w {
            var total = 0.0
            for j in stride(from: columnStart, to: columnEnd, by: w) {
              let left = projection.pointer + (j + c) * m + b
              let right = projection.pointer + (j + d) * m + a
              for i in stride(from: rowStart, to: rowEnd, by: k) { total += left[i] * right[i] }
            }
            sums[((a * k + b) * w + c) * w + d] = total
          }
        }
      }
    }
    return sums
  }
}
