import MixedModels
import Patsy

/// What restores results: names, levels, effects, designs with their memory.
struct SnapshotState: Codable, Sendable {
  struct Block: Codable, Sendable {
    var group: String
    var names: [String]
    var covariance: String
    var partLevelCounts: [Int]
    var factor: Factor?
    var columns: [[Column]]?
    var coding: Coding?
  }
  /// How the effects of a variance component follow from data.
  struct Coding: Codable, Sendable {
    var factors: [CodedFactor]
    var effects: [[Int32]]
  }
  /// A factor of a component; without levels it is a number.
  struct CodedFactor: Codable, Sendable {
    var name: String
    var levels: [SnapshotLabel]?
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
  /// What prediction errors take of the rows; see `PredictionStatistics`.
  struct Statistics: Codable, Sendable {
    var kept: [Int]
    var toBasis: [[Double]]
    var factor: [[Double]]
    var columnStarts: [Int]?
    var rowIndices: [Int32]?
    var values: [Double]?
    var products: [Double]?
    /// Λ of each term; nil of files that older versions wrote.
    var roots: [[[Double]]?]?
  }
  /// A number for each row, empty without rows, and the column it came from.
  struct Numbers: Codable, Sendable {
    var column: String?
    var values: [Double]

    init?(_ numbers: RowNumbers?, rows: Bool) {
      guard let numbers else { return nil }
      column = numbers.column
      values = rows ? numbers.values : []
    }

    var restored: RowNumbers { RowNumbers(column: column, values: values) }
  }
  /// Levels and regressors of each row in an engine term.
  struct TermRows: Codable, Sendable {
    var codes: [Int32]
    var columns: [[Double]?]
  }
  /// The numbers of ``VarianceShares``.
  struct Shares: Codable, Sendable {
    var fixed: Double
    var random: [Double]
    /// Mean variance of the residuals; nil of files that older versions wrote.
    var residual: Double?
  }
  /// Levels of which no number may be written, because it would tell a row; positions by engine term.
  struct Withheld: Codable, Sendable {
    var effects: [[Int32]]
    var errors: [[Int32]]
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
  /// What results with a robust covariance have in its place.
  var robustCovariance: [[Double]]?
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
  var scaleIsHeld: Bool
  // From here on since version 3.
  var groupSizes: [Int]?
  var statistics: Statistics?
  var effectVariances: [[Double]]?
  var shares: Shares?
  var termRows: [TermRows]?
  var withheld: Withheld?
  /// Prior weights and offset: their columns, and values where rows are saved.
  var weights: Numbers?
  var offset: Numbers?
  var residuals: SnapshotResiduals?
}
