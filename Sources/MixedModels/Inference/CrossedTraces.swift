internal import LinearAlgebra

/// ‖Z_f'PZ_g‖² for all pairs of crossed random intercepts, in closed form.
///
/// With the leading factor eliminated, W = (I + s M)⁻¹, D = MW and A = Z_1'Z_D, the blocks of K = Z'PZ are
///
///     K_11 = D − W A Q A' W − G₁ΦG₁',   K_1D = W A Q T⁻² − G₁ΦG_D',   K_DD = T⁻² − T⁻² Q T⁻² − G_DΦG_D',
///
/// where Q = T S⁻¹ T, G = Z'V⁻¹X̃ and Φ = (X̃'V⁻¹X̃)⁻¹, or zero for the full likelihood. Their sums of squares need
/// tr(HQHQ) and q_j'Hq_j for the columns q_j of Q, where H = A'W²A: ``CrossedImages``, whatever the number of levels. All
/// terms are sums of squares of their own size, so that single precision costs no more than its own rounding.
struct CrossedTraces {
  /// Factored and solved, with a single leading factor and a dense trailing block.
  let elimination: BlockedElimination
  let trailing: TrailingElimination
  let leader: BlockedElimination.ChainWorkspace
  let panel: SparsePanel
  /// Φ; nil for the full likelihood.
  let fixedInverse: Matrix?

  /// nil unless every factor has one regressor, one factor leads and the others are factored densely.
  init?(_ elimination: BlockedElimination, fixedInverse: Matrix?) {
    guard elimination.products.structure.factors.allSatisfy({ $0.width == 1 }), elimination.chain.count == 1,
      let leader = elimination.chain.first, let panel = leader.block.panel,
      let trailing = elimination.trailing, trailing.dense != nil
    else { return nil }
    self.elimination = elimination
    self.trailing = trailing
    self.leader = leader
    self.panel = panel
    self.fixedInverse = fixedInverse
  }

  /// The sums of squares, by position of the factors in the structure.
  func squares() throws(EngineError) -> Matrix {
    let structure = elimination.products.structure
    let weights = Buffer(leader.block.levelCount)
    forEachLevel { level, w, _ in weights.pointer[level] = w * w }
    let images = try CrossedImages(trailing, leader: leader, panel: panel, weights: weights)
    let q = images.inverse
    var result = Matrix(rows: structure.factors.count, columns: structure.factors.count)
    let shares = fixedShares(q)
    result[leader.factor, leader.factor] =
      diagonalShare(images.quadratics) + images.square + shares.leading
    for (g, f) in structure.trailing.enumerated() {
      let inverseSquare = 1 / variance(g)
      var sum = 0.0
      for j in columns(of: g) {
        sum += images.forms[j] * inverseSquare * inverseSquare + shares.cross[j]
      }
      result[leader.factor, f] = sum
      result[f, leader.factor] = sum
    }
    addTrailing(q, to: &result)
    return result
  }

  // MARK: Parts

  /// s of a trailing factor.
  private func variance(_ g: Int) -> Double {
    let t = elimination.lower[elimination.products.structure.trailing[g]][0]
    return t * t
  }

  private func columns(of g: Int) -> Range<Int> {
    trailing.products.factorStart[g]..<trailing.products.factorStart[g + 1]
  }

  /// w_l = 1 / (1 + s m_l) and d_l = m_l w_l.
  private func forEachLevel(_ body: (_ level: Int, _ w: Double, _ d: Double) -> Void) {
    let s = elimination.lower[leader.factor][0] * elimination.lower[leader.factor][0]
    for level in 0..<leader.block.levelCount {
      let m = leader.records.pointer[level * leader.block.stride]
      let w = 1 / (1 + s * m)
      body(level, w, m * w)
    }
  }

  /// Σ d² − 2 Σ d (w² aQa' + gΦg').
  private func diagonalShare(_ quadratics: Buffer) -> Double {
    let r = elimination.panelColumns
    var sum = 0.0
    forEachLevel { level, w, d in
      var share = w * w * quadratics.pointer[level]
      if let fixedInverse {
        share += Self.form(leader.gradient.pointer + level * r, fixedInverse)
      }
      sum += d * (d - 2 * share)
    }
    return sum
  }

