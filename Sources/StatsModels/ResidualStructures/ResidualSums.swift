import Foundation
import MixedModels

/// A model at any value of its residuals' parameters, from sums that were made once where the inverse covariance of the
/// residuals is linear in few functions of them; else from the rows each time.
struct ResidualSums {
  private let specification: ModelSpecification
  private let sums: PartitionedSums?
  private let options: EngineOptions

  init(_ specification: ModelSpecification, options: EngineOptions) {
    self.specification = specification
    self.options = options
    sums = Self.partitioned(specification)
  }

  private static func partitioned(_ specification: ModelSpecification) -> PartitionedSums? {
    guard let residuals = specification.residuals,
      let rows = try? Rows(
        response: specification.response, fixed: specification.exog, terms: specification.engineTerms,
        weights: residuals.prior?.values)
    else { return nil }
    switch (residuals.variance, residuals.correlation) {
    case (let variance?, nil) where variance.variance.kind == .byGroup:
      return PartitionedSums(rows, parts: variance.groups.map { $0.map { [$0] } })
    case (nil, let correlation?):
      let isAutoregressive = correlation.structure.kind == .autoregressive
      return correlation.series.parts(autoregressive: isAutoregressive).flatMap {
        PartitionedSums(rows, parts: $0)
      }
    default: return nil
    }
  }

  /// The engine at given parameters.
  func engine(_ parameters: [Double]) throws(EngineError) -> MixedModel {
    guard let sums, var residuals = specification.residuals else {
      return try MixedModel(
        specification.holding(residualParameters: parameters).engineRows(), options: options)
    }
    residuals.parameters = parameters
    let prior = residuals.prior?.values.reduce(0) { $0 + log($1) } ?? 0
    if let correlation = residuals.residualCorrelation {
      return try sums.model(
        factors: correlation.partFactors, logWeights: prior - correlation.logDeterminant, options: options)
    }
    var logWeights = prior
    let groups = residuals.variance?.groups ?? []
    for (logarithm, rows) in zip([0] + parameters, groups) {
      logWeights -= 2 * logarithm * Double(rows.count)
    }
    let factors = ([0] + parameters).map { exp(-2 * $0) }
    return try sums.model(factors: factors, logWeights: logWeights, options: options)
  }
}
