import Foundation
package import LinearAlgebra

/// Fits the design of a model of one factor to response after response, on memory that is taken once.
///
/// Where the descent from the model's own optimum ends is the estimate: other optima are not looked for.
package final class RapidRefit {
  /// b over the columns of X, in their order; nan for those that depend on others.
  package private(set) var fixedEffects: [Double]
  /// σ²(X'V⁻¹X)⁻¹ over the other columns.
  package private(set) var fixedCovariance: Matrix
  /// S_t of each term.
  package private(set) var relativeCovariances: [Matrix]
  package private(set) var scale = 0.0
  package private(set) var logLikelihood = 0.0

  private let layout: CovarianceLayout
  private let fixed: FixedBasis
  private let levels: LevelVectors
  private let steps: RapidNewton
  /// θ of the model's own optimum, and of the latest.
  private let start: [Double]
  private var theta: [Double]
  /// Rows of [X̃ Z̃], times √w.
  private let rows: Buffer
  private let roots: [Double]?
  private let codes: [Int32]
  private let degreesOfFreedom: Double
  /// What is added to the deviance whatever the response.
  private let shift: Double
  private let reml: Bool
  private let residuals: Buffer
  private let projections: Buffer
  /// N, and G⁻¹ of each term.
  private let toUser: Matrix
  private let back: [Matrix?]

  /// nil for a model of another kind, and at estimates from which no descent leads on.
  ///
  /// - Parameter estimate: of the model.
  package init?(_ model: MixedModel, at estimate: Estimate) throws(EngineError) {
    let model = try model.standardPoint(of: estimate).model
    guard model.plan.evaluationsAreCheap, model.extended == nil, !estimate.singular,
      let (levels, x, z) = model.oneFactor, let entries = model.layout.entries,
      levels.width <= Tuning.widestSideBySide
    else { return nil }
    (layout, fixed, self.levels, reml) = (model.layout, model.fixed, levels, estimate.reml)
    start = layout.theta(try model.standardPoint(of: estimate).lower)
    theta = start
    let (n, p, k) = (x.rows, x.columns, levels.width)
    rows = Buffer(n * (p + k))
    for i in 0..<n {
      for c in 0..<p { rows.pointer[i * (p + k) + c] = x[i, c] }
      for a in 0..<k { rows.pointer[i * (p + k) + p + a] = z[i, a] }
    }
    roots = model.rows.roots
    codes = model.products.structure.factors[0].codes
    degreesOfFreedom = Double(n - (reml ? p : 0))
    let objective = try model.objective(reml: reml)
    shift = objective.shift - 2 * degreesOfFreedom * log(fixed.unit)
    // ẽ has mean square one over its degrees of freedom, whatever the response
    steps = RapidNewton(
      passes: LevelPasses(levels), base: model.products.base, entries: entries, scales: model.parameterScales,
      reml: reml, degreesOfFreedom: degreesOfFreedom, leastCosine: objective.leastCosine)
    (residuals, projections) = (Buffer(n), Buffer(2 * p))
    toUser = fixed.toUser
    back = model.terms.indices.map { model.inverseMap($0) }
    fixedEffects = [Double](repeating: .nan, count: model.fixedColumns.columns)
    fixedCovariance = Matrix(rows: p, columns: p)
    relativeCovariances = model.terms.map { Matrix(rows: $0.width, columns: $0.width) }
  }

  /// Fits a response, of as many numbers as the design has rows.
  ///
  /// - Returns: whether the descent found an optimum; else everything is as it was.
  package func fit(_ response: [Double]) -> Bool {
    guard let unit = standardise(response) else { return false }
    for i in theta.indices { theta[i] = start[i] }
    guard let deviance = steps.descend(&theta, leastResolution: Tuning.resolvedScale) else { return false }
    store(unit: unit)
    logLikelihood = -0.5 * (deviance + shift + 2 * degreesOfFreedom * log(unit))
    return true
  }

  /// Makes the levels' sums with ẽ.
  ///
  /// - Returns: the size of ẽ in the response's unit; nil where it has none.
  private func standardise(_ response: [Double]) -> Double? {
    let (n, p, k) = (residuals.count, projections.count / 2, levels.width)
    guard response.count == n else { return nil }
    let stride = p + k
    for i in 0..<n { residuals.pointer[i] = response[i] * (roots?[i] ?? 1) }
    for e in 0..<2 * p { projections.pointer[e] = 0 }
    // twice: the second pass takes what the first has lost far from the origin
    for _ in 0..<2 {
      let own = projections.pointer + p
      for c in 0..<p { own[c] = 0 }
      for i in 0..<n {
        let row = rows.pointer + i * stride
        for c in 0..<p { own[c] += row[c] * residuals.pointer[i] }
      }
      for i in 0..<n {
        let row = rows.pointer + i * stride
        for c in 0..<p { residuals.pointer[i] -= row[c] * own[c] }
      }
      for c in 0..<p { projections.pointer[c] += own[c] }
    }
    var square = 0.0
    for i in 0..<n { square += residuals.pointer[i] * residuals.pointer[i] }
    let unit = (square / Double(max(n - p, 1))).squareRoot()
    guard unit.isNormal else { return nil }
    levels.clearResponse()
    for i in 0..<n where codes[i] >= 0 {
      let row = rows.pointer + i * stride + p
      levels.addResponse(Int(codes[i]), row, times: residuals.pointer[i] / unit)
    }
    return unit
  }

  /// Writes the estimate in the caller's units.
  private func store(unit: Double) {
    let p = projections.count / 2
    scale = steps.scale * unit * unit
    for (i, j) in fixed.kept.enumerated() {
      var value = 0.0
      for c in 0..<p { value += toUser[i, c] * (projections.pointer[c] + unit * steps.coefficients[c]) }
      fixedEffects[j] = value
    }
    for (i, a) in fixed.order.enumerated() {
      for (j, b) in fixed.order.enumerated() {
        var value = 0.0
        for c in 0..<p {
          for d in 0..<p { value += toUser[a, c] * steps.fixedInverse[c + d * p] * toUser[b, d] }
        }
        fixedCovariance[i, j] = scale * value
      }
    }
    let root = steps.root
    for (t, place) in layout.places.enumerated() {
      guard let place, let back = back[t] else { continue }
      let width = relativeCovariances[t].rows
      for a in 0..<width {
        for b in 0...a {
          // G⁻¹T by rows, and its products
          var value = 0.0
          for c in 0..<width {
            var (own, other) = (0.0, 0.0)
            for d in c..<width {
              let entry = root[place.offset + d + (place.offset + c) * levels.width]
              own += back[a, d] * entry
              other += back[b, d] * entry
            }
            value += own * other
          }
          relativeCovariances[t][a, b] = value
          relativeCovariances[t][b, a] = value
        }
      }
    }
  }
}

extension MixedModel {
  /// The levels' records, X̃ and Z̃ of a model of one factor without pooled rows; nil of other models.
  fileprivate var oneFactor: (levels: LevelVectors, fixed: Matrix, random: Matrix)? {
    guard products.structure.factors.count == 1, let (products, table, basis) = unpooled else { return nil }
    let entries = (0..<table.width).map { e in e <= table.columns.count ? table.weightedValues(of: e) : [] }
    func columns(_ weights: Matrix) -> Matrix {
      var result = Matrix(rows: table.rowCount, columns: weights.columns)
      for c in 0..<weights.columns {
        for (e, values) in entries.enumerated() where weights[e, c] != 0 {
          for i in values.indices { result[i, c] += weights[e, c] * values[i] }
        }
      }
      return result
    }
    return (LevelVectors(products.chain[0]), columns(fixed.coefficients), columns(basis.coefficients))
  }
}
