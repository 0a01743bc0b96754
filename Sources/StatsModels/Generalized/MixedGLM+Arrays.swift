import DataFrames
import Foundation
import LinearAlgebra

extension MixedGLM {
  /// A generalised linear mixed model from arrays.
  ///
  /// - Parameters:
  ///   - endog: the response; counts of successes with `trials`.
  ///   - exog: the fixed design, with a column of ones if an intercept is wanted.
  ///   - groups: a label for each row.
  ///   - exogRe: columns whose effects vary by group; a random intercept without it and `exogVc`.
  ///   - exogVc: variance components.
  ///   - family: distribution and link of the response.
  ///   - offset: what is added to the linear predictor of each row.
  ///   - exposure: with a log link, what the mean is proportional to.
  ///   - trials: number of trials of each row, where a binomial response counts successes.
  ///   - varWeights: prior weights, as in the formula interface; all positive.
  ///   - freqWeights: how often each row occurs; all positive.
  ///   - missing: whether nan is refused or its rows are dropped.
  /// - Throws: ``StatsModelsError`` for lengths that do not fit, and for values that the family cannot have.
  ///
  /// Not in statsmodels.
  public init(
    endog: [Double], exog: any DesignConvertible, groups: any ColumnSpecifier,
    exogRe: (any DesignConvertible)? = nil, exogVc: (any VarianceComponentsConvertible)? = nil,
    family: Family, offset: [Double]? = nil, exposure: [Double]? = nil, trials: [Double]? = nil,
    varWeights: [Double]? = nil, freqWeights: [Double]? = nil, missing: MissingHandling = .none
  ) throws {
    for (name, values) in [
      ("exposure", exposure), ("trials", trials), ("varWeights", varWeights), ("freqWeights", freqWeights),
    ] {
      guard let values else { continue }
      guard values.count == endog.count else {
        throw StatsModelsError(
          .lengthMismatch, "\(name) has \(values.count) values, endog \(endog.count)", values: [name])
      }
      if missing == .drop, values.contains(where: \.isNaN) {
        throw StatsModelsError(
          .missingValues, "\(name) has missing values: remove these rows", values: [name])
      }
      if let row = values.firstIndex(where: { !($0.isFinite && ($0 > 0 || name == "trials" && $0 == 0)) }) {
        throw StatsModelsError(
          .invalidArgument, "\(name) is \(values[row]) in row \(row): it must be positive; remove the row",
          values: [name])
      }
    }
    let linear = try MixedLM(
      endog: endog, exog: exog, groups: groups, exogRe: exogRe, exogVc: exogVc, offset: offset,
      missing: missing)
    var specification = linear.specification
    let kept =
      specification.rowLabels.count == endog.count ? nil : specification.rowLabels.compactMap { Int($0) }
    func numbers(_ values: [Double]?) -> RowNumbers? {
      values.map { values in
        RowNumbers(column: nil, values: kept.map { $0.map { values[$0] } } ?? values)
      }
    }
    var shares = numbers(trials)
    if let counts = shares {
      guard family.distribution == .binomial else {
        throw StatsModelsError(
          .invalidArgument, "trials are for the binomial family, not for \(family.distribution.rawValue)")
      }
      for (row, (value, count)) in zip(specification.endog, counts.values).enumerated()
      where !(value >= 0 && value <= count) {
        throw StatsModelsError(
          .invalidArgument,
          "row \(specification.rowLabels[row]) has \(value) successes in \(count) trials: successes are numbers from 0 "
            + "to the trials")
      }
      specification.endog = zip(specification.endog, counts.values).map { $1 > 0 ? $0 / $1 : 0 }
      shares = counts
    }
    try self.init(
      specification: specification,
      response: MixedGLMResponse(
        trials: shares, successLevel: nil, exposure: numbers(exposure), weights: numbers(varWeights),
        frequencies: numbers(freqWeights)),
      family: family, designSeconds: linear.designSeconds)
  }

  /// The same for a response of two columns, successes and failures.
  ///
  /// - Throws: ``StatsModelsError`` for a matrix of other than two columns of counts.
  public init(
    endog: Matrix, exog: any DesignConvertible, groups: any ColumnSpecifier,
    exogRe: (any DesignConvertible)? = nil, exogVc: (any VarianceComponentsConvertible)? = nil,
    family: Family = .binomial(), offset: [Double]? = nil, varWeights: [Double]? = nil,
    freqWeights: [Double]? = nil
  ) throws {
    guard endog.columns == 2, endog.storage.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
      throw StatsModelsError(
        .invalidArgument,
        "endog must have two columns of counts, successes and failures; this has \(endog.columns) columns")
    }
    let (successes, failures) = (endog.column(0), endog.column(1))
    try self.init(
      endog: successes, exog: exog, groups: groups, exogRe: exogRe, exogVc: exogVc, family: family,
      offset: offset, trials: zip(successes, failures).map { $0 + $1 }, varWeights: varWeights,
      freqWeights: freqWeights)
  }
}
