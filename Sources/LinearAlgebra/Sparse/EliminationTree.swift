/// The elimination tree of a symmetric pattern: the parent of column j is the row of the first entry below the
/// diagonal of column j of the Cholesky factor.
///
/// J. Liu, "The role of elimination trees in sparse factorization", SIAM J. Matrix Anal. Appl. 11 (1990).
struct EliminationTree {
  /// Parent of each column, -1 for a root.
  let parent: [Int32]

  private init(parent: [Int32]) { self.parent = parent }

  init(_ pattern: PermutedPattern) {
    let n = pattern.count
    var parent = [Int32](repeating: -1, count: n)
    var ancestor = [Int32](repeating: -1, count: n)
    for r in 0..<n {
      for e in pattern.rowStarts[r]..<pattern.rowStarts[r + 1] {
        var c = Int(pattern.rowColumns[e])
        // Climb from c to its root, shortening the path for the next climb.
        while c >= 0, c < r {
          let up = Int(ancestor[c])
          ancestor[c] = Int32(r)
          if up < 0 { parent[c] = Int32(r) }
          c = up
        }
      }
    }
    self.parent = parent
  }

  /// The columns in an order where every subtree is contiguous and ends with its root.
  func postorder() -> [Int32] {
    let n = parent.count
    var child = [Int32](repeating: -1, count: n)
    var sibling = [Int32](repeating: -1, count: n)
    for j in stride(from: n - 1, through: 0, by: -1) where parent[j] >= 0 {
      let p = Int(parent[j])
      sibling[j] = child[p]
      child[p] = Int32(j)
    }
    var result = [Int32]()
    result.reserveCapacity(n)
    var stack = [Int32]()
    for root in 0..<n where parent[root] < 0 {
      stack.append(Int32(root))
      while let top = stack.last {
        let first = child[Int(top)]
        if first >= 0 {
          child[Int(top)] = sibling[Int(first)]
          stack.append(first)
        } else {
          result.append(top)
          stack.removeLast()
        }
      }
    }
    return result
  }

  /// The same tree after its columns are taken in the order `order`.
  func renumbered(_ order: [Int32]) -> EliminationTree {
    var position = [Int32](repeating: 0, count: order.count)
    for (k, j) in order.enumerated() { position[Int(j)] = Int32(k) }
    return EliminationTree(
      parent: order.map { parent[Int($0)] < 0 ? -1 : position[Int(parent[Int($0)])] })
  }

  /// Number of entries in each column of the factor, the diagonal included; the tree must be postordered.
  ///
  /// J. Gilbert, E. Ng, B. Peyton, "An efficient algorithm to compute row and column counts for sparse Cholesky
  /// factorization", SIAM J. Matrix Anal. Appl. 15 (1994): nearly linear in the entries of the matrix.
  func columnCounts(_ pattern: PermutedPattern) -> [Int32] {
    let n = parent.count
    var first = [Int32](repeating: -1, count: n)
    var counts = [Int32](repeating: 0, count: n)
    for k in 0..<n {
      if first[k] < 0 { counts[k] = 1 }
      var j = k
      while j >= 0, first[j] < 0 {
        first[j] = Int32(k)
        j = Int(parent[j])
      }
    }
    var largestFirst = [Int32](repeating: -1, count: n)
    var previousLeaf = [Int32](repeating: -1, count: n)
    var ancestor = (0..<n).map { Int32($0) }
    for j in 0..<n {
      let up = Int(parent[j])
      if up >= 0 { counts[up] -= 1 }
      for e in pattern.columnStarts[j]..<pattern.columnStarts[j + 1] {
        let i = Int(pattern.columnRows[e])
        // Column j is a leaf of row i's subtree only if its subtree lies past all seen before.
        if i <= j || first[j] <= largestFirst[i] { continue }
        largestFirst[i] = first[j]
        let leaf = Int(previousLeaf[i])
        previousLeaf[i] = Int32(j)
        counts[j] += 1
        if leaf < 0 { continue }
        var common = leaf
        while common != Int(ancestor[common]) { common = Int(ancestor[common]) }
        var s = leaf
        while s != common {
          let above = Int(ancestor[s])
          ancestor[s] = Int32(common)
          s = above
        }
        counts[common] -= 1
      }
      if up >= 0 { ancestor[j] = Int32(up) }
    }
    for j in 0..<n where parent[j] >= 0 { counts[Int(parent[j])] += counts[j] }
    return counts
  }
}
