/// One kind of mark in a panel, in data units.
enum ChartLayer: Sendable {
  /// Points; where too many would blot, hexagons coloured by their number.
  case points(x: [Double], y: [Double], role: Palette.Role)
  /// A few points that are always drawn, such as means.
  case marks(x: [Double], y: [Double], role: Palette.Role)
  /// A line through points in order; nan breaks it.
  case line(x: [Double], y: [Double], role: Palette.Role, width: Double, opacity: Double, dash: String?)
  /// The area between two curves.
  case band(x: [Double], lower: [Double], upper: [Double], role: Palette.Role)
  /// An interval at each of some places.
  case intervals(x: [Double], lower: [Double], upper: [Double], role: Palette.Role)
  /// A bar at each of some places, of a width in data units.
  case bars(x: [Double], base: [Double], top: [Double], width: Double, role: Palette.Role, opacity: Double)
  /// A thin line with caps at each of some places.
  case whiskers(x: [Double], lower: [Double], upper: [Double], role: Palette.Role)
  /// A line to the sides at each of some heights.
  case spans(y: [Double], lower: [Double], upper: [Double], role: Palette.Role)
  /// An arrow at each of some places; none where it would have no length.
  case arrows(x: [Double], from: [Double], to: [Double], role: Palette.Role)
  /// A horizontal line through the whole panel.
  case horizontal(Double, dash: String?)
  /// A vertical line through the whole panel.
  case vertical(Double, dash: String?)
  /// A text beside a point, on the side where there is room.
  case label(String, x: Double, y: Double, below: Bool)

  /// What the horizontal axis must show.
  var abscissas: [Double] {
    switch self {
    case .points(let x, _, _), .marks(let x, _, _), .line(let x, _, _, _, _, _), .band(let x, _, _, _),
      .intervals(let x, _, _, _), .whiskers(let x, _, _, _), .arrows(let x, _, _, _):
      x
    case .bars(let x, _, _, let width, _, _): x.map { $0 - width / 2 } + x.map { $0 + width / 2 }
    case .spans(_, let lower, let upper, _): lower + upper
    case .vertical(let x, _): [x]
    case .horizontal, .label: []
    }
  }

  /// What the vertical axis must show.
  var ordinates: [Double] {
    switch self {
    case .points(_, let y, _), .marks(_, let y, _), .line(_, let y, _, _, _, _): y
    case .band(_, let lower, let upper, _), .intervals(_, let lower, let upper, _),
      .whiskers(_, let lower, let upper, _), .arrows(_, let lower, let upper, _):
      lower + upper
    case .bars(_, let base, let top, _, _, _): base + top
    case .spans(let y, _, _, _): y
    case .horizontal(let y, _): [y]
    case .vertical, .label: []
    }
  }
}
