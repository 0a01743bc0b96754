import LinearAlgebra

extension MarginalMeans {
  /// How marginal means weigh the combinations of the other variables' levels. Not in statsmodels.
  ///
  /// Numbers at several values that are no levels weigh the same in all of them.
  public enum Averaging: String, Sendable, CaseIterable {
    /// All alike.
    case equal
    /// By the frequencies of the combinations in the data.
    case proportional
    /// By the frequencies of the combinations within each mean's own rows; nan for means without rows.
    case cells
    /// By the products of the frequencies of each variable's levels.
    case outer
    /// Alike where a mean has rows of the combination.
    case flat

    /// The rule of a name.
    ///
    /// - Throws: ``StatsModelsError`` for another name.
    public init(_ name: String) throws {
      guard let known = Self(rawValue: name.lowercased()) else {
        throw StatsModelsError(
          .invalidArgument, "averaging is '\(name)'; there are \(shortList(Self.allCases.map(\.rawValue)))",
          values: [name])
      }
      self = known
    }
  }
}

extension ReferenceGrid {
  /// The cells of some variables, the first one's values varying fastest, and the mean row of the design in each.
  ///
  /// - Returns: positions of the values by cell, and cells × fixed effects; nan where no row is defined.
  func means(of focal: [Int], averaging: MarginalMeans.Averaging) -> (cells: [[Int]], rows: Matrix) {
    let rest = variables.indices.filter { !focal.contains($0) }
    let counts = Frequencies(self, focal: focal, rest: rest, averaging: averaging)
    let cellCount = focal.reduce(1) { $0 * variables[$1].count }
    var rows = Matrix(rows: cellCount, columns: design.columns)
    var totals = [Double](repeating: 0, count: cellCount)
    let strides = variables.indices.map { position in
      variables[..<position].reduce(1) { $0 * $1.count }
    }
    for row in 0..<design.rows {
      let values = variables.indices.map { row / strides[$0] % variables[$0].count }
      var (cell, size) = (0, 1)
      for position in focal {
        cell += values[position] * size
        size *= variables[position].count
      }
      let weight = counts.weight(values)
      if weight == 0 { continue }
      totals[cell] += weight
      for j in 0..<design.columns { rows[cell, j] += weight * design[row, j] }
    }
    for cell in 0..<cellCount {
      for j in 0..<design.columns {
        rows[cell, j] = totals[cell] > 0 ? rows[cell, j] / totals[cell] : .nan
      }
    }
    let cells = (0..<cellCount).map { cell -> [Int] in
      var left = cell
      return focal.map { position in
        defer { left /= variables[position].count }
        return left % variables[position].count
      }
    }
    return (cells, rows)
  }
}

/// Rows of the data by combinations of levels.
private struct Frequencies {
  private let averaging: MarginalMeans.Averaging
  private let rest: [Int]
  private let keyed: [Int]
  private let sizes: [Int]
  private var joint: [Int: Double] = [:]
  private var single: [[Double]] = []

  init(_ grid: ReferenceGrid, focal: [Int], rest: [Int], averaging: MarginalMeans.Averaging) {
    let levelled = { (positions: [Int]) in positions.filter { grid.variables[$0].isLevelled } }
    self.rest = levelled(rest)
    // without variables to average over there is nothing to weigh, and a cell may be known that has no rows
    let averaging = self.rest.isEmpty ? .equal : averaging
    self.averaging = averaging
    keyed = averaging == .proportional ? self.rest : levelled(focal) + self.rest
    sizes = grid.variables.map(\.count)
    switch averaging {
    case .equal: break
    case .outer:
      single = grid.variables.map { variable in
        var counts = [Double](repeating: 0, count: variable.count)
        for code in variable.codes where code >= 0 { counts[Int(code)] += 1 }
        return counts
      }
    case .proportional, .cells, .flat:
      let rowCount = keyed.first.map { grid.variables[$0].codes.count } ?? 0
      if keyed.isEmpty { joint[0] = 1 }
      for row in 0..<rowCount {
        var (key, size) = (0, 1)
        for position in keyed {
          let code = Int(grid.variables[position].codes[row])
          key = code < 0 || key < 0 ? -1 : key + code * size
          size *= sizes[position]
        }
        if key >= 0 { joint[key, default: 0] += 1 }
      }
    }
  }

  /// The weight of a combination of values, up to a factor for each mean.
  func weight(_ values: [Int]) -> Double {
    switch averaging {
    case .equal: return 1
    case .outer: return rest.reduce(1) { $0 * single[$1][values[$1]] }
    case .proportional, .cells, .flat:
      var (key, size) = (0, 1)
      for position in keyed {
        key += values[position] * size
        size *= sizes[position]
      }
      let count = joint[key] ?? 0
      return averaging == .flat ? min(count, 1) : count
    }
  }
}
