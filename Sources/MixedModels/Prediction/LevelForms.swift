package import LinearAlgebra

/// Variances of rows as squares of linear forms, by which whoever has the rows can compute them: with x and z a row's
/// regressors of the fixed effects and of all terms that take part, one after another, and l its level of the finest term,
/// Var(x'b̂ + z'û − x'b − z'u) = σ² (|N_l z|² + |F (x − c) + f − G_l z|²), as in ``FactoredPredictionErrors``.
package struct LevelForms: Sendable {
  /// Why there are such forms, or none.
  package enum Outcome: Sendable {
    case forms(LevelForms)
    /// Levels of two terms, neither of which tells the other: a variance takes every pair of them.
    case crossed(Int, Int)
    /// There is no factor of the random effects.
    case unavailable
  }

  /// The term whose levels tell those of the others; nil where no term takes part.
  package let finest: Int?
  /// The terms that take part.
  package let terms: [Int]
  /// The columns of X that F has.
  package let columns: [Int]
  /// c, what is subtracted of each of them: about the mean of a column far from zero, else 0.
  package let origins: [Double]
  /// F, rank × columns.
  package let fixed: Matrix
  /// f, of each row of F.
  package let constants: [Double]
  /// Number of effects in z.
  package let width: Int
  /// The rows of N's upper triangle, then those of G, level after level.
  package let numbers: [Double]

  /// Number of ``numbers`` of a level.
  package var count: Int { width * (width + 1) / 2 + constants.count * width }
}

extension FactoredPredictionErrors {
  func levelForms(hasConstant: Bool) -> LevelForms.Outcome {
    let active = system.factors.indices.filter { system.factors[$0] != nil }
    var finest: (term: Int, partners: [[Int]])?
    var crossing: (Int, Int)?
    for term in active.sorted(by: { levelCount($0) > levelCount($1) }) {
      switch partners(of: term, among: active) {
      case .success(let partners): finest = (term, partners)
      case .failure(let crossed): crossing = crossing ?? (term, crossed.term)
      }
      if finest != nil { break }
    }
    if finest == nil, let crossing { return .crossed(crossing.0, crossing.1) }

    let rank = basis.rank
    // X T with columns less their origins; the constant, first in the basis, takes up what they were.
    let first = hasConstant ? 1 : 0
    let origins = (0..<rank).map { hasConstant && $0 > 0 ? origin(ofColumn: $0) : 0 }
    let constants = (0..<rank).map { i -> Double in
      guard hasConstant else { return 0 }
      let terms = (1..<max(rank, 1)).map { DoubleDouble.product(basis.toBasis[$0, i], origins[$0]) }
      return terms.reduce(DoubleDouble(basis.toBasis[0, i]), +).high
    }
    let lower = Cholesky(lower: basis.factor)
    let kept = Array(first..<max(rank, first))
    let fixed = lower.forwardSolve(basis.toBasis.transposed.selecting(columns: kept))

    let width = active.reduce(0) { $0 + (system.factors[$1]?.rows ?? 0) }
    var numbers: [Double] = []
    if let finest {
      for level in 0..<levelCount(finest.term) {
        append(level, partners: finest.partners, active: active, width: width, lower: lower, to: &numbers)
      }
    }
    return .forms(
      LevelForms(
        finest: finest?.term, terms: active, columns: kept.map { basis.kept[$0] },
        origins: kept.map { origins[$0] }, fixed: fixed, constants: lower.forwardSolve(constants),
        width: width, numbers: numbers))
  }

  /// Times its spread that a column's mean lies from zero before it is subtracted.
  private static let farOrigin = 10.0

  /// The mean of a column of a basis that begins with the constant, where it is far from zero.
  private func origin(ofColumn j: Int) -> Double {
    // X = X̃T⁻¹, so that row 0 of T⁻¹ holds the sums of products with the constant.
    var unit = Matrix(rows: basis.rank, columns: 1)
    unit[0, 0] = 1
    guard let sums = try? LinearAlgebra.solve(basis.toBasis.transposed, unit) else { return 0 }
    let mean = sums[j, 0] / sums[0, 0]
    let isFar = abs(mean * basis.toBasis[j, j]) > Self.farOrigin * abs(basis.toBasis[0, 0])
    return isFar && mean.isFinite ? mean : 0
  }

  private func levelCount(_ term: Int) -> Int {
    let next = term + 1 < system.starts.count ? system.starts[term + 1] : system.count
    return (next - system.starts[term]) / max(system.factors[term]?.rows ?? 1, 1)
  }

  /// A term of which some level meets several.
  private struct Crossed: Error {
    let term: Int
  }

  /// The level of each active term that a level of `finest` occurs with; −1 where it occurs with none.
  private func partners(of finest: Int, among active: [Int]) -> Result<[[Int]], Crossed> {
    let (pattern, first) = (system.pattern, system.starts[finest])
    let levels = levelCount(finest)
    let width = system.factors[finest]?.rows ?? 1
    let own = first..<first + levels * width
    var result = active.map { $0 == finest ? Array(0..<levels) : [Int](repeating: -1, count: levels) }
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
        let term = active[number]
        let partner = (other - system.starts[term]) / (system.factors[term]?.rows ?? 1)
        if result[number][level] >= 0, result[number][level] != partner {
          return .failure(Crossed(term: term))
        }
        result[number][level] = partner
      }
    }
    return .success(result)
  }

  /// Appends N and G of a level: with w = Λ'z on its places in M and M⁻¹ = QQ' there, N = Q'Λ' and G = L⁻¹R'M⁻¹Λ'.
  private func append(
    _ level: Int, partners: [[Int]], active: [Int], width: Int, lower: Cholesky, to numbers: inout [Double]
  ) {
    var places: [Int] = []
    // The place in z of each place in M.
    var columns: [Int] = []
    var weights = Matrix(rows: width, columns: width)
    var offset = 0
    for (number, term) in active.enumerated() {
      guard let factor = system.factors[term] else { continue }
      let partner = partners[number][level]
      if partner >= 0 {
        for b in 0..<factor.rows {
          for a in b..<factor.rows { weights[places.count, offset + a] = factor[a, b] }
          columns.append(offset + b)
          places.append(system.starts[term] + partner * factor.rows + b)
        }
      }
      offset += factor.rows
    }
    let root = CovarianceLayout.semidefiniteCholesky(inverse(at: places))
    var upper = Matrix(rows: width, columns: width)
    for (i, row) in columns.enumerated() {
      for j in row..<width {
        upper[row, j] = (i..<places.count).reduce(0.0) { $0 + root[$1, i] * weights[$1, j] }
      }
    }
    for i in 0..<width { for j in i..<width { numbers.append(upper[i, j]) } }
    var moved = Matrix(rows: basis.rank, columns: width)
    for c in 0..<basis.rank {
      for j in 0..<width {
        moved[c, j] = places.indices.reduce(0.0) {
          $0 + projected[c * system.count + places[$1]] * weights[$1, j]
        }
      }
    }
    numbers += lower.forwardSolve(moved).transposed.storage
  }
}
