import DataFrames
import Distributions
import LinearAlgebra
import MixedModels

extension MixedLMResults {
  /// Responses drawn from the fitted model, one column per draw. Not in statsmodels.
  ///
  /// - Parameters:
  ///   - count: number of draws.
  ///   - seed: equal seeds give equal draws, and draw k does not depend on how many there are.
  ///   - randomEffects: factors whose predicted effects are kept; the effects of all others are drawn anew.
  /// - Throws: ``StatsModelsError`` for unknown factors.
  public func simulate(
    count: Int = 1, seed: UInt64, randomEffects: RandomEffectsSelection = .none
  ) throws -> LabeledMatrix {
    let kept = try blocks(randomEffects)
    if !specification.isRestored { _ = try engine() }
    try specification.requireRows("drawing responses of the model's own rows")
    guard specification.hasTermRows else {
      throw StatsModelsError(
        .notAvailable,
        "these results hold no rows to draw responses for (saved with rows: false, or by an earlier version): give "
          + "the rows, simulate(data, …)")
    }
    try specification.requireSeries("drawing responses")
    let rows = PredictionRows(
      fixed: Matrix(rows: nobs, columns: 0),
      effects: specification.engineTerms.map { .init(codes: $0.codes, columns: $0.columns) },
      weights: specification.weights?.values, correlation: specification.residualCorrelation)
    return try draws(
      rows, fixed: predict().values, kept: kept, count: count, seed: seed,
      index: Array(specification.rowLabels), padding: { $0 })
  }

  /// Responses drawn for new data, whose levels may be new. Rows with a missing predictor give nan. Not in
  /// statsmodels.
  ///
  /// - Throws: ``StatsModelsError`` for unknown factors, `PatsyError` for columns that are missing.
  public func simulate(
    _ data: DataFrame, count: Int = 1, seed: UInt64, randomEffects: RandomEffectsSelection = .none
  ) throws -> LabeledMatrix {
    let kept = try blocks(randomEffects)
    try specification.requireIndependentResiduals(
      "responses for new rows are not drawn",
      remedy: "their series are not known; simulate(count:seed:) draws for the model's own")
    let new = try NewRows(
      data, specification: specification, included: Set(specification.blocks.indices),
      newLevels: .population, needsExcluded: false)
    var fixed = new.rows
    fixed.effects = fixed.effects.map { _ in nil }
    return try draws(
      new.rows, fixed: new.addingOffset(fixed.predictions(estimate: estimate, modes: modes)), kept: kept,
      count: count,
      seed: seed,
      index: Array(data.rowLabels), padding: new.padded)
  }

  /// - Parameters:
  ///   - fixed: the fixed part of each row.
  ///   - kept: blocks whose predicted effects are added to it; those of the others are drawn.
  private func draws(
    _ rows: PredictionRows, fixed: [Double], kept: Set<Int>, count: Int, seed: UInt64, index: [String],
    padding: ([Double]) -> [Double]
  ) throws -> LabeledMatrix {
    let owners = specification.blockOfTerm
    var (drawn, predicted) = (
      rows, PredictionRows(fixed: Matrix(rows: rows.count, columns: 0), effects: rows.effects)
    )
    for term in rows.effects.indices {
      if kept.contains(owners[term]) { drawn.effects[term] = nil } else { predicted.effects[term] = nil }
    }
    try refuseWithheld(predicted, errors: false)
    // The fixed part is known: only effects are added here.
    var effectsOnly = estimate
    effectsOnly.fixedEffects = []
    let means = zip(fixed, predicted.predictions(estimate: effectsOnly, modes: modes)).map { $0 + $1 }
    let number = max(count, 0)
    let levels = specification.termShapes.map(\.levels)
    let columns = (0..<number).map { draw -> [Double] in
      var stream = RandomStream(seed: seed, stream: draw)
      return padding(drawn.simulate(means: means, levels: levels, estimate: estimate, stream: &stream))
    }
    return LabeledMatrix(
      index: index, columns: (0..<number).map(String.init),
      values: Matrix(rows: index.count, columns: number, columnMajor: columns.flatMap { $0 }))
  }

  /// The same model fitted to another response over the same rows. Not in statsmodels.
  ///
  /// - Throws: ``StatsModelsError`` when the length differs or the response admits no fit.
  public func refit(response: [Double]) throws -> MixedLMResults {
    guard response.count == nobs else {
      throw StatsModelsError(
        .lengthMismatch, "the response has \(response.count) values, the model \(nobs) rows")
    }
    return try model.replacing(response: response).fitted(as: self)
  }

  /// The model with another formula on the same rows, fitted in the same way; see ``MixedLM/update(formula:)``.
  /// Not in statsmodels.
  public func update(formula: String) throws -> MixedLMResults {
    try model.update(formula: formula).fitted(as: self)
  }
}

extension MixedLM {
  /// A fit with the likelihood, exactness and threads of another one.
  func fitted(as other: MixedLMResults) throws -> MixedLMResults {
    try fit(reml: other.reml, exact: other.engineOptions.exact, threads: other.engineOptions.threads)
  }

  /// The model with another formula on the same rows: a dot stands for the old left or right side, as in R.
  ///
  /// ```swift
  /// let larger = try model.update(formula: ". ~ . + age")
  /// ```
  /// Not in statsmodels.
  /// - Throws: ``StatsModelsError`` for a model of arrays, `PatsyError` for a formula that does not parse.
  public func update(formula: String) throws -> MixedLM { try rebuilt(formula: formula, rows: nil) }

  /// The model from its data again, with another formula or only some rows by position.
  func rebuilt(formula: String?, rows: [Int]?) throws -> MixedLM {
    try specification.requireRows("another model")
    guard let source = specification.source else {
      throw StatsModelsError(.notAvailable, "a model of arrays has no formula to change")
    }
    let arguments = source.arguments
    var groups: (any ColumnSpecifier)?
    if source.plan.usesGroups {
      let column = specification.groupColumn
      if let column, specification.groupName == column {
        groups = column
      } else if let column, source.data.contains(column) {
        groups = source.data[column] as Column
      } else {
        groups = Column(name: "", self.groups)
      }
    }
    // by name where the data have the column: new data then have it too
    func again(_ numbers: RowNumbers?) -> (any ColumnSpecifier)? {
      numbers.flatMap { numbers in
        if let column = numbers.column, source.data.contains(column) { return column }
        return Column(numbers.values)
      }
    }
    return try MixedLM.fromFormula(
      formula: formula.map { FormulaUpdate.apply($0, to: arguments.formula) } ?? arguments.formula,
      data: source.data, groups: groups,
      reFormula: arguments.reFormula, vcFormula: arguments.vcFormula, reCovariance: arguments.reCovariance,
      weights: again(specification.priorWeights), offset: again(specification.offset),
      variance: arguments.variance, residuals: arguments.residuals,
      subset: rows.map { wanted in Mask(source.data.rowLabels.indices.map(Set(wanted).contains)) },
      missing: arguments.missing,
      environment: source.environment)
  }
}
