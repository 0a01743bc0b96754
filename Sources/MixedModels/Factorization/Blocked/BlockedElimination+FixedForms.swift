internal import LinearAlgebra

extension BlockedElimination {
  func fixedSlopes(_ directions: [Direction]) -> [Matrix] {
    let p = panelColumns - 1
    var slopes = directions.map { _ in Matrix(rows: p, columns: p) }
    for f in products.structure.factors.indices {
      let (gradient, levels, k) = blocks(of: f, of: \.gradient, trailingBuffer: \.gradient)
      let sums = Self.crossSums(gradient, levels: levels, width: k, columns: p, stride: panelColumns)
      for (i, direction) in directions.enumerated() {
        for part in direction.parts where part.factor == f {
          for a in 0..<k {
            for b in 0..<k where part.matrix[a, b] != 0 {
              slopes[i] = slopes[i] + part.matrix[a, b] * sums[a + b * k]
            }
          }
        }
      }
    }
    return slopes
  }

  func fixedProducts(_ directions: [Direction]) -> Matrix? {
    let p = panelColumns - 1
    let n = directions.count * p
    let vectors = products.structure.factors.indices.map { f -> Buffer in
      let (gradient, levels, k) = blocks(of: f, of: \.gradient, trailingBuffer: \.gradient)
      let result = Buffer(levels * k * n)
      for (i, direction) in directions.enumerated() {
        for part in direction.parts where part.factor == f {
          let matrix = part.matrix.storage
          for level in 0..<levels {
            let g = gradient + level * k * panelColumns
            let target = result.pointer + level * k * n + i * p
            for a in 0..<k {
              for b in 0..<k where matrix[a + b * k] != 0 {
                let weight = matrix[a + b * k]
                for c in 0..<p { target[a * n + c] += weight * g[b * panelColumns + c] }
              }
            }
          }
        }
      }
      return result
    }
    return products(of: vectors, count: n)
  }

  /// Σ_l g_la g_lb' for all pairs of a factor's regressors, column by column, the first `columns` entries of each g.
  private static func crossSums(
    _ gradient: UnsafePointer<Double>, levels: Int, width k: Int, columns p: Int, stride: Int
  ) -> [Matrix] {
    (0..<k * k).map { pair in
      let (a, b) = (pair % k, pair / k)
      var sum = Matrix(rows: p, columns: p)
      sum.storage.withUnsafeMutableBufferPointer { sum in
        for level in 0..<levels {
          let left = gradient + (level * k + a) * stride
          let right = gradient + (level * k + b) * stride
          for d in 0..<p {
            let value = right[d]
            for c in 0..<p { sum[c + d * p] += left[c] * value }
          }
        }
      }
      return sum
    }
  }
}
