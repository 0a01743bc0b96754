import Foundation

/// Where searches begin.
///
/// The folder: a first start from moments, ``StartingValues``, and others in basins that it does not lead to.
extension MixedModel {
  /// Starts in other basins than that of an optimum; empty where there is none to be feared.
  ///
  /// The line of a lone parameter is looked at as a whole. Of several parameters, each variance is followed over the
  /// scales on which the levels themselves know their effects, together and one by one, and where levels know very
  /// different amounts, a variance vanishes or the model is crowded, points at random on these scales join them:
  /// factors that divide the rows in similar ways compete for one variance, effects can be large where their
  /// regressor is small, and where there are few rows to each effect the effects can explain nearly every row in
  /// many ways.
  func alternativeStarts(
    to outcome: NewtonOptimizer.Outcome, objective: ProfiledObjective
  ) -> [[Double]] {
    let point = outcome.point
    switch plan.searches {
    case .none: return []
    case .line: return startsOnLine(to: point, objective: objective)
    case .everywhere: break
    }
    let scales = deviationScales
    let isSingular = boundaryDirections(point.lower) > 0
    let isUneven = informationSpread > Tuning.unevenSpread
    var starts: [[Double]] = []
    let sizes = sizes(of: point)
    let largest = sizes.reduce(0) { max($0, $1 ?? 0) }
    func theta(_ size: (Double) -> Double) -> [Double] {
      zip(sizes, zip(layout.parameters, scales)).map { own, next in
        own.flatMap { next.0.kind.theta(deviation: size($0) * next.1) } ?? 0
      }
    }
    if largest >= 1e-3, sizes.contains(where: { $0.map { $0 < 0.1 * largest } ?? false }) {
      starts.append(theta { $0 < 0.1 * largest ? largest : 0.1 * $0 })
    }
    if isSingular { starts += [1, 0.1].map { size in theta { _ in size } } }
    let hasCorrelation = layout.parameters.contains { $0.kind == .angle }
    if hasCorrelation || outcome.effectiveLevels < Tuning.fewLevels {
      starts += layout.farCorrelations(from: point.theta, lower: point.lower)
    }
    guard isSingular || isUneven || isCrowded else { return starts }
    let lines = ScaleLines(model: self, objective: objective)
    if let separate = lines.separate { starts.append(separate) }
    starts += lines.minima(through: point).prefix(Tuning.mostMinima)
    let areMany = products.structure.factors.count > 1 || hasManyVariances
    return starts + lines.random(count: isCrowded && areMany ? Tuning.crowdedStarts : Tuning.randomStarts)
  }

  private var informationSpread: Double {
    moments.information.joined().reduce(1) { max($0, $1.lowerBound > 0 ? $1.upperBound / $1.lowerBound : 1) }
  }

  /// Minima on the line of a lone parameter, without the one at which iterations have ended.
  private func startsOnLine(
    to point: ProfiledObjective.Point, objective: ProfiledObjective
  ) -> [[Double]] {
    guard let information = ScaleLines.information(of: self).first,
      information.lowerBound > 0
    else { return [] }
    let line = VarianceLine(objective: objective, information: information)
    let found = abs(point.theta[0])
    return line.minima().filter { other in
      if found == 0 || other.theta == 0 { return other.theta != found }
      // within a few tenths lies the basin that is known, if no node is between
      return !other.sides.contains(found) || abs(log(other.theta / found)) > 0.5
    }.map { [$0.theta] }
  }

  /// Standard deviation of each variance's effects in units of its parameter's scale; nil for covariances.
  private func sizes(of point: ProfiledObjective.Point) -> [Double?] {
    zip(layout.parameters, deviationScales).map { parameter, scale in
      guard parameter.kind.isVariance else { return nil }
      let e = parameter.rows[0]
      let width = layout.widths[e.factor]
      let lower = point.lower[e.factor]
      let variance = (0..<width).reduce(0.0) { $0 + lower[e.row + $1 * width] * lower[e.row + $1 * width] }
      return variance.squareRoot() / scale
    }
  }

  /// Whether the factors have together more than half as many effects as there are rows, few enough for many searches; a
  /// quarter where they have several variances, which may change places.
  private var isCrowded: Bool {
    (hasManyVariances ? 4 : 2) * effectCount > rows.observations && effectCount <= 1000
  }

  private var hasManyVariances: Bool { layout.parameters.count { $0.kind.isVariance } > 2 }

  /// Effects of all levels together.
  var effectCount: Int { products.structure.factors.reduce(0) { $0 + $1.levelCount * $1.width } }

  /// Whether there are as many effects as rows.
  var effectsMayTakeEveryRow: Bool { fixed.rank + effectCount >= rows.observations }
}
