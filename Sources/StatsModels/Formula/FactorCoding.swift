import DataFrames
import LinearAlgebra
import Patsy

/// Evaluates the factors of groupings and variance components over a data frame.
///
/// A plain column and `C(column)` are coded straight from the column; everything else goes through Patsy.
struct FactorCoding {
  let data: DataFrame
  let environment: EvalEnvironment
  /// Whether missing labels of plain columns keep the code -1, instead of being refused.
  var keepsMissing = false
  /// Rows that stand for cells, whose factors are coded already.
  var cells: CellColumns?

  /// A factor of a variance component.
  enum Evaluated {
    case categorical(CodedFactor)
    case numeric([Double])
    /// Needs patsy's own coding, group by group.
    case other
  }

  /// The grouping factor that a term describes.
  func grouping(_ term: Term) throws -> GroupingFactor {
    GroupingFactor(name: term.name, parts: try term.factors.map(groupingPart))
  }

  /// A grouping factor from labels.
  func grouping(name: String, labels: Column, remedy: String) throws -> GroupingFactor {
    let (codes, levels) = labels.factorized()
    if !keepsMissing, let row = codes.firstIndex(where: { $0 < 0 }) {
      throw StatsModelsError(
        .missingValues, "\(name) has missing values, the first in row \(data.rowLabels[row]): \(remedy)",
        values: [name])
    }
    return GroupingFactor(name: name, part: CodedFactor(name: name, codes: codes, levels: levels))
  }

  /// The levels of a factor of a grouping.
  func groupingPart(_ factor: EvalFactor) throws -> CodedFactor {
    if let known = cells?.coded(.grouping, factor.code) { return known }
    if let column = plainColumn(factor) ?? wrappedColumn(factor) {
      let (codes, levels) = column.factorized()
      try refuseMissing(codes, factor)
      return CodedFactor(name: factor.name, codes: codes, levels: levels)
    }
    let evaluated = try factor.evaluated(over: data, environment: environment)
    switch evaluated.values {
    case .categorical(let codes):
      return CodedFactor(name: factor.name, codes: codes, levels: evaluated.info.categories ?? [])
    case .numerical(let matrix):
      guard matrix.columns == 1 else {
        throw PatsyError("a grouping factor is one column, not \(matrix.columns)", origin: factor.origin)
      }
      let (codes, levels) = Column(storage: .double(matrix.storage)).factorized()
      try refuseMissing(codes, factor)
      return CodedFactor(name: factor.name, codes: codes, levels: levels)
    }
  }

  /// A factor of a variance component: categorical with full dummy coding, or one number per row.
  func component(_ factor: EvalFactor) throws -> Evaluated {
    if let known = cells?.coded(.component, factor.code) { return .categorical(known) }
    if let numbers = cells?.number(factor) { return .numeric(numbers) }
    if let column = plainColumn(factor) {
      if column.isNumeric {
        let values = column.doubles ?? []
        return values.contains { !$0.isFinite } ? .other : .numeric(values)
      }
      return try .categorical(coded(column, factor))
    }
    if let column = wrappedColumn(factor) { return try .categorical(coded(column, factor)) }
    guard factor.isElementwise(in: environment, over: data) else { return .other }
    let evaluated = try factor.evaluated(over: data, environment: environment)
    switch evaluated.values {
    case .numerical(let matrix) where matrix.columns == 1 && matrix.isFinite:
      return .numeric(matrix.storage)
    case .categorical(let codes):
      // Indicators of levels are the same in a group as in all rows; other codings depend on the group's levels.
      guard let keepsAllLevels = evaluated.keepsAllLevels else { return .other }
      return .categorical(
        CodedFactor(
          name: factor.name, codes: codes, levels: evaluated.info.categories ?? [],
          keepsAllLevels: keepsAllLevels))
    default: return .other
    }
  }

  private func coded(_ column: Column, _ factor: EvalFactor) throws -> CodedFactor {
    let (codes, levels) = column.factorized()
    try refuseMissing(codes, factor)
    return CodedFactor(
      name: factor.name, codes: codes, levels: levels,
      keepsAllLevels: column.type == .boolean || column.type == .categorical)
  }

  private func refuseMissing(_ codes: [Int32], _ factor: EvalFactor) throws {
    if !keepsMissing, codes.contains(where: { $0 < 0 }) {
      throw PatsyError(NAAction.missingValues, origin: factor.origin)
    }
  }

  /// The column that a factor names.
  private func plainColumn(_ factor: EvalFactor) -> Column? { column(written: factor.code) }

  /// The column written as `name` or `Q("name")`.
  private func column(written code: String) -> Column? {
    if data.contains(code) { return data[code] }
    guard code.hasPrefix("Q("), code.hasSuffix(")"), environment.values["Q"] == nil, !data.contains("Q")
    else { return nil }
    let literal = code.dropFirst(2).dropLast()
    guard literal.count >= 2, let quote = literal.first, quote == "\"" || quote == "'", literal.last == quote
    else { return nil }
    let name = String(literal.dropFirst().dropLast())
    // a name with escapes or quotes is left to Patsy
    guard !name.contains("\\"), !name.contains(quote), data.contains(name) else { return nil }
    return data[name]
  }

  /// The column inside `C(column)`.
  private func wrappedColumn(_ factor: EvalFactor) -> Column? {
    guard factor.code.hasPrefix("C("), factor.code.hasSuffix(")"), environment.values["C"] == nil else {
      return nil
    }
    return column(written: String(factor.code.dropFirst(2).dropLast()))
  }
}
