import Foundation
package import LinearAlgebra

/// −2 log L of θ, with b and σ² profiled out, and its derivatives.
///
/// deviance = log|V| + [REML: log|X'V⁻¹X|] + ν (1 + log(2π r²/ν)), ν = n − rank (REML) or n (ML).
///
/// The folder: the criterion that searches, profiles and inference share; it asks an ``Elimination`` and knows no structure.
package final class ProfiledObjective {
  package let elimination: any Elimination
  let layout: CovarianceLayout
  let fixed: FixedBasis
  package let reml: Bool
  /// ν.
  let degreesOfFreedom: Double
  /// Smallest |T_aa| used for each factor: keeps divisions by T exact enough.
  let floors: [Double]
  /// What is left of a sum of squares over columns of length 1 in the least known direction of the effects.
  let leastCosine: Double
  /// Σ log w of the prior weights: log |W|.
  private let logWeights: Double
  /// What evaluates at less cost where no point is to be left behind; nil where nothing does.
  private var rapid: (any RapidDescent)?
  private var ownEvaluations = 0
  private var ownGradients = 0
  /// Evaluations of the deviance and of its gradient so far.
  var evaluations: Int { ownEvaluations + (rapid?.evaluations ?? 0) }
  var gradients: Int { ownGradients + (rapid?.gradients ?? 0) }

  /// What an evaluation leaves behind.
  package struct Point {
    var theta: [Double]
    var lower: [[Double]]
    package var deviance: Double
    /// Coefficients of X̃.
    package var coefficients: [Double]
    /// (X̃'V⁻¹X̃)⁻¹.
    package var fixedInverse: Matrix
    /// r² / ν.
    package var scale: Double
    /// log|V|.
    var logDeterminant: Double
    /// log|X̃'V⁻¹X̃|.
    var fixedLogDeterminant: Double
    /// Share that σ² is of the sums of squares it is the difference of: those of the response's residual and of X̃ b; or that
    /// X̃'V⁻¹X̃ is of X̃'X̃ = I, of which effects may take nearly all, in units of ``Tuning/pivotUnit``.
    var resolution: Double
    /// Which evaluation this is of the objective that made it; 0 for another's.
    fileprivate(set) var evaluation = 0
  }

  /// Derivatives at a point.
  package struct Derivatives {
    package var gradient: [Double]
    /// F_f = d deviance / d S_f.
    package var covariance: [Matrix]
    /// The sums of each factor; none where a rapid descent has ended.
    var traces: [FactorTraces]
    /// Average information plus the exact boundary curvature, along the axes.
    package var curvature: Matrix
    /// Orthonormal axes of θ, by columns; nil for those of θ itself.
    var axes: Matrix?
  }

  init(_ model: borrowing MixedModel, elimination: any Elimination, reml: Bool, floors: [Double]) {
    self.elimination = elimination
    layout = model.layout
    fixed = model.fixed
    leastCosine = model.products.structure.factors.indices.reduce(1) {
      min($0, model.leastCosine(ofFactor: $1))
    }
    self.reml = reml
    self.floors = floors
    logWeights = model.rows.logWeights
    degreesOfFreedom = Double(model.rows.observations - (reml ? fixed.rank : 0))
  }

  /// What is added to the standardised deviance to get the caller's: units of y, the basis of X and the prior weights.
  var shift: Double {
    2 * degreesOfFreedom * log(fixed.unit) - (reml ? 2 * fixed.logDeterminant : 0) - logWeights
  }

  func evaluate(_ theta: [Double]) throws(EngineError) -> Point {
    try evaluate(lower: floored(layout.lower(theta)), theta: theta)
  }

  /// The deviance at given lower factors.
  package func evaluate(lower: [[Double]], theta: [Double]) throws(EngineError) -> Point {
    ownEvaluations += 1
    let (logDeterminant, panel) = try elimination.factorize(lower)
    var point = try Self.profile(
      panel: panel, logDeterminant: logDeterminant, theta: theta, lower: lower, reml: reml,
      degreesOfFreedom: degreesOfFreedom, leastCosine: leastCosine,
      leastPivotShare: elimination.leastPivotShare)
    point.evaluation = ownEvaluations
    return point
  }

  /// Makes the factorisation that of a point, if another was evaluated since.
  private func factor(_ point: Point) throws(EngineError) {
    if point.evaluation != ownEvaluations { _ = try evaluate(lower: point.lower, theta: point.theta) }
    elimination.solve()
  }

  /// b, σ² and the deviance from log|V| and [X̃ ẽ]'V⁻¹[X̃ ẽ].
  static func profile(
    panel: Matrix, logDeterminant: Double, theta: [Double], lower: [[Double]], reml: Bool,
    degreesOfFreedom: Double, leastCosine: Double, leastPivotShare: Double
  ) throws(EngineError) -> Point {
    let p = panel.rows - 1
    var coefficients = [Double](repeating: 0, count: p)
    var inverse = Matrix(rows: p, columns: p)
    var fixedLogDeterminant = 0.0
    var (residual, leastPivot) = (panel[p, p], 1.0)
    if p <= Tuning.loopedRank {
      let found = withUnsafeTemporaryAllocation(of: Double.self, capacity: PanelFactor.size(rank: p)) {
        memory -> (logDeterminant: Double, residual: Double, leastPivot: Double)? in
        guard let rows = memory.baseAddress else { return nil }
        var next = rows
        for i in 0...p {
          for j in 0...i {
            next.initialize(to: panel.storage[i + j * (p + 1)])
            next += 1
          }
        }
        let factor = PanelFactor(rows: rows, rank: p)
        guard let found = factor.factorize(leastShare: leastPivotShare) else { return nil }
        coefficients.withUnsafeMutableBufferPointer { b in
          inverse.storage.withUnsafeMutableBufferPointer { q in
            guard let b = b.baseAddress, let q = q.baseAddress else { return }
            factor.solve(coefficients: b, inverse: q)
          }
        }
        return found
      }
      guard let found else { throw .unresolved }
      (fixedLogDeterminant, residual, leastPivot) = found
    } else {
      var xx = Matrix(rows: p, columns: p)
      for j in 0..<p { for i in 0..<p { xx[i, j] = panel[i, j] } }
      guard let factor = try? Cholesky(xx),
        zip(factor.lower.diagonal, xx.diagonal).allSatisfy({ $0 * $0 > leastPivotShare * $1 })
      else { throw .unresolved }
      let xy = (0..<p).map { panel[$0, p] }
      let half = factor.forwardSolve(xy)
      for value in half { residual -= value * value }
      if residual < leastPivotShare * panel[p, p] { throw .unresolved }
      coefficients = factor.backwardSolve(half)
      inverse = factor.inverse
      fixedLogDeterminant = factor.logDeterminant
      leastPivot = factor.lower.diagonal.reduce(1) { min($0, $1 * $1) }
    }
    guard residual.isFinite, logDeterminant.isFinite else { throw .unresolved }
    guard residual > 1e-24 * degreesOfFreedom else { throw .perfectFit }
    let nu = degreesOfFreedom
    let deviance =
      logDeterminant + (reml ? fixedLogDeterminant : 0) + nu * (1 + log(2 * .pi * residual / nu))
    return Point(
      theta: theta, lower: lower, deviance: deviance, coefficients: coefficients, fixedInverse: inverse,
      scale: residual / nu, logDeterminant: logDeterminant, fixedLogDeterminant: fixedLogDeterminant,
      resolution: resolution(
        residual: residual, explained: coefficients.reduce(0) { $0 + $1 * $1 }, degreesOfFreedom: nu,
        leastPivot: leastPivot, leastCosine: leastCosine))
  }

  /// The resolution of a point.
  ///
  /// - Parameter explained: b'b.
  static func resolution(
    residual: Double, explained: Double, degreesOfFreedom: Double, leastPivot: Double, leastCosine: Double
  ) -> Double {
    min(residual / (degreesOfFreedom + explained), leastPivot * leastCosine / Tuning.pivotUnit)
  }

  /// Gradient and curvature at a point.
  ///
  /// - Parameters:
  ///   - point: the point.
  ///   - axes: axes of the curvature, by columns; nil for those of θ.
  package func derivatives(at point: Point, axes: Matrix? = nil) throws(EngineError) -> Derivatives {
    ownGradients += 1
    try factor(point)
    let traces = try elimination.traces(
      coefficients: point.coefficients, fixedInverse: reml ? point.fixedInverse : nil,
      toleratesRounding: toleratesRounding(point.lower))
    let covariance = covarianceDerivatives(traces, at: point)
    var directions = layout.directions(point.lower, theta: point.theta)
    if let axes { directions = layout.combined(directions, by: axes) }
    var curvature = averageInformation(directions, at: point)
    var boundary = layout.boundaryCurvature(covariance, theta: point.theta)
    if let axes { boundary = layout.turned(boundary, by: axes) }
    for e in curvature.storage.indices { curvature.storage[e] += boundary.storage[e] }
    return Derivatives(
      gradient: layout.gradient(covariance, lower: point.lower, theta: point.theta), covariance: covariance,
      traces: traces,
      curvature: curvature, axes: axes)
  }

  /// The deviance and σ² at a lone parameter, and d deviance / dθ² there.
  func slopeByVariance(
    at theta: [Double]
  ) throws(EngineError) -> (deviance: Double, slope: Double, scale: Double) {
    if let rapid {
      guard let found = rapid.slopeByVariance(at: theta) else { throw .unresolved }
      return found
    }
    let point = try evaluate(theta)
    ownGradients += 1
    try factor(point)
    let traces = try elimination.traces(
      coefficients: point.coefficients, fixedInverse: reml ? point.fixedInverse : nil)
    let derivatives = covarianceDerivatives(traces, at: point)
    let slope = layout.parameters.flatMap(\.rows).reduce(0) { $0 + derivatives[$1.factor][$1.row, $1.row] }
    return (point.deviance, slope, point.scale)
  }

  // MARK: Without a point

  /// Makes evaluations cheap where no point is to be left behind.
  ///
  /// - Parameter scales: typical sizes of the parameters.
  func quicken(scales: [Double]) { rapid = elimination.rapidDescent(of: self, scales: scales) }

  /// The deviance; nil where there is none.
  func deviance(at theta: [Double]) -> Double? {
    rapid.map { $0.deviance(at: theta) } ?? (try? evaluate(theta).deviance)
  }

  /// Moves θ to an optimum, where that costs next to nothing.
  ///
  /// - Parameter leastResolution: the resolution of the residual variance below which there is no end.
  /// - Returns: whether θ is there.
  func descend(_ theta: inout [Double], leastResolution: Double) -> Bool {
    rapid?.descend(&theta, leastResolution: leastResolution) != nil
  }

  /// Gradient and curvature where a descent has ended at an optimum.
  func derivativesThere(axes: Matrix?) -> Derivatives {
    guard var result = rapid?.differentiated() else { preconditionFailure("no descent has ended") }
    if let axes { result.curvature = layout.turned(result.curvature, by: axes) }
    result.axes = axes
    return result
  }

  /// F_f = d deviance / d S_f from the sums of each factor.
  func covarianceDerivatives(_ traces: [FactorTraces], at point: Point) -> [Matrix] {
    traces.map { trace in
      var result = trace.projection
      for i in result.storage.indices { result.storage[i] -= trace.residual.storage[i] / point.scale }
      return result
    }
  }

  /// Whether T is large enough: single precision loses 1 − (S⁻¹)_ll where a trailing variance nearly vanishes.
  func toleratesRounding(_ lower: [[Double]]) -> Bool {
    zip(floors, lower).enumerated().allSatisfy { f, pair in
      let k = layout.widths[f]
      return (0..<k).allSatisfy { abs(pair.1[$0 + $0 * k]) >= Tuning.roundingMargin * pair.0 }
    }
  }

  /// v_i'Z'PZv_j / σ² − (v_i'r)(v_j'r) / (ν σ⁴) along directions dS_i.
  func averageInformation(_ directions: [Direction], at point: Point) -> Matrix {
    let forms = elimination.quadraticForms(directions, coefficients: point.coefficients)
    let n = directions.count
    let shared = forms.fixed.transposed * (point.fixedInverse * forms.fixed)
    var result = Matrix(rows: n, columns: n)
    for j in 0..<n {
      for i in 0..<n {
        result[i, j] =
          (forms.products[i, j] - shared[i, j]) / point.scale
          - forms.residual[i] * forms.residual[j] / (degreesOfFreedom * point.scale * point.scale)
      }
    }
    return result
  }

  private func floored(_ lower: [[Double]]) -> [[Double]] {
    var result = lower
    for (f, floor) in floors.enumerated() where floor > 0 {
      let k = layout.widths[f]
      for a in 0..<k where abs(result[f][a + a * k]) < floor {
        result[f][a + a * k] = result[f][a + a * k] < 0 ? -floor : floor
      }
    }
    return result
  }
}
