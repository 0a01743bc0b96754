import LinearAlgebra

/// A sparse symmetric positive definite matrix: pattern, aligned values.
struct SparseCase: Sendable, CustomStringConvertible {
  let name: String
  let pattern: SymmetricPattern
  let values: [Double]

  var description: String { name }

  /// Off-diagonal entries (row, column) as given, with values that keep the matrix diagonally dominant.
  init(_ name: String, count n: Int, edges: [(Int, Int)], seed: UInt64 = 1) {
    var generator = Generator(seed)
    var columns = [Set<Int>](repeating: [], count: n)
    for (a, b) in edges where a != b { columns[min(a, b)].insert(max(a, b)) }
    var starts = [0]
    var rows = [Int32]()
    var entries = [Double]()
    var total = [Double](repeating: 0.5, count: n)
    var diagonal = [Int]()
    for j in 0..<n {
      diagonal.append(rows.count)
      rows.append(Int32(j))
      entries.append(0)
      // Rows in no particular order: the pattern promises none.
      for i in columns[j].sorted().reversed() {
        let value = generator.uniform()
        rows.append(Int32(i))
        entries.append(value)
        total[i] += abs(value)
        total[j] += abs(value)
      }
      starts.append(rows.count)
    }
    for j in 0..<n { entries[diagonal[j]] = total[j] }
    self.name = name
    pattern = SymmetricPattern(columnStarts: starts, rowIndices: rows)
    values = entries
  }

  var dense: Matrix {
    var result = Matrix(rows: pattern.count, columns: pattern.count)
    for j in 0..<pattern.count {
      for e in pattern.columnStarts[j]..<pattern.columnStarts[j + 1] {
        let i = Int(pattern.rowIndices[e])
        result[i, j] += values[e]
        if i != j { result[j, i] += values[e] }
      }
    }
    return result
  }

  static func random(_ n: Int, edges: Int, seed: UInt64) -> SparseCase {
    var generator = Generator(seed)
    let pairs = (0..<edges).map { _ in
      (Int.random(in: 0..<n, using: &generator), Int.random(in: 0..<n, using: &generator))
    }
    return SparseCase("random \(n), \(edges) edges", count: n, edges: pairs, seed: seed)
  }

  static func grid(_ side: Int) -> SparseCase {
    var edges: [(Int, Int)] = []
    for x in 0..<side {
      for y in 0..<side {
        if x + 1 < side { edges.append((x * side + y, x * side + side + y)) }
        if y + 1 < side { edges.append((x * side + y, x * side + y + 1)) }
      }
    }
    return SparseCase("grid \(side) × \(side)", count: side * side, edges: edges)
  }

  static func arrow(_ n: Int) -> SparseCase {
    SparseCase("arrow \(n)", count: n, edges: (1..<n).map { (0, $0) })
  }

  static func blocks(_ count: Int, size: Int) -> SparseCase {
    var edges: [(Int, Int)] = []
    for b in 0..<count {
      for i in 0..<size { for j in 0..<i { edges.append((b * size + i, b * size + j)) } }
    }
    return SparseCase("\(count) blocks of \(size)", count: count * size, edges: edges)
  }

  /// Teachers who share a student: students have four marks, mostly from one teacher's class; a share moves.
  static func movers(_ teachers: Int, perTeacher: Int, share: Double) -> SparseCase {
    var generator = Generator(11)
    var edges: [(Int, Int)] = []
    for t in 0..<teachers {
      for _ in 0..<perTeacher where Double.random(in: 0..<1, using: &generator) < 4 * share {
        edges.append((t, Int.random(in: 0..<teachers, using: &generator)))
      }
    }
    return SparseCase("movers \(teachers), \(share)", count: teachers, edges: edges)
  }

  static func dense(_ n: Int) -> SparseCase {
    var edges: [(Int, Int)] = []
    for i in 0..<n { for j in 0..<i { edges.append((i, j)) } }
    return SparseCase("dense \(n)", count: n, edges: edges)
  }
}
