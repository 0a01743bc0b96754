/// A dense column-major matrix of extended precision, for the few operations that an elimination takes.
final class ExtendedMatrix {
  let rows: Int
  let columns: Int
  let storage: Storage<DoubleDouble>
  var pointer: UnsafeMutablePointer<DoubleDouble> { storage.pointer }

  init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    storage = Storage(rows * columns)
  }

  subscript(i: Int, j: Int) -> DoubleDouble {
    @inline(__always) get { storage.pointer[i + j * rows] }
    @inline(__always) set { storage.pointer[i + j * rows] = newValue }
  }

  func copy() -> ExtendedMatrix {
    let result = ExtendedMatrix(rows: rows, columns: columns)
    result.storage.copy(from: storage)
    return result
  }

  /// Replaces the lower triangle of a positive definite matrix by L with A = LL'; false where a pivot is not positive.
  func factorize() -> Bool {
    let a = pointer
    let n = rows
    for j in 0..<n {
      let column = a + j * n
      guard column[j].high > 0, column[j].high < .infinity else { return false }
      let root = column[j].squareRoot()
      let inverse = 1 / root
      column[j] = root
      for i in j + 1..<max(n, j + 1) { column[i] = column[i] * inverse }
      for k in j + 1..<max(n, j + 1) {
        let target = a + k * n
        let factor = -column[k]
        if factor.high == 0 { continue }
        for i in k..<n { target[i] += factor * column[i] }
      }
    }
    return true
  }

  /// log |A| of a factor.
  var logDeterminant: Double { (0..<rows).reduce(0) { $0 + 2 * log(self[$1, $1]) } }

  /// B := L⁻¹B.
  func forward(_ b: ExtendedMatrix) {
    for c in 0..<b.columns {
      let x = b.pointer + c * rows
      for j in 0..<rows where x[j].high != 0 {
        let value = x[j] / self[j, j]
        x[j] = value
        let column = pointer + j * rows
        for i in j + 1..<max(rows, j + 1) { x[i] -= column[i] * value }
      }
    }
  }

  /// B := L⁻ᵀB.
  func backward(_ b: ExtendedMatrix) {
    for c in 0..<b.columns {
      let x = b.pointer + c * rows
      for j in (0..<rows).reversed() {
        let column = pointer + j * rows
        var value = x[j]
        for i in j + 1..<max(rows, j + 1) { value -= column[i] * x[i] }
        x[j] = value / column[j]
      }
    }
  }

  /// A'B.
  static func transposedProduct(_ a: ExtendedMatrix, _ b: ExtendedMatrix) -> ExtendedMatrix {
    let result = ExtendedMatrix(rows: a.columns, columns: b.columns)
    let n = a.rows
    for j in 0..<b.columns {
      let right = b.pointer + j * n
      for i in 0..<a.columns {
        let left = a.pointer + i * n
        var sum: DoubleDouble = 0
        for c in 0..<n { sum += left[c] * right[c] }
        result[i, j] = sum
      }
    }
    return result
  }
}
