import DataFrames
import LinearAlgebra
import MixedModels

/// A covariance of the fixed effects that does not trust the covariance within clusters of rows. Not in statsmodels.
///
/// ```swift
/// let robust = try results.robustCovariance(.cr2, clusters: "Worker")
/// print(try results.coefficients(covariance: robust))
/// ```
public struct RobustCovariance: Sendable {
  /// How residuals are corrected for the fit having followed them; m clusters, n rows, p fixed effects.
  public enum Correction: String, Sendable, CaseIterable {
    /// Not at all.
    case cr0
    /// By m / (m − 1).
    case cr1
    /// By m / (m − p).
    case cr1p
    /// By m (n − 1) / ((m − 1)(n − p)): what statsmodels and Stata call clustered.
    case cr1s
    /// Unbiased where the model is right, by Bell and McCaffrey; the one to prefer with few clusters.
    case cr2
    /// About the jackknife over clusters: errs on the wide side.
    case cr3

    var engine: ClusterRobust.Correction { ClusterRobust.Correction(rawValue: rawValue) ?? .cr2 }
  }

  /// The correction.
  public let correction: Correction
  /// Name of the clusters, empty for labels without one.
  public let clusters: String
  /// Number of clusters.
  public let clusterCount: Int
  /// The covariance; nan where a column was dropped because it depends on others.
  public let covariance: LabeledMatrix
  let robust: ClusterRobust
  /// Columns that were kept.
  let kept: [Int]

  /// Standard errors of the fixed effects.
  public var bse: Series {
    Series(
      index: covariance.index, values: covariance.index.indices.map { covariance.values[$0, $0].squareRoot() }
    )
  }
}

/// A covariance of the fixed effects that results carry in place of the model's own.
struct RobustErrors: Sendable {
  /// Of the columns that were kept.
  let covariance: Matrix
  /// What degrees of freedom take; nil of results that were read from a file.
  let clusters: ClusterRobust?
}

extension MixedLMResults {
  /// A cluster-robust covariance of the fixed effects. Not in statsmodels.
  ///
  /// Every random effect must lie within one cluster: clusters are the groups, or unions of them.
  /// - Parameters:
  ///   - correction: for the fit having followed the residuals. `.cr2` takes the root of each cluster's covariance of rows
  ///     up to 500 rows a cluster, and of its fixed effects beyond: both are unbiased, their digits differ from the fourth
  ///     on.
  ///   - clusters: a column's name, or a label for each row of the model.
  /// - Throws: ``StatsModelsError`` for missing labels, fewer than two clusters, effects that join clusters, and for
  ///   results without data.
  public func robustCovariance(
    _ correction: RobustCovariance.Correction, clusters: any ColumnSpecifier
  ) throws -> RobustCovariance {
    let engine = try engine()
    let labels = try model.labels(clusters, argument: "clusters")
    let (codes, levels) = labels.factorized()
    if let row = codes.firstIndex(where: { $0 < 0 }) {
      throw StatsModelsError(
        .missingValues, "clusters: row \(specification.rowLabels[row]) has no label",
        values: [specification.rowLabels[row]])
    }
    if let correlation = specification.residualCorrelation, !correlation.series.lie(within: codes) {
      throw StatsModelsError(
        .invalidArgument,
        "clusters: series of correlated residuals have rows in several clusters, which are then not independent: take clusters "
          + "that hold whole series")
    }
    let fewest = correction == .cr1p ? estimate.rank + 1 : 2
    guard levels.count >= fewest else {
      throw StatsModelsError(
        .notEnoughData,
        "clusters: there \(levels.count == 1 ? "is 1 cluster" : "are \(levels.count) clusters"), and \(correction.rawValue) "
          + "takes at least \(fewest)")
    }
    let robust: ClusterRobust
    do throws(EngineError) {
      robust = try engine.clusterRobust(estimate, correction: correction.engine, clusters: codes)
    } catch {
      guard case .crossesClusters(let term) = error else { throw specification.translate(error) }
      let block = specification.blocks[specification.blockOfTerm[term]].group
      throw StatsModelsError(
        .invalidArgument,
        "clusters: levels of '\(block)' have rows in several clusters, which are then not independent: take clusters "
          + "that hold whole levels of '\(block)', such as '\(block)' itself", values: [block])
    }
    let aliased = Set(estimate.aliased)
    let kept = (0..<kFe).filter { !aliased.contains($0) }
    var covariance = Matrix(rows: kFe, columns: kFe, repeating: .nan)
    let inner = robust.covariance
    for (i, a) in kept.enumerated() { for (j, b) in kept.enumerated() { covariance[a, b] = inner[i, j] } }
    return RobustCovariance(
      correction: correction, clusters: labels.name, clusterCount: levels.count,
      covariance: LabeledMatrix(index: layout.fixedNames, columns: layout.fixedNames, values: covariance),
      robust: robust, kept: kept)
  }

