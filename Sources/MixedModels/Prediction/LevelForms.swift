package import LinearAlgebra

/// Variances of rows as forms of their regressors, by which whoever has the rows can compute them: with x and z_i a row's
/// regressors of the fixed effects and of a bundle of terms, and l_i its level of the bundle's finest term, v_i = N_i z_i and
/// Var(x'b̂ + z'û − x'b − z'u) = σ² (Σ |v_i|² + 2 Σ v_i'K_ij v_j + |F (x − c) + f − Σ G_i z_i|²), as in
/// ``FactoredPredictionErrors``. N_i and G_i belong to l_i, K_ij to the pair of l_i and l_j.
package struct LevelForms: Sendable {
  /// Terms whose levels one of them tells.
  package struct Bundle: Sendable {
    /// The term whose levels tell those of the others.
    package let finest: Int
    /// All of them, ascending.
    package let terms: [Int]
    /// Number of effects in z_i.
    package let width: Int
    /// The level of each term that a level of the finest occurs with; −1 where it occurs with none.
    fileprivate let partners: [[Int]]
  }

  /// Bundles whose finest terms cross, ascending by these; none where no term takes part.
  package let bundles: [Bundle]
  /// The columns of X that F has.
  package let columns: [Int]
  /// c, what is subtracted of each of them: about the mean of a column far from zero, else 0.
  package let origins: [Double]
  /// F, rank × columns.
  package let fixed: Matrix
  /// f, of each row of F.
  package let constants: [Double]
  private let errors: FactoredPredictionErrors

  /// - Parameter hasConstant: whether the first column of the basis of X is the constant, 1 in every row.
  fileprivate init(_ errors: FactoredPredictionErrors, hasConstant: Bool) {
    self.errors = errors
    bundles = errors.bundles()
    let basis = errors.basis
    let rank = basis.rank
    // X T with columns less their origins; the constant, first in the basis, takes up what they were.
    let first = hasConstant ? 1 : 0
    let origins = (0..<rank).map { hasConstant && $0 > 0 ? basis.origin(ofColumn: $0) : 0 }
    let sums = (0..<rank).map { i -> Double in
      guard hasConstant else { return 0 }
      let terms = (1..<max(rank, 1)).map { DoubleDouble.product(basis.toBasis[$0, i], origins[$0]) }
      return terms.reduce(DoubleDouble(basis.toBasis[0, i]), +).high
    }
    let lower = Cholesky(lower: basis.factor)
    let kept = Array(first..<max(rank, first))
    fixed = lower.forwardSolve(basis.toBasis.transposed.selecting(columns: kept))
    constants = lower.forwardSolve(sums)
    columns = kept.map { basis.kept[$0] }
    self.origins = kept.map { origins[$0] }
  }

  /// Number of numbers of a level of a bundle.
  package func count(of bundle: Int) -> Int {
    let width = bundles[bundle].width
    return width * (width + 1) / 2 + constants.count * width
  }

  /// The rows of N's upper triangle, then those of G, level after level of a bundle's finest term.
  package func numbers(of bundle: Int) -> [Double] {
    let own = bundles[bundle]
    let lower = Cholesky(lower: errors.basis.factor)
    var numbers: [Double] = []
    numbers.reserveCapacity(own.partners[0].count * count(of: bundle))
    for level in own.partners[0].indices {
      let known = errors.places(level, own)
      let places = known.places
      let root = errors.root(places)
      var upper = Matrix(rows: own.width, columns: own.width)
      for (i, row) in known.columns.enumerated() {
        for j in row..<own.width {
          upper[row, j] = (i..<places.count).reduce(0.0) { $0 + root[$1, i] * known.weights[$1, j] }
        }
      }
      for i in 0..<own.width { for j in i..<own.width { numbers.append(upper[i, j]) } }
      var moved = Matrix(rows: constants.count, columns: own.width)
      for c in constants.indices {
        for j in 0..<own.width {
          moved[c, j] = places.indices.reduce(0.0) {
            $0 + errors.projected[c * errors.system.count + places[$1]] * known.weights[$1, j]
          }
        }
      }
      numbers += lower.forwardSolve(moved).transposed.storage
    }
    return numbers
  }

  /// Levels of the finest terms of two bundles that occur in one row.
  package func pairs(_ a: Int, _ b: Int) -> [(Int, Int)] {
    let system = errors.system
    let (first, second) = (bundles[a].finest, bundles[b].finest)
    let widths = [first, second].map { system.factors[$0]?.rows ?? 1 }
    let theirs = system.starts[second]..<system.starts[second] + errors.levelCount(second) * widths[1]
    var result: [(Int, Int)] = []
    for level in 0..<errors.levelCount(first) {
      let column = system.starts[first] + level * widths[0]
      for entry in system.pattern.columnStarts[column]..<system.pattern.columnStarts[column + 1] {
        let row = Int(system.pattern.rowIndices[entry])
        guard theirs.contains(row), (row - theirs.lowerBound) % widths[1] == 0 else { continue }
        result.append((level, (row - theirs.lowerBound) / widths[1]))
      }
    }
    return result
  }

  /// The rows of K, pair after pair of ``pairs(_:_:)``: with M⁻¹ = QQ' on the places of a level, K = Q_i⁻¹M⁻¹Q_j⁻ᵀ holds
  /// correlations, and z_i'Λ_i M⁻¹Λ_j'z_j = v_i'Kv_j loses no digits far from a regressor's origin.
  package func numbers(of pairs: [(Int, Int)], _ a: Int, _ b: Int) -> [Double] {
    let sides = [a, b].map { bundle in
      let known = bundles[bundle].partners[0].indices.map { errors.places($0, bundles[bundle]) }
      return (width: bundles[bundle].width, levels: known, roots: known.map { errors.root($0.places) })
    }
    let size = sides[0].width * sides[1].width
    var numbers = [Double](repeating: 0, count: pairs.count * size)
    for (position, pair) in pairs.enumerated() {
      let (mine, theirs) = (sides[0].levels[pair.0], sides[1].levels[pair.1])
      var block = errors.inverse(mine.places, theirs.places)
      sides[0].roots[pair.0].divide(&block)
      block = block.transposed
      sides[1].roots[pair.1].divide(&block)
      for (i, row) in mine.columns.enumerated() {
        for (j, column) in theirs.columns.enumerated() {
          numbers[position * size + row * sides[1].width + column] = block[j, i]
        }
      }
    }
    return numbers
  }
}

