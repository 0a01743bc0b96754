package import LinearAlgebra

/// A covariance of the fixed effects from the residuals of clusters of rows, right whatever the covariance within clusters
/// really is, with Satterthwaite's degrees of freedom.
///
/// With J_i = X̃_i'V_i⁻¹X̃_i, s_i = X̃_i'V_i⁻¹(y − X b)_i of cluster i and Q = (ΣJ_i)⁻¹ it is Q (Σ K_i s_i s_i'K_i') Q times
/// a number. If V is right, the contrast c'Q Σ K_i s_i has the covariance P of its summands, P_ij = δ_ij c'Q F_i Q c −
/// a_i Q a_j' with a_i = c'Q E_i, and (tr P)² / tr P² degrees of freedom.
///
/// Source: Bell and McCaffrey, Survey Methodology 28 (2002) 169-181; Pustejovsky and Tipton, J. Bus. Econ. Stat. 36
/// (2018) 672-683.
package struct ClusterRobust: Sendable {
  /// How residuals are corrected for the fit having followed them.
  package enum Correction: String, Sendable, CaseIterable {
    /// Not at all.
    case cr0
    /// By m / (m − 1), m the number of clusters.
    case cr1
    /// By m / (m − p).
    case cr1p
    /// By m (n − 1) / ((m − 1)(n − p)).
    case cr1s
    /// So that the covariance is unbiased where V is right.
    case cr2
    /// As if each cluster had been left out of the fit: about the jackknife.
    case cr3
  }

  /// The kept columns of X, in their order, from those of X̃.
  private let toUser: Matrix
  private let inverse: Matrix
  private let robust: Matrix
  /// E_i and F_i of each cluster.
  private let parts: [(own: Matrix, form: Matrix)]
  /// Number of clusters with rows.
  package let clusters: Int

  /// The covariance of the columns of X that were kept.
  package var covariance: Matrix { toUser * robust * toUser.transposed }

  /// Variance of a combination of the kept columns' coefficients.
  package func variance(of contrast: [Double]) -> Double {
    robust.quadraticForm(toUser.transposed * contrast)
  }

  /// Degrees of freedom of a combination of the kept columns' coefficients.
  package func degreesOfFreedom(of contrast: [Double]) -> Double {
    let moved = inverse * (toUser.transposed * contrast)
    var trace = 0.0
    var squares = 0.0
    var sum = Matrix(rows: moved.count, columns: moved.count)
    for part in parts {
      let a = part.own.transposed * moved
      let shared = inverse.quadraticForm(a)
      let own = part.form.quadraticForm(moved) - shared
      trace += own
      squares += own * own - shared * shared
      for i in a.indices { for j in a.indices { sum[i, j] += a[i] * a[j] } }
    }
    // Σ_ij (a_i Q a_j')² = tr QBQB, B = Σ a_i'a_i
    let product = inverse * sum
    for i in moved.indices { for j in moved.indices { squares += product[i, j] * product[j, i] } }
    return squares > 0 ? trace * trace / squares : .nan
  }

  /// - Throws: ``EngineError/crossesClusters(term:)`` where a random effect joins rows of several clusters.
  init(
    _ model: MixedModel, estimate: Estimate, correction: Correction, clusters codes: [Int32]
  ) throws(EngineError) {
    try Self.requireContained(model, estimate: estimate, clusters: codes)
    let rows = try model.solvedRows(estimate)
    let members = Dictionary(grouping: codes.indices, by: { codes[$0] }).sorted { $0.key < $1.key }.map(
      \.value)
    let (n, p, m) = (Double(codes.count), Double(model.fixed.rank), Double(members.count))
    let adjustment = Adjustment(
      correction, model: model, estimate: estimate, inverse: rows.inverse, sizes: members.map(\.count))
    var sum = Matrix(rows: rows.inverse.rows, columns: rows.inverse.rows)
    var parts: [(own: Matrix, form: Matrix)] = []
    for cluster in members {
      let x = rows.fixed.selecting(rows: cluster)
      let solved = rows.solved.selecting(rows: cluster)
      let score = x.transposed * cluster.map { rows.residual[$0] }
      let (adjusted, own, form) = try adjustment.apply(
        rows: cluster, x: x, solved: solved, score: score, residual: cluster.map { rows.residual[$0] })
      for i in adjusted.indices { for j in adjusted.indices { sum[i, j] += adjusted[i] * adjusted[j] } }
      parts.append((own, form))
    }
    let factor =
      switch correction {
      case .cr1: m / (m - 1)
      case .cr1p: m / (m - p)
      case .cr1s: m * (n - 1) / ((m - 1) * (n - p))
      case .cr0, .cr2, .cr3: 1.0
      }
    toUser = model.orderedToUser
    inverse = rows.inverse
    robust = (factor * (rows.inverse * sum * rows.inverse)).symmetrized
    self.parts = parts
    self.clusters = members.count
  }

  /// Every level of every effect that varies must lie in one cluster: else V joins clusters.
  private static func requireContained(
    _ model: MixedModel, estimate: Estimate, clusters: [Int32]
  ) throws(EngineError) {
    for (t, term) in model.terms.enumerated()
    where estimate.relativeCovariances[t].storage.contains(where: { $0 != 0 }) {
      var owner = [Int32](repeating: -1, count: term.levelCount)
      for (row, code) in term.codes.enumerated() where code >= 0 {
        if owner[Int(code)] < 0 { owner[Int(code)] = clusters[row] }
        if owner[Int(code)] != clusters[row] { throw .crossesClusters(term: t) }
      }
    }
  }

  /// K_i of each cluster, and what degrees of freedom take of it.
  private struct Adjustment {
    let correction: Correction
    let model: MixedModel
    let estimate: Estimate
    let inverse: Matrix
    /// R with Q = RR'.
    let root: Matrix
    /// Whether V_i is factored, cluster by cluster.
    let isDense: Bool

    /// Rows of a cluster up to which its V is factored, and the sum of their cubes: seconds.
    private static let largestCluster = 500
    private static let largestWork = 1e10

    init(_ correction: Correction, model: MixedModel, estimate: Estimate, inverse: Matrix, sizes: [Int]) {
      self.correction = correction
      self.model = model
      self.estimate = estimate
      self.inverse = inverse
      root = (try? Cholesky(inverse).lower) ?? .identity(inverse.rows)
      isDense =
        sizes.allSatisfy { $0 <= Self.largestCluster }
        && sizes.reduce(0) { $0 + Double($1) * Double($1) * Double($1) } <= Self.largestWork
    }

    /// K_i s_i, E_i = K_i J_i and F_i = K_i J_i K_i'.
    func apply(
      rows: [Int], x: Matrix, solved: Matrix, score: [Double], residual: [Double]
    ) throws(EngineError) -> ([Double], Matrix, Matrix) {
      let own = (x.transposed * solved).symmetrized
      let matrix: Matrix
      switch correction {
      case .cr0, .cr1, .cr1p, .cr1s: return (score, own, own)
      case .cr3:
        let hat = Matrix.identity(own.rows) - own * inverse
        guard let found = try? LU(hat).inverse else { throw .unresolved }
        matrix = found
      case .cr2:
        if isDense { return try factored(rows: rows, x: x, solved: solved, residual: residual) }
        // the symmetric root of I − G_i, G_i = R'J_iR, in place of one of V_i
        let share = Matrix.identity(own.rows) - root.transposed * own * root
        guard let eigen = try? SymmetricEigen(share.symmetrized), let upper = try? LU(root.transposed).inverse
        else { throw .unresolved }
        matrix = upper * eigen.applying(Self.inverseRoot) * root.transposed
      }
      return (matrix * score, matrix * own, matrix * own * matrix.transposed)
    }

    /// 1/√x; zero where the fit follows the cluster altogether.
    private static func inverseRoot(_ x: Double) -> Double { x > 1e-12 ? 1 / x.squareRoot() : 0 }

    /// A_i = D'(D (V − XQX') D')^{-1/2} D with V = D'D, in rows.
    private func factored(
      rows: [Int], x: Matrix, solved: Matrix, residual: [Double]
    ) throws(EngineError) -> ([Double], Matrix, Matrix) {
      let v = model.variance(of: rows, covariances: estimate.relativeCovariances)
      guard let factor = try? Cholesky(v) else { throw .unresolved }
      let d = factor.lower.transposed
      let rest = v - x * inverse * x.transposed
      guard let eigen = try? SymmetricEigen((d * rest * d.transposed).symmetrized) else { throw .unresolved }
      let largest = eigen.values.last ?? 0
      let middle = eigen.applying { $0 > 1e-12 * largest ? 1 / $0.squareRoot() : 0 }
      // V⁻¹X and V⁻¹r from the rows of all clusters
      let moved = (d.transposed * middle * d) * solved
      let marginal = v * residual
      return (moved.transposed * marginal, moved.transposed * x, moved.transposed * v * moved)
    }
  }
}

