import Foundation
internal import LinearAlgebra
internal import Optimization

/// What a likelihood is profiled over.
package enum ProfiledParameter: Sendable, Equatable {
  /// A standard deviation of an effect of a term, in the response's units.
  case deviation(term: Int, effect: Int)
  /// The correlation of two effects of a term.
  case correlation(term: Int, effect: Int, other: Int)
  /// σ.
  case residual
  /// A fixed effect, by its column of X.
  case coefficient(Int)
}

/// The profile of one parameter: D(ψ), the least -2 log L with ψ held, as ζ = ±√(D − D_min).
package struct ParameterProfile: Sendable {
  package struct Point: Sendable {
    package var value: Double
    package var zeta: Double
  }
  package var parameter: ProfiledParameter
  package var estimate: Double
  /// The ends of {ψ: ζ² ≤ z²}; the ends of the range where they lie beyond it, nan where nothing is known.
  package var lower: Double
  package var upper: Double
  /// Ascending in ψ; empty unless asked for.
  package var points: [Point] = []
}

/// Profiles of a fit: ends of intervals by Newton steps on ζ, each on an inner optimum of all other parameters.
///
/// Covariances are held as Cholesky factors L of Ψ = LL' with the effects in such an order that the parameter is an entry:
/// L_11 is a standard deviation, L_21 = ρ s, L_22 = s √(1 − ρ²). The deviance is even in every standard deviation, so
/// that zero needs no bound. The envelope theorem gives D'(ψ) at an inner optimum, hence ζ' = D' / 2ζ.
package struct LikelihoodProfiler {
  /// -2 log L at the estimate.
  private let least: Double
  private let target: (ProfiledParameter) -> any ProfileTarget

  /// - Parameter estimate: an optimum of the model; by maximum likelihood where fixed effects are profiled.
  package init(_ model: MixedModel, estimate: Estimate) {
    self.init(deviance: -2 * estimate.logLikelihood) {
      LinearProfileTarget(model: model, estimate: estimate, parameter: $0)
    }
  }

  /// - Parameters:
  ///   - deviance: -2 log L at the estimate.
  ///   - target: the likelihood with a parameter held.
  package init(deviance: Double, target: @escaping (ProfiledParameter) -> any ProfileTarget) {
    least = deviance
    self.target = target
  }

  /// Steps on ζ after which an end counts as found.
  private static let mostSteps = 40
  /// Difference of ζ at which it does: 1e-10 standard errors.
  private static let tolerance = 1e-10
  /// Difference of ζ by which another optimum is lower.
  private static let gain = 1e-6
  /// Share of their spacing by which points may be off an even one: ζ is nearly straight, so that one step mostly does.
  private static let evenness = 0.1

  /// The profile of one parameter.
  ///
  /// - Parameters:
  ///   - quantile: z of the interval, 1.96 for 95 %.
  ///   - points: number of points on each side, spread over `reach` · z; 0 for none.
  /// - Throws: ``EngineError/betterOptimum`` where the likelihood is larger elsewhere than at the estimate.
  package func profile(
    _ parameter: ProfiledParameter, quantile: Double, points: Int = 0, reach: Double = 1.3
  ) throws(EngineError) -> ParameterProfile {
    let target = target(parameter)
    guard let centre = target.estimate else {
      // a correlation with an effect that does not vary
      return ParameterProfile(parameter: parameter, estimate: .nan, lower: -1, upper: 1)
    }
    let inner = InnerOptimum(target)
    var result = ParameterProfile(parameter: parameter, estimate: centre, lower: .nan, upper: .nan)
    var found = [ParameterProfile.Point(value: centre, zeta: 0)]
    for side in [-1.0, 1.0] {
      var walk = Walk(inner: inner, centre: centre, least: least, side: side)
      let end = try walk.place(
        zeta: quantile, within: Self.tolerance * max(1, quantile), isEnd: true)
      if side < 0 { result.lower = end.value } else { result.upper = end.value }
      walk.turnBack()
      let spacing = quantile * reach / Double(max(points, 1))
      for step in 0..<points {
        let wanted = spacing * Double(step + 1)
        let place = try walk.place(zeta: wanted, within: Self.evenness * spacing)
        guard place.value.isFinite, let zeta = place.zeta else { break }
        found.append(.init(value: place.value, zeta: zeta))
        if walk.isAtLimit(place) { break }
      }
    }
    if points > 0 { result.points = found.sorted { $0.value < $1.value } }
    return result
  }

  /// One side of a profile, from the estimate outwards.
  private struct Walk {
    /// A value of the parameter with ζ and dζ/dψ there, and the other parameters.
    struct Place {
      var value: Double
      /// nil at the end of the range where the likelihood does not exist.
      var zeta: Double?
      fileprivate var slope = Double.infinity
      fileprivate var free: [Double]
    }

    let inner: InnerOptimum
    let least: Double
    let side: Double
    private let origin: Place
    /// The end of the range on this side.
    private let limit: Double
    /// The end of a finite range, once it was looked at.
    private var last: Place?
    /// The place found last, from which the next search starts.
    private var latest: Place

    init(inner: InnerOptimum, centre: Double, least: Double, side: Double) {
      self.inner = inner
      self.least = least
      self.side = side
      origin = Place(value: centre, zeta: 0, free: inner.target.start)
      latest = origin
      let range = inner.target.range
      limit = side < 0 ? range.lowerBound : range.upperBound
    }

    /// Starts again at the estimate.
    mutating func turnBack() { latest = origin }

    func isAtLimit(_ place: Place) -> Bool { place.value == limit }

    /// The profile with the parameter held; nil where the likelihood does not exist.
    private func place(_ value: Double, from start: Place) throws(EngineError) -> Place? {
      guard let found = try inner.optimum(holding: value, from: start.free) else { return nil }
      let rise = found.deviance - least
      if rise < -1e-6 * max(1, abs(least).squareRoot()) { throw .betterOptimum(rise: rise) }
      let zeta = side * max(rise, 0).squareRoot()
      return Place(
        value: value, zeta: zeta, slope: zeta == 0 ? .infinity : 0.5 * found.slope / zeta, free: found.free)
    }

    /// Where |ζ| has a value, about; the end of the range where it never does.
    ///
    /// - Parameter isEnd: whether it is the end of an interval, at which other optima are looked for.
    mutating func place(
      zeta wanted: Double, within tolerance: Double, isEnd: Bool = false
    ) throws(EngineError) -> Place {
      if limit == origin.value { return origin }
      if limit.isFinite {
        if last == nil { last = try place(limit, from: origin) ?? Place(value: limit, free: origin.free) }
        if let end = last, let zeta = end.zeta, abs(zeta) <= wanted { return end }
      }
      let target = side * wanted
      // a bracket: inside |ζ| is smaller, outside it is larger or the likelihood does not exist
      var inside = latest.zeta.map { abs($0) < wanted } ?? false ? latest.value : origin.value
      var outside: Double? = limit.isFinite ? limit : nil
      var value = clamped(next(after: latest, target: target))
      for _ in 0..<LikelihoodProfiler.mostSteps {
        guard let found = try place(value, from: latest), let zeta = found.zeta else {
          outside = value
          value = 0.5 * (inside + value)
          continue
        }
        latest = found
        if abs(zeta - target) <= tolerance {
          guard isEnd, let lower = try lower(than: found, zeta) else { return found }
          latest = lower
          inside = value
          value = clamped(next(after: lower, target: target))
          continue
        }
        if abs(zeta) < wanted { inside = value } else { outside = value }
        var next = next(after: found, target: target)
        let isAhead = (next - inside) * side > 0 && outside.map { ($0 - next) * side > 0 } ?? true
        if !next.isFinite || !isAhead {
          let reach = inside + 2 * (inside - origin.value) + side * inner.standardError
          next = outside.map { 0.5 * (inside + $0) } ?? reach
        }
        if next == value { return found }
        value = clamped(next)
      }
      return latest
    }

    /// The best optimum with the parameter held that another start leads to: the other parameters of the estimate, or those
    /// found with a covariance of the other sign or none; nil where none is lower.
    private func lower(than found: Place, _ zeta: Double) throws(EngineError) -> Place? {
      let turned = inner.target.covariances.flatMap { covariance, rest in
        var (other, none) = (found.free, found.free)
        other[covariance].negate()
        (none[covariance], none[rest]) = (0, hypot(found.free[covariance], found.free[rest]))
        return [other, none]
      }
      var (least, best) = (abs(zeta) - LikelihoodProfiler.gain, Place?.none)
      for start in turned.isEmpty ? [] : [origin.free] + turned {
        guard let other = try place(found.value, from: Place(value: found.value, free: start)),
          let height = other.zeta, abs(height) < least
        else { continue }
        (least, best) = (abs(height), other)
      }
      return best
    }

    /// Where the tangent at a place has a value; from the estimate, that of the curvature there.
    private func next(after place: Place, target: Double) -> Double {
      guard let zeta = place.zeta, zeta != 0 else { return origin.value + target * inner.standardError }
      return place.value - (zeta - target) / place.slope
    }

    private func clamped(_ value: Double) -> Double {
      guard limit.isFinite else { return value }
      return side < 0 ? max(value, limit) : min(value, limit)
    }
  }
}

