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
  /// Prior weights, inverse to the residual variances; nil for ones.
  var weights: RowNumbers?
  /// Variances and correlations of the residuals that are estimated; nil for independent residuals of variance σ²/w.
  var residuals: ResidualModel?
  /// What is added to the linear predictor; nil for nothing.
  var offset: RowNumbers?
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
  /// What stands for the data in results that were read from a file, or had their data removed.
  var restored: RestoredData?
  /// What a model of sums has in place of rows: `endog`, `exog` and codes are then those of cells.
  var cells: CellModel?

  /// The formulas of the model and what prediction needs of them.
  struct FormulaSource: Sendable {
    var arguments: FormulaArguments
    var fixedInfo: DesignInfo
    /// Per block; nil for a plain intercept and for variance components.
    var effectInfos: [DesignInfo?]
    var environment: EvalEnvironment
    /// All formulas, parsed.
    var plan: FormulaPlan
    /// The rows of the data that the model uses.
    var data: DataFrame
  }

  /// Whether the fixed design is gone, so that nothing can be fitted.
  var isRestored: Bool { restored != nil }
  /// Whether fitted values and residuals are gone too.
  var isWithoutRows: Bool { restored.map { !$0.hasRows } ?? (cells != nil) }
  /// Whether levels and random regressors of each row are there.
  var hasTermRows: Bool { restored?.hasTermRows ?? (cells == nil) }
  /// Levels of which a file without rows does not tell.
  var withheld: WithheldLevels? { restored?.withheld }
  /// The response less the offset: what the engine fits.
  var response: [Double] { offset.map { zip(endog, $0.values).map { $0 - $1 } } ?? endog }
  /// A part of the linear predictor with the offset.
  func addingOffset(_ values: [Double]) -> [Double] {
    offset.map { zip(values, $0.values).map { $0 + $1 } } ?? values
  }
  /// Residuals times the roots of the weights: all of variance σ².
  func weighted(_ residuals: [Double]) -> [Double] {
    weights.map { zip(residuals, $0.values).map { $0 * $1.squareRoot() } } ?? residuals
  }
  /// Number of rows.
  var rowCount: Int { restored?.rowCount ?? cells?.rows.observations ?? endog.count }
  /// Levels of each engine term, and effects of a level.
  var termShapes: [(levels: Int, width: Int)] { engineTerms.map { ($0.levelCount, $0.width) } }

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

  /// Sums per block of matrices per engine term: derivatives by a covariance matrix that several terms share.
  func blockSums(_ terms: [Matrix]) -> [Matrix] {
    var position = 0
    return blocks.map { block in
      defer { position += block.parts.count }
      return block.parts.indices.reduce(Matrix(rows: block.width, columns: block.width)) {
        $0.zip(terms[position + $1], +)
      }
    }
  }

  /// Number of effects of the group's own block, statsmodels' `k_re`; 0 with several factors.
  var kRe: Int {
    guard layout == .grouped, let first = blocks.first, !first.isComponent else { return 0 }
    return first.width
  }

  /// Positions of the blocks over the top-level groups, whose effects `randomEffects` lists: the only one's with one
  /// factor; with several those of the `groups` factor, else of the first.
  var ownBlocks: [Int] {
    if layout == .grouped { return kRe > 0 ? [0] : [] }
    let names = [grouping.name, groupColumn]
    return blocks.indices.filter { position in
      guard let factor = blocks[position].factor else { return false }
      return names.contains(factor.name) && factor.levelCount == grouping.levelCount
    }
  }

  /// Names of these effects as statsmodels prints them: the intercept carries the group's name. A name that
  /// repeats gets a number, as in lme4.
  var ownEffectNames: [String] {
    var names = UniqueNames()
    return ownBlocks.flatMap { blocks[$0].names }.map { names.unique($0 == "Intercept" ? groupName : $0) }
  }

  /// Positions of the variance components among the blocks.
  var componentBlocks: [Int] {
    layout == .grouped ? blocks.indices.filter { blocks[$0].isComponent } : []
  }

  /// Names and order of the parameters.
  var parameterLayout: ParameterLayout {
    var named = blocks
    if layout == .grouped, kRe > 0 {
      // Of arrays without a random design statsmodels calls effect and parameter alike: "Group Var".
      named[0].names = exogReNames == [Self.defaultEffectName] ? ["Group"] : exogReNames
    }
    return ParameterLayout(fixedNames: exogNames, blocks: named, grouped: layout == .grouped)
  }

  /// statsmodels' name of the random intercept of a model of arrays.
  static let defaultEffectName = "Group Var"
}

/// Gives names that occur again a number: `S`, `S.1`, `S.2`, as lme4 does.
struct UniqueNames {
  private var taken: Set<String> = []

  /// The name, numbered if it was given out before.
  mutating func unique(_ name: String) -> String { numbered(name) { [$0] } }

  /// The name, numbered so that none of the names made of it was given out before.
  mutating func numbered(_ name: String, made names: (String) -> [String]) -> String {
    var candidate = name
    var number = 0
    while !taken.isDisjoint(with: names(candidate)) {
      number += 1
      candidate = "\(name).\(number)"
    }
    taken.formUnion(names(candidate))
    return candidate
  }
}
