import LinearAlgebra
import MixedModels
import OrderedCollections

extension MixedLMResults {
  /// Conditional means per engine term, levels by effects; zero should the engine fail.
  var modes: [Matrix] {
    cache.modes.value {
      cache.seconds.timing {
        (try? engine().conditionalModes(estimate))
          ?? specification.engineTerms.map { Matrix(rows: $0.levelCount, columns: $0.width) }
      }
    }
  }

  /// Predicted random effects of each group: its own effects, then `component[column]` of each variance component.
  ///
  /// Groups are sorted. With several factors these are the levels of the `groups` factor, or of the first one without
  /// `groups`; ``randomEffects(of:levels:)`` has the effects of each factor.
  /// Python: MixedLMResults.random_effects
  public var randomEffects: OrderedDictionary<GroupLabel, Series> {
    if specification.poolsLevels { return [:] }
    let rows = model.groupRows
    let modes = self.modes
    var result: OrderedDictionary<GroupLabel, Series> = [:]
    result.reserveCapacity(rows.count)
    for group in 0..<rows.count {
      result[specification.grouping.label(group)] = effects(ofGroup: group, rows: rows, modes: modes)
    }
    return result
  }

  /// Predicted random effects of one group of ``randomEffects``, nil if there is no such group. Not in statsmodels.
  public func randomEffects(for group: GroupLabel) -> Series? {
    guard let position = model.groupPosition(of: group) else { return nil }
    return effects(ofGroup: position, rows: model.groupRows, modes: modes)
  }

  /// Predicted random effects of one group by a number, text or truth value in a variable. Not in statsmodels.
  public func randomEffects(for group: some GroupLabelConvertible) -> Series? {
    randomEffects(for: group.groupLabel)
  }

  private func effects(ofGroup group: Int, rows: GroupRows, modes: [Matrix]) -> Series {
    var names: [String] = []
    var values: [Double] = []
    for effect in model.effects(ofGroup: group, rows: rows) {
      names.append(effect.name)
      values.append(effect.level.map { modes[effect.term][$0, effect.column] } ?? 0)
    }
    return Series(index: names, values: values)
  }

  /// Values that the model fits to each row, random effects included; labelled by row.
  /// Python: MixedLMResults.fittedvalues
  public var fittedvalues: Series {
    if specification.cells != nil { return Series(index: [], values: []) }
    return Series(index: Array(specification.rowLabels), values: fitted)
  }

  /// Response less fitted values. Python: MixedLMResults.resid
  public var resid: Series {
    if specification.cells != nil { return Series(index: [], values: []) }
    return Series(
      index: Array(specification.rowLabels), values: zip(specification.endog, fitted).map { $0 - $1 })
  }

  /// Fitted values without labels, computed once.
  package var fitted: [Double] {
    cache.fitted.value {
      cache.seconds.timing {
        // without data nothing is known but the number of rows
        if specification.isRestored { return [Double](repeating: .nan, count: specification.endog.count) }
        let values = specification.predictionRows.predictions(estimate: estimate, modes: modes)
        return specification.addingOffset(values)
      }
    }
  }
}
