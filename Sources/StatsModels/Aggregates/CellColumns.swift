import DataFrames
import LinearAlgebra
import MixedModels
import Patsy

/// The columns of a model over rows that stand for cells, from the sums of ``Aggregates``.
struct CellColumns: Sendable {
  let design: AggregateDesign
  let rows: CellRowValues
  /// Per entry but that of ones: its values, and where these lie far from zero what they are far from.
  private let values: [[Double]]
  private let farColumns: [CellRows.FarColumn]
  /// Level of each row by key, with the levels that occur, sorted.
  private let labels: [AggregateKey: CodedFactor]
  private let designCodes: [EvalFactor: [Int32]]
  /// Observations of each row: of its cell in rows of means, none in rows of deviations.
  let observations: [Int]
  let classes: [EvalFactor: [Int32]]
  let classCount: Int
  /// Coefficients of the fixed effects whose part was taken from the response; nil where nothing was.
  private let takenCoefficients: [Double]?
  private let totals: Aggregates.Totals

  /// Number of rows.
  var count: Int { rows.ones.count }

  init(_ aggregates: Aggregates) {
    design = aggregates.design
    totals = aggregates.totals
    var rows = aggregates.sums.rows()
    let explained = ExplainedResponse(aggregates, rows)
    if let explained { rows = aggregates.sums.rows(explained: explained.classCoefficients) }
    let taken = explained?.coefficients ?? aggregates.design.explainedCoefficients
    takenCoefficients = taken
    self.rows = rows
    var values: [[Double]] = []
    var farColumns: [CellRows.FarColumn] = []
    for (position, column) in rows.columns.enumerated() {
      var (shift, scale) = (aggregates.design.shifts[position + 1], aggregates.design.scales[position + 1])
      if taken != nil, position == rows.columns.count - 1 { shift = 0 }
      let near = scale == 1 ? column : column.map { $0 / scale }
      let sum = shift == 0 ? near : zip(near, rows.ones).map { $0 + shift * $1 }
      values.append(sum)
      if shift != 0 { farColumns.append(.init(sum: sum, values: near, origin: shift)) }
    }
    self.values = values
    self.farColumns = farColumns
    var labels: [AggregateKey: CodedFactor] = [:]
    var designCodes: [EvalFactor: [Int32]] = [:]
    var classes: [EvalFactor: [Int32]] = [:]
    let keys = aggregates.keys
    for (index, key) in keys.keys.enumerated() {
      let cells = keys.cellCodes(key: index)
      if key.kind == .design {
        guard let factor = aggregates.design.entries.categorical.first(where: { $0.code == key.code }) else {
          continue
        }
        designCodes[factor] = rows.cells.map { cells[Int($0)] }
        classes[factor] = keys.classCodes(key: index)
        continue
      }
      let levels = keys.levels[index]
      let order = levels.indices.sorted { levels[$0] < levels[$1] }
      var rank = [Int32](repeating: 0, count: levels.count)
      for (place, level) in order.enumerated() { rank[level] = Int32(truncatingIfNeeded: place) }
      labels[key] = CodedFactor(
        name: key.code, codes: rows.cells.map { rank[Int(cells[Int($0)])] }, levels: order.map { levels[$0] },
        keepsAllLevels: keys.keepsAllLevels[index])
    }
    self.labels = labels
    self.designCodes = designCodes
    self.classes = classes
    classCount = keys.classCount
    let counts = aggregates.sums.counts
    observations = zip(rows.cells, rows.ones).map { $1 == 0 ? 0 : counts[Int($0)] }
  }

  /// The levels of a factor that carries effects.
  func coded(_ kind: AggregateKey.Kind, _ code: String) -> CodedFactor? {
    labels[AggregateKey(kind: kind, code: code)]
  }

  /// A numerical factor of a variance component.
  func number(_ factor: EvalFactor) -> [Double]? {
    let recipe = ColumnRecipe(number: factor)
    let entry = design.entries.entry(of: recipe)
    return entry > 0 ? values[entry - 1] : nil
  }

  /// Columns of a design.
  func columns(of info: DesignInfo) -> [[Double]] { info.recipes.map(column) }

  private func column(_ recipe: ColumnRecipe) -> [Double] {
    let entry = design.entries.entry(of: recipe)
    var result = entry == 0 ? rows.ones : values[entry - 1]
    for coding in recipe.codings {
      guard let codes = designCodes[coding.factor] else { continue }
      for row in result.indices { result[row] *= coding.values[Int(codes[row])] }
    }
    return result
  }

  /// The response less what was taken from it.
  var response: [Double] { values[values.count - 1] }

  /// The response and the fixed design.
  var fixed: FixedDesign {
    let exog = Matrix(columns: columns(of: design.fixed), rows: count)
    let taken = takenCoefficients.map { exog * $0 }
    return FixedDesign(
      endogName: design.response.columnNames[0],
      endog: taken.map { zip(response, $0).map { $0 + $1 } } ?? response,
      exogNames: design.fixed.columnNames, exog: exog, info: design.fixed)
  }

  /// Observations of each level.
  func sizes(_ codes: [Int32], levelCount: Int) -> [Int] {
    var result = [Int](repeating: 0, count: levelCount)
    for (row, code) in codes.enumerated() where code >= 0 { result[Int(code)] += observations[row] }
    return result
  }

  /// What the engine must know of the rows.
  func engineRows(nobs: Int) -> CellRows {
    CellRows(
      observations: nobs, ones: rows.ones, logWeights: totals.logWeights, isWeighted: totals.isWeighted,
      farColumns: farColumns, fixedOrigin: takenCoefficients)
  }
}

/// What a model of sums has in place of rows.
struct CellModel: Sendable {
  /// The rows that the engine works on, each a cell's means or deviations.
  let rows: CellRows
  /// The response that the engine fits: what an approximate fit of the fixed effects leaves, where that is little.
  let response: [Double]
  /// Observations of each top-level group.
  let groupSizes: [Int]
  /// Whether levels are known only by their number and sizes.
  let isPooled: Bool
  /// Mean of 1/w over the observations.
  let meanInverseWeight: Double
  /// Observations of each row.
  let observations: [Int]
  /// Level of each class, a combination of levels of the designs that occurs, in the categorical factors of the designs.
  let classes: [EvalFactor: [Int32]]
  let classCount: Int
}
