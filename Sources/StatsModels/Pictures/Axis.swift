/// One axis of a panel: its name, and where it is marked.
struct Axis: Sendable {
  /// A named position, such as a level of a factor.
  struct Mark: Sendable {
    let position: Double
    let text: String
  }

  var label: String
  /// Named positions; nil marks round numbers.
  var marks: [Mark]?
  /// What must be visible beside the marks in layers.
  var mustShow: [Double] = []

  /// An axis of numbers.
  init(_ label: String, mustShow: [Double] = []) {
    self.label = label
    self.mustShow = mustShow
  }

  /// An axis of levels at 0, 1, 2, …
  init(_ label: String, levels: [String]) {
    self.label = label
    marks = levels.enumerated().map { Mark(position: Double($0), text: $1) }
    // Half a level of room at both ends, less what the scale adds.
    mustShow = levels.isEmpty ? [] : [-0.45, Double(levels.count) - 0.55]
  }

  /// An axis marked at a few numbers.
  init(_ label: String, values: [Double]) {
    self.label = label
    marks = values.map { Mark(position: $0, text: DisplayText.number($0)) }
    guard let first = values.first, let last = values.last else { return }
    let room = values.count > 1 ? (last - first) / Double(values.count - 1) * 0.3 : 0.5
    mustShow = [first - room, last + room]
  }

  func scale(showing values: [Double], start: Double, end: Double, target: Int) -> LinearScale {
    var scale = LinearScale(showing: values + mustShow, start: start, end: end, target: target)
    if let marks { scale.mark(marks.map { ($0.position, $0.text) }) }
    return scale
  }
}

/// A variable that takes few values, whose points would lie upon each other.
struct FewValues {
  /// The distinct values, ascending.
  let values: [Double]

  /// Numbers of distinct values up to which points stand in columns rather than in a cloud.
  static let limit = 12

  /// Nil when there are more than ``limit`` values, or none.
  init?(_ xs: [Double]) {
    var found: Set<Double> = []
    for x in xs where x.isFinite {
      found.insert(x)
      if found.count > Self.limit { return nil }
    }
    if found.isEmpty { return nil }
    values = found.sorted()
  }

  /// An axis with columns at the values: marked at each where they are two at most, else at round numbers.
  static func axis(_ values: [Double], label: String) -> Axis {
    guard let first = values.first, let last = values.last else { return Axis(label) }
    if values.count <= 2 { return Axis(label, values: values) }
    let room = (last - first) / Double(values.count - 1) * 0.3
    return Axis(label, mustShow: [first - room, last + room])
  }

  /// The values with differences of rounding removed: equal rows of a design may differ in their last digits.
  static func snapped(_ xs: [Double]) -> [Double] {
    let largest = xs.reduce(0.0) { $1.isFinite ? max($0, abs($1)) : $0 }
    guard largest > 0, largest < 1e300 else { return xs }
    let unit = largest * 1e-11
    return xs.map { ($0 / unit).rounded() * unit }
  }

  /// The smallest distance of two values; 1 for a single value.
  var gap: Double { zip(values, values.dropFirst()).map { $1 - $0 }.min() ?? 1 }
}

/// Moves points sideways so that those upon each other show, the same whatever the order of the rows.
enum Jitter {
  /// Multiples of the golden section: places of neighbours in rank lie far apart.
  private static let turn = 0.618_033_988_749_895

  /// - Parameter reach: how far a point moves at most.
  static func spread(_ xs: [Double], _ ys: [Double], reach: Double) -> [Double] {
    var ranks: [Double: Int] = [:]
    var result = xs
    // By rank in its column, which differences of rounding do not change.
    for row in ys.indices.sorted(by: { ys[$0] < ys[$1] }) where xs[row].isFinite {
      let rank = ranks[xs[row], default: 0]
      ranks[xs[row]] = rank + 1
      let place = (Double(rank) + 0.5) * turn
      result[row] += reach * (2 * (place - place.rounded(.down)) - 1)
    }
    return result
  }
}
