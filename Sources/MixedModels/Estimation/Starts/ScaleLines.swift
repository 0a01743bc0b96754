import Distributions
import Foundation
internal import LinearAlgebra

/// Lines of ever larger variances over the scales on which the levels themselves know their effects.
///
/// On each the deviance is looked at from where effects hardly matter to where they have all of the response's spread:
/// all variances together, and each with the others small or as at a point; without correlations between the
/// standardised effects, and without correlations between the caller's own, which is another matter where a regressor
/// is far from its origin.
struct ScaleLines {
  private let model: MixedModel
  private let objective: ProfiledObjective
  /// Sizes of each parameter between which it may matter: from where it adds a tenth of a standard error even to the
  /// best known effect, to three times what would give the worst known effect all of the response's spread.
  let ranges: [ClosedRange<Double>]

  /// θ of the covariances of the levels' own least-squares estimates, where levels have any.
  let separate: [Double]?

  init(model: MixedModel, objective: ProfiledObjective) {
    self.model = model
    self.objective = objective
    let information = Self.information(of: model)
    let isVariance = Self.isVariance(model)
    let saturated = zip(model.layout.parameters, information).map { parameter, range in
      parameter.kind.theta(deviation: Tuning.saturatedSize / range.lowerBound.squareRoot()) ?? 0
    }
    // 1 is the least-squares variance
    let total = (try? objective.evaluate(isVariance.map { _ in 0 }).scale) ?? 1
    // effects that explain every row leave no limit but that of doubles
    let end = try? objective.evaluate(saturated)
    separate = end.flatMap { Self.separateEstimates(at: $0, model: model, objective: objective) }
    let rest = max(end?.scale ?? 0, Tuning.resolvedScale * total)
    let spread = max(total / rest, 1).squareRoot()
    ranges = information.map { range in
      let least = Tuning.leastSize / range.upperBound.squareRoot()
      return ClosedRange(from: least, to: Tuning.largestSize * spread / range.lowerBound.squareRoot())
    }
  }

  /// Σ u_l u_l' / q over the levels' own least-squares effects u, in parts of the variance within levels: at large S the
  /// predicted effects S r_l are those.
  private static func separateEstimates(
    at point: ProfiledObjective.Point, model: MixedModel, objective: ProfiledObjective
  ) -> [Double]? {
    objective.elimination.solve()
    let factors = model.products.structure.factors
    let effects = factors.reduce(0) { $0 + $1.levelCount * $1.width }
    guard
      let traces = try? objective.elimination.traces(coefficients: point.coefficients, fixedInverse: nil)
    else { return nil }
    // levels with fewer rows than effects leave more degrees of freedom than this count
    let degrees = max(model.rows.observations - model.fixed.rank - effects, 1)
    let within = point.scale * objective.degreesOfFreedom / Double(degrees)
    let lower = model.layout.widths.indices.map { f -> [Double] in
      let k = model.layout.widths[f]
      let root = Matrix(rows: k, columns: k, columnMajor: point.lower[f])
      let covariance = root * root.transposed
      let sum = covariance * traces[f].residual * covariance
      let mean = sum.mapElements { $0 / (within * Double(factors[f].levelCount)) }
      return CovarianceLayout.semidefiniteCholesky(model.layout.covariancesOnly(mean, factor: f)).storage
    }
    let theta = model.layout.theta(lower)
    return theta.allSatisfy(\.isFinite) ? theta : nil
  }

  /// Least and largest A_ll of the regressors of each parameter's rows.
  static func information(of model: MixedModel) -> [ClosedRange<Double>] {
    model.layout.parameters.map { parameter in
      let ranges = parameter.rows.map { model.moments.information[$0.factor][$0.row] }
      let least = ranges.reduce(.infinity) { min($0, $1.lowerBound) }
      return ClosedRange(from: least, to: ranges.reduce(least) { max($0, $1.upperBound) })
    }
  }

  private static func isVariance(_ model: MixedModel) -> [Bool] {
    model.layout.parameters.map(\.kind.isVariance)
  }