extension Matrix {
  /// L⁻¹B by a lower triangle L, whose columns of vanishing pivots are zero; so are those rows of the result.
  fileprivate func divide(_ b: inout Matrix) {
    for column in 0..<b.columns {
      for i in 0..<rows {
        guard self[i, i] > 0 else {
          b[i, column] = 0
          continue
        }
        b[i, column] = (0..<i).reduce(b[i, column]) { $0 - self[i, $1] * b[$1, column] } / self[i, i]
      }
    }
  }
}

extension PredictionStatistics.Basis {
  /// Times its spread that a column's mean lies from zero before it is subtracted.
  private static let farOrigin = 10.0

  /// The mean of a column of a basis that begins with the constant, where it is far from zero.
  fileprivate func origin(ofColumn j: Int) -> Double {
    // X = X̃T⁻¹, so that row 0 of T⁻¹ holds the sums of products with the constant.
    var unit = Matrix(rows: rank, columns: 1)
    unit[0, 0] = 1
    guard let sums = try? LinearAlgebra.solve(toBasis.transposed, unit) else { return 0 }
    let mean = sums[j, 0] / sums[0, 0]
    let isFar = abs(mean * toBasis[j, j]) > Self.farOrigin * abs(toBasis[0, 0])
    return isFar && mean.isFinite ? mean : 0
  }
}

