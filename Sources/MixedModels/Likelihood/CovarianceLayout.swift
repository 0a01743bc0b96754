import Foundation
internal import LinearAlgebra

/// The map between θ, the free entries of the factors T_f, and the relative covariances S_f = T_f T_f'.
struct CovarianceLayout: Sendable {
  /// One free entry of a lower factor.
  struct Entry: Sendable, Equatable {
    var factor: Int
    var row: Int
    var column: Int
  }

  /// Order of each factor's T.
  let widths: [Int]
  /// The entries that each parameter fills.
  let parameters: [[Entry]]
  /// For each caller's term its factor and first column there; nil when it is held at zero.
  let places: [(factor: Int, offset: Int)?]
  /// G of each caller's term: S̃ = G S G' in standardised regressors.
  let maps: [Matrix?]
  /// Runs of a factor's columns in which every entry of S is a parameter.
  let blocks: [(factor: Int, columns: Range<Int>)]

  init(terms: [RandomTerm], structure: ModelStructure, bases: [FactorBasis]) {
    widths = structure.factors.map(\.width)
    var parameters: [[Entry]] = []
    var tied: [Int: Int] = [:]
    var places = [(factor: Int, offset: Int)?](repeating: nil, count: terms.count)
    var maps = [Matrix?](repeating: nil, count: terms.count)
    var blocks: [(factor: Int, columns: Range<Int>)] = []
    for (f, factor) in structure.factors.enumerated() {
      for (position, t) in factor.terms.enumerated() {
        let offset = factor.offsets[position]
        let k = terms[t].width
        places[t] = (f, offset)
        maps[t] = bases[f].maps[position]
        if terms[t].covariance == .unstructured {
          blocks.append((f, offset..<offset + k))
        } else {
          blocks += (offset..<offset + k).map { (f, $0..<$0 + 1) }
        }
        switch terms[t].covariance {
        case .unstructured:
          for column in 0..<k {
            for row in column..<k {
              parameters.append([Entry(factor: f, row: offset + row, column: offset + column)])
            }
          }
        case .diagonal:
          for a in 0..<k { parameters.append([Entry(factor: f, row: offset + a, column: offset + a)]) }
        case .tied:
          let entries = (0..<k).map { Entry(factor: f, row: offset + $0, column: offset + $0) }
          if let tie = terms[t].tie, let known = tied[tie] {
            parameters[known] += entries
          } else {
            if let tie = terms[t].tie { tied[tie] = parameters.count }
            parameters.append(entries)
          }
        }
      }
    }
    self.parameters = parameters
    self.places = places
    self.maps = maps
    self.blocks = blocks
  }

  /// Number of parameters.
  var count: Int { parameters.count }

  /// T of every factor, column-major.
  func lower(_ theta: [Double]) -> [[Double]] {
    var result = widths.map { [Double](repeating: 0, count: $0 * $0) }
    for (value, entries) in zip(theta, parameters) {
      for e in entries { result[e.factor][e.row + e.column * widths[e.factor]] = value }
    }
    return result
  }

  /// Derivatives of every S_f with respect to each parameter.
  func directions(_ lower: [[Double]]) -> [Direction] {
    parameters.map { entries in
      var parts: [(factor: Int, matrix: Matrix)] = []
      for e in entries {
        let k = widths[e.factor]
        let position = parts.firstIndex { $0.factor == e.factor } ?? parts.count
        if position == parts.count { parts.append((e.factor, Matrix(rows: k, columns: k))) }
        for i in 0..<k {
          let value = lower[e.factor][i + e.column * k]
          parts[position].matrix[e.row, i] += value
          parts[position].matrix[i, e.row] += value
        }
      }
      return Direction(parts: parts)
    }
  }

  /// Orthonormal axes of θ: along each column of T, and across it; nil where no column has several entries.
  ///
  /// Where effects dwarf the residuals, a column's length is known to a share of itself but its direction to that of the
  /// residuals: only apart do their curvatures have digits.
  func axes(_ theta: [Double]) -> Matrix? {
    guard let columns, theta.allSatisfy(\.isFinite) else { return nil }
    var result = Matrix.identity(count)
    for members in columns {
      // The reflection that takes the first axis to the column.
      var normal = members.map { theta[$0] }
      let length = dot(normal, normal).squareRoot()
      guard length > 0 else { continue }
      normal[0] += normal[0] < 0 ? -length : length
      let square = dot(normal, normal)
      for (a, i) in members.enumerated() {
        for (b, j) in members.enumerated() { result[i, j] -= 2 * normal[a] * normal[b] / square }
      }
    }
    return result
  }

