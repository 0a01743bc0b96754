import Foundation
internal import LinearAlgebra

/// The directions in which covariance matrices can move without leaving the boundary they are on.
///
/// With S̃ = U₁ D U₁' and U₂ its null space these are the symmetric E with U₂'E U₂ = 0; S̃ + tE has rank r to second
/// order with t² E S̃⁺ E added, which the slopes across the boundary see as curvature.
struct TangentSpace {
  /// Free covariance parameters of the standardised regressors × directions.
  private(set) var basis: Matrix
  /// Whether some matrix is singular.
  private(set) var isSingular = false
  /// The caller's parameters that are zero variances, covariances beside one, or those of perfect correlations.
  private(set) var atBound: Set<Int> = []

  private let model: MixedModel
  /// The terms whose S̃ is any matrix, and singular.
  private var curved: [Boundary] = []

  /// A singular S̃ with the directions E = uv' + vu' from a vector u of its null space to one v of its range.
  private struct Boundary {
    let term: Int
    let shape: TermCovariance
    var crossings: [(column: Int, null: Int, range: Int)] = []
  }

  init(model: MixedModel, lower: [[Double]], parameters set: CovarianceParameters, free: [Int]) {
    self.model = model
    let position = Dictionary(uniqueKeysWithValues: free.enumerated().map { ($1, $0) })
    var columns: [[Double]] = []
    func unit(_ entries: [(Int, Double)]) -> [Double] {
      var column = [Double](repeating: 0, count: free.count)
      for (parameter, value) in entries { if let row = position[parameter] { column[row] = value } }
      return column
    }
    for (t, term) in model.terms.enumerated() {
      guard let shape = TermCovariance(model: model, lower: lower, term: t) else { continue }
      let own = free.filter { set.parameters[$0].parts.first?.term == t }
      if shape.isSingular { isSingular = true }
      let bounded = own.filter {
        shape.isAtBound(set.parameters[$0].reported) || set.isAtBound(set.parameters[$0])
      }
      atBound.formUnion(bounded)
      // where S̃ has parameters of its own, those are the directions
      guard term.mayReorder else {
        columns += own.filter { !bounded.contains($0) }.map { unit([($0, 1)]) }
        continue
      }
      var boundary = Boundary(term: t, shape: shape)
      for i in 0..<term.width {
        for j in 0...i where shape.isInRange(i) || shape.isInRange(j) {
          let (u, v) = (shape.vectors.column(i), shape.vectors.column(j))
          var e = Matrix(rows: term.width, columns: term.width)
          for a in 0..<term.width { for b in 0..<term.width { e[a, b] = u[a] * v[b] + v[a] * u[b] } }
          if !shape.isInRange(i) { boundary.crossings.append((columns.count, i, j)) }
          if !shape.isInRange(j) { boundary.crossings.append((columns.count, j, i)) }
          columns.append(
            unit(own.map { ($0, e[set.parameters[$0].entry.row, set.parameters[$0].entry.column]) }))
        }
      }
      if shape.isSingular { curved.append(boundary) }
    }
    basis = Matrix(columns: columns, rows: free.count)
  }

  /// The curvature of -2 log L at a point that comes from the boundary's own; zero where no boundary is curved.
  func curvature(at point: ParameterPoint) throws(EngineError) -> Matrix {
    if curved.isEmpty { return Matrix(rows: basis.columns, columns: basis.columns) }
    // Second-order traces may be differences, whose last evaluation was of another point.
    _ = try point.objective.evaluate(lower: point.profile.lower, theta: point.profile.theta)
    return curvature(point.objective.covarianceDerivatives(try point.traces(), at: point.profile))
  }

