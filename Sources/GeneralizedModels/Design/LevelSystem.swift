import Foundation
internal import LinearAlgebra
internal import MixedModels

/// Where the cross-products Z'WZ of a random design stand: fixed once, refilled with other weights at every step.
///
/// Rows are sorted by the levels of the leading factor, rows without one last. The effects of the leading factor come
/// first in every vector, `leadCount` of them, then the trailing columns, factor after factor.
final class LevelSystem: @unchecked Sendable {
  /// A factor beside the leading one.
  struct Trailing {
    let codes: IndexBuffer
    let levelCount: Int
    let width: Int
    /// Z̃ by rows; nil for ones.
    let z: Buffer?
    /// Its first trailing column.
    let first: Int
    /// For each row the first entry of its cell in the panel; -1 where there is none.
    let cell: IndexBuffer
  }
  /// Two trailing factors with the pairs of their levels that occur.
  struct Pair {
    let first: Int
    let second: Int
    /// For each row the position of its pair; -1 where there is none.
    let index: IndexBuffer
    /// For each pair, for each column of the first factor's level, for each row of the second's: the entry of C.
    let positions: IndexBuffer
  }

  /// Consecutive rows, few enough that what passes over them stays in the fastest cache.
  struct Chunk {
    let rows: Range<Int>
    /// The leading levels that have some of these rows.
    let levels: Range<Int>
  }

  /// Consecutive chunks with whole leading levels: what one thread passes over.
  struct Part {
    let index: Int
    let chunks: Range<Int>
    let rows: Range<Int>
  }

  let rowCount: Int
  let chunks: [Chunk]
  /// They depend on the data alone, so that sums over parts have the same bits for any number of threads.
  let parts: [Part]
  /// Position in the caller's order of each row.
  let order: [Int32]
  let levelCount: Int
  /// k, effects of a leading level.
  let width: Int
  let z: Buffer?
  /// First row of each leading level, and the number of rows that have one.
  let levelStart: IndexBuffer
  let trailing: [Trailing]
  let pairs: [Pair]
  /// Number of trailing columns.
  let columnCount: Int
  /// Panel of the leading factor: for each level its trailing columns, ascending.
  let panelStart: IndexBuffer
  let panelColumns: IndexBuffer
  /// The same by columns: levels and entries.
  let columnStart: IndexBuffer
  let columnLevels: IndexBuffer
  let columnEntries: IndexBuffer
  /// C, the trailing cross-products: lower triangle by columns, a level's own block first.
  let trailingStart: IndexBuffer
  let trailingRows: IndexBuffer

  var leadCount: Int { levelCount * width }
  var effectCount: Int { leadCount + columnCount }
  var panelCount: Int { panelColumns.count }

  /// Whether levels have one effect each.
  let isPlain: Bool
  /// Whether every leading level, of one effect, meets every trailing column.
  var hasFullPanel: Bool { width == 1 && panelCount == levelCount * columnCount }

  /// Positions of a trailing column's entries in ``columnEntries``.
  func entries(column j: Int) -> Range<Int> { Int(columnStart.pointer[j])..<Int(columnStart.pointer[j + 1]) }

  /// Calls for the panel's entries of each leading level and each level of a trailing factor: the factor and the first
  /// of as many entries as it has effects.
  @inline(__always)
  func forEachRun(_ body: (_ factor: Int, _ entry: Int) -> Void) {
    let columns = panelColumns.pointer
    for l in 0..<levelCount {
      var e = Int(panelStart.pointer[l])
      let end = Int(panelStart.pointer[l + 1])
      for (f, factor) in trailing.enumerated() {
        let after = factor.first + factor.levelCount * factor.width
        while e < end, Int(columns[e]) < after {
          body(f, e)
          e += factor.width
        }
      }
    }
  }

  /// Σ of half the squares of the levels' numbers of entries.
  let panelWork: Int
  /// Multiplications of one factor of H, those of dense blocks at their speed.
  let factorWork: Double
  /// Whether factoring H takes much longer than passing over the rows.
  var factorsAreDear: Bool { factorWork > Self.operationsPerRow * Double(rowCount) }
  /// Multiplications that one row's part of a step compares with.
  private static let operationsPerRow = 20.0

