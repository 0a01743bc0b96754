internal import LinearAlgebra

/// A few columns over all random effects: those of the leading factor, then those of D; row-major.
struct EffectColumns {
  let leading: Buffer
  let trailing: Buffer
  /// Columns.
  let count: Int

  init(system: ScalarSystem, count: Int) {
    self.count = count
    leading = Buffer(system.leadingCount * count)
    trailing = Buffer(system.trailingCount * count)
  }

  init(leading: Buffer, trailing: Buffer, count: Int) {
    self.leading = leading
    self.trailing = trailing
    self.count = count
  }

  /// Rows of one factor as a pointer with their number.
  func rows(of factor: Int, in system: ScalarSystem) -> (pointer: UnsafeMutablePointer<Double>, count: Int) {
    if factor == system.leadingFactor { return (leading.pointer, system.leadingCount) }
    guard let part = system.parts.first(where: { $0.factor == factor }) else { return (leading.pointer, 0) }
    return (trailing.pointer + part.range.lowerBound * count, part.range.count)
  }
}

/// Solutions u = S Z'V⁻¹c and g = Z'V⁻¹c for columns given by Z'c.
struct ColumnSolution {
  var effects: EffectColumns
  var gradients: EffectColumns
  var converged = true
}

/// Solves the mixed-model equations for given right-hand sides by conjugate gradients.
final class ColumnSolver {
  let system: ScaledOperator
  private lazy var four = Workspace<FourLanes>(system: system)
  private lazy var eight = Workspace<EightLanes>(system: system)

  init(system: ScaledOperator) { self.system = system }

  /// Buffers for one batch of lanes.
  private final class Workspace<L: Lanes> {
    let solver: ConjugateGradients<L>
    let leadingSide, leadingScratch: LaneBuffer<L>
    let trailingSide, trailingScratch, rightHandSide, residual, solution: LaneBuffer<L>

    init(system: ScaledOperator) {
      let (q, m) = (system.system.leadingCount, system.system.trailingCount)
      solver = ConjugateGradients(system: system)
      leadingSide = LaneBuffer(q)
      leadingScratch = LaneBuffer(q)
      trailingSide = LaneBuffer(m)
      trailingScratch = LaneBuffer(m)
      rightHandSide = LaneBuffer(m)
      residual = LaneBuffer(m)
      solution = LaneBuffer(m)
    }
  }

  /// - Parameters:
  ///   - sides: Z'c, or with `multiplied` the vectors v of c = Z v.
  ///   - guess: effects near the solution.
  ///   - tolerance: residual norm relative to the right-hand side's.
  func solve(
    _ sides: EffectColumns, multiplied: Bool = false, guess: EffectColumns? = nil, tolerance: Double
  ) -> ColumnSolution {
    var result = ColumnSolution(
      effects: EffectColumns(system: system.system, count: sides.count),
      gradients: EffectColumns(system: system.system, count: sides.count))
    var first = 0
    while first < sides.count {
      let rest = sides.count - first
      if rest > 4 {
        solve(eight, sides, first, min(rest, 8), multiplied, guess, tolerance, &result)
        first += 8
      } else {
        solve(four, sides, first, rest, multiplied, guess, tolerance, &result)
        first += 4
      }
    }
    return result
  }

