import Distributions

/// Profiles of all parameters as signed roots ζ, or as the densities that a standard normal ζ gives them.
enum ZetaPicture {
  /// What is drawn of a profile.
  enum Scale { case zeta, density }

  /// - Parameter fit: what the profile is of.
  static func figure(
    _ profile: LikelihoodProfile, of fit: any MixedModelFit, as scale: Scale
  ) throws -> Figure {
    let quantile = Normal.ppf(0.5 + profile.level / 2)
    let panels = profile.parameters.filter { $0.values.count > 2 }.map { parameter in
      scale == .zeta ? zeta(parameter, quantile: quantile) : density(parameter)
    }
    if panels.isEmpty {
      throw StatsModelsError(
        .notAvailable, "there is nothing to profile: the parameters are held or undetermined")
    }
    let percent = PythonFormat.general(100 * profile.level, 4)
    let text =
      scale == .zeta
      ? "Signed root of twice the fall of the log-likelihood; a straight line is a likelihood like a normal one."
      : "The density of each parameter of which the profile's signed root is a standard normal one."
    return Figure(
      title: scale == .zeta ? "Profile likelihoods" : "Densities of the parameters",
      caption: PictureCaption(fit).lines([text, "Profiled by maximum likelihood."]), panels: panels,
      legend: [
        .init(mark: .line, role: .first, text: scale == .zeta ? "ζ" : "density"),
        .init(
          mark: .dashed, role: .axis,
          text: scale == .zeta ? "limits of \(percent) % intervals" : "\(percent) % interval"),
      ])
  }

  private static func zeta(_ parameter: LikelihoodProfile.Parameter, quantile: Double) -> Panel {
    let (xs, ys) = curve(parameter) { parameter.zeta(at: $0) }
    var layers: [ChartLayer] = [
      .horizontal(quantile, dash: "6 4"), .horizontal(-quantile, dash: "6 4"), .horizontal(0, dash: nil),
      .line(x: xs, y: ys, role: .first, width: 2.4, opacity: 1, dash: nil),
    ]
    for (end, side) in [(parameter.lower, -1.0), (parameter.upper, 1)] where end.isFinite {
      // below the limit, where the line does not run
      layers.append(.label(DisplayText.number(end), x: end, y: side * quantile, below: true))
    }
    return Panel(
      x: Axis(DisplayText.name(parameter.name)), y: Axis("ζ"), layers: layers)
  }

  private static func density(_ parameter: LikelihoodProfile.Parameter) -> Panel {
    let (xs, ys) = curve(parameter) { parameter.density(at: $0) }
    var layers: [ChartLayer] = [.line(x: xs, y: ys, role: .first, width: 2.4, opacity: 1, dash: nil)]
    for end in [parameter.lower, parameter.upper] where end.isFinite {
      layers.append(.vertical(end, dash: "6 4"))
    }
    return Panel(
      x: Axis(DisplayText.name(parameter.name)), y: Axis("density", mustShow: [0]), layers: layers)
  }

  /// A function over the range of a profile's points.
  private static func curve(
    _ parameter: LikelihoodProfile.Parameter, _ value: (Double) -> Double
  ) -> (x: [Double], y: [Double]) {
    guard let first = parameter.values.first, let last = parameter.values.last else { return ([], []) }
    let xs = (0...Self.steps).map { first + (last - first) * Double($0) / Double(Self.steps) }
    return (xs, xs.map(value))
  }

  /// Steps of a curve: one every few pixels.
  private static let steps = 120
}
