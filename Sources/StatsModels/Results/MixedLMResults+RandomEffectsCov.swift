import LinearAlgebra
import MixedModels
import OrderedCollections

extension MixedLMResults {
  /// Conditional covariance matrix of each group's random effects given the data, the fixed effects taken as known:
  /// `D - D Z'V⁻¹Z D`, for the effects that ``randomEffects`` lists.
  ///
  /// A group whose matrix of all its effects does not fit in memory is left out, and so are all groups of several
  /// factors without an exact factorisation; ``randomEffects(of:levels:)`` has the variances of single levels. Results
  /// read from a file have none where they held more than a million numbers.
  ///
  /// Python: MixedLMResults.random_effects_cov
  public var randomEffectsCov: OrderedDictionary<GroupLabel, LabeledMatrix> {
    if specification.poolsLevels { return [:] }
    if let saved = specification.restored { return covariances(saved.effectCovariances) }
    let rows = model.groupRows
    let system = specification.layout == .severalFactors ? try? predictionSystem() : nil
    var result: OrderedDictionary<GroupLabel, LabeledMatrix> = [:]
    for group in 0..<rows.count {
      let effects = model.effects(ofGroup: group, rows: rows)
      // The matrix, a factor, and the steps between them.
      guard effects.count <= Int((Double(MemoryBudget.available) / 64).squareRoot()) else { continue }
      result[specification.grouping.label(group)] = cache.seconds.timing {
        specification.layout == .grouped
          ? effectsCovariance(effects, rows: rows[group])
          : system.flatMap { effectsCovariance(effects, among: $0) }
      }
    }
    return result
  }

  /// What was saved of the conditional covariances, labelled.
  private func covariances(_ saved: [Matrix]?) -> OrderedDictionary<GroupLabel, LabeledMatrix> {
    let rows = model.groupRows
    guard let saved, saved.count == rows.count else { return [:] }
    var result: OrderedDictionary<GroupLabel, LabeledMatrix> = [:]
    for (group, matrix) in saved.enumerated() {
      let names = model.effects(ofGroup: group, rows: rows).map(\.name)
      guard matrix.rows == names.count, matrix.columns == names.count else { return [:] }
      result[specification.grouping.label(group)] = LabeledMatrix(
        index: names, columns: names, values: matrix)
    }
    return result
  }

  /// A group's effects among those of several factors, whose groups are not independent.
  private func effectsCovariance(_ effects: [GroupEffect], among system: any PredictionErrors)
    -> LabeledMatrix?
  {
    let names = effects.map(\.name)
    let known = effects.indices.filter { effects[$0].level != nil }
    let places = known.map {
      EffectPlace(term: effects[$0].term, level: effects[$0].level ?? 0, column: effects[$0].column)
    }
    guard let inner = system.conditionalCovariance(places) else { return nil }
    var values = Matrix(rows: names.count, columns: names.count)
    for (i, a) in known.enumerated() {
      for (j, b) in known.enumerated() { values[a, b] = inner[i, j] }
    }
    return LabeledMatrix(index: names, columns: names, values: values)
  }

  /// σ² L (I + L'Z'ZL)⁻¹ L' with LL' the relative covariance of the group's effects: no inverse of a covariance
  /// matrix, so that zero variances are regular.
  private func effectsCovariance(_ effects: [GroupEffect], rows: ArraySlice<Int32>) -> LabeledMatrix {
    let names = effects.map(\.name)
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
    var places: [Int: [Int: Int]] = [:]
    for i in own..<max(own, effects.count) {
      factor[i, i] = max(relative[blockOfTerm[effects[i].term]][0, 0], 0).squareRoot()
      if let level = effects[i].level { places[effects[i].term, default: [:]][level] = i }
    }
    // I + L'Z'ZL, of which a row of the data touches few entries.
    var inner = Matrix.identity(effects.count)
    let terms = (try? specification.engineRows())?.terms ?? specification.engineTerms
    let weights = specification.residualCorrelation == nil ? specification.weights?.values : nil
    let components = places.keys.sorted()
    var entries: [(place: Int, weight: Double)] = []
    for row in rows.map(Int.init) {
      entries.removeAll(keepingCapacity: true)
      for b in 0..<own {
        let weight = (b..<own).reduce(0) { $0 + factor[$1, b] * (terms[0].columns[$1]?[row] ?? 1) }
        entries.append((b, weight))
      }
      for term in components {
        guard let place = places[term]?[Int(terms[term].codes[row])] else { continue }
        entries.append((place, factor[place, place] * (terms[term].columns[0]?[row] ?? 1)))
      }
      let weight = weights?[row] ?? 1
      for a in entries {
        for b in entries { inner[a.place, b.place] += weight * a.weight * b.weight }
      }
    }
    guard let cholesky = try? Cholesky(inner) else {
      return LabeledMatrix(
        index: names, columns: names,
        values: Matrix(rows: effects.count, columns: effects.count, repeating: .nan))
    }
    let half = cholesky.forwardSolve(factor.transposed)
    return LabeledMatrix(
      index: names, columns: names, values: half.gram().mapElements { $0 * scale })
  }
}
