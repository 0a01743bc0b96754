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
  /// Groups are sorted. With several factors this is empty; use ``randomEffects(of:levels:)``.
  /// Python: MixedLMResults.random_effects
  public var randomEffects: OrderedDictionary<GroupLabel, Series> {
    guard specification.layout == .grouped else { return [:] }
    let rows = model.groupRows
    let modes = self.modes
    var result: OrderedDictionary<GroupLabel, Series> = [:]
    result.reserveCapacity(rows.count)
    for group in 0..<rows.count {
      result[specification.grouping.label(group)] = effects(ofGroup: group, rows: rows, modes: modes)
    }
    return result
  }

  /// Predicted random effects of one group, nil if there is no such group. Not in statsmodels.
  public func randomEffects(for group: GroupLabel) -> Series? {
    guard specification.layout == .grouped, let position = model.groupPosition(of: group) else { return nil }
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

  /// Conditional covariance matrix of each group's random effects given the data, the fixed effects taken as known:
  /// `D - D Z'V⁻¹Z D`. Empty with several factors, and for results without data whose matrices were too large to save.
  ///
  /// Python: MixedLMResults.random_effects_cov
  public var randomEffectsCov: OrderedDictionary<GroupLabel, LabeledMatrix> {
    guard specification.layout == .grouped else { return [:] }
    if specification.isRestored { return savedCovariances }
    let rows = model.groupRows
    var result: OrderedDictionary<GroupLabel, LabeledMatrix> = [:]
    for group in 0..<rows.count {
      result[specification.grouping.label(group)] = cache.seconds.timing {
        effectsCovariance(ofGroup: group, rows: rows)
      }
    }
    return result
  }

  /// What was saved of the conditional covariances.
  private var savedCovariances: OrderedDictionary<GroupLabel, LabeledMatrix> {
    let rows = model.groupRows
    guard let saved = cache.effectCovariances, saved.count == rows.count else { return [:] }
    var result: OrderedDictionary<GroupLabel, LabeledMatrix> = [:]
    for (group, matrix) in saved.enumerated() {
      let names = model.effects(ofGroup: group, rows: rows).map(\.name)
      guard matrix.rows == names.count, matrix.columns == names.count else { return [:] }
      result[specification.grouping.label(group)] = LabeledMatrix(
        index: names, columns: names, values: matrix)
    }
    return result
  }

  /// σ² L (I + L'Z'ZL)⁻¹ L' with LL' the relative covariance of the group's effects: no inverse of a covariance
  /// matrix, so that zero variances are regular.
  private func effectsCovariance(ofGroup group: Int, rows: GroupRows) -> LabeledMatrix {
    let effects = model.effects(ofGroup: group, rows: rows)
    let groupRows = Array(rows[group])
    let design = model.design(of: effects, rows: groupRows)
    let relative = relativeCovariances
    let blockOfTerm = specification.blockOfTerm
    var factor = Matrix(rows: effects.count, columns: effects.count)
    let own = specification.kRe
    if own > 0 {
      let lower = relative[0].semidefiniteFactor
      for i in 0..<own {
        for j in 0...i { factor[i, j] = lower[i, j] }
      }
    }
    for i in own..<max(own, effects.count) {
      factor[i, i] = max(relative[blockOfTerm[effects[i].term]][0, 0], 0).squareRoot()
    }
    let names = effects.map(\.name)
    let scaled = design * factor
    var inner = scaled.gram()
    for i in 0..<effects.count { inner[i, i] += 1 }
    guard let cholesky = try? Cholesky(inner) else {
      return LabeledMatrix(
        index: names, columns: names,
        values: Matrix(rows: effects.count, columns: effects.count, repeating: .nan))
    }
    let half = cholesky.forwardSolve(factor.transposed)
    return LabeledMatrix(
      index: names, columns: names, values: half.gram().mapElements { $0 * scale })
  }

  /// Values that the model fits to each row, random effects included; labelled by row.
  /// Python: MixedLMResults.fittedvalues
  public var fittedvalues: Series { Series(index: Array(specification.rowLabels), values: fitted) }

  /// Response less fitted values. Python: MixedLMResults.resid
  public var resid: Series {
    Series(
      index: Array(specification.rowLabels), values: zip(specification.endog, fitted).map { $0 - $1 })
  }

  /// Fitted values without labels, computed once.
  package var fitted: [Double] {
    cache.fitted.value {
      cache.seconds.timing {
        (try? engine().fittedValues(estimate, modes: modes))
          ?? [Double](repeating: .nan, count: specification.endog.count)
      }
    }
  }
}
