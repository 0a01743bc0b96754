import DataFrames
import Foundation
import LinearAlgebra
import MixedModels
import Patsy

/// Fits one formula to many outcomes, over all cores. Not in statsmodels.
///
/// The design is made once for all outcomes that are missing in the same rows.
///
/// ```swift
/// let fits = try fitMany("~ dose + (1 | plate)", data, outcomes: data.columnNames.filter { $0.hasPrefix("gene") })
/// ```
/// - Parameters:
///   - formula: the right-hand side, `~ x + (1 | g)`.
///   - data: the data.
///   - outcomes: the columns that are responses, one after the other.
///   - groups: as of ``mixedlm(_:_:groups:reFormula:vcFormula:reCovariance:weights:offset:variance:residuals:subset:useSparse:missing:environment:)-(_,DataFrame,_,ReFormula?,_,_,_,_,_,_,_,_,_,_)``,
///     and so are the next six.
///   - reFormula: effects of the groups.
///   - vcFormula: variance components.
///   - reCovariance: the form of the covariance of a factor's effects.
///   - weights: prior weights, a column's name.
///   - offset: what is added to the linear predictor, a column's name.
///   - missing: what becomes of rows in which a variable of the right-hand side is missing; those in which an outcome is
///     missing are left out of its fit.
///   - environment: values and functions that the formulas name.
///   - reml: maximise the restricted likelihood.
///   - threads: number of concurrent fits; nil uses the cores there are. The estimates do not depend on it.
///   - progress: called with the number of fits done, from any thread; returning false stops.
/// - Returns: a fit for each outcome, in their order; what admits none is a row with the reason.
/// - Throws: ``StatsModelsError`` for unknown or repeated outcomes and a formula with a response; what the design throws
///   when it throws for all outcomes.
public func fitMany(
  _ formula: String, _ data: DataFrame, outcomes: [String], groups: String? = nil,
  reFormula: ReFormula? = nil, vcFormula: [String: String]? = nil,
  reCovariance: [String: CovarianceStructure]? = nil, weights: String? = nil, offset: String? = nil,
  missing: MissingHandling = .drop, environment: EvalEnvironment = EvalEnvironment(), reml: Bool = true,
  threads: Int? = nil, progress: (@Sendable (Int) -> Bool)? = nil
) throws -> ManyFits {
  let right = try OutcomeFormula.rightSide(formula)
  let columns = try data.selecting(outcomes).columns
  // Numbered rows: the labels of a model's rows tell where they are.
  let rows = data.resetIndex()
  let build = { @Sendable (name: String, rows: DataFrame, missing: MissingHandling) in
    try mixedlm(
      "\(OutcomeFormula.quoted(name)) ~\(right)", rows, groups: groups, reFormula: reFormula,
      vcFormula: vcFormula, reCovariance: reCovariance, weights: weights, offset: offset, missing: missing,
      environment: environment)
  }
  // A column of numbers stands for all outcomes while designs are made.
  let standIn = OutcomeFormula.freeName(in: data)
  var prepared = rows
  try prepared.assign(standIn, 0..<rows.rowCount)
  let whole: MixedLM
  do { whole = try build(standIn, prepared, missing) } catch {
    throw OutcomeFormula.hiding(standIn, in: error)
  }
  let kept = whole.specification.rowLabels.compactMap { Int($0) }
  let isWhole = kept.count == rows.rowCount
  let usable = isWhole ? prepared : prepared.rows(kept)
  let labels = data.rowLabels.selecting(kept)
  let tasks = columns.map { ResponseTask(isWhole ? $0 : $0.rows(kept)) }
  let responses = ManyResponses(
    designs: { left in
      if left.isEmpty, isWhole {
        var specification = whole.specification
        specification.rowLabels = labels
        return MixedLM(specification: specification)
      }
      let leftOut = Set(left)
      let present = (0..<usable.rowCount).filter { !leftOut.contains($0) }
      guard !present.isEmpty else {
        throw StatsModelsError(.notEnoughData, "all values of the outcome are missing")
      }
      do {
        let model = try build(standIn, usable.rows(present), .none)
        var specification = model.specification
        specification.rowLabels = labels.selecting(present)
        return MixedLM(specification: specification)
      } catch { throw OutcomeFormula.hiding(standIn, in: error) }
    }, tasks: tasks)
  return responses.fitted(reml: reml, threads: threads, progress: progress)
}

