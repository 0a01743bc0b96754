import DataFrames
import LinearAlgebra
import MixedModels
import Patsy

/// Everything that a model is made of, whichever interface wrote it: response, fixed matrix, covariance blocks,
/// and the names that results print.
struct ModelSpecification: Sendable {
  /// How parameters and effects are reported.
  enum Layout: Sendable {
    /// As statsmodels: one grouping factor, its effects, then variance components.
    case grouped
    /// One entry per covariance block, each named by its factor.
    case severalFactors
  }

  var endogName: String
  var endog: [Double]
  var exogNames: [String]
  var exog: Matrix
  var rowLabels: RowLabels
  var blocks: [RandomBlock]
  var layout: Layout
  /// The top-level groups: of the only factor, or of the first one.
  var grouping: GroupingFactor
  /// Name of the groups in parameter names: the column's, or "Group".
  var groupName: String
  /// Column of the data that holds the groups, if they came from one.
  var groupColumn: String?
  /// Effect names of the group's own block, as statsmodels prints them (`Pig`, `Time`).
  var exogReNames: [String]
  var source: FormulaSource?
  var warnings: [FitWarning]
  /// Whether the designs and codes are gone: results that were read from a file, or had their data removed.
  var isRestored = false

  /// The formulas of the model and what prediction needs of them.
  struct FormulaSource: Sendable {
    var arguments: FormulaArguments
    var fixedInfo: DesignInfo
    /// Per block; nil for a plain intercept and for variance components.
    var effectInfos: [DesignInfo?]
    var environment: Environment
    /// All formulas, parsed.
    var plan: FormulaPlan
    /// The rows of the data that the model uses.
    var data: DataFrame
  }

  /// Engine terms of all blocks, in order.
  var engineTerms: [RandomTerm] {
    blocks.enumerated().flatMap { $1.engineTerms(tie: $0) }
  }

  /// The block of each engine term.
  var blockOfTerm: [Int] {
    blocks.enumerated().flatMap { [Int](repeating: $0, count: $1.parts.count) }
  }

  /// Position of the first engine term of a block.
  func firstTerm(of block: Int) -> Int {
    blocks[..<block].reduce(0) { $0 + $1.parts.count }
  }

  /// Covariance matrices per block from the engine's, per term.
  func blockCovariances(_ terms: [Matrix]) -> [Matrix] {
    var position = 0
    return blocks.map { block in
      defer { position += block.parts.count }
      guard position < terms.count, !block.parts.isEmpty else {
        return Matrix(rows: block.width, columns: block.width)
      }
      return terms[position]
    }
  }

  /// Covariance matrices per engine term from the blocks'.
  func termCovariances(_ covariances: [Matrix]) -> [Matrix] {
    zip(blocks, covariances).flatMap { [Matrix](repeating: $1, count: $0.parts.count) }
  }

  /// Number of effects of the group's own block, statsmodels' `k_re`; 0 with several factors.
  var kRe: Int {
    guard layout == .grouped, let first = blocks.first, !first.isComponent else { return 0 }
    return first.width
  }

  /// Positions of the variance components among the blocks.
  var componentBlocks: [Int] {
    layout == .grouped ? blocks.indices.filter { blocks[$0].isComponent } : []
  }

  /// Names and order of the parameters.
  var parameterLayout: ParameterLayout {
    var named = blocks
    if layout == .grouped, kRe > 0 { named[0].names = exogReNames }
    return ParameterLayout(fixedNames: exogNames, blocks: named, grouped: layout == .grouped)
  }
}
