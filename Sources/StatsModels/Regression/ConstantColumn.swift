import LinearAlgebra

/// Whether a design holds a constant, and where: statsmodels' rule.
struct ConstantColumn: Sendable {
  /// The column of equal values: one of ones if there is any, else the first that is not zero; nil where the constant is
  /// hidden in a combination of columns, and without one.
  let column: Int?
  /// Whether there is a constant, also as a combination.
  let exists: Bool

  /// - Parameter hasconst: the caller's word; nil looks for one.
  init(_ exog: Matrix, hasconst: Bool?) {
    guard hasconst != false else {
      (column, exists) = (nil, false)
      return
    }
    let equal = (0..<exog.columns).filter { j in
      let column = exog.column(j)
      return column.allSatisfy { $0 == column[0] }
    }
    let first = equal.first { exog[0, $0] == 1 } ?? equal.first { exog[0, $0] != 0 }
    column = first
    if first != nil || hasconst == true {
      exists = true
    } else {
      let ones = Matrix(rows: exog.rows, columns: 1, repeating: 1)
      exists = (try? ones.appending(columnsOf: exog).matrixRank()) == (try? exog.matrixRank())
    }
  }
}
