import Foundation
import LinearAlgebra
import ProgramStop

/// The parameters of a mixed model with the error variance profiled out.
///
/// Covariances are relative: `covRe = Ψ / σ²`, `vcomp = τ / σ²`. Packed vectors hold the fixed effects (if asked
/// for), the lower triangle of `covRe` row by row, and the variance components sorted by name.
/// Python: MixedLMParams
public struct MixedLMParams: Sendable, Equatable, Codable {
  /// Fixed effects. Python: MixedLMParams.fe_params
  public var feParams: [Double]
  /// Covariance of the random effects over the error variance. Python: MixedLMParams.cov_re
  public var covRe: Matrix
  /// Variance components over the error variance. Python: MixedLMParams.vcomp
  public var vcomp: [Double]

  /// All zero parameters of given dimensions. Python: MixedLMParams
  public init(kFe: Int, kRe: Int, kVc: Int) {
    feParams = [Double](repeating: 0, count: max(kFe, 0))
    covRe = Matrix(rows: max(kRe, 0), columns: max(kRe, 0))
    vcomp = [Double](repeating: 0, count: max(kVc, 0))
  }

  /// Number of fixed effects. Python: MixedLMParams.k_fe
  public var kFe: Int { feParams.count }
  /// Number of random effects of a group, variance components excluded. Python: MixedLMParams.k_re
  public var kRe: Int { covRe.rows }
  /// Number of entries of the lower triangle of `covRe`. Python: MixedLMParams.k_re2
  public var kRe2: Int { kRe * (kRe + 1) / 2 }
  /// Number of variance components. Python: MixedLMParams.k_vc
  public var kVc: Int { vcomp.count }
  /// Number of all parameters. Python: MixedLMParams.k_tot
  public var kTot: Int { kFe + kRe2 + kVc }

  /// Parameters from a packed vector; the number of variance components follows from its length.
  ///
  /// - Parameters:
  ///   - params: the packed vector.
  ///   - kFe: number of fixed effects.
  ///   - kRe: number of random effects of a group, variance components excluded.
  ///   - useSqrt: `params` holds the Cholesky factor of `covRe` and the roots of the variance components.
  ///   - hasFe: `params` starts with the fixed effects; otherwise they are zero.
  /// - Throws: ``StatsModelsError`` when the vector is too short.
  ///
  /// Python: MixedLMParams.from_packed
  public static func fromPacked(_ params: [Double], kFe: Int, kRe: Int, useSqrt: Bool, hasFe: Bool) throws
    -> MixedLMParams
  {
    let offset = hasFe ? max(kFe, 0) : 0
    let triangle = max(kRe, 0) * (max(kRe, 0) + 1) / 2
    let kVc = params.count - offset - triangle
    guard kVc >= 0 else {
      throw StatsModelsError(
        .lengthMismatch,
        "a packed vector of \(params.count) values is too short for \(offset) fixed effects and "
          + "\(triangle) covariance parameters")
    }
    var result = MixedLMParams(kFe: kFe, kRe: kRe, kVc: kVc)
    if hasFe { result.feParams = Array(params[..<offset]) }
    let lower = Matrix.lowerTriangle(Array(params[offset..<offset + triangle]), size: max(kRe, 0))
    let tail = params[(offset + triangle)...]
    if useSqrt {
      result.covRe = lower * lower.transposed
      result.vcomp = tail.map { $0 * $0 }
    } else {
      result.covRe = lower.symmetrisedFromLower
      result.vcomp = Array(tail)
    }
    return result
  }

  /// ``fromPacked(_:kFe:kRe:useSqrt:hasFe:)`` with Python's label.
  public static func fromPacked(params: [Double], kFe: Int, kRe: Int, useSqrt: Bool, hasFe: Bool) throws
    -> MixedLMParams
  {
    try fromPacked(params, kFe: kFe, kRe: kRe, useSqrt: useSqrt, hasFe: hasFe)
  }

