import DataFrames
import LinearAlgebra
import MixedModels
import Patsy

/// Finds the levels of new data among those of a fitted model.
struct LevelCoding {
  let specification: ModelSpecification
  let data: DataFrame
  private let coding: FactorCoding

  /// - Parameter newLevels: `.population` takes a missing label for a level that the model has not seen.
  init(
    specification: ModelSpecification, data: DataFrame, environment: EvalEnvironment, newLevels: NewLevels
  ) {
    self.specification = specification
    self.data = data
    coding = FactorCoding(
      data: data, environment: environment, keepsMissing: newLevels == .population)
  }

  /// The level of each row in a factor of the model; ``PredictionRows/Effects/new`` and less for unknown ones.
  func codes(ofFactor factor: GroupingFactor, named name: String) throws -> [Int32] {
    // One group of all rows (crossed components) is a matter of the fit: new data need not name it.
    if factor.levelCount == 1, !data.contains(name) {
      return [Int32](repeating: 0, count: data.rowCount)
    }
    let found = try grouping(named: name)
    let known = KnownLevels((0..<factor.levelCount).map(factor.levels(of:)))
    var unseen = UnseenLevels()
    let translation = (0..<found.levelCount).map { level in
      known[found.levels(of: level)] ?? unseen.next()
    }
    return found.codes.map { $0 < 0 ? unseen.next() : translation[Int($0)] }
  }

  /// The factor of that name over the new data: a column, or an expression.
  private func grouping(named name: String) throws -> GroupingFactor {
    let remedy =
      "remove these rows, leave the factor out of the prediction, or take the population mean there, "
      + "newLevels: .population"
    if data.contains(name) {
      return try coding.grouping(name: "'\(name)'", labels: try data.column(name), remedy: remedy)
    }
    guard let term = try? Term.grouping(name) else {
      throw StatsModelsError(
        .missingColumn, "the prediction uses the effects of '\(name)', which is no column of the data",
        values: [name])
    }
    return try coding.grouping(term)
  }

  /// Effect of each row in a coded variance component, and the product of its numeric factors.
  func component(
    _ component: ComponentCoding, formula: String, name: String, groups: [Int32]?
  ) throws -> (codes: [Int32], weights: [Double]?) {
    let term = try ModelDesc.fromFormula(formula).rhsTermlist.first
    guard let term, term.factors.count == component.factors.count else {
      throw StatsModelsError(.notAvailable, "the effects of '\(name)' cannot be predicted", values: [name])
    }
    var weights: [Double]?
    var parts: [[Int32]] = []
    for (factor, known) in zip(term.factors, component.factors) {
      switch (known, try coding.component(factor)) {
      case (.numeric, .numeric(let values)):
        weights = weights.map { zip($0, values).map { $0 * $1 } } ?? values
      case (.categorical, _) where groups == nil:
        continue
      case (.categorical(_, let levels), .categorical(let found)):
        let positions = KnownLevels(levels.map { [$0] })
        var unseen = UnseenLevels()
        let translation = found.levels.map { positions[[$0]] ?? unseen.next() }
        parts.append(found.codes.map { $0 < 0 ? unseen.next() : translation[Int($0)] })
      default:
        throw StatsModelsError(
          .invalidArgument,
          "'\(factor.name)' has missing values in the new data, or another type than in the data of the model",
          values: [factor.name])
      }
    }
    guard let groups else {
      return ([Int32](repeating: PredictionRows.Effects.new, count: data.rowCount), weights)
    }
    var known = Dictionary(
      component.effects.enumerated().map { ($1, Int32(truncatingIfNeeded: $0)) },
      uniquingKeysWith: { a, _ in a })
    var unseen = UnseenLevels()
    var key = [Int32](repeating: 0, count: parts.count + 1)
    let codes = groups.indices.map { row -> Int32 in
      key[0] = groups[row]
      for (position, part) in parts.enumerated() { key[position + 1] = part[row] }
      if let code = known[key] { return code }
      let code = unseen.next()
      known[key] = code
      return code
    }
    return (codes, weights)
  }
}

/// The levels of a factor by label. A text that reads as a number finds that number and the other way round: the type of
/// a file's column depends on its other rows.
private struct KnownLevels {
  private var exact: [[ColumnValue]: Int32] = [:]
  /// Levels by number; -1 where several have the same.
  private var byNumber: [[ColumnValue]: Int32] = [:]

  init(_ levels: [[ColumnValue]]) {
    exact.reserveCapacity(levels.count)
    for (position, level) in levels.enumerated() {
      let code = Int32(truncatingIfNeeded: position)
      exact[level] = code
      if let numbers = Self.numbers(level) { byNumber[numbers] = byNumber[numbers] == nil ? code : -1 }
    }
  }

  subscript(_ level: [ColumnValue]) -> Int32? {
    if let code = exact[level] { return code }
    guard let code = Self.numbers(level).flatMap({ byNumber[$0] }), code >= 0 else { return nil }
    return code
  }

  /// The labels with texts read as numbers; nil where none can be.
  private static func numbers(_ level: [ColumnValue]) -> [ColumnValue]? {
    var isNumeric = false
    let result = level.map { part -> ColumnValue in
      guard let number = part.parsedNumber else { return part }
      isNumeric = true
      return .double(number)
    }
    return isNumeric ? result : nil
  }
}

/// Hands out the codes of levels that the model has not seen.
private struct UnseenLevels {
  private var code = PredictionRows.Effects.new

  mutating func next() -> Int32 {
    defer { code &-= 1 }
    return code
  }
}

extension MixedLMResults {
  /// Variables of new data that are texts in the data of the model: the type of a file's column depends on its other
  /// rows. Not in statsmodels.
  package var textVariables: Set<String> {
    var result: Set<String> = []
    let isText = { (level: ColumnValue) -> Bool in
      if case .string = level { return true }
      return false
    }
    let infos = [specification.source?.fixedInfo] + (specification.source?.effectInfos ?? [])
    for (factor, info) in infos.flatMap({ Array($0?.factorInfos ?? [:]) }) {
      // Of a variable as it stands, or C(…) of it: what a function makes of one may be of another type.
      guard let only = factor.variableNames.first, factor.variableNames.count == 1,
        factor.name == only || factor.name.hasPrefix("C(\(only)"),
        info.categories?.contains(where: isText) == true
      else { continue }
      result.insert(only)
    }
    for factor in specification.blocks.compactMap(\.factor) + [specification.grouping] {
      for (position, name) in factor.partNames.enumerated()
      where (0..<factor.levelCount).contains(where: { isText(factor.levels(of: $0)[position]) }) {
        result.insert(name)
      }
    }
    if let column = specification.groupColumn, result.contains(specification.grouping.name) {
      result.insert(column)
    }
    return result
  }
}
