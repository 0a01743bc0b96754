internal import LinearAlgebra
internal import MixedModels

/// Effects of every term's levels in the caller's units, b = G⁻¹Tu with the rows of T that are the term's.
extension GeneralizedModel {
  /// Calls for each level of a term with the position of its effects among the factor's; nil for levels without rows.
  ///
  /// - Returns: false for a term that is held at zero.
  private func forEachLevel(
    of t: Int, _ roots: [[Double]],
    _ body: (_ map: UnsafePointer<Double>, _ factor: Int, _ level: Int, _ position: Int?) -> Void
  ) {
    let k = rows.terms[t].width
    guard let place = design.place(of: t), let map = design.map(of: t),
      let inverse = try? LinearAlgebra.solve(map, .identity(k))
    else { return }
    let width = design.factors[place.factor].width
    var root = Matrix(rows: k, columns: width)
    for a in 0..<k { for b in 0..<width { root[a, b] = roots[place.factor][place.offset + a + b * width] } }
    (inverse * root).storage.withUnsafeBufferPointer { values in
      guard let values = values.baseAddress else { return }
      for level in 0..<rows.terms[t].levelCount {
        let position = place.levels.map { Int($0[level]) } ?? level
        body(values, place.factor, level, position < 0 ? nil : position)
      }
    }
  }

  /// Modes at a workspace's effects.
  func termEffects(_ w: Workspace) -> [[Double]] {
    rows.terms.indices.map { t in
      let k = rows.terms[t].width
      let result = Buffer(rows.terms[t].levelCount * k)
      forEachLevel(of: t, w.roots) { map, factor, level, position in
        guard let position else { return }
        let width = design.factors[factor].width
        let source = w.effects.pointer + firstEffect(factor) + position * width
        for b in 0..<width { for a in 0..<k { result.pointer[level * k + a] += map[a + b * k] * source[b] } }
      }
      return result.array
    }
  }

  /// Conditional covariances at a workspace's mode, k × k for each level; levels without rows have their prior.
  func conditionalCovariances(_ w: Workspace) -> [[Double]] {
    let blocks = w.blocks()
    return rows.terms.indices.map { t in
      let k = rows.terms[t].width
      let result = Buffer(rows.terms[t].levelCount * k * k)
      let widest = design.factors.map(\.width).max() ?? 1
      let (block, half) = (Buffer(widest * widest), Buffer(k * widest))
      forEachLevel(of: t, w.roots) { map, factor, level, position in
        let width = design.factors[factor].width
        copyBlock(blocks, factor: factor, position: position, width: width, to: block.pointer)
        half.fill(0)
        for c in 0..<width {
          for b in 0..<width {
            let value = block.pointer[b + c * width]
            for a in 0..<k { half.pointer[a + c * k] += map[a + b * k] * value }
          }
        }
        let out = result.pointer + level * k * k
        for c in 0..<width {
          for b in 0..<k { for a in 0..<k { out[a + b * k] += half.pointer[a + c * k] * map[b + c * k] } }
        }
      }
      return result.array
    }
  }

  private func firstEffect(_ factor: Int) -> Int {
    factor == 0 ? 0 : system.leadCount + system.trailing[factor - 1].first
  }

  /// The diagonal block of H⁻¹ of one level; I for none.
  private func copyBlock(
    _ blocks: InverseBlocks, factor: Int, position: Int?, width: Int, to out: UnsafeMutablePointer<Double>
  ) {
    guard let position else {
      for b in 0..<width { for a in 0..<width { out[a + b * width] = a == b ? 1 : 0 } }
      return
    }
    if factor == 0 {
      out.update(from: blocks.lead.pointer + position * width * width, count: width * width)
      return
    }
    let first = system.trailing[factor - 1].first + position * width
    for b in 0..<width {
      let start = Int(system.trailingStart.pointer[first + b])
      for a in b..<width {
        out[a + b * width] = blocks.trailing.pointer[start + a - b]
        out[b + a * width] = out[a + b * width]
      }
    }
  }
}