  /// tr(F E_i S̃⁺ E_j) + tr(F E_j S̃⁺ E_i) for slopes F = d deviance / dS̃ across the boundary: 2 u_i'Fu_j / λ for crossings
  /// to the same vector of the range, of eigenvalue λ, and zero for all else.
  private func curvature(_ slopes: [Matrix]) -> Matrix {
    var result = Matrix(rows: basis.columns, columns: basis.columns)
    for boundary in curved {
      guard let place = model.layout.places[boundary.term] else { continue }
      let vectors = boundary.shape.vectors
      let range = Array(place.offset..<place.offset + vectors.rows)
      let own = slopes[place.factor].selecting(rows: range).selecting(columns: range)
      let across = vectors.transposed * own * vectors
      for first in boundary.crossings {
        for second in boundary.crossings where first.range == second.range {
          result[first.column, second.column] +=
            2 * across[first.null, second.null] / boundary.shape.values[first.range]
        }
      }
    }
    return result
  }
}

/// The relative covariance of one term at given factors, with its null space.
struct TermCovariance {
  /// Eigenvectors and eigenvalues of S̃.
  let vectors: Matrix
  let values: [Double]
  private let isRange: [Bool]
  /// S in the caller's units, and (G G')⁻¹: the same for S̃ = I.
  private let user: Matrix
  private let units: Matrix
  /// Variance, in parts of the residual's, that the mean level determines.
  private let noise: [Double]

  /// Variance below which it is zero, in parts of what a level determines; the optimiser sets θ√A below 1e-3 to zero.
  private static let negligible = 1e-8
  /// Share of the largest variance below which another is rounding.
  private static let dwarfed = 1e-12

  init?(model: MixedModel, lower: [[Double]], term t: Int) {
    let layout = model.layout
    guard let place = layout.places[t], let back = model.inverseMap(t) else { return nil }
    let k = model.terms[t].width
    let order = layout.widths[place.factor]
    var root = Matrix(rows: k, columns: k)
    for a in 0..<k {
      for b in 0...a { root[a, b] = lower[place.factor][place.offset + a + (place.offset + b) * order] }
    }
    let inner = root * root.transposed
    noise = (0..<k).map { a in
      let mean = model.moments.meanSquares[place.factor][place.offset + a]
      return mean > 0 ? 1 / mean : 1
    }
    let eigen = try? SymmetricEigen(inner)
    values = eigen?.values ?? inner.diagonal
    vectors = eigen?.vectors ?? .identity(k)
    let unit = noise.reduce(0, +) / Double(k)
    let largest = values.max() ?? 0
    isRange = values.map { $0 > Self.negligible * unit && $0 > Self.dwarfed * largest }
    let scaled = back * root
    user = scaled * scaled.transposed
    units = back * back.transposed
  }

  /// Whether the matrix has a null space.
  var isSingular: Bool { isRange.contains(false) }
  /// Whether an eigenvector belongs to a positive eigenvalue.
  func isInRange(_ i: Int) -> Bool { isRange[i] }

  /// Whether an effect has no variance.
  func isZero(_ a: Int) -> Bool {
    user[a, a] <= 10 * Self.negligible * units[a, a] * (noise.reduce(0, +) / Double(noise.count))
  }

  /// The correlation of two effects where it is perfect, else nil.
  func perfectCorrelation(_ a: Int, _ b: Int) -> Int? {
    guard isSingular, a != b, !isZero(a), !isZero(b) else { return nil }
    let correlation = user[a, b] / (user[a, a] * user[b, b]).squareRoot()
    return 1 - correlation * correlation < 10 * Self.dwarfed ? (correlation < 0 ? -1 : 1) : nil
  }

  /// What is at its bound, in the caller's effects; nil inside the cone.
  func bound(term: Int) -> Estimate.Bound? {
    guard isSingular else { return nil }
    let effects = 0..<user.rows
    let pairs = effects.flatMap { a in (0..<a).map { (first: $0, second: a) } }
    return Estimate.Bound(
      term: term, rank: isRange.count { $0 }, zeros: effects.filter(isZero),
      perfect: pairs.compactMap { pair in
        perfectCorrelation(pair.first, pair.second).map { (pair.first, pair.second, $0) }
      })
  }

  /// Whether a reported parameter is at its bound; of a correlation that all effects share its form knows.
  func isAtBound(_ parameter: ReportedParameter) -> Bool {
    if parameter.kind == .correlation { return false }
    return isZero(parameter.row) || isZero(parameter.column)
      || perfectCorrelation(parameter.row, parameter.column) != nil
  }
}
