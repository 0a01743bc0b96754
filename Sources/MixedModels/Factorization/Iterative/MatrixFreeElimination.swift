import Foundation
internal import LinearAlgebra

/// The mixed-model equations of a scalar crossed design without a factorisation.
///
/// Solutions come from conjugate gradients; traces and log|V| from random probes that all evaluations
/// share, so that they are smooth functions of θ with a known Monte-Carlo error.
///
/// The folder: crossed factors of one effect each, where a factor takes too much time or memory.
final class MatrixFreeElimination: LevelElimination {
  let system: ScalarSystem
  let operation: ScaledOperator
  /// Smallest |T| of each factor: traces divide by it.
  let floors: [Double]
  /// Batches of eight probes; 0 leaves log|V| and the traces out.
  var batches: Int
  /// Where the solves end.
  var accuracy = Accuracy.final
  /// Whether the solves at the last point reached their tolerance.
  private(set) var converged = true
  /// Traces and log|V| at the last point.
  private(set) var stochastic = StochasticTraces.Result()
  private let solver: ColumnSolver
  private let traces: StochasticTraces
  /// u and g = Z'V⁻¹[X̃ ẽ] at the last point.
  private var solution: ColumnSolution?
  private var lower: [[Double]] = []

  /// Residual norms, relative to the right-hand sides', at which conjugate gradients end.
  struct Accuracy {
    /// Solutions for [X̃ ẽ].
    var panel: Double
    /// Random probes.
    var probes: Double
    /// Directions of the average information.
    var directions: Double

    /// For results.
    static let final = Accuracy(panel: 1e-10, probes: 1e-3, directions: 1e-5)
    /// For steps near the optimum.
    static let search = Accuracy(panel: 1e-6, probes: 1e-3, directions: 1e-5)
    /// For the first step, which nonlinearity leaves a tenth of a standard error from the optimum.
    static let rough = Accuracy(panel: 1e-3, probes: 3e-2, directions: 1e-2)
  }

  init(system: ScalarSystem, floors: [Double], workers: Workers, batches: Int, seed: UInt64) {
    self.system = system
    self.floors = floors
    self.batches = batches
    operation = ScaledOperator(system: system, workers: workers)
    solver = ColumnSolver(system: operation)
    traces = StochasticTraces(system: operation, seed: seed)
  }

  /// Moves to the given T of each factor, for solves.
  func move(to lower: [[Double]]) throws(EngineError) {
    // Solutions divide by no variance.
    self.lower = zip(lower, floors).map { t, floor in
      batches > 0 && abs(t[0]) < floor ? [t[0] < 0 ? -floor : floor] : t
    }
    try operation.update(self.lower)
  }

  func factorize(_ lower: [[Double]]) throws(EngineError) -> (logDeterminant: Double, panel: Matrix) {
    try move(to: lower)
    let sides = EffectColumns(
      leading: system.leadingPanel, trailing: system.trailingPanel, count: system.panelColumns)
    let found = solver.solve(sides, guess: solution?.effects, tolerance: accuracy.panel)
    solution = found
    converged = found.converged
    guard batches > 0 else { return (0, reducedPanel(found)) }
    stochastic = traces.evaluate(self.lower, batches: batches, tolerance: accuracy.probes)
    converged = found.converged && stochastic.converged
    return (stochastic.logDeterminant, reducedPanel(found))
  }

  var isStochastic: Bool { true }

  func monteCarloReport(in model: MixedModel) -> MonteCarloReport? {
    MonteCarloReport(evaluating: self, in: model)
  }

  /// Nothing to do: ``factorize(_:)`` has solved.
  func solve() {}

