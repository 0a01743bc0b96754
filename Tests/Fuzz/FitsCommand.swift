import ArgumentParser
import FuzzDrivers

/// Fits of models with a few rows.
struct FitsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fits", abstract: "Fit models of a few rows and check what the results claim.")

  @OptionGroup var options: RunOptions

  func run() throws { try options.run("fits", SmallModelDriver()) }
}
