import Foundation
internal import LinearAlgebra

/// −2 log L, its gradient and average information without a factorisation.
///
/// Solutions come from conjugate gradients; the traces in the gradient and log|V| from random probes that
/// all evaluations share.
final class MatrixFreeLikelihood {
  /// What an evaluation leaves behind.
  struct Point {
    /// Profiled quantities; deviance and log determinant carry Monte-Carlo error.
    var profile: ProfiledObjective.Point
    var gradient: [Double]
    /// Monte-Carlo covariance of the gradient.
    var gradientNoise: Matrix
    /// Average information, with the exact curvature where a variance vanishes.
    var curvature: Matrix
    /// X̃'V⁻¹Z v_i of each parameter, and v_i'r.
    var fixedForms: Matrix
    var residualForms: [Double]
    /// Monte-Carlo variance of the deviance.
    var devianceNoise: Double
    /// S Z'V⁻¹[X̃ ẽ].
    var effects: EffectColumns
    var converged: Bool
  }

  let system: ScalarSystem
  let operation: ScaledOperator
  let layout: CovarianceLayout
  let fixed: FixedBasis
  let reml: Bool
  let degreesOfFreedom: Double
  /// Smallest |T| of each trailing factor: traces divide by it.
  let floors: [Double]
  /// Batches of eight probes.
  var batches: Int
  private(set) var evaluations = 0
  let solver: ColumnSolver
  private let traces: StochasticTraces
  private var guess: EffectColumns?

  init(
    system: ScalarSystem, layout: CovarianceLayout, fixed: FixedBasis, rowCount: Int, reml: Bool,
    floors: [Double], workers: Workers, batches: Int, seed: UInt64
  ) {
    self.system = system
    self.layout = layout
    self.fixed = fixed
    self.reml = reml
    self.floors = floors
    self.batches = batches
    degreesOfFreedom = Double(reml ? rowCount - fixed.rank : rowCount)
    operation = ScaledOperator(system: system, workers: workers)
    solver = ColumnSolver(system: operation)
    traces = StochasticTraces(system: operation, seed: seed)
  }

  /// T of every factor, kept off zero where traces divide by it.
  func lower(_ theta: [Double]) -> [[Double]] {
    var result = layout.lower(theta)
    for (f, floor) in floors.enumerated() where abs(result[f][0]) < floor {
      result[f][0] = result[f][0] < 0 ? -floor : floor
    }
    return result
  }

  /// Moves the operator and solves for [X̃ ẽ].
  func solve(lower: [[Double]], tolerance: Double) throws(EngineError) -> ColumnSolution {
    try operation.update(lower)
    let sides = EffectColumns(
      leading: system.leadingPanel, trailing: system.trailingPanel, count: system.panelColumns)
    let solution = solver.solve(sides, guess: guess, tolerance: tolerance)
    guess = solution.effects
    return solution
  }

  /// - Parameter tolerance: of the solutions for [X̃ ẽ].
  func evaluate(_ theta: [Double], tolerance: Double) throws(EngineError) -> Point {
    evaluations += 1
    let lower = lower(theta)
    let solution = try solve(lower: lower, tolerance: tolerance)
    let noisy = traces.evaluate(lower, batches: batches, tolerance: 1e-3)
    let profile = try profile(solution, theta: theta, lower: lower, logDeterminant: noisy.logDeterminant)
    let residual = residuals(solution.gradients, coefficients: profile.coefficients)

    // F_f = Σ [Z'PZ]_ll − Σ r_l² / σ².
    var derivatives: [Matrix] = []
    for f in layout.widths.indices {
      let (r, count) = residual.rows(of: f, in: system)
      var squares = 0.0
      for l in 0..<count { squares += r[l] * r[l] }
      var value = noisy.traces[f] - squares / profile.scale
      if reml { value -= fixedShare(f, solution.gradients, inverse: profile.fixedInverse) }
      derivatives.append(Matrix([[value]]))
    }
    let forms = informationForms(lower, residual: residual, gradients: solution.gradients)
    var curvature = information(forms, profile: profile)
    for (i, mine) in layout.parameters.enumerated() {
      for e in mine { curvature[i, i] += 2 * max(derivatives[e.factor][0, 0], 0) }
    }
    return Point(
      profile: profile, gradient: layout.gradient(derivatives, lower: lower),
      gradientNoise: gradientNoise(noisy.deviations, lower: lower), curvature: curvature,
      fixedForms: forms.fixed, residualForms: forms.residual,
      devianceNoise: Self.variance(noisy.logDeterminantDeviations), effects: solution.effects,
      converged: solution.converged && noisy.converged)
  }

  // MARK: Parts of an evaluation

  /// b̃, σ² and the deviance from R'V⁻¹R = R'R − Σ (Z'R)'u.
  func profile(
    _ solution: ColumnSolution, theta: [Double], lower: [[Double]], logDeterminant: Double
  ) throws(EngineError) -> ProfiledObjective.Point {
    let r = system.panelColumns
    var panel = system.base
    func subtract(_ sides: Buffer, _ effects: Buffer, _ rows: Int) {
      for i in 0..<r {
        for j in 0...i {
          var sum = 0.0
          for l in 0..<rows { sum += sides.pointer[l * r + i] * effects.pointer[l * r + j] }
          panel[i, j] -= sum
          if i != j { panel[j, i] = panel[i, j] }
        }
      }
    }
    subtract(system.leadingPanel, solution.effects.leading, system.leadingCount)
    subtract(system.trailingPanel, solution.effects.trailing, system.trailingCount)
    return try ProfiledObjective.profile(
      panel: panel, logDeterminant: logDeterminant, theta: theta, lower: lower, reml: reml,
      degreesOfFreedom: degreesOfFreedom)
  }