extension MixedModel {
  /// ``ClusterRobust`` at an estimate.
  ///
  /// - Parameter clusters: the cluster of each row.
  /// - Throws: ``EngineError/crossesClusters(term:)`` where a random effect joins rows of several clusters.
  package func clusterRobust(
    _ estimate: Estimate, correction: ClusterRobust.Correction, clusters: [Int32]
  ) throws(EngineError) -> ClusterRobust {
    try ClusterRobust(self, estimate: estimate, correction: correction, clusters: clusters)
  }

  /// V of some rows, in units of σ².
  func variance(of rows: [Int], covariances: [Matrix]) -> Matrix {
    var variance = Matrix.identity(rows.count)
    for (i, row) in rows.enumerated() { variance[i, i] = 1 / (self.rows.weights?[row] ?? 1) }
    for (term, covariance) in zip(terms, covariances) where covariance.storage.contains(where: { $0 != 0 }) {
      let products = rows.map { row in covariance * term.columns.map { $0?[row] ?? 1 } }
      for (i, a) in rows.enumerated() where term.codes[a] >= 0 {
        for (j, b) in rows.enumerated() where term.codes[b] == term.codes[a] {
          for (c, column) in term.columns.enumerated() {
            variance[i, j] += (column?[a] ?? 1) * products[j][c]
          }
        }
      }
    }
    return variance
  }
}
