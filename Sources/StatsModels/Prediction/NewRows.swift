import DataFrames
import LinearAlgebra
import MixedModels
import Patsy

/// New data in the terms of a fitted model: fixed design, levels and regressors of the random effects.
struct NewRows {
  /// Rows for which everything is known.
  let rows: PredictionRows
  /// Per engine term: regressors where the effects are left out, for the variance of an unknown level.
  let excluded: [PredictionRows.Effects?]
  /// What is added to the linear predictor of these rows: the column that the model's offset came from; nil for nothing.
  let offset: [Double]?
  /// Positions of these rows in the data.
  let kept: [Int]
  /// Number of rows of the data.
  let count: Int

  /// - Parameters:
  ///   - included: positions of the blocks whose predicted effects are used.
  ///   - needsExcluded: whether the regressors of the other blocks are needed too.
  ///   - needsResiduals: whether the residual variances of the rows are.
  init(
    _ data: DataFrame, specification: ModelSpecification, included: Set<Int>, newLevels: NewLevels,
    needsExcluded: Bool, needsResiduals: Bool = true
  ) throws {
    guard let source = specification.source else {
      throw StatsModelsError(
        .notAvailable,
        "this model was made of arrays and knows no variables: give predict a matrix with the columns of exog"
      )
    }
    let wanted = specification.blocks.indices.filter { needsExcluded || included.contains($0) }
    var infos = [source.fixedInfo]
    for block in wanted { if let info = source.effectInfos[block] { infos.append(info) } }
    let remedies = FormulaRemedies(data: data, subject: "the new data")
    let designs = try remedies.adding { try buildDesignMatrices(infos, data, NAAction: .drop) }
    let keptRows = designs[0].keptRows
    let part = designs[0].hasDroppedRows ? data.rows(keptRows) : data
    let coding = LevelCoding(
      specification: specification, data: part, environment: source.environment, newLevels: newLevels)
    var effects = [PredictionRows.Effects?](repeating: nil, count: specification.engineTermCount)
    var excluded = effects
    var nextDesign = 1
    var groupCodes: [Int32]?
    for position in wanted {
      let block = specification.blocks[position]
      let isIncluded = included.contains(position)
      let term = specification.firstTerm(of: position)
      var columns: [[Double]?] = [nil]
      if source.effectInfos[position] != nil {
        let design = designs[nextDesign]
        columns = (0..<design.columnCount).map(design.column(at:))
        nextDesign += 1
      }
      let result: PredictionRows.Effects
      let component = block.component?.coding(groups: specification.grouping.codes)
      switch (component, block.factor) {
      case (let component?, _):
        if isIncluded, groupCodes == nil {
          groupCodes = try remedies.adding {
            try coding.codes(ofFactor: specification.grouping, named: specification.groupingName)
          }
        }
        let (codes, weights) = try remedies.adding {
          try coding.component(
            component, formula: source.arguments.vcFormula?[block.group] ?? "", name: block.group,
            groups: isIncluded ? groupCodes : nil)
        }
        result = .init(codes: codes, columns: [weights])
      case (nil, _) where block.isComponent:
        throw StatsModelsError(
          .notAvailable,
          "the variance component '\(block.group)' was evaluated group by group: its effects cannot be predicted "
            + "for new data. Leave it out, randomEffects: .factors([…]) with interval: .confidence",
          values: [block.group])
      case (nil, let factor?):
        let unknown = [Int32](repeating: PredictionRows.Effects.new, count: part.rowCount)
        result = .init(
          codes: isIncluded
            ? try remedies.adding {
              try coding.codes(ofFactor: factor, named: specification.levelName(ofBlock: position))
            } : unknown,
          columns: columns)
      case (nil, nil):
        continue
      }
      if isIncluded {
        if newLevels == .error {
          try Self.refuseNew(result.codes, block: block, specification: specification, data: part)
        }
        effects[term] = result
      } else {
        excluded[term] = result
      }
    }
    offset = try specification.offset?.values(in: part, argument: "offset")
    let weights =
      needsResiduals
      ? try specification.residuals.map { try $0.weights(newData: part) }
        ?? specification.weights.flatMap { weights in
          weights.column.map(part.contains) == true ? try weights.values(in: part, argument: "weights") : nil
        } : nil
    rows = PredictionRows(fixed: designs[0].matrix, effects: effects, weights: weights)
    self.excluded = excluded
    kept = keptRows
    count = data.rowCount
  }

  private static func refuseNew(
    _ codes: [Int32], block: RandomBlock, specification: ModelSpecification, data: DataFrame
  ) throws {
    guard let row = codes.firstIndex(where: { $0 <= PredictionRows.Effects.new }) else { return }
    let name = block.factor == nil ? specification.groupingName : block.group
    let label =
      data.contains(name) ? (try? data.column(name))?[row].map(\.description) ?? "" : ""
    let others = codes.count { $0 <= PredictionRows.Effects.new } - 1
    throw StatsModelsError(
      .unknownLevel,
      "row \(data.rowLabels[row])\(others > 0 ? " (and \(others) more)" : "") has a level of '\(block.group)'"
        + "\(label.isEmpty ? "" : ", \(label),") that the model was not fitted to: newLevels: .population predicts "
        + "the population mean there",
      values: label.isEmpty ? [] : [label])
  }

  /// Values of the kept rows as values of all rows, nan elsewhere.
  func padded(_ values: [Double]) -> [Double] {
    if values.count == count { return values }
    var result = [Double](repeating: .nan, count: count)
    for (value, row) in zip(values, kept) { result[row] = value }
    return result
  }
}

extension NewRows {
  /// Predictions of the kept rows with the offset.
  func addingOffset(_ values: [Double]) -> [Double] {
    offset.map { zip(values, $0).map { $0 + $1 } } ?? values
  }
}

extension ModelSpecification {
  /// Number of engine terms.
  var engineTermCount: Int { blocks.reduce(0) { $0 + $1.parts.count } }

  /// Name or expression that gives the top-level groups in data.
  var groupingName: String { groupColumn ?? (groupName == "Group" ? "Group" : grouping.name) }

  /// Name or expression that gives the levels of a block's factor in data.
  func levelName(ofBlock position: Int) -> String {
    let block = blocks[position]
    return block.group == "Group" ? groupingName : block.group
  }

  /// Columns of `data` that the levels of a block depend on.
  func levelVariables(ofBlock position: Int, in data: DataFrame) -> Set<String> {
    func variables(_ name: String) -> Set<String> {
      if data.contains(name) { return [name] }
      let factors = (try? Term.grouping(name))??.factors ?? []
      return Set(factors.flatMap(\.variableNames).filter(data.contains))
    }
    let block = blocks[position]
    guard block.isComponent else { return variables(levelName(ofBlock: position)) }
    var result = variables(groupingName)
    guard let factors = block.component?.factors,
      let formula = source?.arguments.vcFormula?[block.group],
      let term = try? ModelDesc.fromFormula(formula).rhsTermlist.first
    else { return result }
    for (factor, known) in zip(term.factors, factors) where known.isCategorical {
      result.formUnion(factor.variableNames.filter(data.contains))
    }
    return result
  }
}
