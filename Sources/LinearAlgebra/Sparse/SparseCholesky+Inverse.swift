import Foundation

extension SparseCholesky {
  /// The entries of A⁻¹ on the analysed pattern, aligned with it.
  ///
  /// K. Takahashi, J. Fagan, M. Chin, "Formation of a sparse bus impedance matrix" (1973): the inverse's entries on
  /// the factor's pattern follow from one another, from the last column to the first, without any others. Here a
  /// supernode at a time: its front of the inverse needs only entries of its parent's front. Fronts wait on a stack
  /// until the last child has taken its share. The cost is about twice that of the factorisation.
  package func selectedInverse(into values: UnsafeMutablePointer<Double>) {
    precondition(isFactored, "SparseCholesky: nothing is factored")
    let s = analysis.structure
    let (stack, stackNodes, stackStarts) = (stack, stackNodes, stackStarts)
    var (held, top) = (0, 0)
    for node in stride(from: s.count - 1, through: 0, by: -1) {
      let up = Int(s.parent[node])
      while held > 0, stackNodes[held - 1] != up {
        held -= 1
        top = stackStarts[held]
      }
      let (c, r) = s.size(node)
      let f = c + r
      var front = stack + top
      if r > 0 {
        let (width, below) = s.size(up)
        SparseCholesky.gather(
          stack + stackStarts[held - 1], width + below, s.relative + s.belowStart[node], r, front, c)
        if Int(s.firstChild[up]) == node {
          // The parent is done with: take its place.
          held -= 1
          top = stackStarts[held]
          memmove(stack + top, front, f * f * MemoryLayout<Double>.stride)
          front = stack + top
        }
      }
      let panel = factor + s.blockStart[node]
      FrontKernels.invert(rows: f, columns: c, panel, into: front, scratch: scratch)
      let start = s.blockStart[node]
      for e in s.entryStart[node]..<s.entryStart[node + 1] {
        values[s.sources[e]] = front[s.targets[e] - start]
      }
      stackNodes[held] = node
      stackStarts[held] = top
      held += 1
      top += f * f
    }
  }

  /// The diagonal of A⁻¹ and, aligned with the pattern, its other entries.
  package func selectedInverse() -> [Double] {
    var values = [Double](repeating: 0, count: analysis.structure.entryCount)
    values.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      selectedInverse(into: base)
    }
    return values
  }

  /// Copies the lower triangle of the parent's front at the given positions behind the first `c` rows and columns.
  @inline(__always)
  private static func gather(
    _ parent: Pointer, _ size: Int, _ relative: UnsafePointer<Int32>, _ r: Int, _ front: Pointer,
    _ c: Int
  ) {
    let f = c + r
    for j in 0..<r {
      let source = parent + Int(relative[j]) * size
      let target = front + ((c + j) * f + c)
      for i in j..<r { target[i] = source[Int(relative[i])] }
    }
  }
}