  /// What the fixed effects add: 2 tr(Φc'Qc) + tr(ΦGΦG) to the leading square, c = A'WG₁ and G = G₁'G₁, and for each
  /// trailing column −2 s⁻¹ [QcΦ]·g + gΦGΦg'.
  private func fixedShares(_ q: Storage<Float>) -> (leading: Double, cross: [Double]) {
    let m = trailing.count
    var cross = [Double](repeating: 0, count: m)
    guard let phi = fixedInverse, phi.rows > 0 else { return (0, cross) }
    let p = phi.rows
    let r = elimination.panelColumns
    var gram = Matrix(rows: p, columns: p)
    let c = Buffer(m * p)
    forEachLevel { level, w, _ in
      let g = leader.gradient.pointer + level * r
      for a in 0..<p { for b in 0..<p { gram[a, b] += g[a] * g[b] } }
      for e in Int(panel.rowStart.pointer[level])..<Int(panel.rowStart.pointer[level + 1]) {
        let weight = w * panel.values.pointer[e]
        let target = c.pointer + Int(panel.columns.pointer[e]) * p
        for a in 0..<p { target[a] += weight * g[a] }
      }
    }
    let image = images(of: c, by: q, columns: p)
    var inner = Matrix(rows: p, columns: p)
    for j in 0..<m {
      for a in 0..<p { for b in 0..<p { inner[a, b] += c.pointer[j * p + a] * image.pointer[j * p + b] } }
    }
    let phiGram = phi * gram
    let middle = phiGram * phi
    let leading = 2 * (phi * inner).trace + (phiGram * phiGram).trace
    for g in trailing.products.widths.indices {
      let inverseSquare = 1 / variance(g)
      for j in columns(of: g) {
        let own = trailing.gradient.pointer + j * r
        var mixed = 0.0
        for a in 0..<p { for b in 0..<p { mixed += image.pointer[j * p + a] * phi[a, b] * own[b] } }
        cross[j] = Self.form(own, middle) - 2 * inverseSquare * mixed
      }
    }
    return (leading, cross)
  }

  /// Qc, with `columns` numbers per trailing column.
  private func images(of c: Buffer, by q: Storage<Float>, columns: Int) -> Buffer {
    let rough = Storage(c.array.map { Float($0) })
    let product = Storage<Float>(c.count)
    BLAS.sgemm(
      columns, trailing.count, trailing.count, 1, rough.pointer, columns, q.pointer, trailing.count, 0,
      product.pointer, columns)
    return Buffer(product.array.map { Double($0) })
  }

  /// Adds the sums of squares of K_DD by pairs of factors.
  private func addTrailing(_ q: Storage<Float>, to result: inout Matrix) {
    let structure = elimination.products.structure
    let m = trailing.count
    let r = elimination.panelColumns
    let p = fixedInverse?.rows ?? 0
    let weighted = Buffer(max(p, 1))
    let inverse = Buffer(m)
    for g in trailing.products.widths.indices {
      for j in columns(of: g) { inverse.pointer[j] = 1 / variance(g) }
    }
    for (h, second) in structure.trailing.enumerated() {
      for j in columns(of: h) {
        let column = q.pointer + j * m
        let own = trailing.gradient.pointer + j * r
        if let phi = fixedInverse {
          for a in 0..<p { weighted.pointer[a] = (0..<p).reduce(0) { $0 + phi[a, $1] * own[$1] } }
        }
        for (g, first) in structure.trailing.enumerated() {
          let factor = inverse.pointer[j] / variance(g)
          var sum = 0.0
          for i in columns(of: g) {
            var value = (i == j ? inverse.pointer[j] : 0) - Double(column[i]) * factor
            let other = trailing.gradient.pointer + i * r
            for a in 0..<p { value -= other[a] * weighted.pointer[a] }
            sum += value * value
          }
          result[first, second] += sum
        }
      }
    }
  }

  // MARK: Sums

  private static func form(_ x: UnsafePointer<Double>, _ matrix: Matrix) -> Double {
    var sum = 0.0
    for b in 0..<matrix.columns { for a in 0..<matrix.rows { sum += x[a] * matrix[a, b] * x[b] } }
    return sum
  }
}
