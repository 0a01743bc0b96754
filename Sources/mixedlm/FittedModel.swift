import StatsModels

/// The way from options to a fit, with progress, the time of each step, and warnings on standard error.
struct FittedModel {
  let results: MixedLMResults
  let readSeconds: Double

  /// - Parameters:
  ///   - rows: data that were read already.
  ///   - check: what else can fail, with the data that were read, before the fit.
  init(_ options: ModelOptions, rows: DataFrame? = nil, check: (DataFrame) throws -> Void = { _ in }) throws {
    let progress = ProgressLine(enabled: !options.quiet)
    defer { progress.finish() }
    let data = options.data ?? ""
    progress.step = "reading \(data)"
    let clock = ContinuousClock()
    let start = clock.now
    let frame = try rows ?? options.reader.frame(data, quiet: options.quiet)
    let reading = start.duration(to: clock.now).components
    readSeconds = Double(reading.seconds) + Double(reading.attoseconds) * 1e-18
    try check(frame)
    progress.step = "building the model"
    let model = try FileRows.locating(data, rowCount: frame.rowCount) { try options.model(frame) }
    results = try FileRows.locating(data, rowCount: frame.rowCount) {
      try Self.fit(model, options, progress)
    }
    progress.finish()
    tellWarnings(options)
  }

  /// A fit of a model that was made of something else than a file of rows.
  ///
  /// - Parameter make: the model, and what is told of it on the way.
  init(_ options: ModelOptions, make: (ProgressLine) throws -> MixedLM) throws {
    let progress = ProgressLine(enabled: !options.quiet)
    defer { progress.finish() }
    let clock = ContinuousClock()
    let start = clock.now
    let model = try make(progress)
    let reading = start.duration(to: clock.now).components
    readSeconds = Double(reading.seconds) + Double(reading.attoseconds) * 1e-18 - model.designSeconds
    results = try Self.fit(model, options, progress)
    progress.finish()
    tellWarnings(options)
  }

  private static func fit(
    _ model: MixedLM, _ options: ModelOptions, _ progress: ProgressLine
  ) throws -> MixedLMResults {
    if !options.quiet, let note = model.costNote { Terminal.tell("note", note) }
    progress.step = "fitting"
    return try model.fit(
      reml: !options.ml, method: options.method.method, exact: options.exact, threads: options.threads
    ) { state in
      progress.step = "fitting, iteration \(state.iteration)"
      return true
    }
  }

  private func tellWarnings(_ options: ModelOptions) {
    guard !options.quiet else { return }
    for warning in results.warnings { Terminal.tell("warning", warning.message) }
  }
}
