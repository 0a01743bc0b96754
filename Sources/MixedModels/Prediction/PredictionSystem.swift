import Foundation
internal import LinearAlgebra

/// Joint covariance of the estimated fixed effects and the predicted random effects, by a sparse factor.
///
/// With rows times the roots of their prior weights, M = Λ'Z'ZΛ + I, R = Λ'Z'X and S = X'X − R'M⁻¹R, the errors (û − u, b̂ − b) have the covariance
/// σ² [ΛM⁻¹Λ' + ΛM⁻¹RS⁻¹R'M⁻¹Λ', −ΛM⁻¹RS⁻¹; ·, S⁻¹], so that a row (x, z) with w = Λ'z has the variance
/// σ² (w'M⁻¹w + g'S⁻¹g), g = x − R'M⁻¹w (D. Harville, "Extension of the Gauss–Markov theorem", 1976).
final class FactoredPredictionErrors: PredictionErrors, @unchecked Sendable {
  let estimate: Estimate
  var covarianceFactors: [Matrix?] { system.factors }
  let system: RandomSystem
  let basis: PredictionStatistics.Basis
  /// M⁻¹R, effects × rank.
  let projected: [Double]
  /// R, effects × rank.
  private let products: [Double]
  private var rank: Int { basis.rank }
  /// Factor of S in the orthonormal basis of the fixed effects.
  private var fixedFactor: Matrix { basis.factor }
  /// Solutions use the factorisation's workspace.
  private let lock = NSLock()

  /// The errors of a model, from its rows.
  init(_ model: MixedModel, estimate: Estimate) throws(EngineError) {
    self.estimate = estimate
    system = try RandomSystem(model.rows, factors: model.covarianceFactors(estimate))
    let rank = model.fixed.rank
    var x = model.orthonormalRows(model.fixedColumns)
    if model.rows.roots != nil {
      for j in 0..<x.columns { for i in 0..<x.rows { x[i, j] *= model.rows.root(i) } }
    }
    let q = system.count
    var right = [Double](repeating: 0, count: q * rank)
    var places: [Int] = []
    var weights: [Double] = []
    for i in 0..<x.rows where q > 0 {
      places.removeAll(keepingCapacity: true)
      weights.removeAll(keepingCapacity: true)
      for (t, term) in model.terms.enumerated() {
        guard let factor = system.factors[t] else { continue }
        RandomSystem.append(
          row: i, codes: term.codes, columns: term.columns, factor: factor, start: system.starts[t],
          places: &places, weights: &weights)
      }
      for c in 0..<rank {
        let value = model.rows.root(i) * x[i, c]
        if value == 0 { continue }
        for (place, weight) in zip(places, weights) { right[c * q + place] += weight * value }
      }
    }
    products = right
    system.solve(&right, columns: rank)
    projected = right
    var information = x.gram()
    for a in 0..<rank {
      for b in 0..<rank {
        var value = 0.0
        for i in 0..<q { value += products[a * q + i] * right[b * q + i] }
        information[a, b] -= value
      }
    }
    guard let factor = try? Cholesky(information) else { throw .unresolved }
    basis = .init(kept: model.fixed.kept, toBasis: model.fixed.toUser, factor: factor.lower)
  }

  /// The errors of an estimate, from what was kept of the rows.
  init(
    basis: PredictionStatistics.Basis, random: PredictionStatistics.Random,
    shapes: [(levels: Int, width: Int)],
    estimate: Estimate
  ) throws(EngineError) {
    self.estimate = estimate
    self.basis = basis
    let factors = random.factors ?? RandomSystem.factors(estimate.relativeCovariances)
    system = try RandomSystem(
      factors: factors, starts: RandomSystem.starts(shapes, factors: factors).starts,
      pattern: SymmetricPattern(columnStarts: random.columnStarts, rowIndices: random.rowIndices),
      values: random.values)
    products = random.products
    var right = products
    system.solve(&right, columns: basis.rank)
    projected = right
  }

