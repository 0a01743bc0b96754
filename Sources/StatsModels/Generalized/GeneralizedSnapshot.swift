import DataFrames
import Foundation
import GeneralizedModels
import LinearAlgebra
import MixedModels
import Patsy

/// Results of a generalised mixed model as a file holds them: what a linear model has not, and the working linear model.
struct GeneralizedSnapshot: Codable, Sendable {
  /// Version of the form.
  static let currentVersion = 1

  var family: String
  var link: String
  /// Given α of a negative binomial family.
  var alpha: Double?
  var nAGQ: Int
  var llf: Double
  var dispersion: Double
  var dispersionError: Double
  var parameterCount: Int
  /// Names and values for readers of the file.
  var feParams: MixedLMResults.Snapshot.Labelled
  var summary: String
  var conditionalFixedCovariance: [[Double]]
  var hasJointCovariance: Bool
  var leastEigenvalue: Double
  var covarianceErrors: [[[Double]]]
  var singularTerms: [Bool]
  /// The response; empty without rows.
  var endog: [Double]
  var trials: SnapshotState.Numbers?
  var exposure: SnapshotState.Numbers?
  var weights: SnapshotState.Numbers?
  var frequencies: SnapshotState.Numbers?
  /// Sum of the frequencies.
  var rowWeight: Double
  var successLevel: String?
  var generalizedVersion: Int
  var working: MixedLMResults.Snapshot

  enum CodingKeys: String, CodingKey {
    case family, link, alpha
    case nAGQ = "n_agq"
    case llf, dispersion
    case dispersionError = "dispersion_error"
    case parameterCount = "parameter_count"
    case feParams = "fe_params"
    case summary
    case conditionalFixedCovariance = "conditional_fixed_covariance"
    case hasJointCovariance = "has_joint_covariance"
    case leastEigenvalue = "least_eigenvalue"
    case covarianceErrors = "covariance_errors"
    case singularTerms = "singular_terms"
    case endog, trials, exposure, weights, frequencies
    case rowWeight = "row_weight"
    case successLevel = "success_level"
    case generalizedVersion = "generalized_version"
    case working
  }

  init(_ results: MixedGLMResults, rows: Bool) {
    let hasRows = rows && !results.specification.isWithoutRows
    let (estimate, response) = (results.estimate, results.model.response)
    family = results.family.distribution.rawValue
    link = results.family.link.rawValue
    alpha = results.family.alpha
    nAGQ = results.nAGQ
    llf = results.llf
    dispersion = results.dispersion
    dispersionError = results.dispersionBse
    parameterCount = results.parameterCount
    feParams = .init(results.feParams)
    summary = results.summary().asText()
    conditionalFixedCovariance = estimate.conditionalFixedCovariance.rowList
    hasJointCovariance = estimate.hasJointCovariance
    leastEigenvalue = estimate.leastEigenvalue
    covarianceErrors = estimate.covarianceErrors.map(\.rowList)
    singularTerms = estimate.singularTerms
    endog = hasRows ? results.model.endog : []
    trials = .init(response.trials, rows: hasRows)
    exposure = .init(response.exposure, rows: hasRows)
    weights = .init(response.weights, rows: hasRows)
    frequencies = .init(response.frequencies, rows: hasRows)
    rowWeight = results.rowWeight
    successLevel = response.successLevel
    generalizedVersion = Self.currentVersion
    working = results.workingResults().snapshot(rows: rows)
    working.summary = ""
  }
}

extension MixedGLMResults {
  /// Writes the results as JSON; ``load(_:environment:)`` reads them.
  ///
  /// As with ``MixedLMResults/save(_:rows:)``, whose rules on what is left out hold here too, the fixed design is never
  /// written, and without rows nothing is from which a row could be rebuilt.
  /// - Parameters:
  ///   - fname: path of the file.
  ///   - rows: whether numbers of single rows are written: response, trials, weights, fitted values, levels.
  /// - Throws: ``StatsModelsError`` when the file cannot be written.
  public func save(_ fname: String, rows: Bool = true) throws {
    try SnapshotFile.write(GeneralizedSnapshot(self, rows: rows), to: fname)
  }

  /// Results that ``save(_:rows:)`` wrote: they summarise, test, and predict with intervals; what takes the fixed design,
  /// such as another fit, a profile or marginal means, is an error.
  ///
  /// - Parameters:
  ///   - fname: path of the file.
  ///   - environment: values and functions that the formulas name; functions are not saved.
  /// - Throws: ``StatsModelsError`` when the file cannot be read or holds no results of a generalised model.
  public static func load(_ fname: String, environment: EvalEnvironment = EvalEnvironment()) throws
    -> MixedGLMResults
  {
    try load(bytes: SnapshotFile.read(fname), name: fname, environment: environment)
  }

  /// Results from the bytes of a file of that name.
  package static func load(
    bytes data: Data, name fname: String, environment: EvalEnvironment = EvalEnvironment()
  ) throws -> MixedGLMResults {
    try SnapshotFile.results(
      of: GeneralizedSnapshot.self, in: data, name: fname, environment: environment
    ) { try $0.restored(environment: environment) }
  }

