import Foundation
internal import LinearAlgebra

/// The map between θ, the parameters of every term's covariance form, and the relative covariances S_f = T_f T_f'.
///
/// It knows where each term's block stands in its factor's S; what stands in a block is the form's affair.
package struct CovarianceLayout: Sendable {
  /// Where a term's block stands.
  struct Place: Sendable {
    let factor: Int
    /// First column of the block.
    let offset: Int
    let width: Int
  }

  /// A run of θ, with the term whose form it belongs to, or the terms that share it.
  struct Piece: Sendable {
    let form: any CovarianceForm
    var members: [Place]
    let theta: Range<Int>
  }

  /// What one θ is.
  struct Parameter: Sendable {
    let kind: FormParameter.Kind
    /// The rows of the factors' S that it concerns.
    var rows: [(factor: Int, row: Int)]
  }

  /// Order of each factor's T.
  let widths: [Int]
  let pieces: [Piece]
  let parameters: [Parameter]
  /// For each caller's term its factor and first column there; nil when it is held at zero.
  let places: [(factor: Int, offset: Int)?]
  /// G of each caller's term: S̃ = G S G' in standardised regressors.
  let maps: [Matrix?]

  init(terms: [RandomTerm], structure: ModelStructure, bases: [FactorBasis]) {
    widths = structure.factors.map(\.width)
    var pieces: [Piece] = []
    var parameters: [Parameter] = []
    var tied: [Int: Int] = [:]
    var places = [(factor: Int, offset: Int)?](repeating: nil, count: terms.count)
    var maps = [Matrix?](repeating: nil, count: terms.count)
    for (f, factor) in structure.factors.enumerated() {
      for (position, t) in factor.terms.enumerated() {
        let place = Place(factor: f, offset: factor.offsets[position], width: terms[t].width)
        places[t] = (f, place.offset)
        maps[t] = bases[f].maps[position]
        let form = terms[t].covariance.form
        let own = form.parameters(width: place.width).map { parameter in
          Parameter(kind: parameter.kind, rows: parameter.rows.map { (f, place.offset + $0) })
        }
        if let tie = terms[t].tie, let known = tied[tie] {
          pieces[known].members.append(place)
          for (i, parameter) in zip(pieces[known].theta, own) { parameters[i].rows += parameter.rows }
          continue
        }
        if let tie = terms[t].tie { tied[tie] = pieces.count }
        pieces.append(
          Piece(
            form: form, members: [place], theta: parameters.count..<parameters.count + own.count))
        parameters += own
      }
    }
    self.pieces = pieces
    self.parameters = parameters
    self.places = places
    self.maps = maps
  }

  /// Number of parameters.
  var count: Int { parameters.count }

  /// The entry of T that each parameter of the only factor is; nil where parameters are anything else.
  var entries: [(row: Int, column: Int)]? {
    guard widths.count == 1 else { return nil }
    var result: [(row: Int, column: Int)] = []
    for piece in pieces {
      guard piece.members.count == 1, let place = piece.members.first,
        let own = piece.form.entries(width: place.width)
      else { return nil }
      result += own.map { (place.offset + $0.row, place.offset + $0.column) }
    }
    return result
  }

  /// T of every factor, column-major.
  package func lower(_ theta: [Double]) -> [[Double]] {
    var result = widths.map { [Double](repeating: 0, count: $0 * $0) }
    for piece in pieces {
      for place in piece.members {
        fill(&result, place, with: piece.form.root(theta[piece.theta], width: place.width))
      }
    }
    return result
  }

  /// Writes a term's T into its factor's.
  func fill(_ lower: inout [[Double]], _ place: Place, with root: Matrix) {
    let order = widths[place.factor]
    for b in 0..<place.width {
      for a in b..<place.width {
        lower[place.factor][place.offset + a + (place.offset + b) * order] = root[a, b]
      }
    }
  }

  /// T of a term from its factor's.
  func root(_ lower: [[Double]], _ place: Place) -> Matrix {
    let order = widths[place.factor]
    var result = Matrix(rows: place.width, columns: place.width)
    for b in 0..<place.width {
      for a in b..<place.width {
        result[a, b] = lower[place.factor][place.offset + a + (place.offset + b) * order]
      }
    }
    return result
  }

  /// T of a term from its factor's; nil where it is held at zero.
  func root(_ lower: [[Double]], term t: Int, width: Int) -> Matrix? {
    places[t].map { root(lower, Place(factor: $0.factor, offset: $0.offset, width: width)) }
  }

  /// A term's block of a matrix over its factor's columns.
  private func block(_ matrix: Matrix, _ place: Place) -> Matrix {
    if place.width == matrix.rows { return matrix }
    var result = Matrix(rows: place.width, columns: place.width)
    for b in 0..<place.width {
      for a in 0..<place.width { result[a, b] = matrix[place.offset + a, place.offset + b] }
    }
    return result
  }

  /// A matrix over a term's columns as one over its factor's.
  private func embedded(_ matrix: Matrix, _ place: Place) -> Matrix {
    let order = widths[place.factor]
    if place.width == order { return matrix }
    var result = Matrix(rows: order, columns: order)
    for b in 0..<place.width {
      for a in 0..<place.width { result[place.offset + a, place.offset + b] = matrix[a, b] }
    }
    return result
  }

  /// Derivatives of every S_f with respect to each parameter.
  package func directions(_ lower: [[Double]], theta: [Double]) -> [Direction] {
    var result: [Direction] = []
    for piece in pieces {
      var own = piece.theta.map { _ in Direction(parts: []) }
      for place in piece.members {
        let slopes = piece.form.slopes(theta[piece.theta], root: root(lower, place))
        for (i, slope) in slopes.enumerated() {
          own[i].add(embedded(slope, place), factor: place.factor)
        }
      }
      result += own
    }
    return result
  }

  /// Orthonormal axes of θ: along each vector of parameters, and across it; nil where there is none of several.
  ///
  /// Where effects dwarf the residuals, a column of T has a length that is known to a share of itself but a direction that
  /// is known to that of the residuals: only apart do their curvatures have digits.
  func axes(_ theta: [Double]) -> Matrix? {
    let vectors = pieces.flatMap { piece in
      piece.form.vectors(width: piece.members[0].width).map { $0.map { piece.theta.lowerBound + $0 } }
    }.filter { $0.count > 1 }
    guard !vectors.isEmpty, theta.allSatisfy(\.isFinite) else { return nil }
    var result = Matrix.identity(count)
    for members in vectors {
      // The reflection that takes the first axis to the vector.
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

  /// The sign of each θ with which columns of T point as they do at another point; the deviance is even in each column.
  func signs(of theta: [Double], towards other: [Double]) -> [Double] {
    var result = [Double](repeating: 1, count: count)
    for piece in pieces {
      let first = piece.theta.lowerBound
      var columns = piece.form.vectors(width: piece.members[0].width).map { $0.map { first + $0 } }
      if columns.isEmpty { columns = piece.theta.filter { parameters[$0].kind.isVariance }.map { [$0] } }
      for column in columns where column.reduce(0, { $0 + theta[$1] * other[$1] }) < 0 {
        for i in column { result[i] = -1 }
      }
    }
    return result
  }

  /// Combinations of directions by the columns of a matrix.
  func combined(_ directions: [Direction], by axes: Matrix) -> [Direction] {
    (0..<axes.columns).map { j in
      var result = Direction(parts: [])
      for i in 0..<axes.rows where axes[i, j] != 0 {
        for part in directions[i].parts { result.add(part.matrix, factor: part.factor, times: axes[i, j]) }
      }
      return result
    }
  }

  /// A'HA of axes A that have few entries each, as H has.
  func turned(_ curvature: Matrix, by axes: Matrix) -> Matrix {
    let n = axes.rows
    // where the entries of each column stand
    func entries(_ matrix: Matrix) -> [Range<Int>] {
      (0..<n).map { j in
        var (first, end) = (0, n)
        while first < end, matrix.storage[first + j * n] == 0 { first += 1 }
        while end > first, matrix.storage[end - 1 + j * n] == 0 { end -= 1 }
        return first..<end
      }
    }
    let weights = entries(axes)
    func timesAxes(_ matrix: Matrix) -> Matrix {
      var result = Matrix(rows: n, columns: n)
      let rows = entries(matrix)
      for j in 0..<n {
        for i in weights[j] {
          let weight = axes.storage[i + j * n]
          for row in rows[i] { result.storage[row + j * n] += weight * matrix.storage[row + i * n] }
        }
      }
      return result
    }
    return timesAxes(timesAxes(curvature).transposed)
  }

  /// Gradient of a function with derivatives F_f = d/dS_f.
  func gradient(_ derivatives: [Matrix], lower: [[Double]], theta: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: count)
    for piece in pieces {
      for place in piece.members {
        let own = piece.form.gradient(
          block(derivatives[place.factor], place), theta[piece.theta], root: root(lower, place))
        for (i, value) in zip(piece.theta, own) { result[i] += value }
      }
    }
    return result
  }

  /// What second derivatives by θ have on the boundary beside those by S, from F_f = d/dS_f.
  func boundaryCurvature(_ derivatives: [Matrix], theta: [Double]) -> Matrix {
    var result = Matrix(rows: count, columns: count)
    for piece in pieces {
      let first = piece.theta.lowerBound
      for place in piece.members {
        let own = piece.form.boundaryCurvature(block(derivatives[place.factor], place), theta[piece.theta])
        for i in 0..<own.rows { for j in 0..<own.rows { result[first + i, first + j] += own[i, j] } }
      }
    }
    return result
  }

  /// θ off those bounds from which a function with derivatives F_f = d/dS_f falls; nil where there is none.
  func reopened(_ theta: [Double], derivatives: [Matrix], scales: [Double]) -> [Double]? {
    var result = theta
    for piece in pieces {
      let own = piece.members.map { block(derivatives[$0.factor], $0) }
      if let moved = piece.form.reopened(theta[piece.theta], derivatives: own, scales: scales[piece.theta]) {
        result.replaceSubrange(piece.theta, with: moved)
      }
    }
    return result == theta ? nil : result
  }

  /// θ with what lies near a bound on it.
  ///
  /// - Parameter distance: what is near, in parts of the parameters' scales.
  func snapped(_ theta: [Double], within distance: Double, scales: [Double]) -> [Double] {
    theta.indices.map { parameters[$0].kind.snapped(theta[$0], within: distance * scales[$0]) }
  }
}

extension Direction {
  /// Adds a multiple of a change of a factor's S.
  fileprivate mutating func add(_ matrix: Matrix, factor: Int, times number: Double = 1) {
    guard let position = parts.firstIndex(where: { $0.factor == factor }) else {
      parts.append((factor, number == 1 ? matrix : number * matrix))
      return
    }
    parts[position].matrix.storage.withUnsafeMutableBufferPointer { target in
      for e in target.indices { target[e] += number * matrix.storage[e] }
    }
  }
}
