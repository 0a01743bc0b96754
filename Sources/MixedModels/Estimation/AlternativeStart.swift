import Foundation

extension MixedModel {
  /// Whether a search may be repeated from other starts at next to no cost.
  private var searchesAreCheap: Bool {
    response.count <= 10_000 && products.sparse == nil && products.trailing?.count ?? 0 < 100
      && layout.count <= 10
  }

  /// Starts in other basins than that of an optimum; empty where there is none to be feared.
  ///
  /// The line of a lone parameter is looked at as a whole. Of several parameters, each variance is followed over the
  /// scales on which the levels themselves know their effects, together and one by one, and where levels know very
  /// different amounts, a variance vanishes or the model is crowded, points at random on these scales join them:
  /// factors that divide the rows in similar ways compete for one variance, effects can be large where their
  /// regressor is small, and where there are few rows to each effect the effects can explain nearly every row in
  /// many ways.
  func alternativeStarts(
    to point: ProfiledObjective.Point, objective: ProfiledObjective
  ) throws(EngineError) -> [[Double]] {
    if layout.count == 1 { return try startsOnLine(to: point, objective: objective) }
    guard searchesAreCheap else { return [] }
    let scales = parameterScales
    let isSingular = boundaryDirections(point.lower) > 0
    let isUneven = informationSpread > Self.unevenSpread
    var starts: [[Double]] = []
    let sizes = sizes(of: point)
    let largest = sizes.reduce(0) { max($0, $1 ?? 0) }
    func theta(_ size: (Double) -> Double) -> [Double] {
      zip(sizes, scales).map { own, scale in own.map { size($0) * scale } ?? 0 }
    }
    if largest >= 1e-3, sizes.contains(where: { $0.map { $0 < 0.1 * largest } ?? false }) {
      starts.append(theta { $0 < 0.1 * largest ? largest : 0.1 * $0 })
    }
    if isSingular { starts += [1, 0.1].map { size in theta { _ in size } } }
    guard isSingular || isUneven || isCrowded else { return starts }
    let ranges = try scaleRanges(objective: objective)
    for line in lines(over: ranges, through: point) { starts += try Self.minima(on: line, objective: objective) }
    return starts + randomStarts(count: isCrowded ? 40 : 6, over: ranges)
  }

  /// Ratio of the largest to the least information of a factor's levels above which the levels' scales differ.
  private static let unevenSpread = 10.0

  private var informationSpread: Double {
    moments.information.joined().reduce(1) { max($0, $1.lowerBound > 0 ? $1.upperBound / $1.lowerBound : 1) }
  }

  /// Minima on the line of a lone parameter, without the one at which iterations have ended.
  private func startsOnLine(
    to point: ProfiledObjective.Point, objective: ProfiledObjective
  ) throws(EngineError) -> [[Double]] {
    guard products.trailing == nil || searchesAreCheap, let information = parameterInformation.first,
      information.lowerBound > 0
    else { return [] }
    let line = VarianceLine(objective: objective, information: information, leastScale: Self.resolvedScale)
    let found = abs(point.theta[0])
    return try line.minima().filter { other in
      if found == 0 { return other > 0 }
      // within a few tenths lies the basin that is known
      return other == 0 || abs(log(other / found)) > 0.5
    }.map { [$0] }
  }

  /// Standard deviation of each variance's effects in units of its parameter's scale; nil for covariances.
  private func sizes(of point: ProfiledObjective.Point) -> [Double?] {
    zip(layout.parameters, parameterScales).map { entries, scale in
      guard let e = entries.first, e.row == e.column else { return nil }
      let width = layout.widths[e.factor]
      let lower = point.lower[e.factor]
      let variance = (0..<width).reduce(0.0) { $0 + lower[e.row + $1 * width] * lower[e.row + $1 * width] }
      return variance.squareRoot() / scale
    }
  }

