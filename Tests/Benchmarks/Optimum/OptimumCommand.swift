import ArgumentParser
import Foundation

/// `mixedlm-bench optimum`: whether fits reach the highest point of the likelihood.
struct OptimumCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "optimum",
    abstract: "Compare fits of random models with an independent search for the highest likelihood.",
    discussion: """
      A fit is short if its log-likelihood is more than 1e-6 max(1, sqrt|llf|) below the best that a grid (one \
      variance) or many simplex searches (several) find on an independent likelihood. Models whose likelihood grows \
      without end are counted apart; a fit that says so is no failure. Exit status 1 if any fit is short. \
      One model again: mixedlm-bench optimum --kind K --index I --write out.csv
      """)

  @Option(name: .customLong("kind"), help: "Kinds of models; all by default.")
  var kinds: [String] = []

  @Option(help: "Models of each kind.")
  var count = 300

  @Option(help: "One model of the kind, by its number.")
  var index: Int?

  @Option(help: "File that the model's data are written to.")
  var write: String?

  @Option(help: "Folder that the data and a list of the models that are short are written to.")
  var failures: String?

  @Option(help: "Folder that peers/shipped_data.R has filled: fit its data sets instead of random models.")
  var sets: String?

  @Option(help: "Fit every so many of the combinations of a data set's columns.")
  var every = 1

  func validate() throws {
    if every < 1 || count < 1 { throw ValidationError("--every and --count must be at least 1") }
    if index != nil, kinds.count != 1 { throw ValidationError("--index needs one --kind") }
    if write != nil, index == nil { throw ValidationError("--write needs --index") }
    for kind in kinds where !OptimumKind.all.contains(where: { $0.name == kind }) {
      let names = OptimumKind.all.map(\.name).joined(separator: " ")
      throw ValidationError("there is no kind \(kind); there are: \(names)")
    }
  }

  func run() throws {
    var table = OptimumTable(folder: failures)
    if let sets {
      for set in try ShippedSet.all(in: sets) {
        for (i, model) in try set.models(every: every).enumerated() {
          try table.add(OptimumComparison(model, seed: UInt64(i)), of: model, kind: set.name, index: i)
        }
        table.printRow(set.name)
      }
      if table.failures > 0 { throw ExitCode.failure }
      return
    }
    for kind in OptimumKind.all where kinds.isEmpty || kinds.contains(kind.name) {
      for i in index.map({ $0...$0 }) ?? 0...(count - 1) {
        let model = try kind.model(i)
        let comparison = try OptimumComparison(model, seed: UInt64(i))
        try table.add(comparison, of: model, kind: kind.name, index: i)
        if index != nil {
          print(model.arguments, comparison.sentence, separator: "\n")
          if let write { try model.data.toCsv(write, index: false) }
        }
      }
      table.printRow(kind.name)
    }
    if table.failures > 0 { throw ExitCode.failure }
  }
}