  private func solve<L: Lanes>(
    _ workspace: Workspace<L>, _ sides: EffectColumns, _ first: Int, _ count: Int, _ multiplied: Bool,
    _ guess: EffectColumns?, _ tolerance: Double, _ result: inout ColumnSolution
  ) {
    let (design, n) = (system.system, sides.count)
    let (side1, sideD) = (workspace.leadingSide, workspace.trailingSide)
    load(sides.leading, n, first, count, into: side1)
    load(sides.trailing, n, first, count, into: sideD)
    if multiplied { multiply(workspace) }

    let (backward, within) = (design.backward.kernel, design.within?.kernel)
    let (h, w, c) = (system.inner.pointer, system.shrinkage.pointer, system.scale.pointer)
    let (rhs1, rhsD) = (side1.pointer, sideD.pointer)
    let (leading, trailing) = (workspace.leadingScratch, workspace.trailingScratch)
    let (y, s) = (leading.pointer, trailing.pointer)
    system.forEachLeading { l in y[l] = rhs1[l] * L(h[l]) }
    let (b, x, r) = (
      workspace.rightHandSide.pointer, workspace.solution.pointer, workspace.residual.pointer
    )
    let squares: L = system.laneSum { j in
      let value = (rhsD[j] - backward.sum(j, UnsafePointer(y))) * L(c[j])
      b[j] = value
      r[j] = value
      return value * value
    }
    workspace.solution.clear()
    if let guess {
      load(guess.trailing, n, first, count, into: workspace.solution)
      system.forEachTrailing { j in x[j] = c[j] == 0 ? L(0) : x[j] * L(1 / c[j]) }
      workspace.solver.residual(
        of: workspace.solution, rightHandSide: workspace.rightHandSide, into: workspace.residual)
    }
    let recurrence = workspace.solver.solve(
      workspace.solution, residual: workspace.residual, reference: squares.array.map { $0.squareRoot() },
      tolerance: tolerance)
    if !recurrence.converged { result.converged = false }

    // u_D = c x̂, u_1 = H (a_1 − A_12 u_D), g_1 = W (a_1 − A_12 u_D), g_D = a_D − A_DD u_D − A_21 u_1.
    system.forEachTrailing { j in s[j] = x[j] * L(c[j]) }
    system.leading(trailing, into: leading)
    store(trailing, in: result.effects.trailing, n, first, count)
    let squaresD = design.trailingSquares.pointer
    system.forEachLeading { l in
      let rest = rhs1[l] - y[l]
      rhs1[l] = rest * L(w[l])
      y[l] = rest * L(h[l])
    }
    store(leading, in: result.effects.leading, n, first, count)
    store(side1, in: result.gradients.leading, n, first, count)
    system.forEachTrailing { j in
      var rest = rhsD[j] - s[j] * L(squaresD[j]) - backward.sum(j, UnsafePointer(y))
      if let within { rest = rest - within.sum(j, UnsafePointer(s)) }
      r[j] = rest
    }
    store(workspace.residual, in: result.gradients.trailing, n, first, count)
  }

  /// Replaces v by A v.
  private func multiply<L: Lanes>(_ workspace: Workspace<L>) {
    let design = system.system
    let (v1, vD) = (workspace.leadingSide.pointer, workspace.trailingSide.pointer)
    let (y, s) = (workspace.leadingScratch.pointer, workspace.trailingScratch.pointer)
    let (squares1, squaresD) = (design.leadingSquares.pointer, design.trailingSquares.pointer)
    let (backward, within) = (design.backward.kernel, design.within?.kernel)
    system.leading(workspace.trailingSide, into: workspace.leadingScratch)
    system.forEachTrailing { j in
      var sum = vD[j] * L(squaresD[j]) + backward.sum(j, UnsafePointer(v1))
      if let within { sum = sum + within.sum(j, UnsafePointer(vD)) }
      s[j] = sum
    }
    system.forEachLeading { l in v1[l] = v1[l] * L(squares1[l]) + y[l] }
    vD.update(from: s, count: design.trailingCount)
  }

  private func load<L: Lanes>(
    _ source: Buffer, _ stride: Int, _ first: Int, _ count: Int, into target: LaneBuffer<L>
  ) {
    let (from, to) = (source.pointer + first, target.pointer)
    for i in 0..<target.count {
      var value = L(0)
      for lane in 0..<count { value[lane] = from[i * stride + lane] }
      to[i] = value
    }
  }

  private func store<L: Lanes>(
    _ source: LaneBuffer<L>, in target: Buffer, _ stride: Int, _ first: Int, _ count: Int
  ) {
    let (from, to) = (source.pointer, target.pointer + first)
    for i in 0..<source.count {
      let value = from[i]
      for lane in 0..<count { to[i * stride + lane] = value[lane] }
    }
  }
}
