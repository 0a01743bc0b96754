import LinearAlgebra
import ProgramStop

/// The columns of a design in compact form: values of the factors, from which columns are written on demand.
///
/// A factor costs a code per row, however many columns its levels make, and a column of the data costs nothing: it
/// is held by reference.
struct DesignColumns: Sendable {
  /// The blocks of columns, in order.
  private(set) var blocks: [SubtermColumns]
  /// Positions in the data of the rows, nil when these are all rows of the data.
  let positions: [Int]?
  let rowCount: Int
  let columnCount: Int

  init(blocks: [SubtermColumns], positions: [Int]?, rowCount: Int) {
    self.blocks = blocks
    self.positions = positions
    self.rowCount = rowCount
    columnCount = blocks.reduce(0) { $0 + $1.columnCount }
  }

  /// A matrix as one block.
  init(_ matrix: Matrix) {
    self.init(blocks: [SubtermColumns(factors: [.numbers(matrix)])], positions: nil, rowCount: matrix.rows)
  }

  /// Some rows of the matrix.
  func matrix(rows: Range<Int>) -> Matrix {
    let storage = [Double](unsafeUninitializedCapacity: rows.count * columnCount) { buffer, initialized in
      for block in blocks { fill(block, rows, buffer, &initialized) }
    }
    return Matrix(rows: rows.count, columns: columnCount, columnMajor: storage)
  }

  /// The whole matrix; a factor's values are let go after the last block that needs them.
  ///
  /// A design that is one numerical factor, such as an outcome, is the factor's own values, not a copy.
  consuming func wholeMatrix() -> Matrix {
    if blocks.count == 1, positions == nil, let matrix = blocks[0].plainNumbers { return matrix }
    let (rows, columns) = (rowCount, columnCount)
    var rest = self
    let storage = [Double](unsafeUninitializedCapacity: rows * columns) { buffer, initialized in
      while !rest.blocks.isEmpty {
        let block = rest.blocks.removeFirst()
        rest.fill(block, 0..<rows, buffer, &initialized)
      }
    }
    return Matrix(rows: rows, columns: columns, columnMajor: storage)
  }

  /// One column.
  func column(_ column: Int) -> [Double] {
    let (block, offset) = place(of: column)
    if positions == nil, let matrix = blocks[block].plainNumbers, matrix.columns == 1 {
      return matrix.storage
    }
    return [Double](unsafeUninitializedCapacity: rowCount) { buffer, initialized in
      blocks[block].fill(
        UnsafeMutableBufferPointer(rebasing: buffer[..<rowCount]), column: offset, rows(0..<rowCount))
      initialized = rowCount
    }
  }

  /// One element.
  func element(_ row: Int, _ column: Int) -> Double {
    let (block, offset) = place(of: column)
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: 1) { buffer in
      blocks[block].fill(buffer, column: offset, rows(row..<(row + 1)))
      return buffer[0]
    }
  }

  /// The block of a column and the column's place in it.
  private func place(of column: Int) -> (block: Int, offset: Int) {
    var offset = column
    for (index, block) in blocks.enumerated() {
      if offset < block.columnCount { return (index, offset) }
      offset -= block.columnCount
    }
    stop("DesignMatrix: no column \(column) of \(columnCount)")
  }

  private func rows(_ range: Range<Int>) -> SubtermColumns.Rows { .init(positions: positions, range: range) }

  /// Writes a block behind the elements written before.
  private func fill(
    _ block: SubtermColumns, _ range: Range<Int>, _ buffer: UnsafeMutableBufferPointer<Double>,
    _ written: inout Int
  ) {
    let end = written + block.columnCount * range.count
    block.fill(UnsafeMutableBufferPointer(rebasing: buffer[written..<end]), rows(range))
    written = end
  }

  /// Bytes that the factors' values take, each array counted once; arrays at the addresses given are not counted.
  func storedBytes(exceptAt others: Set<UnsafeRawPointer>) -> Int {
    var seen = others
    func bytes<Element>(_ array: [Element]) -> Int {
      array.withUnsafeBytes { $0.baseAddress.map { seen.insert($0).inserted } == true ? $0.count : 0 }
    }
    return blocks.flatMap(\.factors).reduce(0) { sum, factor in
      switch factor {
      case .numbers(let matrix): sum + bytes(matrix.storage)
      case .codes(let codes, _): sum + bytes(codes)
      }
    }
  }
}
