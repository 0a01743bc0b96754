import Foundation
internal import LinearAlgebra

/// Prediction errors of a model without a factor: a solve for every distinct set of levels, eight at a time.
///
/// With C = ΛM⁻¹Λ' a row (x, a) has the variance σ² (a'Ca + g'(X'V⁻¹X)⁻¹g), g = x − X'ZCa, as
/// ``FactoredPredictionErrors`` finds from M itself.
final class IterativePredictionErrors: PredictionErrors, @unchecked Sendable {
  let estimate: Estimate
  let covarianceFactors: [Matrix?]
  private let model: MixedModel
  private let point: ParameterPoint
  private let elimination: MatrixFreeElimination
  /// Solutions use the solver's workspace.
  private let lock = NSLock()

  /// Answers for many rows, where memory holds a factor.
  private var factored: FactoredPredictionErrors?
  /// Distinct sets of levels from which a factor is the shorter way.
  private static let many = 200
  /// Distinct sets of levels above which weeks would pass.
  private static let limit = 1 << 16

  init(_ model: MixedModel, estimate: Estimate) throws(EngineError) {
    self.model = model
    self.estimate = estimate
    covarianceFactors = estimate.relativeCovariances.map { s in
      s.storage.contains { $0 != 0 } ? CovarianceLayout.semidefiniteCholesky(s) : nil
    }
    (point, elimination) = try model.iterativePoint(estimate)
  }

  /// Of the fixed part alone: no factor of the random effects was made.
  var statistics: PredictionStatistics {
    let inverse = point.profile.fixedInverse
    let factor = (try? Cholesky(inverse)).flatMap { try? Cholesky($0.inverse.symmetrized).lower }
    return PredictionStatistics(
      basis: .init(
        kept: model.fixed.kept, toBasis: model.fixed.toUser,
        factor: factor ?? Matrix(rows: inverse.rows, columns: inverse.rows, repeating: .nan)),
      random: nil)
  }

  /// What one row weights: levels of factors with their regressors, in standardised units.
  private struct Weights: Hashable {
    var entries: [Entry] = []
    struct Entry: Hashable {
      var factor: Int
      var level: Int
      var weight: Double
    }
  }

  func variances(_ rows: PredictionRows) throws(EngineError) -> [Double] {
    let basis = model.orthonormalRows(rows.fixed)
    var result = [Double](repeating: 0, count: rows.count)
    var place: [Weights: Int] = [:]
    var sets: [Weights] = []
    var own = [Int](repeating: 0, count: rows.count)
    let terms = rows.effects.indices.compactMap {
      Term($0, rows: rows, model: model, factors: covarianceFactors)
    }
    for i in 0..<rows.count {
      var weights = Weights()
      for term in terms {
        let code = Int(term.effects.codes[i])
        if code <= Int(PredictionRows.Effects.new) {
          result[i] += term.effects.priorVariance(row: i, factor: term.covarianceFactor)
        } else if code >= 0 {
          let level = term.levels.map { Int($0[code]) } ?? code
          // A level without rows in the data keeps its prior variance.
          guard level >= 0 else {
            result[i] += term.effects.priorVariance(row: i, factor: term.covarianceFactor)
            continue
          }
          let weight = term.scale * (term.effects.columns[0]?[i] ?? 1)
          weights.entries.append(.init(factor: term.factor, level: level, weight: weight))
        }
      }
      if let known = place[weights] {
        own[i] = known
      } else {
        place[weights] = sets.count
        own[i] = sets.count
        sets.append(weights)
      }
    }
    if sets.count > Self.many, model.holdsExactFactor {
      let system = try locked { () throws(EngineError) in
        let made =
          if let factored { factored } else { try FactoredPredictionErrors(model, estimate: estimate) }
        factored = made
        return made
      }
      return system.variances(rows)
    }
    guard sets.count <= Self.limit else { throw .tooManySolves(count: sets.count, limit: Self.limit) }
    let (forms, projected) = try solve(sets)
    let p = model.fixed.rank
    for i in 0..<rows.count {
      let g = (0..<p).map { basis[i, $0] - projected[$0, own[i]] }
      let moved = point.profile.fixedInverse * g
      result[i] += forms[own[i]] + zip(g, moved).reduce(0) { $0 + $1.0 * $1.1 }
    }
    return result.map { max($0, 0) * estimate.scale }
  }

  /// a'Ca and X̃'ZCa of each set of weights a.
  private func solve(_ sets: [Weights]) throws(EngineError) -> (forms: [Double], projected: Matrix) {
    let p = model.fixed.rank
    var forms = [Double](repeating: 0, count: sets.count)
    var projected = Matrix(rows: p, columns: sets.count)
    let wanted = sets.indices.filter { !sets[$0].entries.isEmpty }
    for first in stride(from: 0, to: wanted.count, by: 8) {
      let batch = wanted[first..<min(first + 8, wanted.count)]
      let columns = EffectColumns(system: elimination.system, count: batch.count)
      func visit(_ body: (_ column: Int, _ set: Int, Weights.Entry) -> Void) {
        for (column, set) in batch.enumerated() {
          for entry in sets[set].entries { body(column, set, entry) }
        }
      }
      visit { column, _, entry in
        let target = columns.rows(of: entry.factor, in: elimination.system).pointer
        target[entry.level * batch.count + column] += entry.weight
      }
      let solved = try locked { () throws(EngineError) in
        try elimination.conditionalCovariance(times: columns)
      }
      visit { column, set, entry in
        let effects = solved.rows(of: entry.factor, in: elimination.system).pointer
        forms[set] += entry.weight * effects[entry.level * batch.count + column]
      }
      let products = elimination.fixedProducts(solved)
      for (column, set) in batch.enumerated() { for c in 0..<p { projected[c, set] = products[c, column] } }
    }
    return (forms, projected)
  }

  private func locked<T>(_ body: () throws(EngineError) -> T) throws(EngineError) -> T {
    lock.lock()
    defer { lock.unlock() }
    return try body()
  }

  /// A term of the rows that takes part.
  private struct Term {
    let effects: PredictionRows.Effects
    let factor: Int
    let levels: [Int32]?
    /// From the caller's regressor to the standardised one's effect.
    let scale: Double
    let covarianceFactor: Matrix

    init?(_ t: Int, rows: PredictionRows, model: MixedModel, factors: [Matrix?]) {
      guard let effects = rows.effects[t], let covarianceFactor = factors[t] else { return nil }
      guard let place = model.layout.places[t], let back = model.inverseMap(t) else { return nil }
      self.effects = effects
      self.covarianceFactor = covarianceFactor
      factor = place.factor
      levels = model.levelMap(t, factor: place.factor)
      scale = back[0, 0]
    }
  }
}
