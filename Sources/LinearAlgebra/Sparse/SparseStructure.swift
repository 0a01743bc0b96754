/// The structure of a sparse factor as plain arrays, for the loops of the numeric phase.
///
/// Written once by ``SparseAnalysis``, which owns the memory, and only read afterwards.
struct SparseStructure: @unchecked Sendable {
  /// Number of supernodes, and of the matrix's entries.
  let count: Int
  let entryCount: Int
  /// Columns, rows below, parent and relative positions of each supernode: see ``Supernodes``.
  let firstColumn: UnsafePointer<Int>
  let belowStart: UnsafePointer<Int>
  let below: UnsafePointer<Int32>
  let parent: UnsafePointer<Int32>
  let relative: UnsafePointer<Int32>
  /// The lowest-numbered child, or the supernode itself where it has none.
  let firstChild: UnsafePointer<Int32>
  /// Start of each supernode's block, whose leading dimension is its number of columns and rows below.
  let blockStart: UnsafePointer<Int>
  /// Entries of the matrix in the order of the factor's columns: where they go in the blocks, and which they are.
  let targets: UnsafePointer<Int>
  let sources: UnsafePointer<Int>
  /// The first of these entries in each supernode.
  let entryStart: UnsafePointer<Int>

  init(_ pattern: PermutedPattern, _ nodes: Supernodes) {
    func copy<Element>(_ array: [Element]) -> UnsafePointer<Element> {
      let pointer = UnsafeMutablePointer<Element>.allocate(capacity: max(1, array.count))
      for (index, element) in array.enumerated() { (pointer + index).initialize(to: element) }
      return UnsafePointer(pointer)
    }
    var blocks = [0]
    var children = (0..<nodes.count).map { Int32($0) }
    blocks.reserveCapacity(nodes.count + 1)
    for s in 0..<nodes.count {
      let width = nodes.firstColumn[s + 1] - nodes.firstColumn[s]
      blocks.append(blocks[s] + width * (width + nodes.belowStart[s + 1] - nodes.belowStart[s]))
    }
    for s in stride(from: nodes.count - 1, through: 0, by: -1) where nodes.parent[s] >= 0 {
      children[Int(nodes.parent[s])] = Int32(s)
    }
    count = nodes.count
    entryCount = pattern.sources.count
    firstColumn = copy(nodes.firstColumn)
    belowStart = copy(nodes.belowStart)
    below = copy(nodes.below)
    parent = copy(nodes.parent)
    relative = copy(nodes.relative)
    firstChild = copy(children)
    blockStart = copy(blocks)
    targets = copy(SparseStructure.targets(pattern, nodes, blocks: blocks))
    sources = copy(pattern.sources)
    entryStart = copy(nodes.firstColumn.map { pattern.columnStarts[$0] })
  }

  func deallocate() {
    for pointer in [firstColumn, belowStart, blockStart, targets, sources, entryStart] {
      pointer.deallocate()
    }
    for pointer in [below, parent, relative, firstChild] { pointer.deallocate() }
  }

  /// Columns and rows below of supernode `s`.
  @inline(__always)
  func size(_ s: Int) -> (columns: Int, below: Int) {
    (firstColumn[s + 1] - firstColumn[s], belowStart[s + 1] - belowStart[s])
  }

  private static func targets(_ pattern: PermutedPattern, _ nodes: Supernodes, blocks: [Int]) -> [Int] {
    var result = [Int](repeating: 0, count: pattern.columnRows.count)
    for s in 0..<nodes.count {
      let (begin, end) = (nodes.firstColumn[s], nodes.firstColumn[s + 1])
      let front = end - begin + nodes.belowStart[s + 1] - nodes.belowStart[s]
      for c in begin..<end {
        let column = blocks[s] + (c - begin) * front
        var walker = nodes.belowStart[s]
        for e in pattern.columnStarts[c]..<pattern.columnStarts[c + 1] {
          let r = Int(pattern.columnRows[e])
          if r < end {
            result[e] = column + r - begin
          } else {
            while Int(nodes.below[walker]) < r { walker += 1 }
            result[e] = column + end - begin + walker - nodes.belowStart[s]
          }
        }
      }
    }
    return result
  }
}
