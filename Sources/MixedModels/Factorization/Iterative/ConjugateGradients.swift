/// Conjugate gradients on the scaled operator, several right-hand sides at once.
///
/// Each lane runs its own recurrence; a lane that has converged stands still while the others go on.
final class ConjugateGradients<L: Lanes> {
  let system: ScaledOperator
  private let direction: LaneBuffer<L>
  private let scaled: LaneBuffer<L>
  private let image: LaneBuffer<L>
  private let leading: LaneBuffer<L>

  /// Coefficients of the recurrence, by iteration and lane: they hold the Lanczos matrix.
  struct Recurrence {
    var alpha: [[Double]] = []
    var beta: [[Double]] = []
    /// Iterations that each lane took.
    var steps: [Int]
    /// Squared norm of the residual at the start.
    var start: [Double]
    /// Whether every lane reached its tolerance.
    var converged = true
  }

  init(system: ScaledOperator) {
    self.system = system
    let m = system.system.trailingCount
    direction = LaneBuffer(m)
    scaled = LaneBuffer(m)
    image = LaneBuffer(m)
    leading = LaneBuffer(system.system.leadingCount)
  }

  /// residual = b − Ŝ x.
  func residual(of x: LaneBuffer<L>, rightHandSide b: LaneBuffer<L>, into residual: LaneBuffer<L>) {
    let (s, v, c) = (scaled.pointer, x.pointer, system.scale.pointer)
    system.forEachTrailing { j in s[j] = v[j] * L(c[j]) }
    system.weightedLeading(scaled, into: leading)
    _ = system.trailing(x, scaled: scaled, leading: leading, into: image)
    let (r, rhs, product) = (residual.pointer, b.pointer, image.pointer)
    system.forEachTrailing { j in r[j] = rhs[j] - product[j] }
  }

  /// Improves `x` until ‖residual‖ ≤ `tolerance` · `reference` in every lane.
  ///
  /// - Parameters:
  ///   - x: a guess on entry.
  ///   - residual: b − Ŝ x on entry; destroyed.
  ///   - reference: norm of each right-hand side; nil uses the residual at the start.
  @discardableResult
  func solve(
    _ x: LaneBuffer<L>, residual: LaneBuffer<L>, reference: [Double]? = nil, tolerance: Double,
    maximumIterations: Int = 500
  ) -> Recurrence {
    let (p, s, q, r, v) = (
      direction.pointer, scaled.pointer, image.pointer, residual.pointer, x.pointer
    )
    let c = system.scale.pointer
    var norms = system.laneSum { j in
      p[j] = r[j]
      s[j] = r[j] * L(c[j])
      return r[j] * r[j]
    }.array
    var recurrence = Recurrence(steps: [Int](repeating: 0, count: L.width), start: norms)
    let bounds = (0..<L.width).map { lane in
      tolerance * tolerance * (reference.map { $0[lane] * $0[lane] } ?? norms[lane])
    }
    var active = (0..<L.width).map { norms[$0] > bounds[$0] }
    while active.contains(true) {
      if recurrence.alpha.count == maximumIterations {
        recurrence.converged = false
        break
      }
      system.weightedLeading(scaled, into: leading)
      let curvature = system.trailing(direction, scaled: scaled, leading: leading, into: image)
      var alpha = [Double](repeating: 0, count: L.width)
      for lane in 0..<L.width where active[lane] {
        // Ŝ is positive definite; rounding alone could spoil the quotient.
        if curvature[lane] > 0 { alpha[lane] = norms[lane] / curvature[lane] } else { active[lane] = false }
      }
      let step = L(alpha)
      let next = system.laneSum { j in
        v[j] = v[j] + p[j] * step
        r[j] = r[j] - q[j] * step
        return r[j] * r[j]
      }.array
      var beta = [Double](repeating: 0, count: L.width)
      for lane in 0..<L.width where active[lane] {
        beta[lane] = next[lane] / norms[lane]
        norms[lane] = next[lane]
        recurrence.steps[lane] += 1
        if !(next[lane] > bounds[lane]) { active[lane] = false }
      }
      recurrence.alpha.append(alpha)
      recurrence.beta.append(beta)
      let turn = L(beta)
      system.forEachTrailing { j in
        p[j] = r[j] + p[j] * turn
        s[j] = p[j] * L(c[j])
      }
    }
    return recurrence
  }
}
