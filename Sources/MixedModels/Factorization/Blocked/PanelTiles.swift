internal import LinearAlgebra

/// Sums over the entries of a sparse panel A of one number each, for 32 columns of a dense matrix at a time, in single
/// precision.
///
/// Products such as AQ take two operations for each entry and column, where a product of full matrices takes two for each
/// pair of columns and row. The rows of 32 columns lie side by side, so that an entry reads two cache lines: up to 4,000
/// of them stay in a second-level cache.
enum PanelTiles {
  /// Columns that are summed side by side.
  static let width = 4 * Lanes.scalarCount
  typealias Lanes = SIMD8<Float>

  /// Whether sums by entries take less time than a product of two m × m matrices.
  static func pay(_ panel: SparsePanel, order m: Int) -> Bool {
    panel.width == 1 && Double(panel.entryCount) * Tuning.productAdvantage < Double(m * m)
  }

  /// One row of 32 numbers.
  struct Row {
    var a = Lanes.zero
    var b = Lanes.zero
    var c = Lanes.zero
    var d = Lanes.zero

    @inline(__always)
    init() {}

    /// The row at an index of a tile.
    @inline(__always)
    init(_ tile: UnsafePointer<Float>, _ index: Int) {
      let row = UnsafeRawPointer(tile + index * PanelTiles.width)
      let step = MemoryLayout<Lanes>.stride
      a = row.load(as: Lanes.self)
      b = row.load(fromByteOffset: step, as: Lanes.self)
      c = row.load(fromByteOffset: 2 * step, as: Lanes.self)
      d = row.load(fromByteOffset: 3 * step, as: Lanes.self)
    }

    @inline(__always)
    func store(_ tile: UnsafeMutablePointer<Float>, _ index: Int) {
      let row = UnsafeMutableRawPointer(tile + index * PanelTiles.width)
      let step = MemoryLayout<Lanes>.stride
      row.storeBytes(of: a, as: Lanes.self)
      row.storeBytes(of: b, toByteOffset: step, as: Lanes.self)
      row.storeBytes(of: c, toByteOffset: 2 * step, as: Lanes.self)
      row.storeBytes(of: d, toByteOffset: 3 * step, as: Lanes.self)
    }

    /// self += number · row.
    @inline(__always)
    mutating func add(_ number: Float, _ row: Row) {
      let number = Lanes(repeating: number)
      a += number * row.a
      b += number * row.b
      c += number * row.c
      d += number * row.d
    }

    /// Σ x².
    @inline(__always)
    var sumOfSquares: Double {
      let pairs = a * a + b * b + (c * c + d * d)
      return Double(pairs.lowHalf.sum() + pairs.highHalf.sum())
    }

    /// target += number · x² by columns.
    @inline(__always)
    func addSquares(_ number: Double, to target: UnsafeMutablePointer<Double>) {
      Self.add(a, number, to: target)
      Self.add(b, number, to: target + Lanes.scalarCount)
      Self.add(c, number, to: target + 2 * Lanes.scalarCount)
      Self.add(d, number, to: target + 3 * Lanes.scalarCount)
    }

    @inline(__always)
    private static func add(_ x: Lanes, _ number: Double, to target: UnsafeMutablePointer<Double>) {
      let squares = SIMD8<Double>(x * x) * number
      for lane in 0..<Lanes.scalarCount { target[lane] += squares[lane] }
    }
  }

  /// ‖L⁻¹Ta'‖² of every level: a Q a' with Q = T S⁻¹ T and S = LL'.
  ///
  /// - Parameters:
  ///   - inverse: L⁻¹, lower triangle, m × m.
  ///   - scales: T of each column.
  static func addQuadratics(
    _ inverse: Storage<Float>, scales: [Float], panel: SparsePanel, workers: Workers, to target: Buffer
  ) {
    let m = panel.columnCount
    let tiles = (m + width - 1) / width
    let shares = TrailingElimination.shares
    let partial = (0..<shares).map { _ in Buffer(target.count) }
    workers.forEach(chunks: shares, work: 2 * panel.entryCount * m) { share in
      let tile = Storage<Float>(m * width)
      for t in stride(from: share, to: tiles, by: shares) {
        let first = t * width
        let rows = min(width, m - first)
        if rows < width { tile.fill(0) }
        for j in 0..<first + rows {
          let (source, copy) = (inverse.pointer + j * m + first, tile.pointer + j * width)
          for i in max(j - first, 0)..<rows { copy[i] = source[i] * scales[j] }
        }
        addSquares(of: panel, tile: tile.pointer, columns: first + rows, to: partial[share].pointer)
      }
    }
    for part in partial { for l in 0..<target.count { target.pointer[l] += part.pointer[l] } }
  }

  /// Adds the square of each level's sum over its entries in the first columns.
  private static func addSquares(
    of panel: SparsePanel, tile: UnsafePointer<Float>, columns count: Int,
    to target: UnsafeMutablePointer<Double>
  ) {
    let (starts, columns, values) = (panel.rowStart.pointer, panel.columns.pointer, panel.values.pointer)
    for level in 0..<panel.levelCount {
      var sum = Row()
      var e = Int(starts[level])
      let end = Int(starts[level + 1])
      while e < end, Int(columns[e]) < count {
        sum.add(Float(values[e]), Row(tile, Int(columns[e])))
        e += 1
      }
      target[level] += sum.sumOfSquares
    }
  }
}
