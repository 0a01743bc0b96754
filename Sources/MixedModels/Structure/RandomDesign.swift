import Foundation
package import LinearAlgebra

/// The random part of a model without response: factors, standardised regressors, and the map from θ to covariances.
///
/// For engines beside the linear one. Effects of a level are b̃ = T u with u standard normal, in regressors Z̃ whose mean
/// square is 1; a term's effects in the caller's units are G⁻¹ b̃.
package struct RandomDesign: Sendable {
  /// One partition of the rows with all its effects.
  package struct Level: Sendable {
    /// Level of each row; -1 where there is none.
    package let codes: [Int32]
    package let levelCount: Int
    /// Effects of a level.
    package let width: Int
    /// Z̃, a column for each effect; nil for ones.
    package let columns: [[Double]?]
  }

  /// The factors; the one with the most levels first.
  package let factors: [Level]
  /// Terms held at zero.
  package let held: [HeldTerm]
  let terms: [RandomTerm]
  private let termFactors: [Factor]
  let layout: CovarianceLayout

  /// - Parameters:
  ///   - fixed: the fixed design, in which a term's columns may lie.
  ///   - holdsRowEffects: whether an effect for each row is held at zero.
  package init(terms: [RandomTerm], fixed: Matrix, holdsRowEffects: Bool) throws(EngineError) {
    let n = fixed.rows
    let rows = try Rows(response: (0..<n).map(Double.init), fixed: fixed, terms: terms)
    try rows.findNonFinite()
    let table = RegressorTable(rows)
    let structure = ModelStructure(terms: terms, table: table, holdsRowEffects: holdsRowEffects)
    if structure.factors.isEmpty { throw .nothingIdentifiable(structure.held) }
    let order = structure.factors.indices.sorted {
      (structure.factors[$0].levelCount, -$0) > (structure.factors[$1].levelCount, -$1)
    }
    var sorted = structure
    sorted.factors = order.map { structure.factors[$0] }
    var bases: [FactorBasis] = []
    var levels: [Level] = []
    var tieScales: [Int: Double] = [:]
    for factor in sorted.factors {
      var columns: [[Double]?] = []
      var maps: [Matrix] = []
      for t in factor.terms {
        let standard = StandardColumns(terms[t], rows: n, tieScales: &tieScales)
        columns += standard.columns
        maps.append(standard.map)
      }
      bases.append(FactorBasis(maps: maps))
      levels.append(
        Level(
          codes: factor.codes, levelCount: factor.levelCount, width: factor.width, columns: columns))
    }
    self.terms = terms
    termFactors = sorted.factors
    factors = levels
    held = structure.held
    layout = CovarianceLayout(terms: terms, structure: sorted, bases: bases)
  }

  // MARK: θ

  /// Number of parameters.
  package var parameterCount: Int { layout.count }
  /// Whether each parameter vanishes with a variance.
  package var areVariances: [Bool] { layout.parameters.map(\.kind.isVariance) }

  /// T of every factor, column-major.
  package func lower(_ theta: [Double]) -> [[Double]] { layout.lower(theta) }

  /// θ of covariances of the standardised effects, one positive definite matrix for each factor.
  package func theta(standard covariances: [Matrix]) -> [Double] {
    let roots = covariances.map { ((try? Cholesky($0))?.lower ?? $0).storage }
    return layout.theta(roots)
  }

  /// Typical size of each parameter, from standard deviations of the standardised effects.
  package func scales(deviations: [[Double]]) -> [Double] {
    layout.parameters.map { parameter in
      parameter.kind.scale(deviation: deviations[parameter.rows[0].factor][parameter.rows[0].row])
    }
  }

  /// θ of the terms' covariances in the caller's units, or the nearest of their forms.
  package func theta(covariances: [Matrix]) -> [Double] {
    layout.theta(layout.lower(covariances: covariances))
  }

  /// The terms' covariances in the caller's units.
  package func covariances(_ theta: [Double]) -> [Matrix] {
    layout.covariances(layout.lower(theta), widths: terms.map(\.width))
  }

  /// Whether T is linear in θ.
  package var rootsAreLinear: Bool { layout.pieces.allSatisfy { $0.form is any LinearForm } }

  /// ∂T/∂θ_i for every parameter, as matrices over some factors' columns.
  package func rootSlopes(_ theta: [Double]) -> [[(factor: Int, matrix: Matrix)]] {
    var result = [[(factor: Int, matrix: Matrix)]](repeating: [], count: layout.count)
    for piece in layout.pieces {
      for place in piece.members {
        for (i, slope) in Self.rootSlopes(piece.form, theta[piece.theta], width: place.width).enumerated() {
          let order = layout.widths[place.factor]
          var matrix = Matrix(rows: order, columns: order)
          for b in 0..<place.width {
            for a in 0..<place.width { matrix[place.offset + a, place.offset + b] = slope[a, b] }
          }
          result[piece.theta.lowerBound + i].append((place.factor, matrix))
        }
      }
    }
    return result
  }

  private static func rootSlopes(
    _ form: any CovarianceForm, _ theta: ArraySlice<Double>, width: Int
  ) -> [Matrix] {
    if let form = form as? any LinearForm {
      var result = theta.map { _ in Matrix(rows: width, columns: width) }
      form.forEachEntry(width: width) { result[$0][$1, $2] = 1 }
      return result
    }
    // Differences of fourth order: T is smooth in θ and costs nothing.
    return theta.indices.map { i in
      let step = 1e-3 * max(1e-2, abs(theta[i]))
      func root(_ change: Double) -> Matrix {
        var moved = theta
        moved[i] += change
        return form.root(moved, width: width)
      }
      let near = root(step) - root(-step)
      let far = root(2 * step) - root(-2 * step)
      return (1 / (12 * step)) * (8 * near - far)
    }
  }

  /// What second derivatives by θ have on the boundary beside those by S, from F_f = d/dS_f.
  package func boundaryCurvature(_ derivatives: [Matrix], theta: [Double]) -> Matrix {
    layout.boundaryCurvature(derivatives, theta: theta)
  }

  /// θ off those bounds from which a function with derivatives F_f = d/dS_f falls; nil where there is none.
  package func reopened(_ theta: [Double], derivatives: [Matrix], scales: [Double]) -> [Double]? {
    layout.reopened(theta, derivatives: derivatives, scales: scales)
  }

  /// Points in other basins than that of θ: with one term's correlations at, or near, their bounds.
  package func farCorrelations(_ theta: [Double]) -> [[Double]] {
    layout.farCorrelations(from: theta, lower: layout.lower(theta))
  }

  /// θ with what lies near a bound on it.
  package func snapped(_ theta: [Double], within distance: Double, scales: [Double]) -> [Double] {
    layout.snapped(theta, within: distance, scales: scales)
  }

  // MARK: Terms

  /// The factor of a term, its first column there, and its levels' positions; nil where the term is held at zero.
  package func place(of term: Int) -> (factor: Int, offset: Int, levels: [Int32]?)? {
    guard let place = layout.places[term],
      let position = termFactors[place.factor].terms.firstIndex(of: term)
    else { return nil }
    return (place.factor, place.offset, termFactors[place.factor].levelMaps[position])
  }

  /// Independent effects of nearly the same columns, put together; nil where there are none.
  package var correlated: CorrelatedTerms? {
    CorrelatedTerms(terms, factors: termFactors) { f in
      let columns = termFactors[f].terms.flatMap { terms[$0].columns }.map {
        $0 ?? [Double](repeating: 1, count: termFactors[f].codes.count)
      }
      let lengths = columns.map(norm)
      var cosines = Matrix(rows: columns.count, columns: columns.count)
      for a in columns.indices {
        for b in columns.indices where lengths[a] > 0 && lengths[b] > 0 {
          cosines[a, b] = dot(columns[a], columns[b]) / (lengths[a] * lengths[b])
        }
      }
      return (try? SymmetricEigen(cosines))?.values.first ?? 1
    }
  }

  /// G of a term: b̃ = G b.
  package func map(of term: Int) -> Matrix? { layout.maps[term] }

  /// Bounds of the parameter space that covariances lie on, term by term.
  package func singularTerms(_ covariances: [Matrix]) -> [Bool] {
    terms.indices.map { t in
      guard layout.places[t] != nil, let map = layout.maps[t] else { return false }
      let standard = map * covariances[t] * map.transposed
      let correlated =
        standard.rows > 1 && terms[t].covariance.form.runs(width: standard.rows).contains { $0.count > 1 }
      guard correlated else { return standard.diagonal.contains(0) }
      guard let eigen = try? SymmetricEigen(standard), let high = eigen.values.last else { return false }
      return high <= 0 || (eigen.values.first ?? 0) <= 1e-8 * high
    }
  }
}

