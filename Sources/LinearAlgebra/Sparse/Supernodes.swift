/// A partition of the factor's columns into supernodes: runs of columns with (nearly) the same pattern, which are
/// stored and worked on as dense blocks.
///
/// Supernode s has the columns `firstColumn[s]..<firstColumn[s + 1]` and, below them, the rows
/// `below[belowStart[s]..<belowStart[s + 1]]` in ascending order.
struct Supernodes {
  let firstColumn: [Int]
  let belowStart: [Int]
  let below: [Int32]
  /// The supernode of the first row below, -1 for a root.
  let parent: [Int32]
  /// Position of each row below in the parent's list of columns and rows below.
  let relative: [Int32]

  var count: Int { parent.count }

  /// - Parameters:
  ///   - tree: postordered.
  ///   - counts: entries in each column of the factor.
  init(_ pattern: PermutedPattern, tree: EliminationTree, counts: [Int32]) {
    let starts = Supernodes.partition(tree: tree, counts: counts)
    let total = starts.count - 1
    let n = pattern.count
    var owner = [Int32](repeating: 0, count: n)
    var offsets = [Int](repeating: 0, count: total + 1)
    var up = [Int32](repeating: -1, count: total)
    for s in 0..<total {
      for c in starts[s]..<starts[s + 1] { owner[c] = Int32(s) }
      offsets[s + 1] = offsets[s] + Int(counts[starts[s + 1] - 1]) - 1
    }
    for s in 0..<total {
      let above = tree.parent[starts[s + 1] - 1]
      if above >= 0 { up[s] = owner[Int(above)] }
    }
    var rows = [Int32](repeating: 0, count: offsets[total])
    var positions = [Int32](repeating: 0, count: offsets[total])
    rows.withUnsafeMutableBufferPointer { rows in
      Supernodes.fillRows(rows, pattern, starts: starts, offsets: offsets, parent: up)
      Supernodes.locate(rows, starts: starts, offsets: offsets, parent: up, into: &positions)
    }
    firstColumn = starts
    belowStart = offsets
    below = rows
    parent = up
    relative = positions
  }

  /// First columns of the supernodes: fundamental ones, merged with their parents where that adds few zeros.
  private static func partition(tree: EliminationTree, counts: [Int32]) -> [Int] {
    let n = counts.count
    guard n > 0 else { return [0] }
    var children = [Int32](repeating: 0, count: n)
    for j in 0..<n where tree.parent[j] >= 0 { children[Int(tree.parent[j])] += 1 }
    var starts = [0]
    for j in 1..<max(1, n)
    where !(Int(tree.parent[j - 1]) == j && counts[j - 1] == counts[j] + 1 && children[j] == 1) {
      starts.append(j)
    }
    // Only the last child is adjacent to its parent. Walk from the roots down, so that a supernode meets its
    // parent already merged with what lies above; `stack` holds the blocks found, the nearest on top.
    var stack: [(start: Int, width: Int, rows: Int, zeros: Double)] = []
    var end = n
    for start in starts.reversed() {
      var block = (start: start, width: end - start, rows: Int(counts[start]), zeros: 0.0)
      if let above = stack.last, Int(tree.parent[end - 1]) >= above.start,
        Int(tree.parent[end - 1]) < above.start + above.width
      {
        let width = block.width + above.width
        let rows = block.width + above.rows
        let zeros = above.zeros + Double(block.width) * Double(rows - block.rows)
        if isWorthMerging(width: width, rows: rows, zeros: zeros) {
          stack.removeLast()
          block = (start, width, rows, zeros)
        }
      }
      stack.append(block)
      end = start
    }
    return stack.reversed().map(\.start) + [n]
  }

  /// The limits on explicit zeros are those of CHOLMOD: any in up to 4 columns, then 80 %, 10 % and 5 %.
  private static func isWorthMerging(width: Int, rows: Int, zeros: Double) -> Bool {
    if width <= 4 || zeros == 0 { return true }
    let w = Double(width)
    let share = zeros / (w * (w + 1) / 2 + w * Double(rows - width))
    return (width <= 16 && share < 0.8) || (width <= 48 && share < 0.1) || share < 0.05
  }

  /// Rows below each supernode: those of its own columns of the matrix and of its children.
  private static func fillRows(
    _ rows: UnsafeMutableBufferPointer<Int32>, _ pattern: PermutedPattern, starts: [Int],
    offsets: [Int], parent: [Int32]
  ) {
    let total = parent.count
    var mark = [Int32](repeating: -1, count: pattern.count)
    var child = [Int32](repeating: -1, count: total)
    var sibling = [Int32](repeating: -1, count: total)
    for s in 0..<total {
      let end = starts[s + 1]
      var to = offsets[s]
      for e in pattern.columnStarts[starts[s]]..<pattern.columnStarts[end] {
        let r = Int(pattern.columnRows[e])
        if r < end || mark[r] == Int32(s) { continue }
        mark[r] = Int32(s)
        rows[to] = Int32(r)
        to += 1
      }
      var c = Int(child[s])
      while c >= 0 {
        for position in offsets[c]..<offsets[c + 1] {
          let r = Int(rows[position])
          if r < end || mark[r] == Int32(s) { continue }
          mark[r] = Int32(s)
          rows[to] = Int32(r)
          to += 1
        }
        c = Int(sibling[c])
      }
      assert(to == offsets[s + 1], "Supernodes: column counts disagree with the rows found")
      var found = UnsafeMutableBufferPointer(rebasing: rows[offsets[s]..<offsets[s + 1]])
      found.sort()
      let up = Int(parent[s])
      if up >= 0 {
        sibling[s] = child[up]
        child[up] = Int32(s)
      }
    }
  }

  /// Positions of the rows in the parents' lists, by walking both in step.
  private static func locate(
    _ rows: UnsafeMutableBufferPointer<Int32>, starts: [Int], offsets: [Int], parent: [Int32],
    into positions: inout [Int32]
  ) {
    for s in parent.indices where parent[s] >= 0 {
      let up = Int(parent[s])
      let width = starts[up + 1] - starts[up]
      var walker = offsets[up]
      for e in offsets[s]..<offsets[s + 1] {
        let r = Int(rows[e])
        if r < starts[up + 1] {
          positions[e] = Int32(r - starts[up])
        } else {
          while Int(rows[walker]) < r { walker += 1 }
          positions[e] = Int32(width + walker - offsets[up])
        }
      }
    }
  }
}
