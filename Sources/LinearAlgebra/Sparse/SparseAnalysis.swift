/// What can be known about the Cholesky factorisation of a sparse symmetric matrix from its pattern alone: the
/// ordering, the factor's supernodes, its size, and where every entry of the matrix goes.
///
/// Made once for a pattern; any number of ``SparseCholesky`` may share it.
package final class SparseAnalysis: Sendable {
  /// How the columns are ordered.
  package enum Ordering: Sendable {
    /// As given, but for a postordering of the elimination tree, which changes nothing in the fill.
    case natural
    /// To keep the factor sparse.
    case approximateMinimumDegree
  }

  /// Order of the matrix.
  package let count: Int
  /// Original position of each pivot.
  package let permutation: [Int32]
  /// Multiplications and additions of the factorisation, Σ (entries of column j)²; m³/3 for a dense matrix.
  package let flops: Double
  /// Entries of the factor, without the zeros that supernodes store.
  package let factorNonzeros: Int
  /// Entries of the factor's storage, 8 bytes each.
  package let storageCount: Int
  /// Elements of working memory that a factorisation and an inverse need beside the factor.
  package let workspaceCount: Int

  let structure: SparseStructure
  /// Most rows below any supernode, and most elements of any supernode's part below its columns.
  let largestBelow: Int
  let largestPanel: Int

  /// Entries of a row beyond which the ordering puts it last, where it fills in with all others like it.
  package static func greatestRow(of order: Int) -> Int { MinimumDegree.greatestDegree(of: order) }

  /// Orders and analyses `pattern`.
  package convenience init(_ pattern: SymmetricPattern, ordering: Ordering = .approximateMinimumDegree) {
    switch ordering {
    case .natural: self.init(pattern, order: (0..<pattern.count).map { Int32($0) })
    case .approximateMinimumDegree: self.init(pattern, order: MinimumDegree.order(pattern).nodes)
    }
  }

  /// Orders and analyses `pattern`, unless its factor takes more than `limit` multiplications and additions: then nil,
  /// mostly as soon as the ordering tells.
  package convenience init?(_ pattern: SymmetricPattern, limit: Double) {
    let order = MinimumDegree.order(pattern)
    // The ordering knows its degrees roughly.
    guard order.flops < 1.5 * limit else { return nil }
    self.init(pattern, order: order.nodes)
    guard flops <= limit else { return nil }
  }

  private init(_ pattern: SymmetricPattern, order: [Int32]) {
    let n = pattern.count
    let tree = EliminationTree(PermutedPattern(pattern, position: SparseAnalysis.inverted(order)))
    let post = tree.postorder()
    permutation = post.map { order[Int($0)] }
    let permuted = PermutedPattern(pattern, position: SparseAnalysis.inverted(permutation))
    let postTree = tree.renumbered(post)
    let counts = postTree.columnCounts(permuted)
    let nodes = Supernodes(permuted, tree: postTree, counts: counts)

    count = n
    flops = counts.reduce(0) { $0 + Double($1) * Double($1) }
    factorNonzeros = counts.reduce(0) { $0 + Int($1) }
    structure = SparseStructure(permuted, nodes)
    storageCount = structure.blockStart[nodes.count]
    var (rows, panel) = (0, 0)
    for s in 0..<nodes.count {
      let (c, r) = structure.size(s)
      rows = max(rows, r)
      panel = max(panel, c * r)
    }
    largestBelow = rows
    largestPanel = panel
    workspaceCount = max(
      SparseAnalysis.updateStack(structure), SparseAnalysis.inverseStack(structure))
  }

  deinit { structure.deallocate() }

  private static func inverted(_ order: [Int32]) -> [Int32] {
    var position = [Int32](repeating: 0, count: order.count)
    for (k, j) in order.enumerated() { position[Int(j)] = Int32(k) }
    return position
  }

  /// Peak of the stack on which a supernode's update matrix is formed above those of its children.
  private static func updateStack(_ s: SparseStructure) -> Int {
    var waiting = [Int](repeating: 0, count: s.count)
    var (now, peak) = (0, 0)
    for node in 0..<s.count {
      let (_, r) = s.size(node)
      peak = max(peak, now + r * r)
      now += r * r - waiting[node]
      if s.parent[node] >= 0 { waiting[Int(s.parent[node])] += r * r }
    }
    return peak
  }

  /// Peak of the stack of the inverse's fronts: see ``SparseCholesky/selectedInverse(into:)``.
  private static func inverseStack(_ s: SparseStructure) -> Int {
    var stack: [(node: Int, size: Int)] = []
    var (now, peak) = (0, 0)
    for node in stride(from: s.count - 1, through: 0, by: -1) {
      let up = Int(s.parent[node])
      while let top = stack.last, top.node != up {
        now -= top.size
        stack.removeLast()
      }
      let (c, r) = s.size(node)
      let size = (c + r) * (c + r)
      peak = max(peak, now + size)
      if up >= 0, Int(s.firstChild[up]) == node, let top = stack.popLast() { now -= top.size }
      stack.append((node, size))
      now += size
    }
    return peak
  }
}
