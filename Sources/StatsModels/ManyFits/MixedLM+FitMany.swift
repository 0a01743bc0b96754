import DataFrames
import LinearAlgebra
import MixedModels

extension MixedLM {
  /// Fits this model's design to many responses, over all cores. Not in statsmodels.
  ///
  /// The model's own response does not matter. Rows in which a response is missing are left out of its fit; a column
  /// that admits no fit is a row with the reason.
  ///
  /// ```swift
  /// let fits = try model.fitMany(results.simulate(count: 1000, seed: 1))
  /// ```
  /// - Parameters:
  ///   - responses: a column for each response, over the model's rows; or over all rows of the data, of which those with the
  ///     labels of the model's are taken.
  ///   - reml: maximise the restricted likelihood.
  ///   - start: a fit at whose variances each search begins, without looking for other maxima: several times faster, for
  ///     responses like its own, such as those that it has drawn.
  ///   - threads: number of concurrent fits; nil uses the cores there are. The estimates do not depend on it.
  ///   - progress: called with the number of fits done, from any thread; returning false stops, as does the cancellation
  ///     of the surrounding task, and what is not done is a row that says so.
  /// - Throws: ``StatsModelsError`` when the number of rows does not fit, and for results without data.
  public func fitMany(
    _ responses: DataFrame, reml: Bool = true, start: MixedLMResults? = nil, threads: Int? = nil,
    progress: (@Sendable (Int) -> Bool)? = nil
  ) throws -> ManyFits {
    try requireSameTerms(start)
    if specification.isRestored { _ = try engine() }
    var responses = responses
    if responses.rowCount != nobs {
      guard let chosen = try? responses.rows(labels: Array(specification.rowLabels)), chosen.rowCount == nobs
      else {
        throw StatsModelsError(
          .lengthMismatch,
          "the responses have \(responses.rowCount) rows, the model \(nobs), and their labels do not tell which",
          values: [String(responses.rowCount), String(nobs)])
      }
      responses = chosen
    }
    let tasks = responses.columns.map { ResponseTask($0) }
    return ManyResponses(designs: { try $0.isEmpty ? self : self.leavingOut(rows: $0) }, tasks: tasks)
      .fitted(reml: reml, start: start, threads: threads, progress: progress)
  }

  /// The same for the columns of a matrix with labels, such as simulated responses.
  public func fitMany(
    _ responses: LabeledMatrix, reml: Bool = true, start: MixedLMResults? = nil, threads: Int? = nil,
    progress: (@Sendable (Int) -> Bool)? = nil
  ) throws -> ManyFits {
    try fitMany(
      responses.values, names: responses.columns, reml: reml, start: start, threads: threads,
      progress: progress)
  }

  /// The same for the columns of a matrix, named `0`, `1`, … unless told otherwise.
  public func fitMany(
    _ responses: Matrix, names: [String]? = nil, reml: Bool = true,
    start: MixedLMResults? = nil, threads: Int? = nil,
    progress: (@Sendable (Int) -> Bool)? = nil
  ) throws -> ManyFits {
    guard responses.rows == nobs, names.map({ $0.count == responses.columns }) ?? true else {
      throw StatsModelsError(
        .lengthMismatch,
        "the responses are a matrix of \(responses.rows) × \(responses.columns) with \(names?.count ?? responses.columns) "
          + "names; the model has \(nobs) rows")
    }
    try requireSameTerms(start)
    if specification.isRestored { _ = try engine() }
    let tasks = (0..<responses.columns).map { column in
      ResponseTask(name: names?[column] ?? String(column), values: responses.column(column))
    }
    return ManyResponses(designs: { try $0.isEmpty ? self : self.leavingOut(rows: $0) }, tasks: tasks)
      .fitted(reml: reml, start: start, threads: threads, progress: progress)
  }

  private func requireSameTerms(_ start: MixedLMResults?) throws {
    guard let start else { return }
    let (own, given) = (
      specification.engineTerms.map(\.width), start.estimate.relativeCovariances.map(\.rows)
    )
    if own != given {
      throw StatsModelsError(
        .invalidArgument, "start: a fit with effects \(given) of its terms, where the model's have \(own)")
    }
  }

  /// The model without some rows.
  private func leavingOut(rows: [Int]) throws -> MixedLM {
    guard specification.source != nil else {
      throw StatsModelsError(
        .missingValues,
        "\(DisplayText.count(rows.count, "value")) of the response "
          + "\(rows.count == 1 ? "is" : "are") missing: a model of arrays cannot leave rows out")
    }
    let left = Set(rows)
    return try rebuilt(formula: nil, rows: (0..<nobs).filter { !left.contains($0) })
  }
}

/// A response to be fitted.
struct ResponseTask: Sendable {
  let name: String
  /// The numbers, nan where missing; nil for what is no column of numbers.
  let values: [Double]?
  /// Why there are none.
  var failure: String?

