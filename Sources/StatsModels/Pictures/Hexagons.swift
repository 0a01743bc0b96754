import Foundation

/// Counts of points in a honeycomb, for pictures of more points than can be told apart.
struct Hexagons {
  /// A cell with its number of points.
  struct Cell {
    let x: Double
    let y: Double
    let count: Int
  }

  let cells: [Cell]
  /// From the centre to a corner.
  let radius: Double

  /// Number of points above which cells are drawn.
  static let threshold = 3_000

  /// - Parameter points: positions in pixels; those that are not finite are passed over.
  init(_ points: [(Double, Double)], radius: Double = 5) {
    self.radius = radius
    let dx = radius * 3.0.squareRoot()
    let dy = radius * 1.5
    struct Key: Hashable {
      let column: Int
      let row: Int
    }
    var counts: [Key: Int] = [:]
    for (px, py) in points where px.isFinite && py.isFinite {
      // The nearer of two candidate centres: rows alternate by half a cell (as in d3-hexbin).
      let fy = py / dy
      let fx = px / dx
      var row = Int(clampingFinite: fy)
      let shift = Double(row & 1) / 2
      var column = Int(clampingFinite: fx - shift)
      let offset = fy - Double(row)
      if abs(offset) * 3 > 1 {
        let across = fx - shift - Double(column)
        let otherRow = row + (fy < Double(row) ? -1 : 1)
        let otherShift = Double(otherRow & 1) / 2
        let otherColumn = Int(clampingFinite: fx - otherShift)
        let down = fy - Double(otherRow)
        let otherAcross = fx - otherShift - Double(otherColumn)
        if across * across * 3 + offset * offset * 2.25 > otherAcross * otherAcross * 3 + down * down * 2.25 {
          row = otherRow
          column = otherColumn
        }
      }
      counts[Key(column: column, row: row), default: 0] += 1
    }
    cells = counts.map { key, count in
      Cell(
        x: (Double(key.column) + Double(key.row & 1) / 2) * dx, y: Double(key.row) * dy, count: count)
    }.sorted { ($0.y, $0.x) < ($1.y, $1.x) }
  }

  /// Largest number of points in a cell.
  var largest: Int { cells.reduce(0) { max($0, $1.count) } }

  /// Colour step of a count, by its logarithm.
  func step(_ count: Int) -> Int {
    guard largest > 1 else { return Palette.densitySteps / 2 }
    let share = Foundation.log(Double(count)) / Foundation.log(Double(largest))
    return Int(clampingFinite: share * Double(Palette.densitySteps - 1))
  }

  /// Draws the cells, one path per colour.
  func draw(into svg: inout SVGWriter, density: Palette.Density) {
    var paths = [String](repeating: "", count: Palette.densitySteps)
    // Slightly too large, so that no seams show.
    let r = radius * 1.03
    let h = r * 3.0.squareRoot() / 2
    let (n, half) = (SVGWriter.number, r / 2)
    for cell in cells {
      paths[step(cell.count)] +=
        "M\(n(cell.x)) \(n(cell.y - r))l\(n(h)) \(n(half))v\(n(r))l\(n(-h)) \(n(half))l\(n(-h)) \(n(-half))v\(n(-r))z"
    }
    for (step, path) in paths.enumerated() where !path.isEmpty {
      svg.raw("<path d=\"\(path)\" class=\"\(density.rawValue)\(step)\"/>")
    }
  }
}