  init(_ factors: [RandomDesign.Level]) {
    let lead = factors[0]
    let n = lead.codes.count
    rowCount = n
    levelCount = lead.levelCount
    width = lead.width
    isPlain = factors.allSatisfy { $0.width == 1 }
    let (order, starts) = Self.sorted(lead.codes, levelCount: lead.levelCount)
    self.order = order
    levelStart = IndexBuffer(starts)
    z = Self.rows(lead, order: order)

    // Cells of the panel, by the order of rows.
    var firsts: [Int] = []
    var count = 0
    for factor in factors.dropFirst() {
      firsts.append(count)
      count += factor.levelCount * factor.width
    }
    columnCount = count
    let codes = factors.dropFirst().map { factor in IndexBuffer(order.map { factor.codes[Int($0)] }) }
    let cells = codes.map { _ in IndexBuffer(n) }
    var panelStart: [Int32] = [0]
    var columns: [Int32] = []
    let entryOf = IndexBuffer(count + 1)
    var found: [Int32] = []
    for l in 0..<lead.levelCount {
      found.removeAll(keepingCapacity: true)
      let rows = Int(starts[l])..<Int(starts[l + 1])
      for (f, factor) in factors.dropFirst().enumerated() {
        let begin = found.count
        for i in rows {
          let code = codes[f].pointer[i]
          if code < 0 { continue }
          let column = firsts[f] + Int(code) * factor.width
          if entryOf.pointer[column] == Int32(l + 1) { continue }
          entryOf.pointer[column] = Int32(l + 1)
          found.append(Int32(column))
        }
        found[begin...].sort()
      }
      // from marks to positions: later levels overwrite both
      var position = columns.count
      var which = 0
      let places = found.map { column -> (Int32, Int32) in
        while which + 1 < firsts.count, Int(column) >= firsts[which + 1] { which += 1 }
        let k = factors[which + 1].width
        for a in 0..<k { columns.append(column + Int32(a)) }
        defer { position += k }
        return (column, Int32(position))
      }
      for (column, position) in places { entryOf.pointer[Int(column)] = position }
      for (f, factor) in factors.dropFirst().enumerated() {
        for i in rows {
          let code = codes[f].pointer[i]
          cells[f].pointer[i] =
            code < 0 ? -1 : entryOf.pointer[firsts[f] + Int(code) * factor.width]
        }
      }
      for (column, _) in places { entryOf.pointer[Int(column)] = 0 }
      panelStart.append(Int32(columns.count))
    }
    for i in Int(starts[lead.levelCount])..<n { for cell in cells { cell.pointer[i] = -1 } }
    trailing = factors.dropFirst().enumerated().map { f, factor in
      Trailing(
        codes: codes[f], levelCount: factor.levelCount, width: factor.width,
        z: Self.rows(factor, order: order), first: firsts[f], cell: cells[f])
    }
    self.panelStart = IndexBuffer(panelStart)
    panelColumns = IndexBuffer(columns)
    (columnStart, columnLevels, columnEntries) = Self.transposed(
      panelStart: panelStart, columns: columns, count: count)
    let products = TrailingProducts(trailing, rows: n, columns: count)
    pairs = products.pairs
    trailingStart = products.start
    trailingRows = products.rows
    let bounds = Self.partBounds(starts, rowCount: n, shared: products.rows.count + count)
    chunks = Self.chunks(starts, bounds: bounds)
    parts = Self.parts(chunks, bounds: bounds)
    let squares = zip(panelStart, panelStart.dropFirst()).reduce(0.0) {
      $0 + Double($1.1 - $1.0) * Double($1.1 - $1.0)
    }
    let dense = Double(count) * Double(count) * Double(count) / 3
    panelWork = Int(0.5 * squares)
    factorWork = dense / TrailingMatrix.denseAdvantage + 0.5 * squares * Double(width)
  }

  /// Rows by the levels of the leading factor, in their own order within a level.
  private static func sorted(_ codes: [Int32], levelCount: Int) -> (order: [Int32], starts: [Int32]) {
    var starts = [Int32](repeating: 0, count: levelCount + 2)
    for code in codes { starts[(code < 0 ? levelCount : Int(code)) + 1] += 1 }
    for l in 0...levelCount { starts[l + 1] += starts[l] }
    var next = starts
    var order = [Int32](repeating: 0, count: codes.count)
    for (i, code) in codes.enumerated() {
      let l = code < 0 ? levelCount : Int(code)
      order[Int(next[l])] = Int32(i)
      next[l] += 1
    }
    return (order, Array(starts.prefix(levelCount + 1)))
  }

  /// The rows of a chunk that belong to one leading level.
  @inline(__always)
  func rows(_ chunk: Chunk, of level: Int) -> Range<Int> {
    max(
      Int(levelStart.pointer[level]), chunk.rows.lowerBound)..<min(
        Int(levelStart.pointer[level + 1]), chunk.rows.upperBound)
  }

  /// Regressors of a factor, row after row; nil for a column of ones.
  private static func rows(_ factor: RandomDesign.Level, order: [Int32]) -> Buffer? {
    if factor.width == 1, factor.columns[0] == nil { return nil }
    let k = factor.width
    let result = Buffer(order.count * k)
    for (a, column) in factor.columns.enumerated() {
      for (i, row) in order.enumerated() { result.pointer[i * k + a] = column?[Int(row)] ?? 1 }
    }
    return result
  }

