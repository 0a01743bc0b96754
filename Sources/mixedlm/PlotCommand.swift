import ArgumentParser
import Foundation
import StatsModels

/// `mixedlm plot`: fits a model and draws a diagnostic picture.
struct PlotCommand: ParsableCommand {
  /// What `--kind` takes.
  enum Kind: String, ExpressibleByArgument, CaseIterable {
    case residuals, qq
    case randomEffects = "random-effects"
    case fitted

    var plot: PlotKind {
      switch self {
      case .residuals: .residualsAgainstFitted
      case .qq: .normalQuantiles
      case .randomEffects: .randomEffects()
      case .fitted: .fittedLines()
      }
    }
  }

  static let configuration = CommandConfiguration(
    commandName: "plot",
    abstract: "Fit a model and draw a diagnostic picture as SVG.",
    discussion: """
      residuals: residuals against fitted values; qq: their normal quantiles; random-effects: effects of the \
      first factor's levels with 95 % intervals; fitted: observations and fitted lines.

      Example: mixedlm plot dietox.csv --formula "Weight ~ Time" --groups Pig --kind qq --output qq.svg
      """)

  @OptionGroup var model: ModelOptions

  @Option(
    help: ArgumentHelp("Which picture. Example: --kind qq", valueName: "residuals|qq|random-effects|fitted"))
  var kind: Kind

  @OptionGroup var output: OutputOptions

  func validate() throws { try model.requireModel() }

  func run() throws {
    try Terminal.reporting(Self.self) {
      try output.check()
      try requireVectorFile()
      try output.write(FittedModel(model).results.plot(kind.plot).svg)
    }
  }

  /// A file named after another format would hold what its name denies.
  private func requireVectorFile() throws {
    guard let file = output.output else { return }
    let name = URL(fileURLWithPath: file)
    let formats = ["png", "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff", "pdf", "eps", "ps"]
    guard formats.contains(name.pathExtension.lowercased()) else { return }
    let vector = name.deletingPathExtension().lastPathComponent + ".svg"
    throw StatsModelsError(
      .invalidArgument, "pictures are SVG, '\(file)' names another format: use --output \(vector)",
      values: [file])
  }
}