  /// Least and largest A_ll of the regressors of each parameter's rows.
  private var parameterInformation: [ClosedRange<Double>] {
    layout.parameters.map { entries in
      let ranges = entries.map { moments.information[$0.factor][$0.row] }
      let least = ranges.reduce(.infinity) { min($0, $1.lowerBound) }
      return least...ranges.reduce(least) { max($0, $1.upperBound) }
    }
  }

  /// Sizes of each parameter between which it may matter: from where it adds a tenth of a standard error even to the
  /// best known effect, to three times what would give the worst known effect all of the response's spread.
  private func scaleRanges(objective: ProfiledObjective) throws(EngineError) -> [ClosedRange<Double>] {
    let information = parameterInformation
    let nothing = layout.parameters.map { _ in 0.0 }
    let saturated = zip(layout.parameters, information).map { entries, range in
      entries.first.map { $0.row == $0.column } ?? false ? 1e4 / range.lowerBound.squareRoot() : 0
    }
    let total = try objective.evaluate(nothing).scale
    // effects that explain every row leave no limit but that of doubles
    let rest = max((try? objective.evaluate(saturated).scale) ?? 0, Self.resolvedScale * total)
    let ratio = max(total / rest, 1).squareRoot()
    return information.map { range in
      let least = 0.1 / range.upperBound.squareRoot()
      return least...max(least, 3 * ratio / range.lowerBound.squareRoot())
    }
  }

  /// Lines of ever larger variances: all at once without correlations, and each beside the others of a point.
  private func lines(
    over ranges: [ClosedRange<Double>], through point: ProfiledObjective.Point
  ) -> [[[Double]]] {
    let isVariance = layout.parameters.map { $0.first.map { $0.row == $0.column } ?? false }
    func nodes(_ moved: [Int], others: [Double]) -> [[Double]] {
      let length = moved.reduce(0.0) { max($0, log(ranges[$1].upperBound / ranges[$1].lowerBound)) }
      let steps = max(Int(length.rounded(.up)), 1)
      return (0...steps).map { step in
        var theta = others
        for i in moved {
          let share = Double(step) / Double(steps)
          theta[i] = ranges[i].lowerBound * pow(ranges[i].upperBound / ranges[i].lowerBound, share)
        }
        return theta
      }
    }
    let variances = isVariance.indices.filter { isVariance[$0] }
    return [nodes(variances, others: isVariance.map { _ in 0 })]
      + variances.map { nodes([$0], others: point.theta) }
  }

  /// Nodes of a line that lie below their neighbours.
  private static func minima(
    on line: [[Double]], objective: ProfiledObjective
  ) throws(EngineError) -> [[Double]] {
    var deviances: [Double] = []
    for theta in line { deviances.append((try? objective.evaluate(theta).deviance) ?? .infinity) }
    return line.indices.filter { j in
      deviances[j].isFinite && (j == 0 || deviances[j] < deviances[j - 1])
        && (j == line.count - 1 || deviances[j] <= deviances[j + 1])
    }.map { line[$0] }
  }

  /// Whether several factors have together more than half as many effects as there are rows, few enough for many
  /// searches.
  private var isCrowded: Bool {
    let factors = products.structure.factors
    let effects = factors.reduce(0) { $0 + $1.levelCount * $1.width }
    return factors.count > 1 && 2 * effects > response.count && effects <= 1000
  }

  /// Standard deviations log-uniform over the ranges, and correlations of every size; the same at each call.
  private func randomStarts(count: Int, over ranges: [ClosedRange<Double>]) -> [[Double]] {
    var stream = RandomStream(seed: 1)
    return (0..<count).map { _ in
      zip(layout.parameters, ranges).map { entries, range in
        let size = range.lowerBound * pow(range.upperBound / range.lowerBound, stream.uniform())
        guard let e = entries.first, e.row != e.column else { return size }
        return (2 * stream.uniform() - 1) * size
      }
    }
  }
}
