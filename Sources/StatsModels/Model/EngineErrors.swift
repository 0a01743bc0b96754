import MixedModels

extension ModelSpecification {
  /// The engine's error in the words of the model: columns and factors by name, and what to do.
  func translate(_ error: EngineError) -> StatsModelsError {
    switch error {
    case .noRows:
      return StatsModelsError(
        .notEnoughData, "there are no rows to fit: the data are empty, or all rows were dropped")
    case .lengthMismatch(let input, let count, let expected):
      return StatsModelsError(
        .lengthMismatch, "\(input) has \(count) values, but '\(endogName)' has \(expected)")
    case .nonFiniteResponse(let row):
      return StatsModelsError(
        .nonFiniteValues,
        "the response '\(endogName)' is \(endog[row]) in row \(rowLabels[row]): remove the row, or use "
          + "missing: .drop for missing values")
    case .nonFiniteFixed(let column, let row):
      return StatsModelsError(
        .nonFiniteValues,
        "the column '\(exogNames[column])' of the fixed effects is \(exog[row, column]) in row "
          + "\(rowLabels[row]): remove the row or the column")
    case .nonFiniteRandom(let term, let column, let row):
      let block = blocks[blockOfTerm[term]]
      let name = block.names.indices.contains(column) ? block.names[column] : block.names[0]
      return StatsModelsError(
        .nonFiniteValues,
        "the column '\(name)' of the random effects of '\(block.group)' is not finite in row "
          + "\(rowLabels[row]): remove the row or the column")
    case .invalidWeight(let row):
      let weight = weights?.values[row] ?? .nan
      return StatsModelsError(
        .invalidArgument,
        "the weight of row \(rowLabels[row]) is \(weight): weights must be positive numbers",
        values: [rowLabels[row]])
    case .constantResponse(let value):
      return StatsModelsError(
        .perfectFit,
        "the response '\(endogName)' is \(value) in every row: there is no variation to explain")
    case .perfectFit where exog.columns >= endog.count:
      return translate(.noResidualDegreesOfFreedom(rows: endog.count, rank: endog.count))
    case .perfectFit:
      return StatsModelsError(
        .perfectFit,
        "the fixed and random effects explain '\(endogName)' exactly, the residual variance is zero: look for a "
          + "predictor or a factor that repeats the response, or remove terms")
    case .noResidualDegreesOfFreedom(let rows, let rank):
      return StatsModelsError(
        .notEnoughData,
        "\(rows) rows and \(rank) independent fixed effects leave no residual degrees of freedom: use more rows "
          + "or fewer fixed effects" + largestTerm)
    case .nothingIdentifiable(let held):
      let reasons = held.map { describe($0) }.joined(separator: "; ")
      return StatsModelsError(
        .notIdentifiable,
        "no random effect can be estimated: \(reasons.isEmpty ? "there is none" : reasons)")
    case .insufficientMemory(let estimate):
      return StatsModelsError(
        .insufficientMemory, describe(estimate), values: [String(estimate.bytes), String(estimate.available)])
    case .tooManySolves(let count, let limit):
      return StatsModelsError(
        .notAvailable,
        "without an exact factor each of \(count) distinct rows takes an iterative solve, and at most \(limit) are "
          + "made: ask for fewer rows at a time, or for predictions without an interval",
        values: [String(count), String(limit)])
    case .overflow:
      return StatsModelsError(
        .nonFiniteValues, "the numbers overflow: divide '\(endogName)' or the predictors by a power of ten")
    case .nearlyDependent:
      return StatsModelsError(
        .nonFiniteValues,
        "columns of the fixed effects are too nearly dependent for double precision: centre and scale the predictors, "
          + "or leave one out")
    case .unresolved:
      return StatsModelsError(
        .perfectFit,
        "the random effects outweigh the residuals of '\(endogName)' by more digits than double precision has: look for "
          + "effects that explain the response almost exactly and remove them, or centre and scale the predictors"
      )
    case .unrepresentable:
      return StatsModelsError(
        .nonFiniteValues,
        "variances or coefficients are beyond the range of double precision (1e-308 to 1e308): multiply "
          + "'\(endogName)' or the predictors by powers of ten that bring them near 1")
    case .crossesClusters(let term):
      let block = blocks[blockOfTerm[term]].group
      return StatsModelsError(
        .invalidArgument, "levels of '\(block)' have rows in several clusters", values: [block])
    case .betterOptimum(let rise):
      return StatsModelsError(
        .numerical,
        "a profile met a likelihood larger by \(-0.5 * rise) than at the estimate: fit again from other starting values "
          + "(startParams), or with method: nil", values: [String(rise)])
    case .cancelled:
      return .cancellation
    }
  }

  /// The fixed term with most columns, when it is a factor that takes most of them.
  private var largestTerm: String {
    let slices = source?.fixedInfo.termNameSlices ?? []
    guard let largest = slices.max(by: { $0.slice.count < $1.slice.count }),
      2 * largest.slice.count > exog.columns, largest.slice.count > 1
    else { return "" }
    return
      "; '\(largest.name)' alone has \(largest.slice.count) columns, one for each level: is it a number or a date "
      + "that was read as text?"
  }

  /// What a model that does not fit in memory takes, and what would fit.
  private func describe(_ estimate: MemoryEstimate) -> String {
    func names(_ terms: [Int]) -> String {
      var list: [String] = []
      for term in terms where !list.contains(blocks[blockOfTerm[term]].group) {
        list.append(blocks[blockOfTerm[term]].group)
      }
      return shortList(list)
    }
    func size(_ bytes: Int) -> String {
      let (unit, name) = bytes < 1 << 30 ? (1 << 20, "MiB") : (1 << 30, "GiB")
      return "\(PythonFormat.fixed(Double(bytes) / Double(unit), 1)) \(name)"
    }
    if estimate.part == .crossProducts {
      return
        "the cross-products need about \(size(estimate.bytes)) of memory, most of it for the \(estimate.columns) "
        + "columns (levels times effects) of \(names(estimate.terms)), and \(size(estimate.available)) are available: "
        + "use factors with fewer levels, or fewer effects and fixed columns"
    }
    let need =
      "an exact fit needs about \(size(estimate.bytes)) of memory for the \(estimate.columns) columns (levels times "
      + "effects) of \(names(estimate.terms)), and \(size(estimate.available)) are available"
    let fits = "at most \(estimate.largestColumns) columns beside the largest factor would fit"
    if estimate.wideTerms.isEmpty {
      return
        "\(need): \(fits); without exact: true the model is fitted in little memory, with Monte-Carlo errors"
    }
    return "\(need). Only random intercepts, or one slope, of each factor can be fitted without that, and "
      + "\(names(estimate.wideTerms)) has several effects: keep one, as in (1 | \(blocks[blockOfTerm[estimate.wideTerms[0]]].group)); or "
      + "use factors with fewer levels, \(fits)"
  }

  /// Why a term's variance is held at zero, in the words of the model.
  func describe(_ held: HeldTerm) -> String {
    let block = blocks[blockOfTerm[held.term]]
    switch held.reason {
    case .coincides(let other):
      let earlier = blocks[blockOfTerm[other]].group
      return "'\(block.group)' divides the rows as '\(earlier)' does, which takes the variance"
    case .oneLevel:
      return "'\(block.group)' has only one level, which the fixed effects already describe"
    case .oneLevelPerRow:
      return "'\(block.group)' has a level for every row, which the residual already describes"
    }
  }

  /// Runs an engine call, with its errors translated.
  func running<T>(_ body: () throws(EngineError) -> T) throws -> T {
    do { return try body() } catch { throw translate(error) }
  }
}