  func traces(
    coefficients: [Double], fixedInverse: Matrix?, toleratesRounding: Bool
  ) throws(EngineError) -> [FactorTraces] {
    guard let solution else { return [] }
    let residual = residuals(coefficients)
    return lower.indices.map { f in
      let (r, count) = residual.rows(of: f, in: system)
      var squares = 0.0
      for l in 0..<count { squares += r[l] * r[l] }
      var value = stochastic.traces[f]
      if let fixedInverse { value -= fixedShare(f, solution.gradients, inverse: fixedInverse) }
      return FactorTraces(projection: Matrix([[value]]), residual: Matrix([[squares]]))
    }
  }

  func quadraticForms(_ directions: [Direction], coefficients: [Double]) -> QuadraticForms {
    let n = directions.count
    let p = system.panelColumns - 1
    var forms = QuadraticForms(
      products: Matrix(rows: n, columns: n), fixed: Matrix(rows: p, columns: n),
      residual: [Double](repeating: 0, count: n))
    guard let solution else { return forms }
    let residual = residuals(coefficients)
    let vectors = EffectColumns(system: system, count: n)
    for (i, direction) in directions.enumerated() {
      for part in direction.parts {
        let weight = part.matrix[0, 0]
        let (r, count) = residual.rows(of: part.factor, in: system)
        let v = vectors.rows(of: part.factor, in: system).pointer
        let g = solution.gradients.rows(of: part.factor, in: system).pointer
        for l in 0..<count {
          let value = weight * r[l]
          v[l * n + i] = value
          forms.residual[i] += value * r[l]
          for c in 0..<p { forms.fixed.storage[c + i * p] += g[l * (p + 1) + c] * value }
        }
      }
    }
    let images = solver.solve(vectors, multiplied: true, tolerance: accuracy.directions).gradients
    func addProducts(_ v: Buffer, _ g: Buffer, rows: Int) {
      for i in 0..<n {
        for j in 0..<n {
          var sum = 0.0
          for l in 0..<rows { sum += v.pointer[l * n + i] * g.pointer[l * n + j] }
          forms.products[i, j] += 0.5 * sum
          forms.products[j, i] += 0.5 * sum
        }
      }
    }
    addProducts(vectors.leading, images.leading, rows: system.leadingCount)
    addProducts(vectors.trailing, images.trailing, rows: system.trailingCount)
    return forms
  }

  func fixedSlopes(_ directions: [Direction]) -> [Matrix] {
    let r = system.panelColumns
    guard let solution else { return directions.map { _ in Matrix(rows: r - 1, columns: r - 1) } }
    let grams = lower.indices.map { f -> Matrix in
      let (g, count) = solution.gradients.rows(of: f, in: system)
      var gram = Matrix(rows: r - 1, columns: r - 1)
      for l in 0..<count {
        for a in 0..<r - 1 { for b in 0..<r - 1 { gram[a, b] += g[l * r + a] * g[l * r + b] } }
      }
      return gram
    }
    return directions.map { direction in
      direction.parts.reduce(Matrix(rows: r - 1, columns: r - 1)) {
        $0 + $1.matrix[0, 0] * grams[$1.factor]
      }
    }
  }

  func modes(coefficients: [Double]) -> [Buffer] {
    guard let solution else { return [] }
    let effects = combined(solution.effects, coefficients)
    return lower.indices.map { f in
      let (u, count) = effects.rows(of: f, in: system)
      let result = Buffer(count)
      result.pointer.update(from: u, count: count)
      return result
    }
  }

  func conditionalCovariances(factor: Int) throws(EngineError) -> Buffer {
    let count = EffectColumns(system: system, count: 1).rows(of: factor, in: system).count
    return Buffer(try conditionalVariances(factor: factor, levels: Array(0..<count)))
  }