  /// What ``init(basis:random:shapes:estimate:)`` takes.
  var statistics: PredictionStatistics {
    PredictionStatistics(
      basis: basis,
      random: .init(
        columnStarts: system.pattern.columnStarts, rowIndices: system.pattern.rowIndices,
        values: system.values, products: products, factors: system.factors))
  }

  func variances(_ rows: PredictionRows) -> [Double] {
    let n = rows.count
    let x = basis.rows(of: rows.fixed)
    let q = system.count
    var result = [Double](repeating: 0, count: n)
    var missing = MissingPairs()
    var places: [Int] = []
    var weights: [Double] = []
    var bounds: [(term: Int, first: Int)] = []
    var g = [Double](repeating: 0, count: rank)
    for i in 0..<n {
      places.removeAll(keepingCapacity: true)
      weights.removeAll(keepingCapacity: true)
      bounds.removeAll(keepingCapacity: true)
      var variance = 0.0
      for (t, effects) in rows.effects.enumerated() {
        guard let effects, let factor = system.factors[t] else { continue }
        if effects.codes[i] <= PredictionRows.Effects.new {
          variance += effects.priorVariance(row: i, factor: factor)
          continue
        }
        bounds.append((t, places.count))
        RandomSystem.append(
          row: i, codes: effects.codes, columns: effects.columns, factor: factor, start: system.starts[t],
          places: &places, weights: &weights)
      }
      for (position, bound) in bounds.enumerated() {
        let end = position + 1 < bounds.count ? bounds[position + 1].first : places.count
        let own = bound.first..<end
        for a in own { for b in own { variance += inverse(places[a], places[b]) * weights[a] * weights[b] } }
        for other in bounds.indices where other > position {
          let last = other + 1 < bounds.count ? bounds[other + 1].first : places.count
          let theirs = bounds[other].first..<last
          guard let a = own.first, let b = theirs.first else { continue }
          guard RandomSystem.position(system.pattern, places[a], places[b]) != nil else {
            missing.append(row: i, left: bound.term, right: bounds[other].term)
            continue
          }
          for a in own {
            for b in theirs { variance += 2 * inverse(places[a], places[b]) * weights[a] * weights[b] }
          }
        }
      }
      for c in 0..<rank {
        var value = x[i, c]
        for (place, weight) in zip(places, weights) { value -= projected[c * q + place] * weight }
        g[c] = value
      }
      result[i] = variance + fixedVariance(&g)
    }
    addMissing(missing, rows: rows, to: &result)
    return result.map { max($0, 0) * estimate.scale }
  }

  /// |L⁻¹g|², overwriting g.
  private func fixedVariance(_ g: inout [Double]) -> Double {
    var sum = 0.0
    for a in 0..<rank {
      var value = g[a]
      for b in 0..<a { value -= fixedFactor[a, b] * g[b] }
      value /= fixedFactor[a, a]
      g[a] = value
      sum += value * value
    }
    return sum
  }

  /// An entry of M⁻¹ that the pattern holds.
  private func inverse(_ i: Int, _ j: Int) -> Double {
    RandomSystem.position(system.pattern, i, j).map { system.inverse[$0] } ?? 0
  }

  /// σ²ΛM⁻¹Λ' of some effects.
  func conditionalCovariance(_ effects: [EffectPlace]) -> Matrix? {
    var places: [Int] = []
    var known: [Int: Int] = [:]
    for effect in effects {
      guard let factor = system.factors[effect.term] else { continue }
      let first = system.starts[effect.term] + effect.level * factor.rows
      if known.updateValue(places.count, forKey: first) != nil { continue }
      places += first..<first + factor.rows
    }
    known = Dictionary(uniqueKeysWithValues: places.enumerated().map { ($1, $0) })
    var weights = Matrix(rows: effects.count, columns: places.count)
    for (row, effect) in effects.enumerated() {
      guard let factor = system.factors[effect.term] else { continue }
      let first = system.starts[effect.term] + effect.level * factor.rows
      for b in 0...effect.column {
        if let column = known[first + b] { weights[row, column] = factor[effect.column, b] }
      }
    }
    return (weights * (inverse(at: places) * weights.transposed)).symmetrized
      .mapElements { $0 * estimate.scale }
  }

