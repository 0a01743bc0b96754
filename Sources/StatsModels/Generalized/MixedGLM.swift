import DataFrames
import Foundation
import GeneralizedModels
import LinearAlgebra
import MixedModels

/// A generalised linear mixed model: a response of some family, a fixed design, and random effects.
///
/// The mean of a row is g⁻¹(x'β + z'u + offset), g the family's link, with normal effects u. Random effects are written
/// as for ``MixedLM``: bars, a dictionary, or `groups` with `reFormula` and `vcFormula`.
///
/// ```swift
/// let model = try mixedglm("incidence + healthy ~ C(period) + (1 | herd)", data, family: .binomial())
/// print(try model.fit().summary())
/// ```
/// Not in statsmodels, whose `BinomialBayesMixedGLM` approximates posteriors.
public struct MixedGLM: Sendable {
  /// The distribution of the response, and its link.
  public let family: Family
  let response: MixedGLMResponse
  /// The same design as a linear model: names, levels, effects of groups.
  let linear: MixedLM
  private let engineCache = Lazy<Result<GeneralizedModel, EngineError>>()

  init(specification: ModelSpecification, response: MixedGLMResponse, family: Family, designSeconds: Double)
    throws
  {
    try family.check()
    self.family = family
    self.response = response
    linear = MixedLM(specification: specification, designSeconds: designSeconds)
    try response.check(family, specification: specification)
  }

  /// A model whose data are gone.
  init(restored specification: ModelSpecification, response: MixedGLMResponse, family: Family) {
    self.family = family
    self.response = response
    linear = MixedLM(specification: specification)
  }

  var specification: ModelSpecification { linear.specification }
  var layout: ParameterLayout { linear.layout }

  /// What is added to the linear predictor: the offset and the logarithm of the exposure; nil for nothing.
  var predictorOffset: [Double]? {
    guard let exposure = response.exposure else { return specification.offset?.values }
    return zip(exposure.values, specification.offset?.values ?? exposure.values.map { _ in 0 }).map {
      log($0) + $1
    }
  }

  /// The rows as the engine takes them.
  var rows: GeneralizedRows {
    GeneralizedRows(
      response: specification.endog, fixed: specification.exog, terms: specification.engineTerms,
      offset: predictorOffset, trials: response.multiplier(family),
      frequencies: response.frequencies?.values, precisions: response.precisions(family))
  }

  /// The engine's model, made on first use.
  func engine() throws -> GeneralizedModel {
    // says that the data are gone
    if specification.isRestored { _ = try linear.engine() }
    let made = engineCache.value { () -> Result<GeneralizedModel, EngineError> in
      do throws(EngineError) {
        return .success(try GeneralizedModel(rows, response: family.model))
      } catch { return .failure(error) }
    }
    return try specification.running { () throws(EngineError) in try made.get() }
  }
}

extension MixedGLM {
  /// The response that the model has: a share of successes for two columns or counts of them.
  public var endog: [Double] { specification.endog }
  /// The fixed design, rows by columns.
  public var exog: Matrix { specification.exog }
  /// Name of the response; of two columns both.
  public var endogNames: String { specification.endogName }
  /// Names of the columns of the fixed design.
  public var exogNames: [String] { specification.exogNames }
  /// Names of the group's own random effects.
  public var exogReNames: [String] { specification.exogReNames }
  /// Names of all parameters: fixed effects, then variances and covariances.
  public var paramNames: [String] { layout.names }
  /// The formula, nil for a model of arrays.
  public var formula: String? { specification.source?.arguments.formula }
  /// Number of rows.
  public var nobs: Int { specification.rowCount }
  /// Number of groups; with several factors of the `groups` factor, else of the first one.
  public var nGroups: Int { specification.grouping.levelCount }
  /// Labels of the groups, sorted.
  public var groupLabels: [GroupLabel] { specification.grouping.labels }
  /// Number of trials of each row, of a binomial response; nil of other families.
  public var trials: [Double]? {
    family.distribution == .binomial
      ? response.multiplier(family) ?? [Double](repeating: 1, count: nobs) : nil
  }
  /// The value of a text or truth value that counts as success; nil of other responses.
  public var successLevel: String? { response.successLevel }
  /// What the model says about its data: dropped rows, ignored arguments.
  public var warnings: [FitWarning] { specification.warnings }
  /// Seconds from data frame to codes and columns.
  package var designSeconds: Double { linear.designSeconds }
  /// What makes a fit take minutes, before it is begun; nil where nothing does.
  package var costNote: String? { WarningTexts(specification: linear.specification).wideBlock(from: 20) }
}

extension MixedGLM: CustomStringConvertible, CustomReflectable {
  /// One line: family, formula, rows and groups.
  public var description: String {
    let line = linear.description.dropFirst("MixedLM: ".count)
    return "MixedGLM, \(family): \(line)"
  }

  /// The line alone: `dump` and debuggers would show every row.
  public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}

extension Family {
  /// The engine's family and link.
  var model: ResponseModel {
    let kind: ResponseFamily =
      switch distribution {
      case .binomial: .binomial
      case .poisson: .poisson
      case .gamma: .gamma
      case .negativeBinomial: .negativeBinomial
      case .inverseGaussian: .inverseGaussian
      case .beta: .beta
      case .gaussian: .gaussian
      }
    return ResponseModel(kind, link: link.function, fixedPrecision: alpha.map { -Foundation.log($0) })
  }
}
