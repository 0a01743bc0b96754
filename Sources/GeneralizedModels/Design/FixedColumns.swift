import Foundation
internal import LinearAlgebra

/// A basis X̃ of the fixed columns with X̃'X̃ = n I, and the way back: β = N β̃ on the kept columns.
struct FixedColumns: Sendable {
  /// Kept columns of X, the constant first when there is one.
  let kept: [Int]
  /// Columns of X that depend on kept ones.
  let aliased: [Int]
  /// X̃, n × rank.
  let basis: Matrix
  /// N.
  let toUser: Matrix

  var rank: Int { kept.count }

  /// Relative length below which a column counts as dependent (lme4's tolerance).
  private static let dependence = 1e-7
  /// Part of a column's length below which what is left of it is freed of the others once more.
  private static let cancellation = 0.1

  init(_ x: Matrix) {
    let n = x.rows
    var order = Array(0..<x.columns)
    if let constant = order.first(where: { j in
      let first = n > 0 ? x[0, j] : 0
      return first != 0 && (0..<n).allSatisfy { x.storage[j * n + $0] == first }
    }) {
      order.remove(at: constant)
      order.insert(constant, at: 0)
    }
    let root = Double(max(n, 1)).squareRoot()
    var kept: [Int] = []
    var aliased: [Int] = []
    var basis: [[Double]] = []
    // rows[j]: coefficients of a kept column in the basis, up to its own.
    var rows: [[Double]] = []
    for j in order {
      var rest = x.column(j)
      let length = norm(rest) / root
      guard length > 0, length.isFinite else {
        aliased.append(j)
        continue
      }
      Self.divide(&rest, by: length)
      var row = [Double](repeating: 0, count: basis.count)
      var size = 1.0
      for _ in 0..<2 {
        for (i, earlier) in basis.enumerated() {
          let share = dot(earlier, rest) / Double(n)
          row[i] += share
          axpy(-share, earlier, &rest)
        }
        let before = size
        size = (dot(rest, rest) / Double(n)).squareRoot()
        if size > Self.cancellation * before { break }
      }
      guard size > Self.dependence, basis.count < n else {
        aliased.append(j)
        continue
      }
      kept.append(j)
      rows.append((row + [size]).map { $0 * length })
      Self.divide(&rest, by: size)
      basis.append(rest)
    }
    let p = kept.count
    // X = X̃ R, so N = R⁻¹.
    var inverse = Matrix(rows: p, columns: p)
    for c in 0..<p {
      inverse[c, c] = 1 / rows[c][c]
      for i in stride(from: c - 1, through: 0, by: -1) {
        var sum = 0.0
        for s in i + 1...c { sum += rows[s][i] * inverse[s, c] }
        inverse[i, c] = -sum / rows[i][i]
      }
    }
    self.kept = kept
    self.aliased = aliased.sorted()
    self.basis = Matrix(columns: basis, rows: n)
    toUser = inverse
  }

  private static func divide(_ x: inout [Double], by divisor: Double) {
    x.withUnsafeMutableBufferPointer { x in for i in x.indices { x[i] /= divisor } }
  }

  /// β of all columns from β̃; nan where a column was dropped.
  func coefficients(_ inner: [Double], columns: Int) -> [Double] {
    var result = [Double](repeating: .nan, count: columns)
    let moved = toUser * inner
    for (i, j) in kept.enumerated() { result[j] = moved[i] }
    return result
  }

  /// β̃ of β; dropped columns do not count.
  func inner(_ coefficients: [Double]) -> [Double] {
    var result = kept.map { coefficients[$0] }
    // solve N β̃ = β by back substitution
    for i in stride(from: rank - 1, through: 0, by: -1) {
      for s in i + 1..<max(rank, i + 1) { result[i] -= toUser[i, s] * result[s] }
      result[i] /= toUser[i, i]
    }
    return result
  }
}