/// A term's regressors in the basis, or the scale, that its form allows.
private struct StandardColumns {
  var columns: [[Double]?]
  /// G with Z = Z̃ G.
  var map: Matrix

  init(_ term: RandomTerm, rows n: Int, tieScales: inout [Int: Double]) {
    let k = term.width
    let root = Double(max(n, 1)).squareRoot()
    if term.mayReorder, let basis = Self.orthonormal(term, rows: n) {
      self = basis
      return
    }
    var scales = term.columns.map { column in
      guard let column else { return 1.0 }
      let value = norm(column) / root
      return value > 0 && value.isFinite ? value : 1
    }
    if term.covariance.form.standardisation == .commonScale {
      var common = (scales.reduce(0) { $0 + $1 * $1 } / Double(k)).squareRoot()
      if let tie = term.tie {
        common = tieScales[tie] ?? common
        tieScales[tie] = common
      }
      scales = scales.map { _ in common }
    }
    columns = zip(term.columns, scales).map { column, scale in
      if scale == 1 { return column }
      return column.map { $0.map { $0 / scale } } ?? [Double](repeating: 1 / scale, count: n)
    }
    map = Matrix(diagonal: scales)
  }

  private init(columns: [[Double]?], map: Matrix) {
    self.columns = columns
    self.map = map
  }

  /// Columns with mean squares 1 and without cross-products, each freed of those before it; nil where they are nearly
  /// dependent.
  private static func orthonormal(_ term: RandomTerm, rows n: Int) -> StandardColumns? {
    let root = Double(max(n, 1)).squareRoot()
    let k = term.width
    var map = Matrix(rows: k, columns: k)
    var basis: [[Double]] = []
    for (j, column) in term.columns.enumerated() {
      let original = column ?? [Double](repeating: 1, count: n)
      let length = norm(original) / root
      guard length > 0, length.isFinite else { return nil }
      var rest = original.map { $0 / length }
      for _ in 0..<2 {
        for (i, earlier) in basis.enumerated() {
          let share = dot(earlier, rest) / Double(n)
          map[i, j] += share * length
          axpy(-share, earlier, &rest)
        }
      }
      let size = norm(rest) / root
      guard size > 1e-5 else { return nil }
      map[j, j] = size * length
      basis.append(rest.map { $0 / size })
    }
    let columns: [[Double]?] = zip(term.columns, basis).enumerated().map { j, pair in
      j == 0 && pair.0 == nil ? nil : pair.1
    }
    return StandardColumns(columns: columns, map: map)
  }
}

extension FactorBasis {
  /// A basis of which only the maps count.
  init(maps: [Matrix]) {
    coefficients = Matrix(rows: 0, columns: 0)
    self.maps = maps
  }
}
