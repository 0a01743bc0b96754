import Foundation
package import LinearAlgebra

/// The covariance of the fixed effects and of the caller's covariance parameters (entries of S) at an estimate.
///
/// It is formed in the engine's orthonormal regressors and carried back, so that neither the origin nor the unit of a
/// predictor takes digits from it. At a regular optimum it is the inverse of the joint observed information. On a
/// boundary that matrix is no information: there the fixed effects have σ² (X'V⁻¹X)⁻¹, and the covariance parameters
/// the inverse curvature along the boundary.
package struct JointCovariance: Sendable {
  /// Over the columns of X that were kept, then the covariance parameters in the order of
  /// ``MixedModel/jointHessian(at:reml:fixedEffects:scale:)``; nan for parameters at their bound and for those that the
  /// data do not determine.
  package let matrix: Matrix
  /// Whether it is the inverse of the joint information.
  package let isRegular: Bool
}

extension JointCovariance {
  /// Those of the fixed effects at the estimated variances and of the covariance parameters, without what they share.
  fileprivate init(_ estimate: Estimate, covariances block: Matrix) {
    let p = estimate.fixedCovariance.rows
    var matrix = Matrix(rows: p + block.rows, columns: p + block.rows)
    for i in 0..<p { for j in 0..<p { matrix[i, j] = estimate.fixedCovariance[i, j] } }
    for i in 0..<block.rows { for j in 0..<block.rows { matrix[p + i, p + j] = block[i, j] } }
    self.init(matrix: matrix, isRegular: false)
  }
}

extension MixedModel {
  /// The covariance of all parameters at an estimate.
  ///
  /// - Parameters:
  ///   - fixedEffects: coefficients that do not maximise the likelihood; nil for those of the estimate.
  ///   - fixed: positions of parameters that were held: their rows are zero.
  package func jointCovariance(
    _ estimate: Estimate, fixedEffects: [Double]? = nil, holding fixed: [Int] = []
  ) throws(EngineError) -> JointCovariance {
    try leasing { () throws(EngineError) in
      if fixedEffects == nil, fixed.isEmpty, let smaller = try covarianceWithoutZeros(estimate) {
        return smaller
      }
      // Curvature takes no traces without a factor, and large crossed designs a factor for the closed form.
      let objective =
        plan.isIterative
        ? try matrixFreeObjective(reml: estimate.reml, solvesOnly: true)
        : plan.admitsExtendedPrecision ? nil : crossedObjective(reml: estimate.reml)
      let place = try standardPoint(of: estimate)
      let set = CovarianceParameters(model: place.model, lower: place.lower)
      let point: ParameterPoint
      let covariance: JointCovariance
      do throws(EngineError) {
        point = try ParameterPoint(
          model: place.model, lower: place.lower, reml: estimate.reml, fixedEffects: fixedEffects,
          objective: objective)
        covariance = try place.model.covariance(estimate, of: set, at: point)
      } catch {
        // a residual variance beyond the precision in which curvature is taken
        guard error.isUnresolved, fixedEffects == nil, fixed.isEmpty else { throw error }
        let count = set.parameters.count
        return JointCovariance(estimate, covariances: Matrix(rows: count, columns: count, repeating: .nan))
      }
      var matrix = covariance.matrix.conditioned(on: fixed)
      if point.scale < Self.noScale {
        // where effects of few parameters leave no residual variance, there are no ratios to it
        for (i, parameter) in set.parameters.enumerated()
        where set.isCurved && parameter.reported.kind != .correlation {
          matrix.forget(place.model.fixed.rank + i)
        }
      }
      return JointCovariance(matrix: matrix, isRegular: covariance.isRegular)
    }
  }

