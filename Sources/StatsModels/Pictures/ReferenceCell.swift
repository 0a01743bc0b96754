import DataFrames

/// One row that stands for the data: a typical value of each variable that a picture does not vary.
///
/// Values depend on the rows as a set, not on their order, and on numbers, not on the type of their column.
struct ReferenceCell {
  /// The row, with all variables of the model.
  let frame: DataFrame
  private let source: ModelSpecification.FormulaSource

  init(_ results: any MixedModelFit, source: ModelSpecification.FormulaSource) throws {
    self.source = source
    let grouping = results.specification.blocks.indices.reduce(into: Set<String>()) {
      $0.formUnion(results.specification.levelVariables(ofBlock: $1, in: source.data))
    }
    let used = Set(source.plan.variableNames).union(grouping)
      .union([results.specification.groupColumn].compactMap { $0 }).union(results.meanColumns)
    frame = try DataFrame(
      columns: source.data.columns.filter { used.contains($0.name) }.map {
        Self.typical($0, isCategorical: source.isCategorical($0.name))
      })
  }

  /// `treatment = 0, age = 41.2`: the variables of fixed and random effects but those named.
  func text(without varied: Set<String>) -> String {
    let parts = source.effectVariables.filter { !varied.contains($0) && frame.contains($0) }.map { name in
      "\(DisplayText.name(name)) = \(frame[name][0].map(PictureVariable.text) ?? "missing")"
    }
    return DisplayText.list(parts, limit: 12)
  }

  /// A column of one row: of numbers the mean, or of two numbers the more frequent one; of levels the most frequent
  /// one; of other values (dates as texts, used as numbers) the middle one.
  static func typical(_ column: Column, isCategorical: Bool) -> Column {
    if column.isNumeric, !isCategorical, let numbers = column.doubles {
      let finite = numbers.filter(\.isFinite)
      let few = FewValues(finite)?.values ?? []
      if few.count == 2 {
        let upper = finite.count { $0 == few[1] }
        return Column(name: column.name, [2 * upper > finite.count ? few[1] : few[0]])
      }
      // In order of size, so that the sum is the same for any order of the rows.
      let mean = finite.sorted().reduce(0) { $0 + $1 / Double(finite.count) }
      return Column(name: column.name, [mean])
    }
    let (codes, levels) = column.factorized()
    var counts = [Int](repeating: 0, count: levels.count)
    for code in codes where code >= 0 { counts[Int(code)] += 1 }
    let chosen = isCategorical || levels.count <= 2 ? mostFrequent(counts) : middle(counts)
    let row = chosen.flatMap { level in codes.firstIndex { Int($0) == level } } ?? 0
    return column.rows(codes.isEmpty ? [] : [row])
  }

  /// The level with most rows; of several the first.
  private static func mostFrequent(_ counts: [Int]) -> Int? {
    guard let most = counts.max() else { return nil }
    return counts.firstIndex(of: most)
  }

  /// The level of the middle row in the order of levels.
  private static func middle(_ counts: [Int]) -> Int? {
    let half = (counts.reduce(0, +) + 1) / 2
    var sum = 0
    return counts.firstIndex { count in
      sum += count
      return sum >= half && count > 0
    }
  }

  /// Rows of the cell with some columns replaced, each with a value for each row.
  func rows(_ count: Int, replacing columns: [Column]) throws -> DataFrame {
    var result =
      frame.columnCount == 0
      ? try DataFrame(columns: [], rowLabels: RowLabels(count: count))
      : frame.rows([Int](repeating: 0, count: count)).resetIndex()
    for column in columns { try result.assign(column.name, column) }
    return result
  }
}