  /// Diagonal entries of C = S − S Z'V⁻¹Z S at chosen levels, a solve for every eight of them.
  func conditionalVariances(factor: Int, levels: [Int]) throws(EngineError) -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(levels.count)
    for first in stride(from: 0, to: levels.count, by: 8) {
      let batch = levels[first..<min(first + 8, levels.count)]
      let columns = EffectColumns(system: system, count: batch.count)
      let rows = columns.rows(of: factor, in: system).pointer
      for (i, level) in batch.enumerated() { rows[level * batch.count + i] = 1 }
      let solved = try conditionalCovariance(times: columns)
      let found = solved.rows(of: factor, in: system).pointer
      for (i, level) in batch.enumerated() { result.append(max(found[level * batch.count + i], 0)) }
    }
    return result
  }

  /// C a for columns a over all effects: C = Λ M⁻¹ Λ' is what a solve does to Z'c, whatever that is.
  func conditionalCovariance(times columns: EffectColumns) throws(EngineError) -> EffectColumns {
    if Task.isCancelled { throw .cancelled }
    return solver.solve(columns, tolerance: 1e-8).effects
  }

  /// X̃'Z u for columns u over all effects: rank × columns.
  func fixedProducts(_ columns: EffectColumns) -> Matrix {
    let r = system.panelColumns
    var result = Matrix(rows: r - 1, columns: columns.count)
    func add(_ sides: Buffer, _ effects: Buffer) {
      for l in 0..<effects.count / max(columns.count, 1) {
        for k in 0..<columns.count {
          let value = effects.pointer[l * columns.count + k]
          if value == 0 { continue }
          for c in 0..<r - 1 { result.storage[c + k * (r - 1)] += sides.pointer[l * r + c] * value }
        }
      }
    }
    add(system.leadingPanel, columns.leading)
    add(system.trailingPanel, columns.trailing)
    return result
  }

  /// Monte-Carlo standard error of log L at the last point.
  var logLikelihoodError: Double { 0.5 * stochastic.logDeterminantVariance.squareRoot() }

  // MARK: Sums over levels

  /// R'V⁻¹R = R'R − (Z'R)'u − u'(g − S⁻¹u): the last part, what u = S g lacks in the trailing factors, leaves an
  /// error of second order in that of u.
  private func reducedPanel(_ solution: ColumnSolution) -> Matrix {
    let r = system.panelColumns
    var panel = system.base
    func subtract(_ sides: Buffer, _ effects: Buffer, _ rows: Range<Int>) {
      for i in 0..<r {
        for j in 0...i {
          var sum = 0.0
          for l in rows { sum += sides.pointer[l * r + i] * effects.pointer[l * r + j] }
          panel[i, j] -= sum
          if i != j { panel[j, i] = panel[i, j] }
        }
      }
    }
    let (effects, gradients) = (solution.effects, solution.gradients)
    subtract(system.leadingPanel, effects.leading, 0..<system.leadingCount)
    subtract(system.trailingPanel, effects.trailing, 0..<system.trailingCount)
    let rest = Buffer(effects.trailing.count)
    for part in system.parts {
      let variance = lower[part.factor][0] * lower[part.factor][0]
      guard variance > 0 else { continue }
      for i in part.range.lowerBound * r..<part.range.upperBound * r {
        rest.pointer[i] = gradients.trailing.pointer[i] - effects.trailing.pointer[i] / variance
      }
      subtract(rest, effects.trailing, part.range)
    }
    return panel
  }

  /// r = Z'V⁻¹(ẽ − X̃ b).
  private func residuals(_ coefficients: [Double]) -> EffectColumns {
    guard let solution else { return EffectColumns(system: system, count: 1) }
    return combined(solution.gradients, coefficients)
  }

  /// The column of ẽ minus X̃'s times b.
  private func combined(_ columns: EffectColumns, _ coefficients: [Double]) -> EffectColumns {
    let result = EffectColumns(system: system, count: 1)
    let r = system.panelColumns
    let weights = coefficients.map { -$0 } + [1]
    func combine(_ source: Buffer, _ target: Buffer) {
      for l in 0..<target.count {
        var value = 0.0
        for c in 0..<r { value += source.pointer[l * r + c] * weights[c] }
        target.pointer[l] = value
      }
    }
    combine(columns.leading, result.leading)
    combine(columns.trailing, result.trailing)
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
}
