internal import LinearAlgebra

/// A sparse matrix in compressed rows, multiplied from the right by gathering.
final class GatherMatrix: @unchecked Sendable {
  let rowCount: Int
  let start: IndexBuffer
  let indices: IndexBuffer
  /// The entries; nil when all are `uniform`.
  let values: Buffer?
  let uniform: Double

  init(rowCount: Int, start: IndexBuffer, indices: IndexBuffer, values: Buffer?, uniform: Double = 1) {
    self.rowCount = rowCount
    self.start = start
    self.indices = indices
    self.values = values
    self.uniform = uniform
  }

  /// The matrix of given entries (row, column, value), visited twice in the same order.
  convenience init(rowCount: Int, visit: ((_ row: Int, _ column: Int, _ value: Double) -> Void) -> Void) {
    let start = IndexBuffer(rowCount + 1)
    let counts = start.pointer
    visit { row, _, _ in counts[row + 1] += 1 }
    for row in 0..<rowCount { counts[row + 1] += counts[row] }
    let total = Int(counts[rowCount])
    let indices = IndexBuffer(total)
    let values = Buffer(total)
    let next = IndexBuffer(rowCount + 1)
    next.copy(from: start)
    let (position, columns, numbers) = (next.pointer, indices.pointer, values.pointer)
    visit { row, column, value in
      let q = Int(position[row])
      columns[q] = Int32(truncatingIfNeeded: column)
      numbers[q] = value
      position[row] += 1
    }
    self.init(rowCount: rowCount, start: start, indices: indices, values: values)
  }

  /// The transpose.
  func transposed(columnCount: Int) -> GatherMatrix {
    let kernel = kernel
    return GatherMatrix(rowCount: columnCount) { [rowCount] body in
      for row in 0..<rowCount {
        for q in kernel.range(row) { body(Int(kernel.indices[q]), row, kernel.value(q)) }
      }
    }
  }

  var kernel: Kernel {
    Kernel(
      start: start.pointer, indices: indices.pointer, values: values.map { UnsafePointer($0.pointer) },
      uniform: uniform)
  }

  /// The matrix as plain pointers, for inner loops.
  struct Kernel: @unchecked Sendable {
    let start: UnsafePointer<Int32>
    let indices: UnsafePointer<Int32>
    let values: UnsafePointer<Double>?
    let uniform: Double

    @inline(__always)
    func range(_ row: Int) -> Range<Int> { Int(start[row])..<Int(start[row + 1]) }

    @inline(__always)
    func value(_ q: Int) -> Double { values.map { $0[q] } ?? uniform }

    /// Σ_j A_ij x_j of one row.
    @inline(__always)
    func sum<L: Lanes>(_ row: Int, _ x: UnsafePointer<L>) -> L {
      var q = Int(start[row])
      let end = Int(start[row + 1])
      var even = L(0)
      var odd = L(0)
      if let values {
        while q + 1 < end {
          even = even + x[Int(indices[q])] * L(values[q])
          odd = odd + x[Int(indices[q + 1])] * L(values[q + 1])
          q += 2
        }
        if q < end { even = even + x[Int(indices[q])] * L(values[q]) }
        return even + odd
      }
      while q + 1 < end {
        even = even + x[Int(indices[q])]
        odd = odd + x[Int(indices[q + 1])]
        q += 2
      }
      if q < end { even = even + x[Int(indices[q])] }
      return (even + odd) * L(uniform)
    }

    /// Σ_j A_ij² x_j of one row.
    @inline(__always)
    func squaredSum(_ row: Int, _ x: UnsafePointer<Double>) -> Double {
      var sum = 0.0
      for q in range(row) {
        let a = value(q)
        sum += a * a * x[Int(indices[q])]
      }
      return sum
    }
  }
}
