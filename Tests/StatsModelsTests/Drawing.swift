import Foundation

/// What an SVG picture of the package shows: texts, lines, areas and points, in pixels.
struct Drawing {
  private(set) var texts: [String] = []
  /// Open paths by CSS class and width, in drawn order.
  private(set) var lines: [(role: String, width: Double, points: [(x: Double, y: Double)])] = []
  /// Closed areas, upper edge from left to right, then the lower one back.
  private(set) var areas: [(role: String, points: [(x: Double, y: Double)])] = []
  /// Rectangles by CSS class.
  private(set) var rectangles: [(role: String, x: Double, y: Double, height: Double)] = []
  /// Centres of circles by CSS class, sorted.
  private(set) var points: [String: [(x: Double, y: Double)]] = [:]

  init(_ svg: String) {
    for piece in svg.split(separator: "<") {
      if piece.hasPrefix("text "), let end = piece.firstIndex(of: ">") {
        texts.append(String(piece[piece.index(after: end)...]).trimmingCharacters(in: .newlines))
      } else if piece.hasPrefix("rect "), let role = Self.attribute("class", of: piece) {
        let numbers = ["x", "y", "height"].map { Self.attribute($0, of: piece).flatMap(Double.init) ?? 0 }
        rectangles.append((role, numbers[0], numbers[1], numbers[2]))
      } else if piece.hasPrefix("path "), let data = Self.attribute("d", of: piece) {
        let role = Self.attribute("class", of: piece)?.split(separator: " ").last.map(String.init) ?? ""
        let moves = data.components(separatedBy: "M").dropFirst()
        if data.contains("a") {
          let centres = moves.compactMap { move -> (x: Double, y: Double)? in
            let numbers = Self.numbers(move)
            return numbers.count > 2 ? (numbers[0] + numbers[2], numbers[1]) : nil
          }
          points[role, default: []] += centres
        } else if data.hasSuffix("Z") {
          areas.append((role, Self.pairs(data)))
        } else if data.hasSuffix("z") {
          // Hexagons of a density.
        } else {
          let width = Self.attribute("stroke-width", of: piece).flatMap(Double.init) ?? 0
          lines.append((role, width, Self.pairs(data)))
        }
      }
    }
    points = points.mapValues { $0.sorted { ($0.x, $0.y) < ($1.x, $1.y) } }
  }

  /// Whether both show the same, up to `tolerance` pixels.
  func matches(_ other: Drawing, tolerance: Double = 0.06) -> Bool {
    func close(_ a: [(x: Double, y: Double)], _ b: [(x: Double, y: Double)]) -> Bool {
      a.count == b.count
        && zip(a, b).allSatisfy { abs($0.x - $1.x) <= tolerance && abs($0.y - $1.y) <= tolerance }
    }
    // Points that differ by rounding may swap places: each needs one near it, whatever its place.
    func closeSets(_ a: [(x: Double, y: Double)], _ b: [(x: Double, y: Double)]) -> Bool {
      a.count == b.count
        && a.allSatisfy { p in b.contains { abs($0.x - p.x) <= tolerance && abs($0.y - p.y) <= tolerance } }
    }
    return texts == other.texts && lines.count == other.lines.count && areas.count == other.areas.count
      && zip(lines, other.lines).allSatisfy { $0.role == $1.role && close($0.points, $1.points) }
      && zip(areas, other.areas).allSatisfy { close($0.points, $1.points) }
      && points.keys.sorted() == other.points.keys.sorted()
      && points.allSatisfy { closeSets($0.value, other.points[$0.key] ?? []) }
  }

  private static func attribute(_ name: String, of tag: Substring) -> String? {
    guard let start = tag.range(of: " \(name)=\""), let end = tag[start.upperBound...].firstIndex(of: "\"")
    else { return nil }
    return String(tag[start.upperBound..<end])
  }

  private static func numbers(_ text: String) -> [Double] {
    text.split { !($0.isNumber || $0 == "." || $0 == "-") }.compactMap { Double($0) }
  }

  private static func pairs(_ data: String) -> [(x: Double, y: Double)] {
    let numbers = numbers(data)
    return stride(from: 0, to: numbers.count - 1, by: 2).map { (numbers[$0], numbers[$0 + 1]) }
  }
}