  /// M⁻¹ at some places.
  func inverse(at places: [Int]) -> Matrix { inverse(places, places) }

  /// M⁻¹ at some rows and columns; entries that the pattern lacks take solutions.
  func inverse(_ rows: [Int], _ columns: [Int]) -> Matrix {
    var result = Matrix(rows: rows.count, columns: columns.count)
    var isWhole = true
    for (i, a) in rows.enumerated() {
      for (j, b) in columns.enumerated() {
        if let position = RandomSystem.position(system.pattern, a, b) {
          result[i, j] = system.inverse[position]
        } else {
          isWhole = false
        }
      }
    }
    if isWhole { return result }
    let q = system.count
    for (j, place) in columns.enumerated() {
      var column = [Double](repeating: 0, count: q)
      column[place] = 1
      lock.withLock { system.solve(&column, columns: 1) }
      for (i, other) in rows.enumerated() { result[i, j] = column[other] }
    }
    return result
  }

  // MARK: Levels that never occur together

  /// Pairs of terms whose levels in a row meet in no row of the data: M⁻¹ there takes solutions.
  private struct MissingPairs {
    private(set) var rows: [Int: [(row: Int, left: Int, right: Int)]] = [:]

    mutating func append(row: Int, left: Int, right: Int) {
      rows[left &* 4096 &+ right, default: []].append((row, left, right))
    }
  }

  private func addMissing(_ missing: MissingPairs, rows: PredictionRows, to result: inout [Double]) {
    for requests in missing.rows.values {
      guard let first = requests.first else { continue }
      func levels(_ term: Int) -> Set<Int32> {
        Set(requests.compactMap { rows.effects[term]?.codes[$0.row] })
      }
      let (left, right) = (levels(first.left), levels(first.right))
      let solved = left.count <= right.count ? first.left : first.right
      let other = solved == first.left ? first.right : first.left
      var byLevel: [Int32: [Int]] = [:]
      for request in requests {
        guard let effects = rows.effects[solved] else { continue }
        byLevel[effects.codes[request.row], default: []].append(request.row)
      }
      addSolutions(byLevel, solved: solved, other: other, rows: rows, to: &result)
    }
  }

  /// Adds 2 w_s'M⁻¹w_o of the rows listed under each level of the term `s` that is solved for.
  private func addSolutions(
    _ rowsOfLevel: [Int32: [Int]], solved: Int, other: Int, rows: PredictionRows, to result: inout [Double]
  ) {
    guard let mine = rows.effects[solved], let theirs = rows.effects[other],
      let myFactor = system.factors[solved], let theirFactor = system.factors[other]
    else { return }
    let k = mine.columns.count
    let q = system.count
    let levels = rowsOfLevel.keys.sorted()
    let batch = max(1, min(64, 8_000_000 / max(q * k, 1)))
    var places: [Int] = []
    var weights: [Double] = []
    for begin in stride(from: 0, to: levels.count, by: batch) {
      let chunk = levels[begin..<min(begin + batch, levels.count)]
      var columns = [Double](repeating: 0, count: q * k * chunk.count)
      for (position, level) in chunk.enumerated() {
        for a in 0..<k { columns[(position * k + a) * q + system.starts[solved] + Int(level) * k + a] = 1 }
      }
      lock.withLock { system.solve(&columns, columns: k * chunk.count) }
      for (position, level) in chunk.enumerated() {
        for row in rowsOfLevel[level] ?? [] {
          places.removeAll(keepingCapacity: true)
          weights.removeAll(keepingCapacity: true)
          RandomSystem.append(
            row: row, codes: theirs.codes, columns: theirs.columns, factor: theirFactor,
            start: system.starts[other], places: &places, weights: &weights)
          var value = 0.0
          for b in 0..<k {
            var weight = 0.0
            for a in b..<k { weight += myFactor[a, b] * (mine.columns[a]?[row] ?? 1) }
            let column = (position * k + b) * q
            for (place, w) in zip(places, weights) { value += weight * w * columns[column + place] }
          }
          result[row] += 2 * value
        }
      }
    }
  }
}
