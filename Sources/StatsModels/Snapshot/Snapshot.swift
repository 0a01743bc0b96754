import LinearAlgebra
import MixedModels
import Patsy

extension MixedLMResults {
  /// Results in a form that can be written and read: what the fit estimated, effects, sums over the levels' rows that
  /// standard errors take, and what prediction needs of the formula; with ``snapshot(rows:)`` also fitted values,
  /// residuals, levels and random regressors of each row. The fixed design is never written.
  ///
  /// A file of ``save(_:rows:)`` has its members in the order of the properties here: first what statsmodels
  /// knows, by its names (`llf`, `nobs`, `n_groups`, `df_resid`, `scale`, `fe_params`, `cov_re`, `vcomp`,
  /// `param_names`, `exog_re_names`, `aic`, `bic`, `params`, `bse`, `bse_fe`, `bse_re`, `tvalues`, `pvalues`,
  /// `conf_int`, `cov_params`, `random_effects`, `random_effects_cov`, `fittedvalues`, `resid`, `summary`), then
  /// `method`, `converged`, `version`, and last `state`, which restores the results. The order is part of the form: equal
  /// results give equal files. nan and infinities are the texts "nan", "inf" and "-inf".
  public struct Snapshot: Codable, Sendable {
    /// Version of the form.
    public static let currentVersion = 3
    /// Versions that can be read; older files lack what intervals, errors of effects and draws take.
    static let readableVersions = 2...currentVersion

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

    /// A value per row, or every `every`-th of them.
    public struct Rows: Codable, Sendable {
      /// 1: every row is there.
      public var every: Int
      /// Number of rows.
      public var count: Int
      /// Labels of the rows.
      public var index: [String]
      /// The values.
      public var values: [Double]

      init(_ series: Series) {
        every = 1
        count = series.count
        index = series.index
        values = series.values
      }
    }

    /// Effects of each group.
    public struct Effects: Codable, Sendable {
      /// Labels of the groups.
      public var groups: [String]
      /// Names and values of each group's effects.
      public var effects: [Labelled]
    }

    /// A covariance matrix for each group.
    public struct Covariances: Codable, Sendable {
      /// Labels of the groups.
      public var groups: [String]
      /// Rows of each group's matrix.
      public var values: [[[Double]]]
    }

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
    /// Akaike's criterion; nan after a fit by REML.
    public var aic: Double
    /// The Bayesian criterion; nan after a fit by REML.
    public var bic: Double
    /// All parameters, covariances divided by `scale`.
    public var params: [Double]
    /// Standard errors of `params`.
    public var bse: [Double]
    /// Those of the fixed effects.
    public var bseFe: [Double]
    /// Those of the covariances, times the root of `scale`.
    public var bseRe: [Double]
    /// `params` over `bse`.
    public var tvalues: [Double]
    /// Two-sided p-values of `tvalues`.
    public var pvalues: [Double]
    /// Limits of `params` at 95 %.
    public var confInt: [[Double]]
    /// Covariance matrix of `params`.
    public var covParams: [[Double]]
    /// Predicted effects; nil where they are more than a million numbers (`state` restores them all the same).
    public var randomEffects: Effects?
    /// Their conditional covariance matrices; nil where they hold more than a million numbers.
    public var randomEffectsCov: Covariances?
    /// Fitted values, random effects included; nil without rows.
    public var fittedvalues: Rows?
    /// Response less fitted values; nil without rows.
    public var resid: Rows?
    /// The summary as text.
    public var summary: String
    /// "REML" or "ML".
    public var method: String
    /// Whether the optimum was reached.
    public var converged: Bool
    /// Version of the form of this snapshot.
    public var version: Int
    let state: SnapshotState

    enum CodingKeys: String, CodingKey {
      case llf, nobs
      case nGroups = "n_groups"
      case dfResid = "df_resid"
      case scale
      case feParams = "fe_params"
      case covRe = "cov_re"
      case vcomp
      case paramNames = "param_names"
      case exogReNames = "exog_re_names"
      case aic, bic, params, bse
      case bseFe = "bse_fe"
      case bseRe = "bse_re"
      case tvalues, pvalues
      case confInt = "conf_int"
      case covParams = "cov_params"
      case randomEffects = "random_effects"
      case randomEffectsCov = "random_effects_cov"
      case fittedvalues, resid, summary, method, converged, version, state
    }

    /// Numbers up to which effects and their covariances are listed.
    private static let mostNumbers = 1_000_000

    init(_ results: MixedLMResults, rows: Bool) {
      let hasRows = rows && !results.specification.isWithoutRows
      // A fit of sums has no rows, but where they are asked for it tells all that it has.
      let tellsAll = rows && results.specification.withheld == nil
      let levels = tellsAll ? nil : results.withheldLevels()
      llf = results.llf
      nobs = results.nobs
      nGroups = results.model.nGroups
      dfResid = results.dfResid
      scale = results.scale
      feParams = Labelled(results.feParams)
      covRe = results.covRe.values.rowList
      vcomp = Labelled(results.vcomp)
      paramNames = results.layout.names
      exogReNames = results.specification.exogReNames
      aic = results.aic
      bic = results.bic
      params = results.params.values
      bse = results.bse.values
      bseFe = results.bseFe.values
      bseRe = results.bseRe.values
      tvalues = results.tvalues.values
      pvalues = results.pvalues.values
      confInt = results.confInt().values.rowList
      covParams = results.parameterCovariance.rowList
      let counts = results.effectCounts
      if counts.reduce(0, +) <= Self.mostNumbers {
        let effects = results.randomEffects(without: levels)
        randomEffects = Effects(
          groups: effects.keys.map(\.description), effects: effects.values.map(Labelled.init))
      }
      if counts.reduce(0, { $0 + $1 * $1 }) <= Self.mostNumbers {
        let covariances = results.randomEffectsCov(without: levels)
        randomEffectsCov = Covariances(
          groups: covariances.keys.map(\.description), values: covariances.values.map(\.values.rowList))
      }
      fittedvalues = hasRows ? Rows(results.fittedvalues) : nil
      resid = hasRows ? Rows(results.resid) : nil
      summary = (try? results.summary().asText()) ?? ""
      method = results.method
      converged = results.converged
      version = Self.currentVersion
      state = SnapshotState(results, rows: hasRows, withheld: levels)
    }
  }

  /// These results in a form that can be written. Not in statsmodels.
  ///
  /// - Parameter rows: false leaves out everything from which a row of the data could be rebuilt; see
  ///   ``save(_:rows:)``.
  public func snapshot(rows: Bool = true) -> Snapshot { Snapshot(self, rows: rows) }

  /// Number of effects of each group.
  fileprivate var effectCounts: [Int] {
    let rows = model.groupRows
    let components = specification.blocks.compactMap(\.component)
    return (0..<rows.count).map { group in
      model.exogReNames.count
        + components.reduce(0) { $0 + $1.columns(ofGroup: group, rows: rows[group]).count }
    }
  }
}
