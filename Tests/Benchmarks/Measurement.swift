import DataFrames
import MixedModels
import StatsModels

/// Measures one workload in this process.
struct Measurement {
  let workload: Workload
  let directory: String
  let threads: Int?
  let exact: Bool?
  let repeats: Int
  let engineOnly: Bool

  /// Reads the data, fits, and takes the times of all steps.
  func record() throws -> Record {
    var record = Record(system: "ours", workload: workload.name)
    record.load = Machine.load
    record.threads = threads
    record.repeats = repeats
    record.criterionKind = "REML"
    var watch = Stopwatch()
    let path = "\(directory)/\(workload.file).csv"
    var data = try watch.time("read") { try DataFrame(csv: path) }
    record.rows = data.rowCount
    if !engineOnly {
      for _ in 1..<min(repeats, 3) { data = try watch.time("read") { try DataFrame(csv: path) } }
      try measureLibrary(data, &record, &watch)
      record.peakMegabytes = Machine.peakMegabytes
    }
    try measureEngine(data, &record, &watch)
    record.take(watch)
    return record
  }

  /// From data frame to printed summary by the public library.
  private func measureLibrary(_ data: DataFrame, _ record: inout Record, _ watch: inout Stopwatch) throws {
    for _ in 0..<repeats {
      let model = try watch.time("design") { try mixedlm(workload.formula, data) }
      let results = try watch.time("fit") { try model.fit(exact: exact, threads: threads) }
      _ = watch.time("inference") { results.bse }
      _ = try watch.time("summary") { try results.summary().asText() }
      record.criterion = -2 * results.llf
      record.converged = results.converged
      record.evaluations = results.certificate.evaluations
      record.gradients = results.certificate.gradients
    }
    if workload.isSmall {
      // one interval around the whole call: two clock readings cost as much as a step of so small a fit
      for _ in 0..<repeats {
        _ = try watch.time("call") { try mixedlm(workload.formula, data).fit(exact: exact, threads: threads) }
      }
    } else {
      watch.add("call", sumOf: ["design", "fit"])
    }
    watch.add("total", sumOf: ["read", "design", "fit", "inference", "summary"])
  }

  /// Cross-products and optimisation alone, from codes and columns in memory.
  private func measureEngine(_ data: DataFrame, _ record: inout Record, _ watch: inout Stopwatch) throws {
    let input = try EngineInput(workload, data: data)
    for _ in 0..<repeats {
      let model = try watch.time("setup") {
        try MixedModel(
          response: input.response, fixed: input.fixed, terms: input.terms,
          options: EngineOptions(threads: threads, exact: exact))
      }
      let estimate = try watch.time("optimize") { try model.fit(reml: true) }
      guard engineOnly else { continue }
      record.criterion = -2 * estimate.logLikelihood
      record.converged = estimate.converged
      record.evaluations = estimate.certificate.evaluations
      record.gradients = estimate.certificate.gradients
    }
    watch.add("engine", sumOf: ["setup", "optimize"])
  }
}
