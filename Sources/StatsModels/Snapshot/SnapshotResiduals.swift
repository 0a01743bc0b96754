import LinearAlgebra
import MixedModels

/// Estimated variances and correlations of the residuals, without what belongs to single rows.
struct SnapshotResiduals: Codable, Sendable {
  var variance: String?
  var columns: [String]
  var labels: [String]
  var correlation: String?
  var time: String?
  var within: String?
  var isWhole: Bool?
  var longest: Int?
  /// Series and time of each row where rows are saved.
  var codes: [Int32]?
  var times: [Double]?
  /// Parameters of the search, and their covariance.
  var parameters: [Double]
  var covariance: [[Double]]
  var prior: SnapshotState.Numbers?

  init?(_ residuals: ResidualModel?, rows: Bool) {
    guard let residuals else { return nil }
    variance = residuals.variance?.variance.kind.rawValue
    columns = residuals.variance?.variance.columns ?? []
    labels = residuals.variance?.labels ?? []
    correlation = residuals.correlation?.structure.kind.rawValue
    time = residuals.correlation?.structure.time
    within = residuals.correlation?.structure.within
    isWhole = residuals.correlation?.isWhole
    longest = residuals.correlation?.series.longest
    if rows { (codes, times) = (residuals.correlation?.codes, residuals.correlation?.times) }
    parameters = residuals.parameters
    covariance = (residuals.estimate?.covariance ?? Matrix(rows: 0, columns: 0)).rowList
    prior = SnapshotState.Numbers(residuals.prior, rows: rows)
  }

  /// Whether the parts fit each other and a number of rows.
  func isSound(rows: Int) -> Bool {
    let kind = variance.map { ResidualVariance.Kind(rawValue: $0) }
    let structure = correlation.map { ResidualStructure.Kind(rawValue: $0) }
    guard kind != .some(.none), structure != .some(.none), kind != nil || structure != nil,
      variance == nil || !columns.isEmpty, Set(labels).count == labels.count,
      kind != .byGroup || labels.count > 1, longest.map({ $0 > 1 }) ?? (correlation == nil),
      codes.map({ $0.count == rows && correlation != nil }) ?? true,
      times.map({ $0.count == codes?.count && $0.allSatisfy(\.isFinite) }) ?? true
    else { return false }
    let variances = variance == nil ? 0 : kind == .byGroup ? labels.count - 1 : 1
    let count = variances + (correlation == nil ? 0 : 1)
    return parameters.count == count && parameters.allSatisfy(\.isFinite)
      && (covariance.isEmpty || covariance.count == count && covariance.allSatisfy { $0.count == count })
  }

  /// - Parameter counts: of all parameters and of variances with σ².
  func restored(parameters all: Int, variances: Int) throws -> ResidualModel {
    var result = ResidualModel(
      variance: variance.flatMap { ResidualVariance.Kind(rawValue: $0) }.map { kind in
        VarianceRows(restored: ResidualVariance(kind: kind, columns: columns), labels: labels)
      },
      correlation: try correlation.flatMap { ResidualStructure.Kind(rawValue: $0) }.map { kind in
        let structure = ResidualStructure(kind: kind, time: time, within: within)
        guard let codes else {
          return CorrelationRows(restored: structure, isWhole: isWhole ?? true, longest: longest ?? 2)
        }
        guard let rows = CorrelationRows(structure, codes: codes, times: times) else {
          throw SnapshotCheck.damaged("state.residuals.times", "two rows of a series have the same time")
        }
        return rows
      }, prior: prior?.restored)
    result.parameters = parameters
    guard !covariance.isEmpty else { return result }
    // covariances of the other estimates are saved as they are: nothing is added to them
    result.estimate = ResidualEstimate(
      covariance: try Matrix(rowsOf: covariance),
      parameterSlopes: Matrix(rows: all, columns: parameters.count),
      varianceSlopes: Matrix(rows: variances, columns: parameters.count), fixedCovarianceSlopes: [])
    return result
  }
}
