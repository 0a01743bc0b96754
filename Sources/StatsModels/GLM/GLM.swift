import DataFrames
import Foundation
import LinearAlgebra
import Patsy

/// A generalised linear model, before its fit.
///
/// ```swift
/// let r = try glm("incidence + healthy ~ C(period)", data, family: .binomial()).fit()
/// print(try r.summary())
/// ```
/// A negative binomial family without α takes α = 1, as statsmodels' does; `mixedglm` estimates it.
///
/// Python: statsmodels.genmod.generalized_linear_model.GLM
public struct GLM: Sendable {
  /// Distribution and link. Python: GLM.family
  public let family: Family
  /// The response; of two columns of a binomial family the share of the first. Python: GLM.endog
  public let endog: [Double]
  /// Number of trials behind each share; ones otherwise. Python: GLM.n_trials
  public let nTrials: [Double]
  /// The design, one row an observation. Python: GLM.exog
  public let exog: Matrix
  /// Name of the response; of two columns as Python prints their list. Python: GLM.endog_names
  public let endogNames: String
  /// Names of the design's columns. Python: GLM.exog_names
  public let exogNames: [String]
  /// What the columns mean; nil for a model of arrays. Python: model.data.design_info
  public let designInfo: DesignInfo?
  /// Weights inverse to the rows' dispersions. Python: GLM.var_weights
  public let varWeights: [Double]
  /// How often each row was observed. Python: GLM.freq_weights
  public let freqWeights: [Double]
  /// What is added to the linear predictor: offset and logarithm of the exposure; nil for nothing.
  let offset: [Double]?
  let hasFreqWeights: Bool
  let data: DataFrame?
  let keptRows: [Int]
  let dataRowCount: Int
  let rowLabels: RowLabels
  let warnings: [FitWarning]

  /// A model of arrays as they are; no constant is added.
  ///
  /// - Parameters:
  ///   - endog: the response; successes and failures are two columns.
  ///   - exog: one row an observation: a matrix, a data frame of numbers, one column.
  ///   - family: distribution and link.
  ///   - offset: what is added to the linear predictor.
  ///   - exposure: what the mean is proportional to, with a logarithmic link.
  ///   - varWeights: inverse to the rows' dispersions.
  ///   - freqWeights: how often each row was observed.
  ///   - missing: `.drop` drops rows with nan; the others refuse nan.
  /// - Throws: ``StatsModelsError`` for lengths that do not fit, responses that the family does not have, and values that are
  ///   not finite.
  ///
  /// Python: GLM(endog, exog, family, offset, exposure, freq_weights, var_weights)
  public init(
    endog: any DesignConvertible, exog: any DesignConvertible, family: Family = .gaussian(),
    offset: [Double]? = nil, exposure: [Double]? = nil, varWeights: [Double]? = nil,
    freqWeights: [Double]? = nil, missing: MissingHandling = .none
  ) throws {
    let (response, responseNames) = try endog.designMatrix()
    let (design, names) = try exog.designMatrix()
    for (name, count) in [
      ("exog", design.rows), ("offset", offset?.count ?? response.rows),
      ("exposure", exposure?.count ?? response.rows), ("varWeights", varWeights?.count ?? response.rows),
      ("freqWeights", freqWeights?.count ?? response.rows),
    ] where count != response.rows {
      throw StatsModelsError(
        .lengthMismatch, "\(name) has \(count) rows, endog \(response.rows)", values: [name])
    }
    let beside = [offset, exposure, varWeights, freqWeights]
    var kept = Array(0..<response.rows)
    if missing == .drop {
      kept = kept.filter { i in
        !beside.contains { $0?[i].isNaN ?? false } && !response.row(i).contains(where: \.isNaN)
          && !design.row(i).contains(where: \.isNaN)
      }
    }
    let columns = response.selecting(rows: kept)
    try self.init(
      endog: (0..<columns.columns).map(columns.column), exog: design.selecting(rows: kept), family: family,
      beside: beside.map { values in values.map { v in kept.map { v[$0] } } },
      endogNames: responseNames ?? ["y"], exogNames: names ?? RegressionModel.standardNames(design),
      designInfo: nil, data: nil, keptRows: kept, dataRowCount: response.rows, rowLabels: RowLabels(kept),
      warnings: [])
  }

  /// A model of an array of numbers. Python: GLM(endog, exog, family)
  ///
  /// - Throws: as ``init(endog:exog:family:offset:exposure:varWeights:freqWeights:missing:)-(DesignConvertible,_,_,_,_,_,_,_)``.
  public init(
    endog: [Double], exog: any DesignConvertible, family: Family = .gaussian(), offset: [Double]? = nil,
    exposure: [Double]? = nil, varWeights: [Double]? = nil, freqWeights: [Double]? = nil,
    missing: MissingHandling = .none
  ) throws {
    let column: any DesignConvertible = Matrix(rows: endog.count, columns: 1, columnMajor: endog)
    try self.init(
      endog: column, exog: exog, family: family, offset: offset, exposure: exposure, varWeights: varWeights,
      freqWeights: freqWeights, missing: missing)
  }

