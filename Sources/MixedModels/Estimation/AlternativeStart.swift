import Foundation

extension MixedModel {
  /// Whether a search may be repeated from other starts at next to no cost.
  var searchesAreCheap: Bool {
    response.count <= 10_000 && products.sparse == nil && products.trailing?.count ?? 0 < 100
      && layout.count <= 10
  }

  /// Starts in other basins than that of an optimum at which a variance vanishes or is dwarfed, or a correlation is
  /// perfect, and of any optimum of a crowded model; empty at an ordinary optimum.
  ///
  /// Factors that divide the rows in similar ways compete for one variance: the likelihood then has a maximum near
  /// each axis. In the first start dwarfed variances take the size of the largest, and the others are made small; in
  /// the next two all are alike and uncorrelated, and a few are at random. Where there are few rows to each effect, the effects can explain
  /// nearly every row in many ways: more points at random find more of them.
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
    let isSingular = boundaryDirections(point.lower) > 0 && layout.count > 1
    if isSingular { starts += [1, 0.1].map { size in theta { _ in size } } }
    return starts + randomStarts(count: isCrowded ? 40 : isSingular ? 4 : 0)
  }

  /// Whether several factors have together more than half as many effects as there are rows, few enough for many
  /// searches.
  private var isCrowded: Bool {
    let factors = products.structure.factors
    let effects = factors.reduce(0) { $0 + $1.levelCount * $1.width }
    return factors.count > 1 && 2 * effects > response.count && effects <= 1000
  }

  /// Standard deviations of 0.03 to 30 residuals', log-uniform, and correlations of every size; the same at each call.
  private func randomStarts(count: Int) -> [[Double]] {
    var stream = RandomStream(seed: 1)
    let scales = parameterScales
    return (0..<count).map { _ in
      zip(layout.parameters, scales).map { entries, scale in
        let size = exp(log(0.03) + log(1e3) * stream.uniform()) * scale
        guard let e = entries.first, e.row != e.column else { return size }
        return (2 * stream.uniform() - 1) * size
      }
    }
  }
}
