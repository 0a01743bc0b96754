import ArgumentParser
import DataFrames
import Foundation
import StatsModels

/// `mixedlm-bench glmm`: fits of generalised models, with the time of each phase.
struct GeneralizedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "glmm", abstract: "Measure fits of generalised linear mixed models.",
    discussion: """
      The data are written by Tests/Benchmarks/peers/make_glmm_data.py. The last column is how far the deviance lies \
      above the optimum, which was found with a gradient below 1e-10 by another program.
      """)

  @Argument(help: "Names such as g3, g7, verbal; all by default.")
  var names: [String] = []

  @Option(help: "Folder of the data files.")
  var data = ".build/bench-data"

  @Option(name: .customLong("repeat"), help: "Repetitions of each fit, of which the fastest counts.")
  var repeats = 3

  func validate() throws {
    if repeats < 1 { throw ValidationError("--repeat must be at least 1") }
  }

  func run() throws {
    let known = GeneralizedWorkload.all.map(\.name)
    if let name = names.first(where: { !known.contains($0) }) { throw BenchmarkError.unknownWorkload(name) }
    print("workload    read  design     fit  evaluations  gradients         deviance     above")
    for workload in GeneralizedWorkload.all where names.isEmpty || names.contains(workload.name) {
      print(try line(workload))
    }
  }

  /// Processor seconds of the phases and what was found.
  private func line(_ workload: GeneralizedWorkload) throws -> String {
    var watch = Stopwatch()
    let frame = try watch.time("read") { try DataFrame(csv: "\(data)/\(workload.file).csv") }
    func fitted() throws -> MixedGLMResults {
      let model = try watch.time("design") { try mixedglm(workload.formula, frame, family: workload.family) }
      return try watch.time("fit") { try model.fit() }
    }
    var results = try fitted()
    for _ in 1..<repeats { results = try fitted() }
    let seconds = ["read", "design", "fit"].map { step in
      String(format: "%8.4f", watch.processor[step]?.min() ?? .nan)
    }
    let above = workload.optimum.map { String(format: "%10.1e", results.deviance - $0) } ?? ""
    return workload.name.padding(toLength: 8, withPad: " ", startingAt: 0) + seconds.joined()
      + String(
        format: "%13d%11d%17.5f", results.evaluations.values, results.evaluations.gradients, results.deviance)
      + above
  }
}

/// A generalised model with the least deviance that its data admit.
struct GeneralizedWorkload {
  let name: String
  let file: String
  let formula: String
  let family: Family
  let optimum: Double?

  static let all: [GeneralizedWorkload] = [
    .init(
      name: "verbal", file: "verbal", formula: "y ~ anger + gender + C(btype) + situ + (1 | id) + (1 | item)",
      family: .binomial(), optimum: nil),
    .init(
      name: "g3", file: "g3", formula: "y ~ x1 + x2 + (1 | g)", family: .binomial(),
      optimum: 120_535.913_868_78),
    .init(
      name: "g3s", file: "g3", formula: "y ~ x1 + x2 + (1 + x1 | g)", family: .binomial(),
      optimum: 118_740.519_586_34),
    .init(
      name: "g4", file: "g4", formula: "y ~ x + (1 | a) + (1 | b)", family: .binomial(),
      optimum: 59_406.567_564_07),
    .init(
      name: "g5", file: "g5", formula: "y ~ x + (1 + x | g)", family: .poisson(), optimum: 664_217.233_323_7),
    .init(
      name: "g6", file: "g6", formula: "y ~ t + C(c) + (1 | g)", family: .binomial(),
      optimum: 1_288_203.772_241_07),
    .init(
      name: "g7", file: "g7", formula: "y ~ x + (1 | a) + (1 | b)", family: .binomial(),
      optimum: 232_515.766_437_24),
  ]
}