  /// The covariance at an estimate at which whole terms vanish, from the much cheaper model without them; nil of other
  /// estimates, and where every model is cheap.
  private func covarianceWithoutZeros(_ estimate: Estimate) throws(EngineError) -> JointCovariance? {
    let zeros = Set(estimate.bounds.filter { $0.rank == 0 }.map(\.term))
    guard !plan.evaluationsAreCheap, !plan.isIterative, !zeros.isEmpty, estimate.unidentified.isEmpty,
      estimate.bounds.count == zeros.count, zeros.count < layout.pieces.count,
      terms.allSatisfy({ $0.width == 1 && $0.tie == nil })
    else { return nil }
    var inside = estimate
    inside.relativeCovariances = terms.indices.filter { !zeros.contains($0) }.map {
      estimate.relativeCovariances[$0]
    }
    (inside.bounds, inside.singular, inside.standardRoot) = ([], false, nil)
    let found = try without(zeros).jointCovariance(inside).matrix
    let p = self.fixed.rank
    var matrix = Matrix(rows: p + terms.count, columns: p + terms.count)
    for i in 0..<p { for j in 0..<p { matrix[i, j] = estimate.fixedCovariance[i, j] } }
    let others = terms.indices.filter { !zeros.contains($0) }
    for (i, a) in others.enumerated() {
      for (j, b) in others.enumerated() { matrix[p + a, p + b] = found[p + i, p + j] }
    }
    for t in zeros { matrix.forget(p + t) }
    return JointCovariance(matrix: matrix, isRegular: false)
  }

  /// Share of the least-squares residual variance that is none.
  private static let noScale = 1e-8

  /// The model whose standardised regressors an estimate was found in, and its factors T there: S in the caller's
  /// units has fewer digits where a predictor is far from its origin.
  func standardPoint(of estimate: Estimate) throws(EngineError) -> (
    model: MixedModel, lower: [[Double]]
  ) {
    guard let root = estimate.standardRoot else {
      return (self, layout.lower(covariances: estimate.relativeCovariances))
    }
    return (root.orders == orders ? self : with(orders: root.orders), root.lower)
  }

  private func covariance(
    _ estimate: Estimate, of set: CovarianceParameters, at point: ParameterPoint
  ) throws(EngineError) -> JointCovariance {
    let free = set.parameters.indices.filter { !set.parameters[$0].isHeld }
    let hessian = try standardHessian(set, free: free, isStandard: true, at: point)
    let p = self.fixed.rank
    let toUser = covariancesToUser(set, free: free)
    let tangent = TangentSpace(model: self, lower: point.profile.lower, parameters: set, free: free)
    let unidentified = Set(estimate.unidentified)

    if !tangent.isSingular, unidentified.isEmpty,
      let inverse = ScaledSpectrum(-hessian).inverse
    {
      var jacobian = Matrix(rows: p + set.parameters.count, columns: p + free.count)
      let fixedToUser = orderedToUser
      for i in 0..<p { for j in 0..<p { jacobian[i, j] = fixedToUser[i, j] } }
      for i in 0..<toUser.rows { for j in 0..<toUser.columns { jacobian[p + i, p + j] = toUser[i, j] } }
      return JointCovariance(matrix: jacobian * inverse * jacobian.transposed, isRegular: true)
    }

    // b profiled out: H_SS − H_Sb H_bb⁻¹ H_bS, then along the boundary.
    let rows = hessian.selecting(rows: Array(p..<p + free.count))
    let shared = rows.selecting(columns: Array(0..<p))
    var profiled = rows.selecting(columns: Array(p..<p + free.count))
    if p > 0 { profiled = profiled + point.scale * (shared * point.profile.fixedInverse * shared.transposed) }
    let along =
      tangent.basis.transposed * profiled * tangent.basis
      - 0.5 * (try tangent.curvature(at: point))
    let spectrum = ScaledSpectrum(-along)
    let directions = toUser * tangent.basis
    var block = spectrum.pseudoInverse(in: directions)
    for i in tangent.atBound.union(unidentified) { block.forget(i) }

    return JointCovariance(estimate, covariances: block)
  }

  /// The coefficients of the caller's columns, in their order, from those of X̃.
  var orderedToUser: Matrix {
    let order = fixed.order
    return fixed.unit * fixed.toUser.selecting(rows: order)
  }

