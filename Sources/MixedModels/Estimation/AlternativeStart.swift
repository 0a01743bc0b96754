extension MixedModel {
  /// Whether a search may be repeated from other starts at next to no cost.
  var searchesAreCheap: Bool {
    response.count <= 10_000 && products.sparse == nil && products.trailing?.count ?? 0 < 100
      && layout.count <= 10
  }

  /// Starts in other basins than that of an optimum at which a variance vanishes or is dwarfed, or a correlation is
  /// perfect; empty at an ordinary optimum.
  ///
  /// Two factors that divide the rows in similar ways compete for one variance: the likelihood then has a maximum near
  /// either axis. In the first start dwarfed variances take the size of the largest, and the others are made small; in
  /// the other two all are alike and uncorrelated.
  func alternativeStarts(to point: ProfiledObjective.Point) -> [[Double]] {
    let scales = parameterScales
    var sizes = [Double?](repeating: nil, count: layout.count)
    for (i, entries) in layout.parameters.enumerated() {
      guard let e = entries.first, e.row == e.column else { continue }
      let width = layout.widths[e.factor]
      let lower = point.lower[e.factor]
      let variance = (0..<width).reduce(0.0) { $0 + lower[e.row + $1 * width] * lower[e.row + $1 * width] }
      sizes[i] = variance.squareRoot() / scales[i]
    }
    let largest = sizes.reduce(0) { max($0, $1 ?? 0) }
    func theta(_ size: (Double) -> Double) -> [Double] {
      zip(sizes, scales).map { own, scale in own.map { size($0) * scale } ?? 0 }
    }
    var starts: [[Double]] = []
    if largest >= 1e-3, sizes.contains(where: { $0.map { $0 < 0.1 * largest } ?? false }) {
      starts.append(theta { $0 < 0.1 * largest ? largest : 0.1 * $0 })
    }
    if boundaryDirections(point.lower) > 0, layout.count > 1 {
      starts += [1, 0.1].map { size in theta { _ in size } }
    }
    return starts
  }
}