  /// Fixed effects with errors, tests and intervals by a robust covariance. Not in statsmodels.
  ///
  /// - Parameters:
  ///   - ddf: `.satterthwaite` counts how much the clusters' scores tell of the variance; `.residual`, `.infinite`.
  ///   - covariance: of ``robustCovariance(_:clusters:)``.
  ///   - alpha: one less the confidence level.
  /// - Throws: ``StatsModelsError`` for `.kenwardRoger`, which is a covariance of its own.
  public func coefficients(
    ddf: DegreesOfFreedom = .satterthwaite, covariance: RobustCovariance, alpha: Double = 0.05
  ) throws -> CoefficientTable {
    try requireLevel(alpha: alpha)
    guard ddf != .kenwardRoger else {
      throw StatsModelsError(
        .invalidArgument,
        "Kenward's and Roger's method has a covariance of its own: take ddf: .satterthwaite with a robust one"
      )
    }
    guard covariance.covariance.index == layout.fixedNames else {
      throw StatsModelsError(.lengthMismatch, "the covariance is of another model's fixed effects")
    }
    let rows = (0..<kFe).map { effect -> FixedEffectsInference.Combination in
      guard let position = covariance.kept.firstIndex(of: effect) else { return .unknown }
      var contrast = [Double](repeating: 0, count: covariance.kept.count)
      contrast[position] = 1
      let df: Double =
        switch ddf {
        case .satterthwaite, .kenwardRoger: covariance.robust.degreesOfFreedom(of: contrast)
        case .residual: dfResid
        case .infinite: .infinity
        }
      return .init(
        estimate: estimate.fixedEffects[effect],
        standardError: covariance.robust.variance(of: contrast).squareRoot(), df: df)
    }
    let name = covariance.clusters.isEmpty ? "" : " of '\(covariance.clusters)'"
    return CoefficientTable(
      names: layout.fixedNames, rows: rows, ddf: ddf,
      notes: [
        "Standard errors are robust (\(covariance.correction.rawValue.uppercased())) over \(covariance.clusterCount) clusters\(name)."
      ], alpha: alpha)
  }
}

extension MixedLM {
  /// A label for each row of the model: of a column of its data, or as given.
  func labels(_ specifier: any ColumnSpecifier, argument: String) throws -> Column {
    try specification.requireRows("a label for each row")
    if let name = specifier.columnName {
      if let data = specification.source?.data { return try data.column(name) }
      if name == specification.groupName { return Column(name: name, groups) }
      throw StatsModelsError(
        .invalidArgument,
        "\(argument): a model of arrays has no column '\(name)'; give a label for each row", values: [name])
    }
    guard let labels = specifier.labels, labels.count == nobs else {
      throw StatsModelsError(
        .lengthMismatch,
        "\(argument) has \(specifier.labels?.count ?? 0) labels, the model \(nobs) rows")
    }
    return labels
  }
}