extension FactoredPredictionErrors {
  func levelForms(hasConstant: Bool) -> LevelForms? { LevelForms(self, hasConstant: hasConstant) }

  fileprivate func levelCount(_ term: Int) -> Int {
    let next = term + 1 < system.starts.count ? system.starts[term + 1] : system.count
    return (next - system.starts[term]) / max(system.factors[term]?.rows ?? 1, 1)
  }

  /// Bundles of the terms that take part: a term whose levels another one's tell lies with it, those of equal partitions with
  /// the first.
  fileprivate func bundles() -> [LevelForms.Bundle] {
    let active = system.factors.indices.filter { system.factors[$0] != nil }
    let told = active.map { partners(of: $0, among: active) }
    let finest = active.indices.filter { own in
      active.indices.allSatisfy { other in
        other == own || told[other][own] == nil || told[own][other] != nil && own < other
      }
    }
    return finest.map { own in
      let members = active.indices.filter { term in finest.first { told[$0][term] != nil } == own }
      return LevelForms.Bundle(
        finest: active[own], terms: members.map { active[$0] },
        width: members.reduce(0) { $0 + (system.factors[active[$1]]?.rows ?? 0) },
        partners: members.map { told[own][$0] ?? [] })
    }
  }

  /// The level of each active term that a level of `term` occurs with, −1 where it occurs with none; nil where some level
  /// occurs with several.
  private func partners(of term: Int, among active: [Int]) -> [[Int]?] {
    let (pattern, first) = (system.pattern, system.starts[term])
    let levels = levelCount(term)
    let width = system.factors[term]?.rows ?? 1
    let own = first..<first + levels * width
    var result: [[Int]?] = active.map {
      $0 == term ? Array(0..<levels) : [Int](repeating: -1, count: levels)
    }
    // The position among the active terms of each scalar effect.
    var position = [Int](repeating: 0, count: system.count)
    for (number, term) in active.enumerated() {
      for place in 0..<levelCount(term) * (system.factors[term]?.rows ?? 1) {
        position[system.starts[term] + place] = number
      }
    }
    for column in 0..<pattern.count {
      for entry in pattern.columnStarts[column]..<pattern.columnStarts[column + 1] {
        let row = Int(pattern.rowIndices[entry])
        guard own.contains(row) != own.contains(column) else { continue }
        let (mine, other) = own.contains(row) ? (row, column) : (column, row)
        let (level, number) = ((mine - first) / width, position[other])
        guard let known = result[number]?[level] else { continue }
        let partner = (other - system.starts[active[number]]) / (system.factors[active[number]]?.rows ?? 1)
        if known >= 0, known != partner {
          result[number] = nil
        } else {
          result[number]?[level] = partner
        }
      }
    }
    return result
  }

  /// Where a level of a bundle lies in M, the place in z of each place there, and Λ' of these.
  fileprivate func places(_ level: Int, _ bundle: LevelForms.Bundle) -> (
    places: [Int], columns: [Int], weights: Matrix
  ) {
    var (places, columns): ([Int], [Int]) = ([], [])
    var weights = Matrix(rows: bundle.width, columns: bundle.width)
    var offset = 0
    for (number, term) in bundle.terms.enumerated() {
      guard let factor = system.factors[term] else { continue }
      let partner = bundle.partners[number][level]
      if partner >= 0 {
        for b in 0..<factor.rows {
          for a in b..<factor.rows { weights[places.count, offset + a] = factor[a, b] }
          columns.append(offset + b)
          places.append(system.starts[term] + partner * factor.rows + b)
        }
      }
      offset += factor.rows
    }
    return (places, columns, weights)
  }

  /// Q, lower triangular, of M⁻¹ = QQ' at some places.
  fileprivate func root(_ places: [Int]) -> Matrix {
    CovarianceLayout.semidefiniteCholesky(inverse(at: places))
  }
}
