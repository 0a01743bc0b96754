import DataFrames
import Foundation
import LinearAlgebra

/// The covariance of coefficients by one of the estimates, with what a summary says of it.
struct RobustEstimate: Sendable {
  let type: CovarianceType
  let covariance: Matrix
  /// Degrees of freedom of t and F.
  let dfInference: Double
  /// The scale that the caller fixed.
  var fixedScale: Double?
  /// The sentence of the summary's notes.
  let note: String
  /// What the estimate does not know.
  private(set) var warnings: [FitWarning] = []

  init(
    _ model: RegressionModel, _ estimate: RegressionResults.Estimate, exog: Matrix, covType: CovarianceType,
    keywords: [String: any ColumnConvertible]
  ) throws {
    let options = CovarianceOptions(keywords, model: model)
    try options.check(covType)
    let n = Double(exog.rows)
    let dfResid = n - Double(estimate.rank)
    let sandwich = Sandwich(exog: exog, pseudoInverse: estimate.pseudoInverse, resid: estimate.wresid)
    type = covType
    var df = dfResid
    switch covType {
    case .nonrobust:
      covariance = estimate.normalizedCovariance * (estimate.ssr / dfResid)
      note = Self.plainNote
    case .fixedScale:
      let scale = try options.number("scale", standard: 1)
      fixedScale = scale
      covariance = estimate.normalizedCovariance * scale
      note = "Standard Errors are based on fixed scale"
    case .hc0, .hc1, .hc2, .hc3:
      covariance = sandwich.heteroscedastic(covType, dfResid: dfResid)
      note = "Standard Errors are heteroscedasticity robust (\(covType.rawValue))"
      if covType == .hc2 || covType == .hc3 { warnings = sandwich.leverageWarnings(covType) }
    case .cluster:
      let (codes, groups) = try options.clusters()
      covariance = sandwich.clustered(
        codes, groups: groups, corrected: try options.truth("use_correction", standard: true))
      if try options.truth("df_correction", standard: true) { df = Double(groups - 1) }
      note = "Standard Errors are robust to cluster correlation (CRV1)"
    case .hac:
      let lags = try options.lags()
      let corrected = try options.truth("use_correction", standard: false)
      covariance =
        sandwich.autocorrelated(lags: lags) * (corrected ? n / (n - Double(exog.columns)) : 1)
      note =
        "Standard Errors are heteroscedasticity and autocorrelation robust (HAC) using \(lags) lags and "
        + "\(corrected ? "with" : "without") small sample correction"
    }
    dfInference = df
  }

  /// What summaries say where no robust estimate was asked for.
  static let plainNote =
    "Standard Errors assume that the covariance matrix of the errors is correctly specified."
}

/// The keywords of a covariance estimate, under Python's names or ours: `use_correction`, `useCorrection`.
struct CovarianceOptions {
  private let keywords: [String: any ColumnConvertible]
  private let rowCount: Int
  private let dataRowCount: Int
  private let keptRows: [Int]
  private let data: DataFrame?

  init(_ keywords: [String: any ColumnConvertible], model: RegressionModel) {
    self.init(
      keywords, rowCount: model.exog.rows, dataRowCount: model.dataRowCount, keptRows: model.keptRows,
      data: model.data)
  }

  init(
    _ keywords: [String: any ColumnConvertible], rowCount: Int, dataRowCount: Int, keptRows: [Int],
    data: DataFrame?
  ) {
    self.keywords = Dictionary(
      keywords.map { ($0.key.lowercased().filter { $0 != "_" }, $0.value) },
      uniquingKeysWith: { first, _ in first })
    (self.rowCount, self.dataRowCount, self.keptRows, self.data) = (rowCount, dataRowCount, keptRows, data)
  }

  private static let known: [CovarianceType: [String]] = [
    .fixedScale: ["scale"], .cluster: ["groups", "use_correction", "df_correction"],
    .hac: ["maxlags", "use_correction"],
  ]

  /// Refuses keywords that the estimate does not take.
  func check(_ type: CovarianceType) throws {
    let known = Self.known[type] ?? []
    let plain = Set(known.map { $0.filter { $0 != "_" } })
    guard let stray = keywords.keys.sorted().first(where: { !plain.contains($0) }) else { return }
    throw StatsModelsError(
      .invalidArgument,
      "covKwds has '\(stray)', and covType .\(type) takes "
        + (known.isEmpty ? "no keywords" : shortList(known)),
      values: [stray])
  }

  private func column(_ name: String, rows: Int) -> Column? {
    keywords[name.filter { $0 != "_" }].map {
      Column(name: name, storage: $0.columnStorage(broadcastTo: rows))
    }
  }

  func number(_ name: String, standard: Double) throws -> Double {
    guard let column = column(name, rows: 1) else { return standard }
    guard let value = column.doubles?.first, value.isFinite else {
      throw StatsModelsError(.invalidArgument, "\(name) of covKwds must be a number")
    }
    return value
  }

  func truth(_ name: String, standard: Bool) throws -> Bool {
    guard let column = column(name, rows: 1) else { return standard }
    guard let value = column.booleans?.first ?? nil else {
      throw StatsModelsError(.invalidArgument, "\(name) of covKwds must be true or false")
    }
    return value
  }

  func lags() throws -> Int {
    guard let value = column("maxlags", rows: 1)?.doubles?.first, value >= 0, value < 1e9 else {
      throw StatsModelsError(
        .invalidArgument, "covType .hac needs covKwds: [\"maxlags\": a number of rows]")
    }
    return Int(value)
  }

  /// Codes of the clusters from 0, and how many there are.
  func clusters() throws -> ([Int], Int) {
    guard let groups = keywords["groups"] else {
      throw StatsModelsError(
        .invalidArgument, "covType .cluster needs covKwds: [\"groups\": labels or a column's name]")
    }
    var column = Column(name: "groups", storage: groups.columnStorage(broadcastTo: rowCount))
    if let name = groups as? String {
      guard let data else {
        throw StatsModelsError(
          .invalidArgument, "a model of arrays has no column '\(name)': give a label for each row as groups",
          values: [name])
      }
      column = try data.column(name)
    }
    let levels = column.factorized()
    var codes = levels.codes
    let count = codes.count
    if count == dataRowCount { codes = keptRows.map { codes[$0] } }
    guard codes.count == rowCount else {
      throw StatsModelsError(
        .lengthMismatch, "groups has \(count) labels for \(rowCount) rows of the model")
    }
    if let row = codes.firstIndex(where: { $0 < 0 }) {
      throw StatsModelsError(.missingValues, "the cluster of row \(row) is missing")
    }
    // Levels of dropped rows leave gaps.
    var positions = [Int](repeating: -1, count: levels.levels.count)
    var next = 0
    let compact = codes.map { code -> Int in
      if positions[Int(code)] < 0 {
        positions[Int(code)] = next
        next += 1
      }
      return positions[Int(code)]
    }
    guard next > 1 else {
      throw StatsModelsError(.notEnoughData, "a cluster covariance needs at least two clusters")
    }
    return (compact, next)
  }
}