  /// The parameters of each column of T with several; nil where there is none.
  private var columns: [[Int]]? {
    var members: [[Int]: [Int]] = [:]
    for (i, entries) in parameters.enumerated() where entries.count == 1 {
      members[[entries[0].factor, entries[0].column], default: []].append(i)
    }
    let several = members.values.filter { $0.count > 1 }
    return several.isEmpty ? nil : several
  }

  /// Combinations of directions by the columns of a matrix.
  func combined(_ directions: [Direction], by axes: Matrix) -> [Direction] {
    (0..<axes.columns).map { j in
      var parts: [(factor: Int, matrix: Matrix)] = []
      for i in 0..<axes.rows where axes[i, j] != 0 {
        for part in directions[i].parts {
          let weighted = part.matrix.mapElements { axes[i, j] * $0 }
          if let position = parts.firstIndex(where: { $0.factor == part.factor }) {
            for e in weighted.storage.indices { parts[position].matrix.storage[e] += weighted.storage[e] }
          } else {
            parts.append((part.factor, weighted))
          }
        }
      }
      return Direction(parts: parts)
    }
  }

  /// Gradient of a function with derivatives F_f = d/dS_f: 2 (F T) at the parameter's entries.
  func gradient(_ derivatives: [Matrix], lower: [[Double]]) -> [Double] {
    parameters.map { entries in
      entries.reduce(0) { sum, e in
        let k = widths[e.factor]
        var value = 0.0
        for c in 0..<k { value += derivatives[e.factor][e.row, c] * lower[e.factor][c + e.column * k] }
        return sum + 2 * value
      }
    }
  }

  /// S of each of the caller's terms, in the caller's units.
  func covariances(_ lower: [[Double]], widths termWidths: [Int]) -> [Matrix] {
    termWidths.enumerated().map { t, k in
      guard let place = places[t], let map = maps[t] else { return Matrix(rows: k, columns: k) }
      let order = widths[place.factor]
      var root = Matrix(rows: k, columns: k)
      for a in 0..<k {
        for b in 0...a { root[a, b] = lower[place.factor][place.offset + a + (place.offset + b) * order] }
      }
      // S = G⁻¹ T T' G⁻ᵀ; G is well conditioned by construction.
      guard let scaled = try? LinearAlgebra.solve(map, root) else { return Matrix(rows: k, columns: k) }
      var result = scaled * scaled.transposed
      for a in 0..<k { for b in 0..<a { result[a, b] = result[b, a] } }
      return result
    }
  }

  /// T of every factor from the caller's relative covariances; negative eigenvalues count as zero.
  func lower(covariances: [Matrix]) -> [[Double]] {
    var result = widths.map { [Double](repeating: 0, count: $0 * $0) }
    for (t, covariance) in covariances.enumerated() {
      guard let place = places[t], let map = maps[t] else { continue }
      let inner = map * covariance * map.transposed
      let root = Self.semidefiniteCholesky(inner)
      let order = widths[place.factor]
      for a in 0..<root.rows {
        for b in 0...a {
          result[place.factor][place.offset + a + (place.offset + b) * order] = root[a, b]
        }
      }
    }
    return result
  }

  /// θ of given lower factors; tied entries are averaged in the square.
  func theta(_ lower: [[Double]]) -> [Double] {
    parameters.map { entries in
      if entries.count == 1, let e = entries.first {
        return lower[e.factor][e.row + e.column * widths[e.factor]]
      }
      let squares = entries.map { e in
        let value = lower[e.factor][e.row + e.column * widths[e.factor]]
        return value * value
      }
      return (squares.reduce(0, +) / Double(entries.count)).squareRoot()
    }
  }

  /// L with A = LL' for a positive semidefinite A: columns of vanishing pivots are zero.
  static func semidefiniteCholesky(_ a: Matrix) -> Matrix {
    let n = a.rows
    var l = Matrix(rows: n, columns: n)
    for j in 0..<n {
      var pivot = a[j, j]
      for c in 0..<j { pivot -= l[j, c] * l[j, c] }
      guard pivot > 1e-14 * abs(a[j, j]), pivot > 0 else { continue }
      let root = pivot.squareRoot()
      l[j, j] = root
      for i in j + 1..<max(n, j + 1) {
        var value = a[i, j]
        for c in 0..<j { value -= l[i, c] * l[j, c] }
        l[i, j] = value / root
      }
    }
    return l
  }
}
