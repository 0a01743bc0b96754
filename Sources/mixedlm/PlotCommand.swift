import ArgumentParser
import Foundation
import StatsModels

/// `mixedlm plot`: fits a model and draws a picture.
struct PlotCommand: ParsableCommand {
  /// What `--kind` takes.
  enum Kind: String, ExpressibleByArgument, CaseIterable {
    case residuals, qq
    case randomEffects = "random-effects"
    case randomEffectQuantiles = "random-effect-quantiles"
    case fitted, profile, zeta, density, means, coefficients, ratios
  }

  static let configuration = CommandConfiguration(
    commandName: "plot",
    abstract: "Fit a model and draw a picture as SVG.",
    discussion: """
      residuals: residuals against population predictions, or a column (--along); qq: their normal quantiles; \
      random-effects: effects of a factor's levels (--of) with 95 % intervals; random-effect-quantiles: their \
      normal quantiles; fitted: observations and fitted lines along a column (--along), split by another (--by), \
      with lines for levels of a factor (--of); profile: likelihoods over standard deviations (--of); zeta, density: \
      profiles of a parameter (--of, as 'mixedlm profile' names it), of all when left out; means: marginal means of a \
      factor (--of) with intervals and comparison arrows, a panel for each level of another one (--by); coefficients: \
      fixed effects with 95 % intervals; ratios: their exponentials.

      With --family residuals are quantile residuals and means those of the response; profile is for linear models, \
      ratios for generalised ones.

      Examples:
        mixedlm plot dietox.csv --formula "Weight ~ Time" --groups Pig --kind qq --output qq.svg
        mixedlm plot dietox.csv --formula "Weight ~ Time * C(Cu)" --groups Pig --kind fitted \\
          --along Time --by Cu --theme light --size 900x600 --output lines.svg
        mixedlm plot cbpp.csv --formula "incidence ~ C(period) + (1 | herd)" --family binomial --trials size \\
          --kind ratios --output ratios.svg
      """)

  @OptionGroup var model: ModelOptions

  @Option(
    help: ArgumentHelp(
      "Which picture. Example: --kind qq",
      valueName:
        "residuals|qq|random-effects|random-effect-quantiles|fitted|profile|zeta|density|means|coefficients|ratios"
    ))
  var kind: Kind

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Factor or variance component whose levels are drawn; the first one when left out, but for means. Example: --of school",
      valueName: "FACTOR"))
  var of: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Column of the horizontal axis. Example: --along Time", valueName: "X"))
  var along: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Column that has a line for each of its values. Example: --by Cu", valueName: "F"))
  var by: String?

  @Option(
    help: ArgumentHelp(
      "Colours; auto follows the viewer's setting. Example: --theme light", valueName: "light|dark|auto"))
  var theme = PictureTheme.automatic

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Width and height in pixels. Example: --size 900x600", valueName: "WxH"))
  var size: PictureSize?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Title in place of the usual one. Example: --title \"Pigs\"", valueName: "T"))
  var title: String?

  @OptionGroup var output: OutputOptions

  func validate() throws {
    try model.requireModel()
    if model.generalized.family != nil, kind == .fitted || kind == .profile {
      throw ValidationError(
        "--kind \(kind.rawValue) is for linear models; with --family take \(kind == .fitted ? "means" : "zeta")."
      )
    }
    if model.generalized.family == nil, kind == .ratios {
      throw ValidationError("--kind ratios is for generalised models; give --family, or take coefficients.")
    }
    if kind == .means, of == nil { throw ValidationError("--kind means takes a factor: --of F.") }
    let given = [("--of", of), ("--along", along), ("--by", by)].filter { $0.1 != nil }.map(\.0)
    for option in given where !accepted.contains(option) {
      let rest =
        accepted.isEmpty
        ? "which takes none of --of, --along, --by" : "which takes \(accepted.joined(separator: ", "))"
      throw ValidationError("\(option) does not go with --kind \(kind.rawValue), \(rest).")
    }
  }

  /// The options that say what a kind of picture draws.
  private var accepted: [String] {
    switch kind {
    case .residuals: ["--along"]
    case .qq, .coefficients, .ratios: []
    case .randomEffects, .randomEffectQuantiles, .profile, .zeta, .density: ["--of"]
    case .fitted: ["--of", "--along", "--by"]
    case .means: ["--of", "--by"]
    }
  }

  private var plot: PlotKind {
    switch kind {
    case .residuals: along.map { .residuals(along: $0) } ?? .residualsAgainstFitted
    case .qq: .normalQuantiles
    case .randomEffects: .randomEffects(of: of)
    case .randomEffectQuantiles: .randomEffectQuantiles(of: of)
    case .fitted: .fittedLines(along: along, by: by, of: of)
    case .profile: .standardDeviationProfiles(of: of)
    case .zeta: .profileZeta(of: of.map { [$0] })
    case .density: .profileDensity(of: of.map { [$0] })
    case .means: .marginalMeans(of: of ?? "", by: by)
    case .coefficients: .coefficients()
    case .ratios: .ratios
    }
  }

  func run() throws {
    try Terminal.reporting(Self.self) {
      try output.check()
      try requireVectorFile()
      let check = { (data: DataFrame) in
        // Before the fit, which may take long.
        if let along { _ = try data.column(along) }
        for name in [of, by] where kind == .means { _ = try name.map(data.column) }
      }
      let options = PlotOptions(theme: theme, size: size?.size, title: title)
      let picture =
        if let family = try model.generalized.chosenFamily {
          try GeneralizedFit(model, family: family, check: check).results.plot(plot, options: options)
        } else {
          try FittedModel(model, check: check).results.plot(plot, options: options)
        }
      try output.write(picture.svg)
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

/// What `--size` takes: two whole numbers with an x between them.
struct PictureSize: ExpressibleByArgument {
  let size: PlotOptions.Size

  init?(argument: String) {
    let parts = argument.lowercased().split(separator: "x", omittingEmptySubsequences: false)
    guard parts.count == 2, let width = Int(parts[0]), let height = Int(parts[1]) else { return nil }
    size = PlotOptions.Size(width: Double(width), height: Double(height))
  }
}

extension PictureTheme: ExpressibleByArgument {
  /// `auto`, as browsers call what follows the viewer, or the case's own name.
  public init?(argument: String) {
    self.init(rawValue: argument == "auto" ? Self.automatic.rawValue : argument)
  }

  /// The names on the command line.
  public static var allValueStrings: [String] { ["light", "dark", "auto"] }
  /// The name of a theme on the command line.
  public var defaultValueDescription: String { self == .automatic ? "auto" : rawValue }
}