/// A likelihood with one parameter held, in coordinates of all others.
package protocol ProfileTarget {
  /// The estimate of the parameter; nil for the correlation of an effect without variance.
  var estimate: Double? { get }
  /// The free coordinates at the estimate, and their sizes.
  var start: [Double] { get }
  var steps: [Double] { get }
  /// Free coordinates that are covariances, each with that of the rest of its effect's deviation: with the other sign, or none,
  /// they may lead to another optimum.
  var covariances: [(covariance: Int, rest: Int)] { get }
  /// Size of the parameter: a standard error, or its estimate.
  var unit: Double { get }
  /// Where the parameter may lie.
  var range: ClosedRange<Double> { get }
  /// -2 log L, its slope in the held parameter, and its gradient in the free coordinates; nil where there is none.
  func evaluate(held value: Double, free: [Double]) -> (deviance: Double, slope: Double, gradient: [Double])?
}

/// The likelihood of a linear mixed model.
private struct LinearProfileTarget: ProfileTarget {
  private let model: MixedModel
  private let fit: Estimate
  private let coordinates: ProfileCoordinates
  var estimate: Double? { coordinates.estimate }
  var start: [Double] { coordinates.start }
  var steps: [Double] { coordinates.steps }
  var covariances: [(covariance: Int, rest: Int)] { coordinates.covariances }
  let unit: Double
  var range: ClosedRange<Double> { coordinates.range }