  /// θ at the minima on all lines, the lowest first.
  func minima(through point: ProfiledObjective.Point) -> [[Double]] {
    var found: [(theta: [Double], deviance: Double)] = []
    for line in standardLines(through: point) + callersLines() + turns(through: point) {
      let deviances = line.map { objective.deviance(at: $0) ?? .infinity }
      for (j, deviance) in deviances.enumerated() where deviance.isFinite {
        let before = j > 0 ? deviances[j - 1] : .infinity
        let after = j + 1 < line.count ? deviances[j + 1] : .infinity
        if deviance < before, deviance <= after { found.append((line[j], deviance)) }
      }
    }
    return found.sorted { $0.deviance < $1.deviance }.map(\.theta)
  }

  /// Sizes from one end of a range to the other, `count` of them.
  private static func sizes(_ range: ClosedRange<Double>, count: Int) -> [Double] {
    (0..<count).map { step in
      range.lowerBound * pow(range.upperBound / range.lowerBound, Double(step) / Double(max(count - 1, 1)))
    }
  }

  private static func count(_ ranges: [ClosedRange<Double>]) -> Int {
    let length = ranges.reduce(0.0) { max($0, log($1.upperBound / $1.lowerBound)) }
    return min(Int((length / log(Tuning.sizeRatio)).rounded(.up)), mostNodes) + 1
  }

  /// Largest number of nodes of a line, for effects known to very different degrees.
  private static let mostNodes = 100

  /// A parameter at a standard deviation of its effects; 0 for one that is no variance.
  private func theta(_ i: Int, deviation: Double) -> Double {
    model.layout.parameters[i].kind.theta(deviation: deviation) ?? 0
  }

  /// Lines along the variances.
  private func standardLines(through point: ProfiledObjective.Point) -> [[[Double]]] {
    let isVariance = Self.isVariance(model)
    let variances = isVariance.indices.filter { isVariance[$0] }
    func line(_ moved: [Int], others: [Double]) -> [[Double]] {
      let count = Self.count(moved.map { ranges[$0] })
      let sizes = moved.map { Self.sizes(ranges[$0], count: count) }
      return (0..<count).map { step in
        var theta = others
        for (i, size) in zip(moved, sizes) { theta[i] = self.theta(i, deviation: size[step]) }
        return theta
      }
    }
    let small = ranges.indices.map { theta($0, deviation: ranges[$0].lowerBound) }
    return [line(variances, others: isVariance.map { _ in 0 })]
      + variances.flatMap { [line([$0], others: small), line([$0], others: point.theta)] }
  }

  /// Lines along the variances of correlated terms in the caller's own regressors.
  private func callersLines() -> [[[Double]]] {
    let layout = model.layout
    // Sizes of each term's effects, or nil where the standardised lines are the same.
    let sizes = model.terms.enumerated().map { t, term -> [ClosedRange<Double>]? in
      guard term.mayReorder, let place = layout.places[t],
        let map = layout.maps[t]
      else { return nil }
      return (0..<term.width).map { a in
        // a caller's column has the mean square of its image among the standardised
        let length = (0..<term.width).reduce(0.0) { $0 + map[$1, a] * map[$1, a] }.squareRoot()
        let own = (0..<term.width).map { range(factor: place.factor, row: place.offset + $0) }
        let least = own.reduce(.infinity) { min($0, $1.lowerBound) }
        return ClosedRange(
          from: least / length, to: own.reduce(least) { max($0, $1.upperBound) } / length)
      }
    }
    let places = sizes.enumerated().flatMap { t, ranges in
      (ranges ?? []).indices.map { (term: t, effect: $0) }
    }
    if places.isEmpty { return [] }
    func line(moving moved: (Int, Int) -> Bool) -> [[Double]] {
      let count = Self.count(
        places.filter { moved($0.term, $0.effect) }.compactMap { sizes[$0.term]?[$0.effect] })
      return (0..<count).map { step in
        let covariances = model.terms.enumerated().map { t, term -> Matrix in
          var matrix = Matrix(rows: term.width, columns: term.width)
          for (a, range) in (sizes[t] ?? []).enumerated() {
            let size = moved(t, a) ? Self.sizes(range, count: count)[step] : range.lowerBound
            matrix[a, a] = size * size
          }
          return matrix
        }
        return layout.theta(layout.lower(covariances: covariances))
      }
    }
    return [line { _, _ in true }] + places.map { place in line { $0 == place.term && $1 == place.effect } }
  }

