import StatsModels

/// The way from options to the fit of a generalised model, with progress and warnings on standard error.
struct GeneralizedFit {
  let results: MixedGLMResults
  let readSeconds: Double

  /// - Parameters:
  ///   - rows: data that were read already.
  ///   - check: what else can fail, with the data that were read, before the fit.
  init(
    _ options: ModelOptions, family: Family, rows: DataFrame? = nil,
    check: (DataFrame) throws -> Void = { _ in }
  ) throws {
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
    let model = try FileRows.locating(data, rowCount: frame.rowCount) {
      try options.generalizedModel(frame, family: family)
    }
    progress.step = "fitting"
    results = try FileRows.locating(data, rowCount: frame.rowCount) {
      try model.fit(nAGQ: options.generalized.nagq ?? 1, threads: options.threads) { state in
        progress.step = "fitting, iteration \(state.iteration)"
        return true
      }
    }
    progress.finish()
    guard !options.quiet else { return }
    for warning in results.warnings { Terminal.tell("warning", warning.message) }
  }
}