  /// The same results without everything from which a row of the data could be rebuilt, as ``save(_:rows:)`` without
  /// rows writes them; the model cannot be fitted again.
  public func removeData() throws -> MixedGLMResults {
    try GeneralizedSnapshot(self, rows: false)
      .restored(environment: specification.source?.environment ?? EvalEnvironment())
  }

  /// Variables of new data that are texts in the data of the model; of results that were read from a file.
  package var textVariables: Set<String> { working?.textVariables ?? [] }
}

extension GeneralizedSnapshot {
  func restored(environment: EvalEnvironment) throws -> MixedGLMResults {
    guard generalizedVersion == Self.currentVersion else {
      throw StatsModelsError(
        .file,
        "these results have version \(generalizedVersion) of generalised models; this library reads version "
          + "\(Self.currentVersion): fit and save again", values: [String(generalizedVersion)])
    }
    guard let distribution = Family.Distribution(rawValue: family), let link = Family.Link(rawValue: link)
    else {
      throw SnapshotCheck.damaged("family", "'\(family)' with link '\(link)' is none")
    }
    var family = try Family(distribution, link: link)
    if distribution == .negativeBinomial, let alpha { family = .negativeBinomial(alpha: alpha, link: link) }
    try family.check()
    let linear = try MixedLMResults(working, environment: environment)
    try check(linear)
    var specification = linear.specification
    specification.endog = endog
    specification.weights = nil
    let response = MixedGLMResponse(
      trials: trials?.restored, successLevel: successLevel, exposure: exposure?.restored,
      weights: weights?.restored, frequencies: frequencies?.restored)
    let model = MixedGLM(restored: specification, response: response, family: family)
    return MixedGLMResults(
      model: model, estimate: try estimate(linear), warnings: linear.warnings, working: linear,
      rowWeight: rowWeight)
  }

  /// Members whose lengths the working model tells.
  private func check(_ linear: MixedLMResults) throws {
    func require(_ condition: Bool, _ member: String, _ count: Int, _ expected: Int) throws {
      if !condition { throw SnapshotCheck.damaged(member, "\(count) values where \(expected) belong") }
    }
    let rows = linear.specification.isWithoutRows ? 0 : linear.nobs
    try require(endog.count == rows, "endog", endog.count, rows)
    for (member, numbers) in [
      ("trials", trials), ("exposure", exposure), ("weights", weights), ("frequencies", frequencies),
    ] {
      if let numbers { try require(numbers.values.count == rows, member, numbers.values.count, rows) }
    }
    let shapes = linear.specification.termShapes
    try require(singularTerms.count == shapes.count, "singular_terms", singularTerms.count, shapes.count)
    let squares = zip(covarianceErrors, shapes).allSatisfy { matrix, shape in
      matrix.count == shape.width && matrix.allSatisfy { $0.count == shape.width }
    }
    try require(
      covarianceErrors.count == shapes.count && squares, "covariance_errors", covarianceErrors.count,
      shapes.count)
    let rank = linear.estimate.rank
    try require(
      conditionalFixedCovariance.count == rank
        && conditionalFixedCovariance.allSatisfy { $0.count == rank },
      "conditional_fixed_covariance", conditionalFixedCovariance.count, rank)
    for (member, value, isSound) in [
      ("n_agq", Double(nAGQ), nAGQ >= 0), ("dispersion", dispersion, dispersion >= 0),
      ("parameter_count", Double(parameterCount), parameterCount > 0),
      ("row_weight", rowWeight, rowWeight > 0),
    ] where !isSound {
      throw SnapshotCheck.damaged(member, "\(PythonFormat.general(value, 6)) is none")
    }
  }

  private func estimate(_ linear: MixedLMResults) throws -> GeneralizedEstimate {
    let own = linear.estimate
    let exposures = exposure?.values.map { log($0) }
    func adding(_ values: [Double]) -> [Double] {
      exposures.map { zip(values, $0).map { $0 + $1 } } ?? values
    }
    return GeneralizedEstimate(
      integration: nAGQ == 0 ? .jointMode : nAGQ == 1 ? .laplace : .quadrature(nAGQ),
      covariances: own.relativeCovariances,
      covarianceErrors: try covarianceErrors.map { try Matrix(rowsOf: $0) }, singularTerms: singularTerms,
      fixedEffects: own.fixedEffects, aliased: own.aliased, fixedCovariance: own.fixedCovariance,
      conditionalFixedCovariance: try Matrix(rowList: conditionalFixedCovariance, columns: own.rank),
      hasJointCovariance: hasJointCovariance, leastEigenvalue: leastEigenvalue, dispersion: dispersion,
      dispersionError: dispersionError, deviance: -2 * llf, parameterCount: parameterCount,
      converged: own.converged, certificate: own.certificate, held: own.held,
      effects: linear.modes.map { $0.transposed.storage },
      effectCovariances: linear.effectVariances ?? own.relativeCovariances.map { _ in [] },
      linearPredictor: linear.specification.isWithoutRows ? [] : adding(linear.fittedvalues.values),
      fixedPredictor: linear.specification.isWithoutRows ? [] : adding(linear.predict().values))
  }
}
