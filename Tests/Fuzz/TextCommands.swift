import ArgumentParser
import FuzzDrivers

/// Text files that readers stumble over.
struct CSVCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "csv", abstract: "Read text files and compare with a slow reader; write and read them again."
  )

  @OptionGroup var options: RunOptions

  func run() throws { try options.run("csv", CSVDriver()) }
}

/// Formulas of a grammar with numbers at the limits.
struct FormulaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "formulas", abstract: "Build designs of random formulas.")

  @OptionGroup var options: RunOptions

  func run() throws { try options.run("formulas", FormulaDriver()) }
}