  /// The caller's covariance parameters (rows) from those of the standardised regressors: S = G⁻¹ S̃ G⁻ᵀ.
  func covariancesToUser(_ set: CovarianceParameters, free: [Int]) -> Matrix {
    var result = Matrix(rows: set.parameters.count, columns: free.count)
    for (j, parameter) in free.enumerated() {
      for part in set.parameters[parameter].parts {
        guard let back = inverseMap(part.term) else { continue }
        let user = back * part.matrix * back.transposed
        for i in free {
          guard let own = set.parameters[i].parts.first, own.term == part.term else { continue }
          let (row, column) = set.parameters[i].entry
          // a correlation is the same in regressors that are only scaled
          let isCorrelation = set.parameters[i].reported.kind == .correlation
          result[i, j] = isCorrelation ? (i == parameter ? 1 : 0) : user[row, column]
        }
      }
    }
    return result
  }
}

/// Eigenvalues of a symmetric matrix that is scaled to unit diagonal.
struct ScaledSpectrum {
  private let scales: [Double]
  private let eigen: SymmetricEigen?

  /// Share of the largest eigenvalue below which an eigenvalue is rounding.
  private static let rounding = 1e-11

  init(_ matrix: Matrix) {
    let n = matrix.rows
    let scales = (0..<n).map { i -> Double in
      let root = abs(matrix[i, i]).squareRoot()
      return root > 0 && root.isFinite ? root : 1
    }
    var scaled = matrix.symmetrized
    for i in 0..<n { for j in 0..<n { scaled[i, j] /= scales[i] * scales[j] } }
    self.scales = scales
    eigen = try? SymmetricEigen(scaled)
  }

  private func isPositive(_ value: Double) -> Bool {
    value > Self.rounding * (eigen?.values.last ?? 0) && value > 0
  }

  /// Whether every eigenvalue is positive beyond rounding.
  var isPositiveDefinite: Bool { eigen?.values.allSatisfy(isPositive) ?? false }

  /// The inverse of a positive definite matrix; nil of another.
  var inverse: Matrix? {
    guard let eigen, isPositiveDefinite else { return nil }
    var result = eigen.applying { 1 / $0 }
    for i in 0..<result.rows { for j in 0..<result.rows { result[i, j] /= scales[i] * scales[j] } }
    return result
  }

  /// The inverse on the eigenvectors of positive eigenvalues, zero on the others.
  var positiveInverse: Matrix {
    let n = scales.count
    guard let eigen else { return Matrix(rows: n, columns: n, repeating: .nan) }
    var result = eigen.applying { isPositive($0) ? 1 / $0 : 0 }
    for i in 0..<n { for j in 0..<n { result[i, j] /= scales[i] * scales[j] } }
    return result
  }

  /// D A⁺ D' for the rows of D, where A is taken on its positive eigenvalues; rows that other eigenvectors reach are
  /// nan.
  func pseudoInverse(in directions: Matrix) -> Matrix {
    let rows = directions.rows
    guard let eigen else { return Matrix(rows: rows, columns: rows, repeating: .nan) }
    var scaled = directions
    for j in 0..<scaled.columns { for i in 0..<rows { scaled[i, j] /= scales[j] } }
    let images = scaled * eigen.vectors
    let lengths = (0..<rows).map { dot(scaled.row($0), scaled.row($0)).squareRoot() }
    var roots = images
    var lost: Set<Int> = []
    for (k, value) in eigen.values.enumerated() {
      let weight = isPositive(value) ? 1 / value.squareRoot() : 0
      for i in 0..<rows {
        if weight == 0, abs(images[i, k]) > 1e-6 * lengths[i] { lost.insert(i) }
        roots[i, k] *= weight
      }
    }
    var result = roots.timesTransposed(roots)
    for i in lost { result.forget(i) }
    return result
  }
}

extension Matrix {
  /// Makes a row and its column unknown.
  mutating func forget(_ position: Int) {
    for j in 0..<rows {
      self[position, j] = .nan
      self[j, position] = .nan
    }
  }

  /// The covariance given the values at some positions, whose rows are zero.
  func conditioned(on positions: [Int]) -> Matrix {
    var result = self
    for m in positions {
      let variance = result[m, m]
      let column = result.column(m)
      if variance > 0 {
        for i in 0..<rows { for j in 0..<rows { result[i, j] -= column[i] * column[j] / variance } }
      }
      for i in 0..<rows {
        result[i, m] = 0
        result[m, i] = 0
      }
    }
    return result
  }
}