  init(
    endog columns: [[Double]], exog: Matrix, family: Family, beside: [[Double]?], endogNames: [String],
    exogNames: [String], designInfo: DesignInfo?, data: DataFrame?, keptRows: [Int], dataRowCount: Int,
    rowLabels: RowLabels, warnings: [FitWarning]
  ) throws {
    let response = try GLMResponse(columns, family: family, labels: rowLabels)
    let n = response.values.count
    guard n > 0, exog.columns > 0 else {
      throw StatsModelsError(.notEnoughData, "a model needs at least one row and one column")
    }
    guard exog.isFinite else {
      throw StatsModelsError(
        .nonFiniteValues, "exog contains inf or nans: drop these rows, or give a formula")
    }
    for (name, values, least) in [
      ("offset", beside[0], -Double.infinity), ("exposure", beside[1], 0), ("varWeights", beside[2], 0),
      ("freqWeights", beside[3], 0),
    ] {
      guard
        let bad = values?.firstIndex(where: {
          !($0.isFinite && $0 >= least && (name != "exposure" || $0 > 0))
        })
      else { continue }
      throw StatsModelsError(
        .invalidArgument,
        "\(name) of row \(rowLabels[bad]) is \(values?[bad] ?? .nan): it must be a finite number"
          + (name == "offset" ? "" : name == "exposure" ? " above 0" : ", not below 0"), values: [name])
    }
    if beside[1] != nil, family.link != .log {
      throw StatsModelsError(
        .contradictoryArguments,
        "exposure can only be used with the log link function, and this is \(family.link.rawValue): use an offset"
      )
    }
    var warnings = warnings
    if family.distribution == .negativeBinomial, family.alpha == nil {
      warnings.append(
        FitWarning(
          kind: .ignoredArgument,
          message: "Negative binomial dispersion parameter alpha not set. Using default value alpha=1.0."))
    }
    self.family = family
    (self.endog, nTrials) = (response.values, response.trials)
    (self.exog, self.exogNames, self.designInfo) = (exog, exogNames, designInfo)
    self.endogNames =
      endogNames.count == 1
      ? endogNames[0]
      : "[" + endogNames.map { ColumnValue.string($0).debugDescription }.joined(separator: ", ") + "]"
    let logs = beside[1].map { $0.map { log($0) } }
    offset =
      beside[0].map { o in logs.map { l in zip(o, l).map { $0 + $1 } } ?? o } ?? logs
    varWeights = beside[2] ?? [Double](repeating: 1, count: n)
    freqWeights = beside[3] ?? [Double](repeating: 1, count: n)
    hasFreqWeights = beside[3] != nil
    (self.data, self.keptRows, self.dataRowCount) = (data, keptRows, dataRowCount)
    (self.rowLabels, self.warnings) = (rowLabels, warnings)
  }

  /// Number of rows, counted as often as they were observed.
  var wnobs: Double { hasFreqWeights ? freqWeights.reduce(0, +) : Double(endog.count) }
  /// Both weights and the trials of each row together.
  var totalWeights: [Double] {
    endog.indices.map { varWeights[$0] * freqWeights[$0] * nTrials[$0] }
  }
}

/// A response in the terms of its family.
struct GLMResponse {
  let values: [Double]
  let trials: [Double]

  init(_ columns: [[Double]], family: Family, labels: RowLabels) throws {
    try family.check()
    guard family.distribution != .beta else {
      throw StatsModelsError(
        .notAvailable,
        "a generalised linear model has no beta family, as in statsmodels: mixedglm fits it, also with no more than a "
          + "random intercept")
    }
    guard let first = columns.first, columns.count <= 2,
      columns.count == 1 || family.distribution == .binomial
    else {
      throw StatsModelsError(
        .nonNumericResponse,
        "the response has \(columns.count) columns, and a \(family.distribution.rawValue) response has "
          + (family.distribution == .binomial ? "one, or two: successes and failures" : "one"))
    }
    func refuse(_ row: Int, _ value: Double, _ rule: String) -> StatsModelsError {
      StatsModelsError(
        .invalidArgument,
        "the response of row \(labels[row]) is \(value): a \(family.distribution.rawValue) response takes \(rule)",
        values: [labels[row]])
    }
    if columns.count == 2 {
      for column in columns {
        if let bad = column.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
          throw refuse(bad, column[bad], "numbers of successes and failures, not below 0")
        }
      }
      trials = zip(first, columns[1]).map { $0 + $1 }
      if let bad = trials.firstIndex(of: 0) {
        throw refuse(bad, 0, "at least one trial a row: remove rows without")
      }
      values = zip(first, trials).map { $0 / $1 }
      return
    }
    let rule: (test: (Double) -> Bool, words: String) =
      switch family.distribution {
      case .binomial, .beta: ({ $0 >= 0 && $0 <= 1 }, "shares between 0 and 1, or two columns of counts")
      case .poisson, .negativeBinomial: ({ $0 >= 0 && $0.isFinite }, "numbers not below 0")
      case .gamma, .inverseGaussian: ({ $0 > 0 && $0.isFinite }, "positive numbers")
      case .gaussian: ({ $0.isFinite }, "finite numbers")
      }
    if let bad = first.firstIndex(where: { !rule.test($0) }) { throw refuse(bad, first[bad], rule.words) }
    values = first
    trials = [Double](repeating: 1, count: first.count)
  }
}

extension GLM {
  /// Another design for the same response: columns without meaning.
  init(_ other: GLM, exog: Matrix) {
    (family, endog, nTrials, self.exog) = (other.family, other.endog, other.nTrials, exog)
    (endogNames, exogNames, designInfo) = (other.endogNames, (0..<exog.columns).map { "x\($0)" }, nil)
    (varWeights, freqWeights, hasFreqWeights) = (other.varWeights, other.freqWeights, other.hasFreqWeights)
    (offset, data, keptRows, dataRowCount) = (other.offset, nil, other.keptRows, other.dataRowCount)
    (rowLabels, warnings) = (other.rowLabels, [])
  }
}
