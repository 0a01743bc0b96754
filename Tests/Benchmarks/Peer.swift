import Foundation

/// Another system, measured by a script on the same file.
struct Peer {
  enum Language: Sendable { case r, python }

  let name: String
  let script: String
  let language: Language
  /// Prints something when the packages that the script needs are there.
  let probe: String
  /// Workloads that take it minutes to hours, or that it cannot express.
  let skipped: Set<String>

  static let all: [Peer] = [
    Peer(
      name: "lme4", script: "run_lme4.R", language: .r,
      probe: "library(lme4); library(data.table); library(jsonlite); cat(1)", skipped: []),
    Peer(
      name: "mixedlm", script: "run_mixedlm.py", language: .python, probe: "import mixedlm; print(1)",
      skipped: []),
    Peer(
      name: "glmm", script: "run_glmm_linear.py", language: .python, probe: "import glmm; print(1)",
      skipped: ["W7_diag"]),
    Peer(
      name: "gpboost", script: "run_gpboost.py", language: .python, probe: "import gpboost, patsy; print(1)",
      skipped: ["W1", "W7", "W7_diag", "W9", "sleepstudy"]),
    Peer(
      name: "glmmTMB", script: "run_glmmTMB.R", language: .r,
      probe: "library(glmmTMB); library(data.table); library(jsonlite); cat(1)",
      skipped: Set(["W1", "W2", "W4", "W5", "W6", "W6_100k", "W6_300k", "W7", "W7_diag", "W9", "W10", "W11"])
        .union(Workload.seriesNames)),
    Peer(
      name: "statsmodels", script: "run_statsmodels.py", language: .python,
      probe: "import statsmodels; print(1)",
      skipped: [
        "W2", "W3", "W4", "W5", "W6", "W6_100k", "W6_300k", "W7", "W7_diag", "W10", "W11", "rows_1000000",
        "levels_100000",
      ]),
  ]

  /// Whether the packages are there.
  func isInstalled(_ python: String) -> Bool {
    let outcome =
      switch language {
      case .r: try? Child.run("Rscript", ["-e", probe])
      case .python: try? Child.run(python, ["-c", probe])
      }
    return outcome?.status == 0
  }

  /// Measures a workload; a record with an error when the script fails.
  func measure(
    _ workload: Workload, folder: String, data: String, python: String, threads: Int, repeats: Int,
    limit: Double
  ) throws -> Record {
    let path = "\(folder)/\(script)"
    let arguments = [
      path, workload.name, "\(data)/\(workload.file).csv", workload.formula, String(threads),
      String(repeats), workload.isSmall ? "1" : "0",
    ]
    let count = String(threads)
    let outcome = try Child.run(
      language == .r ? "Rscript" : python, arguments,
      environment: [
        "OPENBLAS_NUM_THREADS": count, "OMP_NUM_THREADS": count, "RAYON_NUM_THREADS": count,
      ], limit: limit)
    if let record = Record.records(in: outcome.output).last { return record }
    var record = Record(system: name, workload: workload.name)
    record.error = "ended with status \(outcome.status), after at most \(Int(limit)) s"
    return record
  }
}