  init(name: String, values: [Double]) {
    self.name = name
    self.values = values
  }

  init(_ column: Column) {
    name = column.name
    guard column.isNumeric else {
      values = nil
      do {
        _ = try column.toNumeric()
        failure = "column '\(name)' is of type \(column.type.pandasName): a response is numeric"
      } catch { failure = error.message }
      return
    }
    values = column.doubles
  }

  /// The rows without a value.
  var missingRows: [Int] {
    guard let values, values.contains(where: \.isNaN) else { return [] }
    return values.indices.filter { values[$0].isNaN }
  }
}

/// Responses over the same rows, and the designs for the rows that each of them has.
struct ManyResponses: Sendable {
  /// A design without the rows of given positions.
  let designs: @Sendable ([Int]) throws -> MixedLM
  let tasks: [ResponseTask]

  /// A design, and where its rows are.
  private struct Design: Sendable {
    let model: MixedLM
    let terms: [RandomTerm]
    let missing: [Int]
    /// A model of one of the responses, whose sums over the design all of them share.
    var shared: MixedModel?

    /// The model of a response.
    func engine(_ task: ResponseTask, threads: Int?) throws(EngineError) -> MixedModel {
      let response = response(task)
      if let shared { return try shared.replacingResponse(response, threads: threads) }
      let specification = model.specification
      var options = model.engineOptions
      options.threads = threads
      return try MixedModel(
        response: response, fixed: specification.exog, terms: terms, weights: specification.weights?.values,
        options: options)
    }

    /// The values over the design's rows, less the offset.
    private func response(_ task: ResponseTask) -> [Double] {
      var values = task.values ?? []
      if !missing.isEmpty { values = values.filter { !$0.isNaN } }
      return model.specification.offset.map { zip(values, $0.values).map { $0 - $1 } } ?? values
    }
  }

  func fitted(
    reml: Bool, start: MixedLMResults? = nil, threads: Int?, progress: (@Sendable (Int) -> Bool)?
  ) -> ManyFits {
    // On a boundary there is no slope to leave it by.
    let near = start.flatMap { $0.estimate.singular ? nil : $0.estimate.relativeCovariances }
    let gaps = tasks.map(\.missingRows)
    var places: [[Int]: Int] = [:]
    var patterns: [[Int]] = []
    let pattern = gaps.indices.map { task -> Int in
      if let known = places[gaps[task]] { return known }
      places[gaps[task]] = patterns.count
      patterns.append(gaps[task])
      return patterns.count - 1
    }
    let made = ParallelRun<Result<Design, any Error>>(total: patterns.count, progress: nil)
    made.perform(workers: ParallelRun<Design>.workers(threads, patterns.count)) { [patterns] position in
      Result {
        let model = try designs(patterns[position])
        var design = Design(
          model: model, terms: model.specification.engineTerms, missing: patterns[position])
        let own = tasks.indices.first { pattern[$0] == position && tasks[$0].values != nil }
        design.shared = own.flatMap { try? design.engine(tasks[$0], threads: 1) }
        return design
      }
    }
    let built = made.completed
    let run = ParallelRun<ManyFits.Fit>(total: tasks.count, progress: progress)
    // A single fit may use all threads; of several each has one.
    let own = tasks.count > 1 ? 1 : threads
    BLASThreads.with(own ?? ProcessorCount.available) {
      run.perform(workers: ParallelRun<Design>.workers(threads, tasks.count)) { position in
        guard built.indices.contains(pattern[position]) else { return .stopped }
        return Self.fit(tasks[position], built[pattern[position]], reml: reml, start: near, threads: own)
      }
    }
    let keys = [Column(name: "outcome", tasks.map(\.name))]
    return ManyFits(
      keys: (try? DataFrame(columns: keys)) ?? DataFrame(), fits: run.all.map { $0 ?? .stopped })
  }

  private static func fit(
    _ task: ResponseTask, _ design: Result<Design, any Error>, reml: Bool, start: [Matrix]?, threads: Int?
  ) -> ManyFits.Fit {
    guard var values = task.values else { return .init(failure: task.failure) }
    switch design {
    case .failure(let error): return .init(failure: "\(error)")
    case .success(let design):
      if !design.missing.isEmpty { values = values.filter { !$0.isNaN } }
      var fit = ManyFits.Fit(design: design.model, response: (task.name, values))
      do throws(EngineError) {
        fit.estimate = try design.engine(task, threads: threads).fit(
          reml: reml, options: FitOptions(start: start))
      } catch {
        fit.failure =
          design.model.replacing(response: values, name: task.name).specification
          .translate(error).message
      }
      return fit
    }
  }
}

extension ManyFits.Fit {
  /// What was not begun before a stop.
  static let stopped = ManyFits.Fit(failure: StatsModelsError.cancellation.message)
}
