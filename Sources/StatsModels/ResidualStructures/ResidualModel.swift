import DataFrames
import Foundation
import LinearAlgebra
import MixedModels

/// Variances and correlations of the residuals that a fit estimates, over the rows of a model.
///
/// At given parameters the model is one with prior weights and, with correlations, with whitened rows; what depends on
/// rows asks ``ModelSpecification/engineRows()``.
struct ResidualModel: Sendable {
  var variance: VarianceRows?
  var correlation: CorrelationRows?
  /// The caller's prior weights; ``ModelSpecification/weights`` are these times the estimated ones.
  var prior: RowNumbers?
  /// Parameters of the search: of the variances, then of the correlation. Zero variances' parameters and no correlation at
  /// first.
  var parameters: [Double]
  /// What the fit found of them; nil before.
  var estimate: ResidualEstimate?

  init(variance: VarianceRows?, correlation: CorrelationRows?, prior: RowNumbers?) {
    self.variance = variance
    self.correlation = correlation
    self.prior = prior
    parameters = [Double](repeating: 0, count: variance?.parameterCount ?? 0)
    if let correlation { parameters.append(correlation.parameter(correlation.least < 0 ? 0 : 0.1)) }
  }

  /// The same over other rows, with a number that tells copies of a row apart.
  func selecting(_ rows: [Int], copies: [Int32]) -> ResidualModel {
    var result = self
    result.variance = variance?.selecting(rows)
    result.correlation = correlation?.selecting(rows, copies: copies)
    result.prior = prior?.selecting(rows)
    result.estimate = nil
    return result
  }

  /// Whether what is estimated is estimated by another model too.
  func isContained(in other: ResidualModel?) -> Bool {
    (variance == nil || variance?.variance == other?.variance?.variance)
      && (correlation == nil || correlation?.structure == other?.correlation?.structure)
  }

  private var varianceParameters: [Double] { Array(parameters.prefix(variance?.parameterCount ?? 0)) }

  /// Correlations at the parameters.
  var residualCorrelation: ResidualCorrelation? {
    correlation.map { $0.correlation(parameters[parameters.count - 1]) }
  }

  /// Prior weights times the inverse variances at the parameters; nil for ones.
  var weights: RowNumbers? {
    guard let variance else { return prior }
    let estimated = variance.weights(varianceParameters)
    return RowNumbers(
      column: nil, values: prior.map { zip($0.values, estimated).map { $0 * $1 } } ?? estimated)
  }

  /// The same of new rows; nil for ones.
  func weights(newData data: DataFrame) throws -> [Double]? {
    let prior = try self.prior.flatMap { numbers in
      numbers.column.map(data.contains) == true ? try numbers.values(in: data, argument: "weights") : nil
    }
    guard let variance else { return prior }
    let estimated = try variance.weights(varianceParameters, newData: data)
    return prior.map { zip($0, estimated).map { $0 * $1 } } ?? estimated
  }

  /// A parameter as it is printed.
  struct Reported {
    let name: String
    let estimate: Double
    /// d estimate / d parameter.
    let slope: Double
    /// From the parameter of the search to what is printed.
    let value: (Double) -> Double
  }

  /// The parameters as they are printed.
  var reported: [Reported] {
    var result = zip(variance?.reported ?? [], varianceParameters).map { entry, parameter in
      entry.isLogarithm
        ? Reported(name: entry.name, estimate: exp(parameter), slope: exp(parameter)) { exp($0) }
        : Reported(name: entry.name, estimate: parameter, slope: 1) { $0 }
    }
    if let correlation, let last = parameters.last {
      result.append(
        Reported(name: correlation.name, estimate: correlation.rho(last), slope: correlation.slope(last)) {
          correlation.rho($0)
        })
    }
    return result
  }
}