  init(model: MixedModel, estimate: Estimate, parameter: ProfiledParameter) {
    self.model = model
    fit = estimate
    coordinates = ProfileCoordinates(model, estimate: estimate, parameter: parameter)
    unit = estimate.error(of: parameter) ?? coordinates.unit
  }

  func evaluate(held value: Double, free: [Double]) -> (deviance: Double, slope: Double, gradient: [Double])?
  {
    coordinates.evaluate(held: value, free: free, model: model, estimate: fit)
  }
}

extension Estimate {
  /// The standard error of a fixed effect; nil of other parameters.
  fileprivate func error(of parameter: ProfiledParameter) -> Double? {
    guard case .coefficient(let column) = parameter, !aliased.contains(column) else { return nil }
    let position = column - aliased.count { $0 < column }
    let error = fixedCovariance[position, position].squareRoot()
    return error > 0 ? error : nil
  }
}

/// The optimum of all other parameters with one held.
private final class InnerOptimum {
  let target: any ProfileTarget
  /// Steps in units of the likelihood's curvature at the estimate: free = start + C z.
  private let scaling: Matrix
  /// 1/√(½ d²D/dψ²) of the profile at the estimate.
  let standardError: Double

  init(_ target: any ProfileTarget) {
    self.target = target
    let count = target.start.count
    let centre = target.estimate ?? 0
    // differences of exact gradients over the held and the free parameters
    let steps = ([target.unit] + target.steps).map { Self.differenceStep * $0 }
    var hessian = Matrix(rows: count + 1, columns: count + 1)
    for j in 0...count {
      func gradient(_ sign: Double) -> [Double]? {
        var free = target.start
        if j > 0 { free[j - 1] += sign * steps[j] }
        let value = j == 0 ? centre + sign * steps[0] : centre
        return target.evaluate(held: value, free: free).map { [$0.slope] + $0.gradient }
      }
      guard let up = gradient(1), let down = gradient(-1) else { continue }
      for i in 0...count { hessian[i, j] = (up[i] - down[i]) / (2 * steps[j]) }
    }
    hessian = hessian.symmetrized
    let rest = Array(1..<max(count + 1, 1))
    // in steps, whatever the units of the coordinates
    var free = hessian.selecting(rows: rest).selecting(columns: rest)
    for i in 0..<count { for j in 0..<count { free[i, j] *= target.steps[i] * target.steps[j] } }
    let eigen = try? SymmetricEigen(free)
    let largest = eigen?.values.last.map { abs($0) } ?? 1
    let root = eigen?.applying { 1 / max(abs($0), 1e-8 * max(largest, 1e-300)).squareRoot() }
    var scaling = root ?? .identity(count)
    for i in 0..<count { for j in 0..<count { scaling[i, j] *= target.steps[i] } }
    self.scaling = scaling
    let cross = rest.map { hessian[$0, 0] }
    let moved = scaling.transposed * cross
    let curvature = hessian[0, 0] - dot(moved, moved)
    standardError = curvature > 0 ? (2 / curvature).squareRoot() : target.unit
  }

