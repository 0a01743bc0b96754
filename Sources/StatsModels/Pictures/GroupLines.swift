import DataFrames

/// Fitted lines of single levels of a factor: the population's line plus the effects that the level determines.
struct GroupLines {
  /// A line, and which value of the splitting variable it belongs to.
  struct Line {
    let values: [Double]
    let split: Int
  }

  private(set) var lines: [Line] = []
  /// The columns that name the level.
  private(set) var variables: [String] = []
  /// What the legend says; empty without lines.
  private(set) var legend = ""
  private(set) var notes: [String] = []

  /// Number of levels above which only some, evenly spaced, get a line.
  static let shownLevels = 60

  init(
    _ results: any MixedModelFit, source: ModelSpecification.FormulaSource, cell: ReferenceCell,
    along: PictureVariable, places: [Double], by: FittedPicture.Split?, of factor: String?
  ) throws {
    let specification = results.specification
    let blocks = specification.blocks
    let candidates = factor.map(results.effectBlocks(named:)) ?? Array(blocks.indices)
    if let factor, candidates.isEmpty {
      throw StatsModelsError(
        .invalidArgument,
        NearestNames.message("factor or variance component", factor, among: blocks.map(\.group)),
        values: [factor])
    }
    let levels = candidates.lazy.map {
      DrawnLevels(specification, source: source, block: $0, along: along.name)
    }
    guard let drawn = levels.first(where: { $0.obstacle == nil }) else {
      if let reason = levels.first?.obstacle { notes = ["No lines of single levels: \(reason)."] }
      return
    }
    let block = blocks[drawn.block]
    let included = blocks.indices.filter {
      $0 == drawn.block || drawn.determines(block: $0, specification, source.data)
    }
    let chosen = drawn.evenlySpaced(Self.shownLevels)
    let pairs = drawn.pairs(levels: chosen, split: by?.rows, isSplit: by != nil)
    if by != nil, by?.rows == nil {
      notes = ["No lines of single levels: \(by?.variable.name ?? "") is drawn at quantiles."]
      return
    }
    let rows = pairs.flatMap { [Int](repeating: $0.row, count: places.count) }
    var columns = drawn.columns(
      source.data, rows: rows, levels: pairs.flatMap { pair in places.map { _ in pair.level } })
    columns.append(along.values(at: pairs.flatMap { _ in places }))
    if let by {
      columns.append(
        by.variable.values(at: pairs.flatMap { pair in places.map { _ in by.places[pair.split] } }))
    }
    let names = included.map { blocks[$0].group }
    let predicted = try results.mean(
      at: cell.rows(rows.count, replacing: columns), effects: .factors(names))
    lines = pairs.indices.map {
      Line(values: Array(predicted[$0 * places.count..<($0 + 1) * places.count]), split: pairs[$0].split)
    }
    variables = drawn.variables
    let count = DisplayText.count(block.levelCount)
    let shown = chosen.count < block.levelCount ? "\(DisplayText.count(chosen.count)) of \(count)" : count
    legend = "\(shown) levels of \(DisplayText.name(block.group))"
    let left = blocks.indices.filter { !included.contains($0) && !names.contains(blocks[$0].group) }
    if included.count > 1 || !left.isEmpty {
      let effects = DisplayText.list(included.map { DisplayText.name(blocks[$0].group) })
      let rest =
        left.isEmpty ? "" : "; at zero: " + DisplayText.list(left.map { DisplayText.name(blocks[$0].group) })
      notes.append("Lines of levels add the effects of \(effects)\(rest).")
    }
  }
}

/// The levels of a block with the rows that name them in new data.
private struct DrawnLevels {
  let block: Int
  /// Columns of the data that determine the level.
  let variables: [String]
  /// Why no lines can be drawn, nil when they can.
  let obstacle: String?
  private let codes: [Int32]
  private let levelCount: Int
  /// Name and labels of a factor that is no column of the data.
  private let labels: (name: String, column: Column)?

  init(
    _ specification: ModelSpecification, source: ModelSpecification.FormulaSource, block position: Int,
    along: String
  ) {
    block = position
    let block = specification.blocks[position]
    let names = specification.levelVariables(ofBlock: position, in: source.data).sorted()
    variables = names
    levelCount = block.levelCount
    let codes = block.factor?.codes ?? (block.parts.count == 1 ? block.parts[0].codes : [])
    self.codes = codes
    let name = specification.levelName(ofBlock: position)
    if names.isEmpty, let factor = block.factor {
      labels = (name, Column(name: name, storage: Self.storage(factor.labels)))
    } else {
      labels = nil
    }
    let shown = DisplayText.name(block.group)
    let isCoded = block.component.map { component in
      component.factors?.contains(where: \.isCategorical) == true && block.parts.count == 1
        && component.coding(groups: specification.grouping.codes) != nil
    }
    if isCoded == false {
      obstacle = "the variance component \(shown) has no levels that new rows could name"
    } else if names.contains(along) {
      obstacle = "the levels of \(shown) depend on \(along), which runs along the axis"
    } else if names.contains(where: {
      source.effectVariables.contains($0) && !Self.isConstant(source.data[$0], within: codes)
    }) {
      obstacle = "\(shown) is computed from variables that have effects of their own"
    } else {
      obstacle = nil
    }
  }

  /// The labels of bare groups as a column.
  private static func storage(_ labels: [GroupLabel]) -> Column.Storage {
    .categorical(Categorical(labels.map(\.description)))
  }

  /// Whether a column has one value in each level.
  private static func isConstant(_ column: Column, within codes: [Int32]) -> Bool {
    let values = column.factorized().codes
    var found: [Int32: Int32] = [:]
    return zip(codes, values).allSatisfy { code, value in
      defer { found[code] = value }
      return found[code].map { $0 == value } ?? true
    }
  }

  /// Whether the levels of another block follow from the level drawn.
  func determines(block other: Int, _ specification: ModelSpecification, _ data: DataFrame) -> Bool {
    let needed = specification.levelVariables(ofBlock: other, in: data)
    let block = specification.blocks[other]
    let isCoded = !block.isComponent || block.component?.coding(groups: specification.grouping.codes) != nil
    return isCoded && !needed.isEmpty && needed.isSubset(of: variables)
  }

  func evenlySpaced(_ limit: Int) -> [Int] {
    let shown = min(levelCount, limit)
    return (0..<shown).map { $0 * levelCount / max(shown, 1) }
  }

  /// Each level with a row that names it, once for each value of the split that it has.
  func pairs(levels: [Int], split: [Int]?, isSplit: Bool) -> [(level: Int, row: Int, split: Int)] {
    let wanted = Set(levels)
    var found: [[Int]: Int] = [:]
    for (row, code) in codes.enumerated() where wanted.contains(Int(code)) {
      let part = isSplit ? split?[row] ?? -1 : 0
      if part >= 0, found[[Int(code), part]] == nil { found[[Int(code), part]] = row }
    }
    return found.map { ($0.key[0], $0.value, $0.key[1]) }.sorted { ($0.0, $0.2) < ($1.0, $1.2) }
  }

  /// The columns that name the levels, one row for each of `rows`.
  func columns(_ data: DataFrame, rows: [Int], levels: [Int]) -> [Column] {
    if let labels { return [labels.column.rows(levels).renamed(labels.name)] }
    return variables.map { data[$0].rows(rows) }
  }
}
