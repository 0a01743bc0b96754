import DataFrames
import MixedModels
import Patsy
import SQLModels

extension Aggregates {
  /// The sums of a model's rows, taken by the database that holds them: only counts, means and sums travel.
  ///
  /// - Parameters:
  ///   - formula: as of `MixedLM.fromFormula`,
  ///     of what SQL can compute.
  ///   - source: the table, file or query that holds the rows.
  ///   - executor: the connection.
  ///   - groups: column of the groups; the empty text puts all rows in one group.
  ///   - reFormula: effects of the groups, or of several factors.
  ///   - vcFormula: variance components; each a product of factors, `0 + C(a)`.
  ///   - reCovariance: forms of covariances by factor.
  ///   - weights: column of prior weights.
  ///   - offset: column that is added to the linear predictor.
  ///   - whereClause: a condition on rows.
  ///   - missing: what happens to rows with missing values: NULL, and nan.
  ///   - poolsLevels: whether the levels of a lone random intercept travel by their numbers of rows, those with equally
  ///     many as one row: the fit is the same, and a million levels are some dozens of rows, but there are no predicted
  ///     effects. Other models, and those with weights or categorical predictors, are summed up as ever.
  ///   - environment: values that the formulas name; functions cannot be computed by SQL.
  /// - Throws: `PatsyError` with the place of what SQL cannot compute, ``StatsModelsError`` for data that do not fit, and
  ///   the database's own errors; with the code `cancelled` if the task is cancelled, which ends the statement that runs.
  public static func fromSQL(
    formula: String, source: SQLSource, on executor: some SQLExecutor, groups: String? = nil,
    reFormula: ReFormula? = nil, vcFormula: [String: String]? = nil,
    reCovariance: [String: CovarianceStructure]? = nil, weights: String? = nil, offset: String? = nil,
    whereClause: SQLCondition? = nil, missing: MissingHandling = .none, poolsLevels: Bool = false,
    environment: EvalEnvironment = EvalEnvironment()
  ) async throws -> Aggregates {
    let arguments = AggregateArguments(
      formula: formula, groups: groups, reFormula: reFormula, vcFormula: vcFormula,
      reCovariance: reCovariance,
      weights: weights, offset: offset, missing: missing)
    do {
      let columns = try await executor.columns(of: "SELECT * FROM \(source.sql(executor.dialect))")
      let query = try SQLModelQuery(
        arguments: arguments, environment: environment, source: source, columns: columns,
        dialect: executor.dialect, condition: whereClause)
      try await executor.begin()
      do {
        var run = SQLRun(query: query, executor: executor, poolsLevels: poolsLevels)
        let result = try await run.aggregates()
        await executor.end()
        return result
      } catch {
        await executor.end()
        throw error
      }
    } catch let error as SQLError {
      throw StatsModelsError(.invalidArgument, error.message)
    } catch is CancellationError {
      throw StatsModelsError(.cancelled, "the task was cancelled while the database summed up the rows")
    }
  }
}

extension MixedLM {
  /// A mixed model of rows that stay in a database: it sums them up, and the fit is that of the rows.
  ///
  /// ```swift
  /// let model = try await MixedLM.fromSQL(
  ///   formula: "y ~ x + (1 + x | g)", source: .table("sales"), on: SQLiteExecutor(path: "sales.db"))
  /// print(try model.fit().summary())
  /// ```
  /// The parameters are those of ``Aggregates/fromSQL(formula:source:on:groups:reFormula:vcFormula:reCovariance:weights:offset:whereClause:missing:poolsLevels:environment:)``.
  /// - Throws: as it does, and as ``init(aggregates:)``.
  ///
  /// Not in statsmodels.
  public static func fromSQL(
    formula: String, source: SQLSource, on executor: some SQLExecutor, groups: String? = nil,
    reFormula: ReFormula? = nil, vcFormula: [String: String]? = nil,
    reCovariance: [String: CovarianceStructure]? = nil, weights: String? = nil, offset: String? = nil,
    whereClause: SQLCondition? = nil, missing: MissingHandling = .none, poolsLevels: Bool = false,
    environment: EvalEnvironment = EvalEnvironment()
  ) async throws -> MixedLM {
    try await MixedLM(
      aggregates: .fromSQL(
        formula: formula, source: source, on: executor, groups: groups, reFormula: reFormula,
        vcFormula: vcFormula, reCovariance: reCovariance, weights: weights, offset: offset,
        whereClause: whereClause, missing: missing, poolsLevels: poolsLevels, environment: environment))
  }
}
