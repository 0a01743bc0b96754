import Distributions
import Foundation
import LinearAlgebra
import MixedModels
import Optimization

/// The highest point of a likelihood that a grid, or simplex searches from many starts, find.
struct GlobalSearch {
  /// What was found.
  struct Outcome {
    var best: RootLikelihood.Value
    /// log10 of the relative standard deviations there, of the regressors as the search scales and centres them.
    var sizes: [Double]
    /// Whether the likelihood still grows as effects dwarf the residuals, or no residual variance is left.
    var isUnbounded: Bool
  }

  private let likelihood: RootLikelihood
  private let terms: [RandomTerm]
  /// Parameter of each size, and the box that sizes are drawn from.
  private let box: [ClosedRange<Double>]
  private let angleCount: Int

  /// Searches started, where there are several variances.
  private static let searchCount = 40
  /// Points at which the likelihood is looked at before the searches.
  private static let probeCount = 1500
  /// Decades that a single variance's standard deviation is looked at on either side of 1 / rms(x), and the step.
  private static let decades = 8.0
  private static let step = 0.02

  init(response: [Double], fixed: Matrix, terms: [RandomTerm], reml: Bool) {
    // With an intercept beside them correlated slopes may have any origin: the mean keeps correlations moderate.
    let centred = terms.map { term in
      var term = term
      if term.covariance == .unstructured, term.columns.contains(where: { $0 == nil }) {
        term.columns = term.columns.map { column in
          column.map { values in
            let mean = values.reduce(0, +) / Double(values.count)
            return values.map { $0 - mean }
          }
        }
      }
      return term
    }
    self.terms = centred
    likelihood = RootLikelihood(response: response, fixed: fixed, terms: centred, reml: reml)
    box = centred.flatMap(Self.ranges)
    angleCount = centred.reduce(0) {
      $0 + ($1.covariance == .unstructured ? $1.width * ($1.width - 1) / 2 : 0)
    }
  }

  func run(seed: UInt64) -> Outcome {
    var (point, best) = box.count == 1 && angleCount == 0 ? scan() : searches(seed: seed)
    // Without end the likelihood grows by at least half a degree of freedom per factor of e.
    func grows(_ isLarger: (Int) -> Bool) -> Bool {
      let larger = point.indices.map { point[$0] + ($0 < box.count && isLarger($0) ? 1 : 0) }
      return !(likelihood.value(roots(larger)).logLikelihood < best.logLikelihood + 0.1)
    }
    // Less than double precision resolves beside the response is no residual variance.
    let isExact = best.scale < 1e-20 * likelihood.spread
    let isUnbounded = isExact || grows { _ in true } || box.indices.contains { i in grows { $0 == i } }
    let zero = likelihood.value(terms.map { [Double](repeating: 0, count: $0.width * $0.width) })
    if zero.logLikelihood >= best.logLikelihood { best = zero }
    point.removeLast(angleCount)
    return Outcome(best: best, sizes: point, isUnbounded: isUnbounded)
  }

  /// Sizes between those at which the most and the least informative level show: the reciprocal norms of a level's
  /// regressors, with room below for effects that hardly matter and above for effects that dwarf the residuals.
  private static func ranges(_ term: RandomTerm) -> [ClosedRange<Double>] {
    let columns = term.columns.map { column -> ClosedRange<Double> in
      var squares = [Double](repeating: 0, count: term.levelCount)
      for (i, code) in term.codes.enumerated() where code >= 0 {
        let x = column?[i] ?? 1
        squares[Int(code)] += x * x
      }
      let norms = squares.filter { $0 > 0 }.map { $0.squareRoot() }
      let (least, most) = (norms.min() ?? 1, norms.max() ?? 1)
      return (-log10(most) - 2)...(-log10(least) + 5)
    }
    guard term.covariance == .tied else { return columns }
    let lower = columns.map(\.lowerBound).min() ?? -2
    return [lower...(columns.map(\.upperBound).max() ?? 5)]
  }