  private static func transposed(
    panelStart: [Int32], columns: [Int32], count: Int
  ) -> (IndexBuffer, IndexBuffer, IndexBuffer) {
    let start = IndexBuffer(count + 1)
    for column in columns { start.pointer[Int(column) + 1] += 1 }
    for j in 0..<count { start.pointer[j + 1] += start.pointer[j] }
    let next = IndexBuffer(start.array)
    let levels = IndexBuffer(columns.count)
    let entries = IndexBuffer(columns.count)
    for l in 0..<panelStart.count - 1 {
      for e in Int(panelStart[l])..<Int(panelStart[l + 1]) {
        let j = Int(columns[e])
        let position = Int(next.pointer[j])
        levels.pointer[position] = Int32(l)
        entries.pointer[position] = Int32(e)
        next.pointer[j] += 1
      }
    }
    return (start, levels, entries)
  }
}

/// The pattern of the trailing cross-products.
private struct TrailingProducts {
  var pairs: [LevelSystem.Pair] = []
  let start: IndexBuffer
  let rows: IndexBuffer

  init(_ factors: [LevelSystem.Trailing], rows n: Int, columns: Int) {
    // Pairs that occur, as indices of rows and lists of both levels.
    var found: [(first: Int, second: Int, index: IndexBuffer, levels: [(Int32, Int32)])] = []
    for f in factors.indices {
      for g in factors.indices where g > f {
        let (index, levels) = Self.pairs(factors[f], factors[g], rows: n)
        found.append((f, g, index, levels))
      }
    }
    var lists = [[Int32]](repeating: [], count: columns)
    for factor in factors {
      for level in 0..<factor.levelCount {
        let first = factor.first + level * factor.width
        for b in 0..<factor.width {
          for a in b..<factor.width { lists[first + b].append(Int32(first + a)) }
        }
      }
    }
    var offsets: [[Int32]] = []
    for pair in found {
      let (f, g) = (factors[pair.first], factors[pair.second])
      var positions: [Int32] = []
      for (low, high) in pair.levels {
        for b in 0..<f.width {
          let column = f.first + Int(low) * f.width + b
          for a in 0..<g.width {
            positions.append(Int32(lists[column].count))
            lists[column].append(Int32(g.first + Int(high) * g.width + a))
          }
        }
      }
      offsets.append(positions)
    }
    let start = IndexBuffer(columns + 1)
    for j in 0..<columns { start.pointer[j + 1] = start.pointer[j] + Int32(lists[j].count) }
    rows = IndexBuffer(lists.flatMap { $0 })
    self.start = start
    for (pair, offsets) in zip(found, offsets) {
      let (f, g) = (factors[pair.first], factors[pair.second])
      let positions = IndexBuffer(offsets)
      var p = 0
      for (low, _) in pair.levels {
        for b in 0..<f.width {
          let column = f.first + Int(low) * f.width + b
          for _ in 0..<g.width {
            positions.pointer[p] += start.pointer[column]
            p += 1
          }
        }
      }
      pairs.append(
        LevelSystem.Pair(
          first: pair.first, second: pair.second, index: pair.index, positions: positions))
    }
  }

  /// The pair of each row, numbered; and the levels of each.
  private static func pairs(
    _ f: LevelSystem.Trailing, _ g: LevelSystem.Trailing, rows n: Int
  ) -> (IndexBuffer, [(Int32, Int32)]) {
    let index = IndexBuffer(n)
    var levels: [(Int32, Int32)] = []
    // Rows by the first factor's levels; a mark on the second's tells what was met in this one.
    var starts = [Int](repeating: 0, count: f.levelCount + 1)
    for i in 0..<n where f.codes.pointer[i] >= 0 { starts[Int(f.codes.pointer[i]) + 1] += 1 }
    for l in 0..<f.levelCount { starts[l + 1] += starts[l] }
    var next = starts
    var order = [Int32](repeating: 0, count: starts[f.levelCount])
    for i in 0..<n {
      let code = Int(f.codes.pointer[i])
      index.pointer[i] = -1
      if code < 0 { continue }
      order[next[code]] = Int32(i)
      next[code] += 1
    }
    var mark = [Int32](repeating: -1, count: g.levelCount)
    var number = [Int32](repeating: 0, count: g.levelCount)
    for l in 0..<f.levelCount {
      for position in starts[l]..<starts[l + 1] {
        let i = Int(order[position])
        let other = Int(g.codes.pointer[i])
        if other < 0 { continue }
        if mark[other] != Int32(l) {
          mark[other] = Int32(l)
          number[other] = Int32(levels.count)
          levels.append((Int32(l), Int32(other)))
        }
        index.pointer[i] = number[other]
      }
    }
    return (index, levels)
  }
}
