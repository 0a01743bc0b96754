import DataFrames

extension MixedLM {
  /// A model of matrices and labels with the response in a column, whose name the summary shows.
  ///
  /// - Throws: ``StatsModelsError`` when the column is not numeric, and as the initialiser from arrays.
  ///
  /// Python: MixedLM
  public init(
    endog: Column, exog: any DesignConvertible, groups: any ColumnSpecifier,
    exogRe: (any DesignConvertible)? = nil, exogVc: (any VarianceComponentsConvertible)? = nil,
    weights: [Double]? = nil, offset: [Double]? = nil, useSqrt: Bool = true, missing: MissingHandling = .none
  ) throws {
    guard let values = endog.doubles else {
      throw StatsModelsError(
        .nonNumericResponse, "the response '\(endog.name)' is not numeric", values: [endog.name])
    }
    let model = try MixedLM(
      endog: values, exog: exog, groups: groups, exogRe: exogRe, exogVc: exogVc, weights: weights,
      offset: offset, useSqrt: useSqrt, missing: missing)
    var specification = model.specification
    if !endog.name.isEmpty { specification.endogName = endog.name }
    self.init(specification: specification, useSqrt: useSqrt, designSeconds: model.designSeconds)
  }
}