  /// r = Z'V⁻¹(ẽ − X̃ b).
  private func residuals(_ gradients: EffectColumns, coefficients: [Double]) -> EffectColumns {
    let result = EffectColumns(system: system, count: 1)
    let r = system.panelColumns
    func combine(_ source: Buffer, _ target: Buffer) {
      for l in 0..<target.count {
        let row = source.pointer + l * r
        var value = row[r - 1]
        for c in 0..<r - 1 { value -= row[c] * coefficients[c] }
        target.pointer[l] = value
      }
    }
    combine(gradients.leading, result.leading)
    combine(gradients.trailing, result.trailing)
    return result
  }

  /// Σ_l g_l (X̃'V⁻¹X̃)⁻¹ g_l' over a factor's levels.
  private func fixedShare(_ factor: Int, _ gradients: EffectColumns, inverse: Matrix) -> Double {
    let (g, count) = gradients.rows(of: factor, in: system)
    let r = system.panelColumns
    var sum = 0.0
    for a in 0..<r - 1 {
      for b in 0...a {
        var dot = 0.0
        for l in 0..<count { dot += g[l * r + a] * g[l * r + b] }
        sum += dot * inverse[a, b] * (a == b ? 1 : 2)
      }
    }
    return sum
  }

  /// v_i = 2 t r on the parameter's factors, and its quadratic forms.
  private func informationForms(
    _ lower: [[Double]], residual: EffectColumns, gradients: EffectColumns
  ) -> QuadraticForms {
    let n = layout.count
    let p = system.panelColumns - 1
    var forms = QuadraticForms(
      products: Matrix(rows: n, columns: n), fixed: Matrix(rows: p, columns: n),
      residual: [Double](repeating: 0, count: n))
    let vectors = EffectColumns(system: system, count: n)
    for (i, entries) in layout.parameters.enumerated() {
      for e in entries {
        let weight = 2 * lower[e.factor][0]
        let (r, count) = residual.rows(of: e.factor, in: system)
        let v = vectors.rows(of: e.factor, in: system).pointer
        let g = gradients.rows(of: e.factor, in: system).pointer
        for l in 0..<count {
          let value = weight * r[l]
          v[l * n + i] = value
          forms.residual[i] += value * r[l]
        }
        for c in 0..<p {
          var sum = 0.0
          for l in 0..<count { sum += g[l * (p + 1) + c] * v[l * n + i] }
          forms.fixed[c, i] += sum
        }
      }
    }
    let images = solver.solve(vectors, multiplied: true, tolerance: 1e-5).gradients
    for i in 0..<n {
      for j in 0..<n {
        var sum = 0.0
        for l in 0..<system.leadingCount {
          sum += vectors.leading.pointer[l * n + i] * images.leading.pointer[l * n + j]
        }
        for l in 0..<system.trailingCount {
          sum += vectors.trailing.pointer[l * n + i] * images.trailing.pointer[l * n + j]
        }
        forms.products[i, j] += 0.5 * sum
        forms.products[j, i] += 0.5 * sum
      }
    }
    return forms
  }

  /// v_i'Z'PZv_j / σ² − (v_i'r)(v_j'r) / (ν σ⁴).
  private func information(_ forms: QuadraticForms, profile: ProfiledObjective.Point) -> Matrix {
    let n = layout.count
    let weighted = profile.fixedInverse * forms.fixed
    var result = Matrix(rows: n, columns: n)
    for i in 0..<n {
      for j in 0..<n {
        var value = forms.products[i, j]
        for c in 0..<fixed.rank { value -= forms.fixed[c, i] * weighted[c, j] }
        result[i, j] =
          value / profile.scale
          - forms.residual[i] * forms.residual[j] / (degreesOfFreedom * profile.scale * profile.scale)
      }
    }
    return result
  }

  /// Covariance of the mean over probes of 2 t × trace.
  private func gradientNoise(_ deviations: [[Double]], lower: [[Double]]) -> Matrix {
    let n = layout.count
    let count = deviations.map(\.count).max() ?? 0
    let samples = layout.parameters.map { entries in
      (0..<count).map { s in
        entries.reduce(0.0) { sum, e in
          deviations[e.factor].isEmpty ? sum : sum + 2 * lower[e.factor][0] * deviations[e.factor][s]
        }
      }
    }
    var result = Matrix(rows: n, columns: n)
    guard count > 1 else { return result }
    for i in 0..<n {
      for j in 0..<n {
        let sum = zip(samples[i], samples[j]).reduce(0) { $0 + $1.0 * $1.1 }
        result[i, j] = sum / Double(count * (count - 1))
      }
    }
    return result
  }

  /// Variance of a mean from the deviations of its terms.
  private static func variance(_ deviations: [Double]) -> Double {
    let n = Double(deviations.count)
    return n > 1 ? deviations.reduce(0) { $0 + $1 * $1 } / (n * (n - 1)) : 0
  }
}
