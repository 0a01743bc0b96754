import DataFrames

/// Which blocks' effects a prediction uses.
extension ModelSpecification {
  /// Blocks that a selection names.
  func selectedBlocks(_ selection: RandomEffectsSelection) throws -> Set<Int> {
    if selection != .none { try requireLevels("a prediction with random effects") }
    switch selection {
    case .all: return Set(blocks.indices)
    case .none: return []
    case .factors(let names):
      var result: Set<Int> = []
      for name in names {
        let found = blocks.indices.filter {
          let block = blocks[$0]
          return block.group == name || (!block.isComponent && levelName(ofBlock: $0) == name)
        }
        if found.isEmpty {
          throw StatsModelsError(
            .invalidArgument,
            "there are no random effects of '\(name)'; there are \(shortList(blocks.map(\.group)))",
            values: [name])
        }
        result.formUnion(found)
      }
      return result
    }
  }

  /// The data with the grouping columns in place, and the blocks whose levels these columns determine.
  func grouped(_ data: DataFrame, by exogRe: DataFrame) throws -> (DataFrame, Set<Int>) {
    try requireLevels("a prediction with random effects")
    guard exogRe.rowCount == data.rowCount else {
      throw StatsModelsError(
        .lengthMismatch, "exogRe has \(exogRe.rowCount) rows, the data \(data.rowCount)")
    }
    var merged = data
    for column in exogRe.columns { try merged.assign(column.name, column) }
    let names = Set(exogRe.columnNames)
    var used: Set<String> = []
    var included: Set<Int> = []
    for position in blocks.indices {
      let variables = levelVariables(ofBlock: position, in: merged)
      guard !variables.isEmpty, variables.isSubset(of: names) else { continue }
      included.insert(position)
      used.formUnion(variables)
    }
    if let stray = exogRe.columnNames.first(where: { !used.contains($0) }) {
      throw StatsModelsError(
        .invalidArgument,
        "exogRe: no random effects belong to '\(stray)' alone; " + neededColumns(in: merged), values: [stray])
    }
    return (merged, included)
  }

  /// The grouping columns that the effects of each block take.
  private func neededColumns(in data: DataFrame) -> String {
    let needs = blocks.indices.map { position in
      let columns = levelVariables(ofBlock: position, in: data).sorted()
      return "'\(blocks[position].group)' needs "
        + (columns.isEmpty
          ? "columns that the data lack" : columns.map { "'\($0)'" }.joined(separator: " and "))
    }
    return needs.joined(separator: ", ")
  }
}
