internal import LinearAlgebra

/// The cross-products of a model in extended precision: one leading factor, all others in a dense trailing block.
///
/// R stands for [X̃ ẽ], D for the trailing columns. Sums over rows are exact to about 30 digits of the data.
final class ExtendedProducts: @unchecked Sendable {
  /// Position of the leading factor, its width k and number of levels.
  let leader: Int
  let width: Int
  let levelCount: Int
  /// The other factors, and the first trailing column of each.
  let trailing: [Int]
  let firstColumn: [Int]
  /// Width of every factor, by position.
  let widths: [Int]
  let levelCounts: [Int]
  /// Number of trailing columns.
  let order: Int
  /// r.
  let panelColumns: Int
  /// Z_l'Z_l and Z_l'R, k × k and k × r per level, column-major.
  let squares: Storage<DoubleDouble>
  let panel: Storage<DoubleDouble>
  /// Z_l'D as compressed rows, k numbers an entry.
  let rowStart: [Int]
  let columns: [Int]
  let values: Storage<DoubleDouble>
  let trailingSquares: ExtendedMatrix
  let trailingPanel: ExtendedMatrix
  let base: ExtendedMatrix

  /// Rough number of multiplications of one evaluation with derivatives.
  static func work(structure: ModelStructure) -> Double {
    let order = structure.factors.enumerated().reduce(0.0) { sum, factor in
      factor.offset == structure.chain.first
        ? sum : sum + Double(factor.element.levelCount * factor.element.width)
    }
    let rows = Double(structure.factors.first?.codes.count ?? 0)
    return 2 * order * order * order + 50 * rows
  }

  init(sums: CrossProducts.Sums, fixed: FixedBasis, bases: [FactorBasis]) {
    let structure = sums.structure
    let factors = structure.factors
    let table = sums.table
    let leader = structure.chain.first ?? 0
    self.leader = leader
    trailing = factors.indices.filter { $0 != leader }
    widths = bases.map(\.coefficients.columns)
    levelCounts = factors.map(\.levelCount)
    let k = widths[leader]
    let r = fixed.rank + 1
    width = k
    levelCount = factors[leader].levelCount
    panelColumns = r
    var column = 0
    var firsts: [Int] = []
    for f in trailing {
      firsts.append(column)
      column += widths[f] * factors[f].levelCount
    }
    firstColumn = firsts
    order = column
    squares = Storage(levelCount * k * k)
    panel = Storage(levelCount * k * r)
    trailingSquares = ExtendedMatrix(rows: column, columns: column)
    trailingPanel = ExtendedMatrix(rows: column, columns: r)
    base = ExtendedMatrix(rows: r, columns: r)

    let regressors = [leader] + trailing
    var fixedAndResponse = fixed.coefficients.storage
    fixedAndResponse += fixed.response
    let maps = regressors.map { ColumnMap(bases[$0].coefficients) }
    let panelMap = ColumnMap(
      Matrix(rows: table.width, columns: r, columnMajor: fixedAndResponse))
    let codes = factors[leader].codes
    var starts = [0]
    var entries: [Int] = []
    var blocks: [DoubleDouble] = []
    let positions = IndexBuffer([Int32](repeating: -1, count: column))
    var row = [DoubleDouble](repeating: 0, count: table.width)
    for (level, rows) in Self.rowsByLevel(codes, levelCount: levelCount).enumerated() {
      let first = entries.count
      for i in rows {
        table.read(row: i, into: &row)
        let fixedPart = panelMap.apply(row)
        let own = level < levelCount ? maps[0].apply(row) : []
        for c in 0..<r { for d in 0...c { base[c, d] += fixedPart[c] * fixedPart[d] } }
        for (a, value) in own.enumerated() {
          for b in 0..<k { squares.pointer[(level * k + b) * k + a] += value * own[b] }
          for c in 0..<r { panel.pointer[(level * r + c) * k + a] += value * fixedPart[c] }
        }
        var active: [(column: Int, value: DoubleDouble)] = []
        for (g, f) in trailing.enumerated() {
          let code = Int(factors[f].codes[i])
          if code < 0 { continue }
          for (b, value) in maps[g + 1].apply(row).enumerated() {
            active.append((firsts[g] + code * widths[f] + b, value))
          }
        }
        for (position, one) in active.enumerated() {
          for other in active[...position] {
            trailingSquares[one.column, other.column] += one.value * other.value
          }
          for c in 0..<r { trailingPanel[one.column, c] += one.value * fixedPart[c] }
          if own.isEmpty { continue }
          if positions.pointer[one.column] < first {
            positions.pointer[one.column] = Int32(entries.count)
            entries.append(one.column)
            blocks += [DoubleDouble](repeating: 0, count: k)
          }
          let target = Int(positions.pointer[one.column]) * k
          for (a, value) in own.enumerated() { blocks[target + a] += value * one.value }
        }
      }
      if level < levelCount { starts.append(entries.count) }
    }
    for j in 0..<column { for i in 0..<j { trailingSquares[i, j] = trailingSquares[j, i] } }
    for j in 0..<r { for i in 0..<j { base[i, j] = base[j, i] } }
    rowStart = starts
    columns = entries
    values = Storage(blocks)
  }

  /// Rows of each level, those without one at the end.
  private static func rowsByLevel(_ codes: [Int32], levelCount: Int) -> [[Int]] {
    var result = [[Int]](repeating: [], count: levelCount + 1)
    for (i, code) in codes.enumerated() { result[code < 0 ? levelCount : Int(code)].append(i) }
    return result
  }

  /// Entries of a coefficient matrix that are not zero, by columns.
  private struct ColumnMap {
    let columns: [[(entry: Int, weight: Double)]]

    init(_ coefficients: Matrix) {
      columns = (0..<coefficients.columns).map { c in
        (0..<coefficients.rows).compactMap { e in coefficients[e, c] == 0 ? nil : (e, coefficients[e, c]) }
      }
    }

    func apply(_ row: [DoubleDouble]) -> [DoubleDouble] {
      columns.map { column in
        var sum: DoubleDouble = 0
        for (entry, weight) in column { sum += weight * row[entry] }
        return sum
      }
    }
  }
}

extension RegressorTable {
  /// The exact entries of one row.
  fileprivate func read(row i: Int, into result: inout [DoubleDouble]) {
    let root = roots?[i] ?? 1
    let one = cells?.ones[i] ?? 1
    result[0] = DoubleDouble(root * one)
    for (c, column) in columns.enumerated() {
      let value = DoubleDouble.sum(column.values[column.values.startIndex + i], -column.rest * one)
      result[c + 1] = (root * column.scale) * value
    }
  }
}
