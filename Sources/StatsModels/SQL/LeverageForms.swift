import MixedModels
import Patsy
import SQLModels

/// What a statement computes leverages from: forms of a row's regressors, and the regressors as SQL.
struct LeverageSQL {
  let forms: LevelForms
  /// Factors of each column of ``LevelForms/columns``.
  let fixed: [[String]]
  /// Factors of each regressor of the terms that take part.
  let random: [[String]]
  let dialect: SQLDialect

  /// ∂ŷ/∂y of an observation of weight one; `number` is the column of a level's number, null of levels that have no row in
  /// the fit.
  func relative(_ number: (Int) -> String) -> String {
    let width = forms.width
    var next = 0
    var squares: [String] = []
    for i in 0..<width {
      let parts = (i..<width).map { j in product([number(next + j - i)] + random[j]) }
      next += width - i
      squares.append(square(parts))
    }
    for i in forms.constants.indices {
      var parts = forms.constants[i] == 0 ? [] : [dialect.number(forms.constants[i])]
      for (j, column) in fixed.enumerated() where forms.fixed[i, j] != 0 {
        let origin = forms.origins[j]
        let value = origin == 0 ? column : ["(\(product(column)) - \(dialect.number(origin)))"]
        parts.append(product([dialect.number(forms.fixed[i, j])] + value))
      }
      parts += random.indices.map { product([dialect.number(-1), number(next + $0)] + random[$0]) }
      next += width
      squares.append(square(parts))
    }
    return squares.isEmpty ? dialect.number(0) : squares.joined(separator: " + ")
  }

  private func product(_ factors: [String]) -> String {
    factors.isEmpty ? dialect.number(1) : factors.joined(separator: " * ")
  }

  private func square(_ parts: [String]) -> String {
    "POWER(\(parts.isEmpty ? dialect.number(0) : parts.joined(separator: " + ")), \(dialect.number(2)))"
  }
}

extension MixedLMResults {
  /// What leverages take of the model, and the names of the factor or component whose levels they need.
  ///
  /// - Throws: ``StatsModelsError`` where no table of effects holds it.
  func leverageForms() throws -> (forms: LevelForms, group: String?) {
    try specification.requireLevels("a leverage")
    try specification.requireIndependentResiduals(
      "a row has no leverage of its own in the fit", remedy: "take residuals(.normalized)")
    if let restored = specification.restored, restored.statistics?.random == nil {
      throw restored.noJointErrors
    }
    let system = try predictionSystem()
    let owners = specification.blockOfTerm
    let kept = system.statistics.basis.kept
    let recipe = kept.first.flatMap { first in specification.source.map { $0.fixedInfo.recipes[first] } }
    let rows = "read the rows, DataFrame(query:on:), fit them, and take leverage()"
    switch system.levelForms(hasConstant: recipe.map { $0.numbers.isEmpty && $0.codings.isEmpty } ?? false) {
    case .forms(let forms):
      guard forms.terms.allSatisfy({ specification.blocks[owners[$0]].parts.count == 1 }) else {
        throw StatsModelsError(
          .notAvailable,
          "a variance component was evaluated group by group, so that its levels are no columns: \(rows)")
      }
      return (forms, forms.finest.map { specification.blocks[owners[$0]].group })
    case .crossed(let a, let b):
      let names = [a, b].map { specification.blocks[owners[$0]].group }
      throw StatsModelsError(
        .notAvailable,
        "a leverage takes every pair of levels of '\(names[0])' and '\(names[1])', which cross: a table of effects "
          + "holds single levels. To have leverages, \(rows)",
        values: names)
    case .unavailable:
      throw StatsModelsError(
        .notAvailable, "this fit made no exact factor of its effects, which leverages take: \(rows)")
    }
  }
}