/// What a fit found of the residuals' parameters φ.
struct ResidualEstimate: Sendable {
  /// Covariance of φ: twice the inverse of the Hessian of the profiled -2 log L.
  var covariance: Matrix
  /// d params / dφ along the profile, parameters by φ, in the order of `params`.
  var parameterSlopes: Matrix
  /// The same of covariances in the response's units, then σ².
  var varianceSlopes: Matrix
  /// d Φ / dφ along the profile, Φ = σ² (X'V⁻¹X)⁻¹ of the kept columns.
  var fixedCovarianceSlopes: [Matrix]
}

extension ModelSpecification {
  /// The model at given parameters of the residuals.
  func holding(residualParameters parameters: [Double]) -> ModelSpecification {
    guard var residuals else { return self }
    residuals.parameters = parameters
    residuals.estimate = nil
    var result = self
    result.residuals = residuals
    result.weights = residuals.weights
    return result
  }

  /// Adds what is to be estimated of the residuals.
  ///
  /// - Parameter data: the rows of the model.
  /// - Throws: ``StatsModelsError`` for columns that admit no such variances or correlations.
  mutating func addResiduals(
    variance: ResidualVariance?, structure: ResidualStructure?, data: DataFrame
  ) throws {
    guard variance != nil || structure != nil else { return }
    let owners = blockOfTerm
    residuals = ResidualModel(
      variance: try variance.map { try VarianceRows($0, data: data) },
      correlation: try structure.map {
        try CorrelationRows($0, data: data, terms: engineTerms, names: owners.map { blocks[$0].group })
      }, prior: weights)
  }

  /// The caller's prior weights.
  var priorWeights: RowNumbers? { residuals.map(\.prior) ?? weights }

  /// Correlations of the residuals at the parameters; nil for independent ones.
  var residualCorrelation: ResidualCorrelation? {
    residuals?.correlation?.hasRows == true ? residuals?.residualCorrelation : nil
  }

  /// What the engine fits, with other terms where given.
  func engineRows(terms: [RandomTerm]? = nil) throws(EngineError) -> Rows {
    let rows = try Rows(
      response: engineResponse, fixed: isRestored ? Matrix(rows: endog.count, columns: 0) : exog,
      terms: terms ?? engineTerms, weights: weights?.values,
      cells: cells?.rows)
    return residualCorrelation.map(rows.whitened) ?? rows
  }

  /// The rows of the data, with the weights at the parameters.
  var predictionRows: PredictionRows {
    PredictionRows(
      fixed: exog, effects: engineTerms.map { .init(codes: $0.codes, columns: $0.columns) },
      weights: weights?.values)
  }

  /// R⁻¹e, R the covariance of the residuals over σ².
  func residualPrecisionTimes(_ residuals: [Double]) -> [Double] {
    guard let correlation = residualCorrelation else {
      return weights.map { zip(residuals, $0.values).map { $0 * $1 } } ?? residuals
    }
    return weighted(correlation.whitenedTransposed(correlation.whitened(weighted(residuals))))
  }

  /// - Throws: ``StatsModelsError`` for what takes correlations of rows that are not known.
  func requireSeries(_ what: String) throws {
    guard residuals?.correlation != nil, residualCorrelation == nil else { return }
    throw StatsModelsError(
      .notAvailable,
      "\(what) takes the series of correlated residuals, which these results do not hold (saved with rows: false, or by an "
        + "earlier version): use the model that was fitted")
  }

  /// - Throws: ``StatsModelsError`` for what is not defined where rows of a series are correlated.
  func requireIndependentResiduals(_ what: String, remedy: String) throws {
    guard residuals?.correlation != nil else { return }
    throw StatsModelsError(.notAvailable, "\(what) of a model with correlated residuals: \(remedy)")
  }

  /// - Throws: ``StatsModelsError`` for what would hold the residuals' parameters at their estimates.
  func requirePlainResiduals(_ what: String, remedy: String) throws {
    guard residuals != nil else { return }
    throw StatsModelsError(
      .notAvailable,
      "\(what) for models whose residual variances or correlations are estimated: \(remedy)")
  }
}
