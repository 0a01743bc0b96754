import DataFrames
import LinearAlgebra
import MixedModels

/// What results of linear and of generalised mixed models have in common, as tests of fixed effects, marginal means and
/// pictures take it.
protocol MixedModelFit: Sendable {
  var specification: ModelSpecification { get }
  var layout: ParameterLayout { get }
  /// Name of the response as pictures print it.
  var responseName: String { get }
  /// Distribution and link of a generalised model; nil of a linear one.
  var responseFamily: Family? { get }
  /// How the model was fitted: "REML", "ML", "Laplace", ….
  var method: String { get }
  var nobs: Int { get }
  var converged: Bool { get }
  var dfResid: Double { get }
  /// Coefficients of the fixed design; nan where a column was dropped.
  var fixedEffects: [Double] { get }
  /// Columns of the fixed design that were dropped because they depend on others.
  var aliased: [Int] { get }
  /// Covariance of the kept columns' coefficients.
  var fixedCovariance: Matrix { get }
  /// How dropped columns depend on kept ones; nil without dropped columns, and where the data are gone.
  var fixedDependence: FixedDependence? { get }
  /// Covariance matrix of each block's effects, up to a factor.
  var blockCovariances: [Matrix] { get }
  /// The design as a linear model: groups, and their effects by name.
  var design: MixedLM { get }
  /// Covariance matrix of each block's effects in their own units.
  var effectCovarianceMatrices: [Matrix] { get }
  /// Predicted effects of the levels of a factor with conditional standard errors.
  func effectTable(of group: String) throws -> RandomEffectsTable
  /// Predicted effects of a term's levels, level by level, and their conditional covariances.
  func effects(ofEngineTerm term: Int) throws -> (values: [Double], variances: [Double])
  /// Means of the model's rows with all effects at zero, on the response's scale.
  var populationMeans: [Double] { get }
  /// Columns beside those of the formulas that a mean takes: offset, exposure.
  var meanColumns: [String] { get }
  /// The mean of new rows with the effects of some factors, on the response's scale.
  func mean(at rows: DataFrame, effects: RandomEffectsSelection) throws -> [Double]
  /// The mean of new rows with effects at zero and 95 % limits; nil where its error is not known.
  func meanLimits(at rows: DataFrame) throws -> PredictionTable?
  /// - Throws: ``StatsModelsError`` where the data that the model was fitted to are gone.
  func requireData(for purpose: String) throws
}

extension MixedModelFit {
  /// Whether it can be told which means the data determine.
  var knowsDependence: Bool { aliased.isEmpty || fixedDependence != nil }

  /// Rows of a fixed design at which the data determine no mean.
  func inestimableRows(of exog: Matrix) -> [Int] { fixedDependence?.inestimableRows(of: exog) ?? [] }

  /// - Throws: ``StatsModelsError`` for what is not one less a confidence level.
  func requireLevel(alpha: Double) throws {
    guard alpha > 0, alpha < 1 else {
      throw StatsModelsError(
        .invalidArgument, "alpha is \(alpha): it is one less the confidence level, between 0 and 1",
        values: [String(alpha)])
    }
  }

  /// Whether the variance of an effect of a block is estimated, or held, at zero.
  func isZeroVariance(block: Int, effect: Int) -> Bool {
    let covariance = blockCovariances[block]
    return effect < covariance.rows && !(covariance[effect, effect] > 0)
  }

  /// Effects without variance, as `effect of factor`.
  var zeroVariances: [String] {
    specification.blocks.indices.flatMap { position -> [String] in
      let block = specification.blocks[position]
      return block.names.indices.filter { isZeroVariance(block: position, effect: $0) }.map {
        block.isComponent ? block.group : "\(DisplayText.name(block.names[$0])) of \(block.group)"
      }
    }
  }
}

extension MixedLMResults: MixedModelFit {
  var responseName: String { model.endogNames }
  var fixedEffects: [Double] { estimate.fixedEffects }
  var aliased: [Int] { estimate.aliased }
  var fixedCovariance: Matrix { robust?.covariance ?? estimate.fixedCovariance }
  var blockCovariances: [Matrix] { relativeCovariances }
  var responseFamily: Family? { nil }
  var design: MixedLM { model }
  var populationMeans: [Double] { predict().values }
  var meanColumns: [String] { [specification.offset?.column].compactMap { $0 } }

  func mean(at rows: DataFrame, effects: RandomEffectsSelection) throws -> [Double] {
    try predict(rows, randomEffects: effects).values
  }

  func meanLimits(at rows: DataFrame) throws -> PredictionTable? {
    hasPlainFixedEffects ? try predict(rows, interval: .confidence) : nil
  }

  func effectTable(of group: String) throws -> RandomEffectsTable { try randomEffects(of: group) }
  var effectCovarianceMatrices: [Matrix] { relativeCovariances.map { $0.mapElements { $0 * scale } } }

  func effects(ofEngineTerm term: Int) throws -> (values: [Double], variances: [Double]) {
    (modes[term].transposed.storage, try conditionalVariances(term: term))
  }

  var fixedDependence: FixedDependence? {
    if estimate.aliased.isEmpty || specification.isRestored { return nil }
    return cache.dependence.value { FixedDependence(exog: specification.exog, dropped: estimate.aliased) }
  }

  func requireData(for purpose: String) throws {
    if specification.isRestored { _ = try engine() }
    try specification.requireRows(purpose)
  }
}

extension MixedGLMResults: MixedModelFit {
  var responseName: String { model.endogNames }
  var fixedEffects: [Double] { estimate.fixedEffects }
  var aliased: [Int] { estimate.aliased }
  var fixedCovariance: Matrix { estimate.fixedCovariance }
  var blockCovariances: [Matrix] { covariances }
  var responseFamily: Family? { family }
  var design: MixedLM { model.linear }
  var populationMeans: [Double] { predict().values }
  var meanColumns: [String] {
    [specification.offset?.column, model.response.exposure?.column].compactMap { $0 }
  }

  func mean(at rows: DataFrame, effects: RandomEffectsSelection) throws -> [Double] {
    try predict(rows, randomEffects: effects).values
  }

  func meanLimits(at rows: DataFrame) throws -> PredictionTable? { try predict(rows, interval: .confidence) }

  func effectTable(of group: String) throws -> RandomEffectsTable { try randomEffects(of: group) }
  var effectCovarianceMatrices: [Matrix] { covariances }

  func effects(ofEngineTerm term: Int) throws -> (values: [Double], variances: [Double]) {
    (estimate.effects[term], estimate.effectCovariances[term])
  }

  var fixedDependence: FixedDependence? {
    if estimate.aliased.isEmpty || specification.isRestored { return nil }
    return dependenceCache.value { FixedDependence(exog: specification.exog, dropped: estimate.aliased) }
  }

  func requireData(for purpose: String) throws {
    if specification.isRestored { _ = try model.engine() }
  }
}
