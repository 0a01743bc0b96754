/// Colours of a picture. Not in statsmodels.
public enum PictureTheme: String, Sendable, CaseIterable {
  /// Follows the viewer's setting (`prefers-color-scheme`); light where there is none, as in print.
  case automatic
  /// Dark on a light ground.
  case light
  /// Light on a dark ground.
  case dark
}

/// The colours that marks and text name, as CSS classes so that one file serves both grounds.
enum Palette {
  /// A class of marks or text.
  enum Role: String, CaseIterable, Sendable {
    case ground, panel, grid, axis, text, muted, first, second, third, fourth, fifth, sixth, seventh, eighth,
      band
  }

  /// Blue, orange, green and purple of Okabe and Ito's palette, which people with any colour vision tell apart,
  /// lightened on dark ground; then amber, sky, grey and brown.
  private static func color(_ role: Role, dark: Bool) -> String {
    switch role {
    case .ground: dark ? "#16181d" : "#ffffff"
    case .panel: dark ? "#1d2026" : "#f7f8fa"
    case .grid: dark ? "#31353d" : "#e3e6eb"
    case .axis: dark ? "#8b919c" : "#6b7280"
    case .text: dark ? "#e8eaee" : "#1f2430"
    case .muted: dark ? "#a4abb6" : "#5b6472"
    case .first: dark ? "#56b4e9" : "#0072b2"
    case .second: dark ? "#ff9d5c" : "#d55e00"
    case .third: dark ? "#2fd0a2" : "#009e73"
    case .fourth: dark ? "#e7a6cc" : "#aa4499"
    case .fifth: dark ? "#f5d04c" : "#b08900"
    case .sixth: dark ? "#9fdcff" : "#3a9bd9"
    case .seventh: dark ? "#b9bec7" : "#7b828d"
    case .eighth: dark ? "#d3a386" : "#8a5138"
    case .band: dark ? "#56b4e9" : "#0072b2"
    }
  }

  /// Colour steps of a density, from few points to many, as (position, red, green, blue).
  static func densityColor(_ share: Double, dark: Bool) -> String {
    let low = dark ? (38.0, 60.0, 84.0) : (206.0, 226.0, 240.0)
    let middle = dark ? (72.0, 150.0, 200.0) : (74.0, 152.0, 201.0)
    let high = dark ? (232.0, 244.0, 252.0) : (8.0, 48.0, 92.0)
    let t = min(max(share, 0), 1)
    let (a, b, u) = t < 0.5 ? (low, middle, t * 2) : (middle, high, t * 2 - 1)
    func channel(_ x: Double, _ y: Double) -> Int { Int((x + (y - x) * u).rounded()) }
    return "rgb(\(channel(a.0, b.0)),\(channel(a.1, b.1)),\(channel(a.2, b.2)))"
  }

  /// Grey steps of a density that lies behind lines.
  static func neutralColor(_ share: Double, dark: Bool) -> String {
    let (low, high) = dark ? (48.0, 150.0) : (230.0, 120.0)
    let level = Int((low + (high - low) * min(max(share, 0), 1)).rounded())
    return "rgb(\(level),\(level + (dark ? 3 : 2)),\(level + 6))"
  }

  /// Colours of a density: by themselves, or grey behind lines. Raw values are prefixes of CSS classes.
  enum Density: String, Sendable { case blue = "d", neutral = "g" }

  /// Number of density steps.
  static let densitySteps = 9

  private static func rules(dark: Bool, indent: String) -> [String] {
    var lines = Role.allCases.map { role in
      "\(indent).f-\(role.rawValue){fill:\(color(role, dark: dark))}"
        + ".s-\(role.rawValue){stroke:\(color(role, dark: dark))}"
    }
    for step in 0..<densitySteps {
      let share = Double(step) / Double(densitySteps - 1)
      lines.append(
        "\(indent).d\(step){fill:\(densityColor(share, dark: dark))}"
          + ".g\(step){fill:\(neutralColor(share, dark: dark))}")
    }
    return lines
  }

  /// The style sheet of a theme.
  static func styleSheet(_ theme: PictureTheme) -> String {
    var lines = [
      "text{font-family:'Inter','Helvetica Neue',Helvetica,Arial,'DejaVu Sans',sans-serif}",
      ".n{fill:none}.l{stroke-linejoin:round;stroke-linecap:round}",
    ]
    lines += rules(dark: theme == .dark, indent: "")
    if theme == .automatic {
      lines.append("@media (prefers-color-scheme:dark){")
      lines += rules(dark: true, indent: "")
      lines.append("}")
    }
    return lines.joined(separator: "\n")
  }
}