  /// Perfect correlations of each two effects of a term: a column of T through all directions, of several lengths.
  ///
  /// Along a perfect correlation sizes may make up for directions, so that there may be several maxima beside one inside.
  private func turns(through point: ProfiledObjective.Point) -> [[[Double]]] {
    let layout = model.layout
    return model.terms.enumerated().flatMap { t, term -> [[[Double]]] in
      guard term.mayReorder, let place = layout.places[t],
        let root = layout.root(point.lower, term: t, width: term.width)
      else { return [] }
      let length = dot(root.storage, root.storage).squareRoot()
      guard length > 0 else { return [] }
      let pairs = (1..<term.width).flatMap { b in (0..<b).map { (a: $0, b: b) } }
      return pairs.flatMap { pair in
        Tuning.turnLengths.map { factor in
          // a column and its negative are one: half a turn, and a step beyond both ends
          (-1...Tuning.turnSteps).map { step in
            let angle = Double(step) * .pi / Double(Tuning.turnSteps)
            var far = Matrix(rows: term.width, columns: term.width)
            far[pair.a, 0] = factor * length * cos(angle)
            far[pair.b, 0] = factor * length * sin(angle)
            var lower = point.lower
            layout.fill(
              &lower, .init(factor: place.factor, offset: place.offset, width: term.width), with: far)
            return layout.theta(lower)
          }
        }
      }
    }
  }

  /// Points at random: sizes log-uniform over the ranges and correlations of every size, every other in the caller's own
  /// regressors; the same at each call.
  func random(count: Int) -> [[Double]] {
    var stream = RandomStream(seed: 1)
    let layout = model.layout
    return (0..<count).map { draw in
      let theta = zip(layout.parameters, ranges).map { parameter, range -> Double in
        let size = range.lowerBound * pow(range.upperBound / range.lowerBound, stream.uniform())
        if let value = parameter.kind.theta(deviation: size) { return value }
        return (2 * stream.uniform() - 1) * (parameter.kind == .angle ? 0.5 * .pi : size)
      }
      if draw.isMultiple(of: 2) { return theta }
      // the same numbers as a factor of the caller's S, each effect in units of its column
      let covariances = layout.covariances(layout.lower(theta), widths: model.terms.map(\.width))
      let uncorrelated = zip(model.terms, covariances).map { term, s -> Matrix in
        guard term.covariance.form.standardisation == .basis else { return s }
        var mixed = Matrix(rows: s.rows, columns: s.rows)
        let sizes = s.diagonal.map { max($0, 0).squareRoot() * exp(2 * stream.uniform() - 1) }
        for a in 0..<s.rows {
          for b in 0...a {
            mixed[a, b] =
              a == b ? sizes[a] * sizes[a] : 0.3 * (2 * stream.uniform() - 1) * sizes[a] * sizes[b]
            mixed[b, a] = mixed[a, b]
          }
        }
        return mixed
      }
      return layout.theta(layout.lower(covariances: uncorrelated))
    }
  }

  /// The range of the variance in one row of a factor.
  private func range(factor: Int, row: Int) -> ClosedRange<Double> {
    let position = model.layout.parameters.firstIndex { parameter in
      parameter.kind.isVariance && parameter.rows.contains { $0.factor == factor && $0.row == row }
    }
    return position.map { ranges[$0] } ?? 1...1
  }
}

extension ClosedRange<Double> {
  /// Positive sizes from the least to the most, no further apart than doubles tell; 1 alone where there is no such least.
  init(from least: Double, to most: Double) {
    guard least > 1e-150, least < 1e150 else {
      self = 1...1
      return
    }
    self = least...(most > least ? Swift.min(most, 1e30 * least) : least)
  }
}
