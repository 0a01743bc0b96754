import MixedModels

extension MixedModelFit {
  /// Levels whose numbers a file without rows left out have no prediction.
  func refuseWithheld(_ rows: PredictionRows, errors: Bool) throws {
    guard let withheld = specification.withheld else { return }
    let owners = specification.blockOfTerm
    for (term, effects) in rows.effects.enumerated() {
      let hidden = errors ? withheld.errors[term] : withheld.effects[term]
      guard let code = effects?.codes.first(where: { hidden.contains(Int($0)) }) else { continue }
      let block = specification.blocks[owners[term]]
      let label = block.factor.map { " '\($0.label(Int(code)))'" } ?? ""
      throw StatsModelsError(
        .notAvailable,
        "the \(errors ? "errors of the effects" : "effects") of the level\(label) of '\(block.group)' are not in these "
          + "results: they were saved without rows, and too few rows have this level or meet it. Leave its effects "
          + "out of the prediction, or save with rows: true",
        values: [label])
    }
  }
}
