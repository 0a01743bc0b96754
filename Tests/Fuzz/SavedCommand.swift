import ArgumentParser
import FuzzDrivers

/// Saved results with a node or bytes changed.
struct SavedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "saved", abstract: "Load damaged files of saved results and use what loads.")

  @OptionGroup var options: RunOptions

  func run() throws { try options.run("saved", SavedDriver()) }
}
