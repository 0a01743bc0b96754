import LinearAlgebra
import MixedModels
import Patsy

extension MixedLMResults {
  /// Results in a form that can be written and read: what the fit estimated, effects and fitted values, and what
  /// prediction needs of the formula, but no design and no codes of the data.
  ///
  /// Its leading members have statsmodels' names (`fe_params`, `cov_re`, `bse`, …); `state` holds the rest.
  public struct Snapshot: Codable, Sendable {
    /// Version of the form.
    public static let currentVersion = 1

    /// A vector with a name for each value.
    public struct Labelled: Codable, Sendable {
      /// The names.
      public var names: [String]
      /// The values.
      public var values: [Double]

      init(_ series: Series) {
        names = series.index
        values = series.values
      }
    }

    /// Version of the form of this snapshot.
    public var version: Int
    /// Log-likelihood.
    public var llf: Double
    /// Number of rows.
    public var nobs: Int
    /// Number of groups.
    public var nGroups: Int
    /// Residual degrees of freedom.
    public var dfResid: Double
    /// Error variance.
    public var scale: Double
    /// "REML" or "ML".
    public var method: String
    /// Whether the optimum was reached.
    public var converged: Bool
    /// Fixed effects.
    public var feParams: Labelled
    /// Covariance matrix of the group's effects.
    public var covRe: [[Double]]
    /// Variance components.
    public var vcomp: Labelled
    /// Names of all parameters.
    public var paramNames: [String]
    /// Names of the group's effects.
    public var exogReNames: [String]
    /// All parameters, covariances divided by `scale`.
    public var params: [Double]
    /// Standard errors of `params`.
    public var bse: [Double]
    /// Covariance matrix of `params`.
    public var covParams: [[Double]]
    /// Fitted values, random effects included.
    public var fittedvalues: Labelled
    /// Response less fitted values.
    public var resid: Labelled
    let state: SnapshotState

    enum CodingKeys: String, CodingKey {
      case version, llf, nobs, scale, method, converged, vcomp, params, bse, fittedvalues, resid, state
      case nGroups = "n_groups"
      case dfResid = "df_resid"
      case feParams = "fe_params"
      case covRe = "cov_re"
      case paramNames = "param_names"
      case exogReNames = "exog_re_names"
      case covParams = "cov_params"
    }
  }

  /// These results in a form that can be written. Not in statsmodels.
  public func snapshot() -> Snapshot {
    Snapshot(
      version: Snapshot.currentVersion, llf: llf, nobs: nobs, nGroups: model.nGroups, dfResid: dfResid,
      scale: scale,
      method: method, converged: converged, feParams: .init(feParams), covRe: covRe.values.rowList,
      vcomp: .init(vcomp), paramNames: layout.names, exogReNames: specification.exogReNames,
      params: params.values,
      bse: bse.values, covParams: parameterCovariance.rowList, fittedvalues: .init(fittedvalues),
      resid: .init(resid), state: SnapshotState(self))
  }
}

/// What restores results: names, levels, effects, designs with their memory.
struct SnapshotState: Codable, Sendable {
  struct Block: Codable, Sendable {
    var group: String
    var names: [String]
    var covariance: String
    var partLevelCounts: [Int]
    var factor: Factor?
    var columns: [[Column]]?
  }
  struct Factor: Codable, Sendable {
    var name: String
    var parts: [String]
    var levels: [[SnapshotLabel]]
  }
  struct Column: Codable, Sendable {
    var name: String
    var part: Int
    var level: Int?
  }
  /// Monte-Carlo errors of a fit without an exact factorisation, by engine term.
  struct MonteCarlo: Codable, Sendable {
    var probes: Int
    var relativeCovariances: [Double]
    var covariances: [Double]
    var scale: Double
    var fixedEffects: [Double]
    var logLikelihood: Double
  }
  struct Warning: Codable, Sendable {
    var kind: String
    var message: String
    var category: String
  }

  var endogName: String
  var exogNames: [String]
  var grouped: Bool
  var groupName: String
  var groupColumn: String?
  var groupCodes: [Int32]
  var grouping: Factor
  var blocks: [Block]
  var formula: String?
  var groups: String?
  var vcFormula: [String: String]?
  var fixedInfo: DesignInfo?
  var effectInfos: [DesignInfo?]?
  var relativeCovariances: [[[Double]]]
  var fixedEffects: [Double]
  var aliased: [Int]
  var rank: Int
  var fixedCovariance: [[Double]]
  var varianceCovariance: [[Double]]
  var modes: [[[Double]]]
  var population: [Double]
  var singular: Bool
  var held: [Int]
  var logLikelihood: Double
  var certificate: [Double]
  var penaltyValue: Double
  var warnings: [Warning]
  var monteCarlo: MonteCarlo?
  var useSqrt: Bool
  var useT: Bool
  var freepat: MixedLMParams?
}

/// A level as JSON keeps it apart: numbers with a decimal point stay such.
struct SnapshotLabel: Codable, Sendable {
  let level: GroupLabel

  init(_ level: GroupLabel) { self.level = level }

  private enum Key: String, CodingKey { case double }

  init(from decoder: any Decoder) throws {
    if let container = try? decoder.container(keyedBy: Key.self) {
      level = .double(try container.decode(Double.self, forKey: .double))
      return
    }
    let container = try decoder.singleValueContainer()
    if let truth = try? container.decode(Bool.self) {
      level = .boolean(truth)
    } else if let number = try? container.decode(Int.self) {
      level = .integer(number)
    } else {
      level = .string(try container.decode(String.self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    if case .double(let number) = level {
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(number, forKey: .double)
      return
    }
    var container = encoder.singleValueContainer()
    switch level {
    case .string(let text): try container.encode(text)
    case .integer(let number): try container.encode(number)
    case .boolean(let truth): try container.encode(truth)
    case .double(let number): try container.encode(number)
    }
  }
}

extension Matrix {
  /// The rows as arrays.
  var rowList: [[Double]] { (0..<rows).map(row) }

  /// A matrix from rows that are known to be of equal length; empty rows give the number of columns.
  init(rowList: [[Double]], columns: Int) throws {
    self = rowList.isEmpty ? Matrix(rows: 0, columns: columns) : try Matrix(rowsOf: rowList)
  }
}