  /// Relative roots at a point: log10 of every size, then the angles of every correlated term.
  private func roots(_ point: [Double]) -> [[Double]] {
    var (size, angle) = (0, box.count)
    return terms.map { term in
      let k = term.width
      var root = [Double](repeating: 0, count: k * k)
      for a in 0..<k {
        let scale = pow(10, point[term.covariance == .tied ? size : size + a])
        var rest = scale
        if term.covariance == .unstructured {
          for b in 0..<a {
            root[a + b * k] = rest * cos(point[angle])
            rest *= sin(point[angle])
            angle += 1
          }
        }
        root[a + a * k] = rest
      }
      size += term.covariance == .tied ? 1 : k
      return root
    }
  }

  /// Every local maximum of a grid, refined.
  private func scan() -> ([Double], RootLikelihood.Value) {
    let squares = terms[0].columns.map { column in
      column.map { $0.reduce(0) { $0 + $1 * $1 } / Double($0.count) } ?? 1
    }.filter { $0 > 0 }
    let centre = -0.5 * squares.map { log10($0) }.reduce(0, +) / Double(max(squares.count, 1))
    let points = stride(from: centre - Self.decades, through: centre + Self.decades, by: Self.step).map { $0 }
    let values = points.map { likelihood.value(roots([$0])) }
    var best = (point: points[0], value: values[0])
    for i in points.indices {
      let here = values[i].logLikelihood
      guard i == 0 || here >= values[i - 1].logLikelihood,
        i == points.count - 1 || here >= values[i + 1].logLikelihood
      else { continue }
      var (low, high) = (points[max(i - 1, 0)], points[min(i + 1, points.count - 1)])
      // Golden section.
      for _ in 0..<40 {
        let (a, b) = (high - 0.618_034 * (high - low), low + 0.618_034 * (high - low))
        if likelihood.value(roots([a])).logLikelihood > likelihood.value(roots([b])).logLikelihood {
          high = b
        } else {
          low = a
        }
      }
      let middle = (low + high) / 2
      let refined = likelihood.value(roots([middle]))
      let found = refined.logLikelihood > here ? (middle, refined) : (points[i], values[i])
      if found.1.logLikelihood > best.value.logLikelihood { best = found }
    }
    return ([best.point], best.value)
  }

  /// Simplex searches from the better half of random points and from some others, the best of them sharpened.
  private func searches(seed: UInt64) -> ([Double], RootLikelihood.Value) {
    var stream = RandomStream(seed: seed)
    func deviance(_ point: [Double]) -> Double {
      let value = likelihood.value(roots(point)).logLikelihood
      return value.isFinite ? -2 * value : .infinity
    }
    var probes = (0..<Self.probeCount).map { _ in
      let sizes = box.map { $0.lowerBound + ($0.upperBound - $0.lowerBound) * stream.uniform() }
      let point = sizes + (0..<angleCount).map { _ in .pi * stream.uniform() }
      return (point: point, value: deviance(point))
    }
    let others = probes.prefix(Self.searchCount / 4)
    probes.sort { $0.value < $1.value }
    var found = (probes.prefix(Self.searchCount - others.count) + others).map { probe in
      minimised(probe.point, tolerance: 1e-2, evaluations: 40 * probe.point.count, deviance)
    }
    found.sort { $0.value < $1.value }
    var best = found[0]
    for candidate in found.prefix(8) where candidate.value < best.value + 0.1 {
      guard candidate.point == best.point || abs(candidate.value - best.value) > 1e-4 else { continue }
      var current = candidate
      for _ in 0..<4 {
        let next = minimised(current.point, tolerance: 1e-9, evaluations: 120 * current.point.count, deviance)
        let gain = current.value - next.value
        if gain > 0 { current = next }
        if gain < 1e-8 { break }
      }
      if current.value < best.value { best = current }
    }
    return (best.point, likelihood.value(roots(best.point)))
  }

  /// The end of a simplex search whose first edges are half a unit long.
  private func minimised(
    _ start: [Double], tolerance: Double, evaluations: Int, _ function: @escaping ([Double]) -> Double
  ) -> (point: [Double], value: Double) {
    // The method's first edges are a twentieth of each coordinate.
    func moved(_ x: [Double]) -> [Double] { zip(start, x).map { $0 + $1 - 10 } }
    let result = minimize(
      Objective(value: { function(moved($0)) }), start: start.map { _ in 10 }, method: .nelderMead,
      options: .init(
        maximumIterations: evaluations, maximumEvaluations: evaluations, xTolerance: max(tolerance, 1e-4),
        fTolerance: tolerance)
    )
    return (moved(result.x), result.value)
  }
}
