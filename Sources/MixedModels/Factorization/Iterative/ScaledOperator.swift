import Foundation

/// The trailing Schur complement at given θ, scaled to unit diagonal, as an operator.
///
/// With the leading factor eliminated, h_l = t² / (1 + t² m_l), log|V| = Σ log(1 + t² m_l) + log|S| with
/// S = I + T (A_DD − A_21 H A_12) T. The operator is Ŝ = D^(-1/2) S D^(-1/2), D = diag S, so that plain
/// conjugate gradients on Ŝ are Jacobi-preconditioned ones on S. Never formed: a product costs two passes
/// over the non-zero cross-products.
final class ScaledOperator {
  let system: ScalarSystem
  let workers: Workers
  /// h_l and 1 / (1 + t² m_l).
  let inner: Buffer
  let shrinkage: Buffer
  /// D, and c = t D^(-1/2): u = c x̂ are the effects.
  let diagonal: Buffer
  let scale: Buffer
  /// Diagonal of Ŝ without the leading factor's share.
  private let own: Buffer
  /// Σ log(1 + t² m_l) + Σ log D_j.
  private(set) var logDiagonal = 0.0

  init(system: ScalarSystem, workers: Workers) {
    self.system = system
    self.workers = workers
    inner = Buffer(system.leadingCount)
    shrinkage = Buffer(system.leadingCount)
    diagonal = Buffer(system.trailingCount)
    scale = Buffer(system.trailingCount)
    own = Buffer(system.trailingCount)
  }

  /// Moves to the given T of each factor.
  func update(_ lower: [[Double]]) throws(EngineError) {
    let leadingVariance = lower[system.leadingFactor][0] * lower[system.leadingFactor][0]
    let (h, w, squares) = (inner.pointer, shrinkage.pointer, system.leadingSquares.pointer)
    var logs = LogSum()
    for l in 0..<system.leadingCount {
      let pivot = 1 + leadingVariance * squares[l]
      w[l] = 1 / pivot
      h[l] = leadingVariance / pivot
      logs.add(pivot)
    }
    let (d, c, e) = (diagonal.pointer, scale.pointer, own.pointer)
    let kernel = system.backward.kernel
    let trailingSquares = system.trailingSquares.pointer
    for part in system.parts {
      let t = lower[part.factor][0]
      forEachTrailing(in: part.range) { j in
        let square = trailingSquares[j]
        let rest = max(square - kernel.squaredSum(j, h), 0)
        d[j] = 1 + t * t * rest
        c[j] = t / d[j].squareRoot()
        e[j] = (1 + t * t * square) / d[j]
      }
    }
    for j in 0..<system.trailingCount { logs.add(d[j]) }
    logDiagonal = logs.value
    guard logDiagonal.isFinite else { throw .unresolved }
  }

  /// Σ_j of the diagonal of C A_21 W² A_12 C.
  func leadingTraceOfDiagonal() -> Double {
    let weights = Buffer(system.leadingCount)
    let w = shrinkage.pointer
    for l in 0..<system.leadingCount { weights.pointer[l] = w[l] * w[l] }
    let (kernel, c, x) = (system.backward.kernel, scale.pointer, weights.pointer)
    return sumOverTrailing { j in c[j] * c[j] * kernel.squaredSum(j, x) }
  }

  /// target_l = (A_12 s)_l.
  func leading<L: Lanes>(_ s: LaneBuffer<L>, into target: LaneBuffer<L>) {
    let (kernel, x, y) = (system.forward.kernel, UnsafePointer(s.pointer), target.pointer)
    forEachLeading { l in y[l] = kernel.sum(l, x) }
  }

  /// target_l = h_l (A_12 s)_l.
  func weightedLeading<L: Lanes>(_ s: LaneBuffer<L>, into target: LaneBuffer<L>) {
    let (kernel, x, y, h) = (system.forward.kernel, UnsafePointer(s.pointer), target.pointer, inner.pointer)
    forEachLeading { l in y[l] = kernel.sum(l, x) * L(h[l]) }
  }

  /// target = Ŝ p, given s = c p and the weighted leading product of s.
  ///
  /// - Returns: p'Ŝp of each lane.
  func trailing<L: Lanes>(
    _ p: LaneBuffer<L>, scaled s: LaneBuffer<L>, leading: LaneBuffer<L>, into target: LaneBuffer<L>
  ) -> L {
    let backward = system.backward.kernel
    let within = system.within?.kernel
    let (e, c) = (own.pointer, scale.pointer)
    let (x, y, q) = (UnsafePointer(s.pointer), UnsafePointer(leading.pointer), target.pointer)
    let v = p.pointer
    return laneSum { (j: Int) -> L in
      var sum = L(0) - backward.sum(j, y)
      if let within { sum = sum + within.sum(j, x) }
      let image = v[j] * L(e[j]) + sum * L(c[j])
      q[j] = image
      return v[j] * image
    }
  }

  // MARK: Loops over fixed chunks

  @inline(__always)
  func forEachLeading(_ body: (Int) -> Void) {
    let chunks = system.leadingChunks
    workers.forEach(chunks: chunks.count, work: chunks.work) { chunk in
      for l in chunks[chunk] { body(l) }
    }
  }

  @inline(__always)
  func forEachTrailing(in range: Range<Int>? = nil, _ body: (Int) -> Void) {
    let chunks = system.trailingChunks
    workers.forEach(chunks: chunks.count, work: chunks.work) { chunk in
      let rows = range.map { chunks[chunk].clamped(to: $0) } ?? chunks[chunk]
      for j in rows { body(j) }
    }
  }

  /// Σ_j over the trailing columns, or those of a range, chunk by chunk.
  @inline(__always)
  func laneSum<L: Lanes>(in range: Range<Int>? = nil, _ body: (Int) -> L) -> L {
    Self.sum(system.trailingChunks, range, workers, body)
  }

  /// Σ_l over the leading levels, chunk by chunk.
  @inline(__always)
  func leadingLaneSum<L: Lanes>(_ body: (Int) -> L) -> L {
    Self.sum(system.leadingChunks, nil, workers, body)
  }

  @inline(__always)
  func sumOverTrailing(in range: Range<Int>? = nil, _ body: (Int) -> Double) -> Double {
    laneSum(in: range) { (j: Int) -> OneLane in OneLane(body(j)) }[0]
  }

  @inline(__always)
  private static func sum<L: Lanes>(
    _ chunks: RowChunks, _ range: Range<Int>?, _ workers: Workers, _ body: (Int) -> L
  ) -> L {
    let partial = LaneBuffer<L>(chunks.count)
    let sums = partial.pointer
    workers.forEach(chunks: chunks.count, work: chunks.work) { chunk in
      let rows = range.map { chunks[chunk].clamped(to: $0) } ?? chunks[chunk]
      var sum = L(0)
      for i in rows { sum = sum + body(i) }
      sums[chunk] = sum
    }
    var total = L(0)
    for chunk in 0..<chunks.count { total = total + sums[chunk] }
    return total
  }
}