/// Fits one formula to each group of a frame, over all cores. Not in statsmodels.
///
/// ```swift
/// let fits = try fitMany("score ~ age + (1 | class)", data.groupby("school"))
/// ```
/// - Parameters:
///   - formula: the formula, with its response.
///   - parts: the groups.
///   - groups: the column that divides each group's rows.
///   - reFormula: effects of the groups.
///   - vcFormula: variance components.
///   - reCovariance: the form of the covariance of a factor's effects.
///   - weights: prior weights, a column's name.
///   - offset: what is added to the linear predictor, a column's name.
///   - missing: what becomes of rows with missing values.
///   - environment: values and functions that the formulas name.
///   - reml: maximise the restricted likelihood.
///   - threads: number of concurrent fits; nil uses the cores there are. The estimates do not depend on it.
///   - progress: called with the number of fits done, from any thread; returning false stops.
/// - Returns: a fit for each group, in their order; what admits none is a row with the reason.
/// - Throws: what the first model throws when all of them throw.
public func fitMany(
  _ formula: String, _ parts: GroupBy, groups: String? = nil, reFormula: ReFormula? = nil,
  vcFormula: [String: String]? = nil, reCovariance: [String: CovarianceStructure]? = nil,
  weights: String? = nil, offset: String? = nil, missing: MissingHandling = .drop,
  environment: EvalEnvironment = EvalEnvironment(), reml: Bool = true, threads: Int? = nil,
  progress: (@Sendable (Int) -> Bool)? = nil
) throws -> ManyFits {
  let frames = parts.map(\.part)
  let own = frames.count > 1 ? 1 : threads
  let first = FirstError()
  let run = ParallelRun<ManyFits.Fit>(total: frames.count, progress: progress)
  BLASThreads.with(own ?? ProcessorCount.available) {
    run.perform(workers: ParallelRun<Int>.workers(threads, frames.count)) { position in
      do {
        let model = try mixedlm(
          formula, frames[position], groups: groups, reFormula: reFormula, vcFormula: vcFormula,
          reCovariance: reCovariance, weights: weights, offset: offset, missing: missing,
          environment: environment)
        do {
          let fitted = try model.fit(reml: reml, threads: own)
          return ManyFits.Fit(design: model, estimate: fitted.estimate)
        } catch { return ManyFits.Fit(design: model, failure: "\(error)") }
      } catch {
        first.keep(error, position)
        return ManyFits.Fit(failure: "\(error)")
      }
    }
  }
  let fits = run.all.map { $0 ?? .stopped }
  if let error = first.error, fits.allSatisfy({ $0.design == nil }) { throw error }
  return ManyFits(keys: parts.keyFrame, fits: fits)
}

/// The error of the first of several computations.
private final class FirstError: @unchecked Sendable {
  private let lock = NSLock()
  private var found: (error: any Error, position: Int)?
  var error: (any Error)? { lock.withLock { found?.error } }

  func keep(_ error: any Error, _ position: Int) {
    lock.withLock { if found.map({ position < $0.position }) ?? true { found = (error, position) } }
  }
}

/// Formulas of many outcomes.
enum OutcomeFormula {
  /// What follows `~`.
  ///
  /// - Throws: ``StatsModelsError`` for a formula with a response.
  static func rightSide(_ formula: String) throws -> String {
    guard let tilde = formula.firstIndex(of: "~") else { return " " + formula }
    let left = formula[..<tilde].trimmingCharacters(in: .whitespaces)
    guard left.isEmpty else {
      throw StatsModelsError(
        .unsupportedFormula,
        "the formula '\(formula)' has the response '\(left)': with outcomes: it begins with '~'",
        values: [left])
    }
    return String(formula[formula.index(after: tilde)...])
  }

  /// The name as a formula writes it.
  static func quoted(_ name: String) -> String {
    "Q(\(PythonText.quoted(name)))"
  }

  /// A name that no column has.
  static func freeName(in data: DataFrame) -> String {
    var name = "outcome"
    while data.contains(name) { name += "_" }
    return name
  }

  /// An error that does not speak of a column which the caller does not know.
  static func hiding(_ name: String, in error: any Error) -> any Error {
    guard let known = error as? StatsModelsError, known.message.contains(quoted(name)) else { return error }
    return StatsModelsError(
      known.code, known.message.replacing(quoted(name), with: "outcome"), values: known.values)
  }
}