  /// Parameters from their parts; what is left out is empty.
  ///
  /// - Parameters:
  ///   - feParams: fixed effects.
  ///   - covRe: covariance of the group's random effects.
  ///   - covReSqrt: its lower Cholesky factor, which takes precedence over `covRe`.
  ///   - vcomp: variance components.
  ///
  /// Python: MixedLMParams.from_components
  public static func fromComponents(
    feParams: [Double]? = nil, covRe: Matrix? = nil, covReSqrt: Matrix? = nil, vcomp: [Double]? = nil
  ) -> MixedLMParams {
    var result = MixedLMParams(kFe: 0, kRe: 0, kVc: 0)
    result.feParams = feParams ?? []
    result.vcomp = vcomp ?? []
    if let covReSqrt {
      result.covRe = covReSqrt * covReSqrt.transposed
    } else if let covRe {
      result.covRe = covRe
    }
    require(
      result.covRe.rows == result.covRe.columns,
      "MixedLMParams: covRe is \(result.covRe.rows) × \(result.covRe.columns), a covariance matrix is square")
    return result
  }

  /// The same parameters; values need no copy. Python: MixedLMParams.copy
  public func copy() -> MixedLMParams { self }

  /// All parameters in one vector.
  ///
  /// With `useSqrt` the lower factor of `covRe` and the roots of the variance components are packed; a singular
  /// `covRe` has its semidefinite factor, so that nothing is lost at the boundary.
  /// Python: MixedLMParams.get_packed
  public func getPacked(useSqrt: Bool, hasFe: Bool = false) -> [Double] {
    let triangle = (useSqrt ? covRe.semidefiniteFactor : covRe).lowerTriangleRows
    let tail = useSqrt ? vcomp.map { $0.squareRoot() } : vcomp
    return (hasFe ? feParams : []) + triangle + tail
  }

  private enum CodingKeys: String, CodingKey {
    case feParams = "fe_params"
    case covRe = "cov_re"
    case vcomp
  }

  /// Decodes `{"fe_params": […], "cov_re": [[…]], "vcomp": […]}`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    feParams = try container.decode([Double].self, forKey: .feParams)
    covRe = try Matrix(rowsOf: container.decode([[Double]].self, forKey: .covRe))
    guard covRe.rows == covRe.columns else {
      throw DecodingError.dataCorruptedError(
        forKey: .covRe, in: container,
        debugDescription: "it is \(covRe.rows) × \(covRe.columns), a covariance matrix is square")
    }
    vcomp = try container.decode([Double].self, forKey: .vcomp)
  }

  /// Encodes `{"fe_params": […], "cov_re": [[…]], "vcomp": […]}`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(feParams, forKey: .feParams)
    try container.encode((0..<covRe.rows).map(covRe.row), forKey: .covRe)
    try container.encode(vcomp, forKey: .vcomp)
  }
}

extension Matrix {
  /// Lower triangle from its entries row by row; the rest is zero.
  static func lowerTriangle(_ entries: [Double], size: Int) -> Matrix {
    var result = Matrix(rows: size, columns: size)
    var next = entries.makeIterator()
    for i in 0..<size {
      for j in 0...i { result[i, j] = next.next() ?? 0 }
    }
    return result
  }

  /// Entries of the lower triangle, row by row.
  var lowerTriangleRows: [Double] {
    var result: [Double] = []
    for i in 0..<rows {
      for j in 0...i { result.append(self[i, j]) }
    }
    return result
  }

  /// The symmetric matrix that has this lower triangle.
  var symmetrisedFromLower: Matrix {
    var result = self
    for i in 0..<rows {
      for j in 0..<i { result[j, i] = self[i, j] }
    }
    return result
  }

  /// Lower triangular L with L L' equal to this positive semidefinite matrix; columns of zero pivots are zero.
  var semidefiniteFactor: Matrix {
    var factor = Matrix(rows: rows, columns: rows)
    for j in 0..<rows {
      var pivot = self[j, j]
      for k in 0..<j { pivot -= factor[j, k] * factor[j, k] }
      guard pivot > 1e-15 * abs(self[j, j]) else { continue }
      let root = pivot.squareRoot()
      factor[j, j] = root
      for i in stride(from: j + 1, to: rows, by: 1) {
        var sum = self[i, j]
        for k in 0..<j { sum -= factor[i, k] * factor[j, k] }
        factor[i, j] = sum / root
      }
    }
    return factor
  }
}