  /// - Returns: the least deviance, its slope in the held parameter and the free ones; nil where there is no likelihood.
  func optimum(
    holding value: Double, from start: [Double]
  ) throws(EngineError) -> (deviance: Double, slope: Double, free: [Double])? {
    guard var result = try descend(holding: value, from: start) else { return nil }
    for _ in 0..<Self.mostReopenings {
      guard let lower = reopened(result, holding: value), let next = try descend(holding: value, from: lower),
        next.deviance < result.deviance
      else { break }
      result = next
    }
    return result
  }

  /// A lower point beside an optimum in which a standard deviation is zero: the deviance is even in it, so that steps never
  /// leave zero, where it may be best at the estimate and not with the parameter held elsewhere.
  private func reopened(
    _ optimum: (deviance: Double, slope: Double, free: [Double]), holding value: Double
  ) -> [Double]? {
    var (least, result) = (optimum.deviance, [Double]?.none)
    for (i, size) in target.steps.enumerated() where abs(optimum.free[i]) < 0.1 * size {
      var (trial, step) = (optimum.free, size)
      trial[i] = step
      guard var found = target.evaluate(held: value, free: trial), found.gradient[i] < 0 else { continue }
      while found.deviance < least {
        (least, result) = (found.deviance, trial)
        step *= 2
        trial[i] = step
        guard let next = target.evaluate(held: value, free: trial) else { break }
        found = next
      }
    }
    return result
  }

  private func descend(
    holding value: Double, from start: [Double]
  ) throws(EngineError) -> (deviance: Double, slope: Double, free: [Double])? {
    if Task.isCancelled { throw .cancelled }
    func free(_ z: [Double]) -> [Double] { zip(start, scaling * z).map { $0 + $1 } }
    guard let first = target.evaluate(held: value, free: start) else {
      return nil
    }
    if start.isEmpty { return (first.deviance, first.slope, start) }
    let objective = Objective(valueAndGradient: { [self] z in
      guard let found = target.evaluate(held: value, free: free(z)) else {
        return (.infinity, z.map { _ in 0 })
      }
      return (found.deviance, scaling.transposed * found.gradient)
    })
    let run = minimize(
      objective, start: start.map { _ in 0 }, method: .bfgs,
      options: OptimizationOptions(gradientTolerance: Self.gradientTolerance, maximumIterations: 200))
    let end = free(run.x)
    guard let found = target.evaluate(held: value, free: end) else {
      return nil
    }
    return (found.deviance, found.slope, end)
  }

  /// Steps of differences of gradients, in sizes of the coordinates.
  private static let differenceStep = 1e-4
  /// A gradient of this size in units of the curvature leaves 1e-13 of the deviance.
  private static let gradientTolerance = 3e-7
  /// Optima beside which a lower point is looked for: one for each of a few standard deviations.
  private static let mostReopenings = 4
}
