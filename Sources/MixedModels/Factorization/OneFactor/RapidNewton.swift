import Foundation
internal import LinearAlgebra

/// Newton steps of a model of one factor of few effects, on memory that is taken once.
///
/// Small models are fitted by the thousand, and arrays would be most of their time. The criterion and its derivatives are those
/// of ``ProfiledObjective``, entry by entry; parameters are entries of T.
final class RapidNewton: RapidDescent {
  private(set) var evaluations = 0
  private(set) var gradients = 0

  private let passes: any FactorPasses
  private let sums: FactorSums
  private let base: Matrix
  /// Where each parameter stands in T.
  private let entries: [(row: Int, column: Int)]
  private let scales: [Double]
  private let reml: Bool
  private let degreesOfFreedom: Double
  /// Numbers of the point: θ and those tried, the rows of the Cholesky factor of [X̃ ẽ]'V⁻¹[X̃ ẽ], b, Q and F.
  private let memory: Buffer
  private let theta: UnsafeMutablePointer<Double>
  private let trial: UnsafeMutablePointer<Double>
  private let factor: PanelFactor
  let coefficients: UnsafeMutablePointer<Double>
  let fixedInverse: UnsafeMutablePointer<Double>
  private let slopes: UnsafeMutablePointer<Double>
  /// dS of each parameter, and numbers for its products.
  private let directions: UnsafeMutablePointer<Double>
  private let image: UnsafeMutablePointer<Double>
  private let crossed: UnsafeMutablePointer<Double>
  private let weighted: UnsafeMutablePointer<Double>
  private let changes: UnsafeMutablePointer<Double>
  private let gradient: UnsafeMutablePointer<Double>
  private let curvature: UnsafeMutablePointer<Double>
  private let pivots: UnsafeMutablePointer<Double>
  private let lengths: UnsafeMutablePointer<Double>
  private let step: UnsafeMutablePointer<Double>
  /// σ² at the point evaluated last.
  private(set) var scale = 0.0
  private var leastPivot = 1.0
  private let leastCosine: Double
  /// Its resolution, as of ``ProfiledObjective/Point``, once its derivatives are known.
  private var resolution: Double?

  init(
    passes: any FactorPasses, base: Matrix, entries: [(row: Int, column: Int)], scales: [Double], reml: Bool,
    degreesOfFreedom: Double, leastCosine: Double
  ) {
    self.leastCosine = leastCosine
    (self.passes, sums, self.base) = (passes, passes.sums, base)
    (self.entries, self.scales) = (entries, scales)
    (self.reml, self.degreesOfFreedom) = (reml, degreesOfFreedom)
    let (q, p, k) = (entries.count, base.rows - 1, sums.width)
    let sizes = [
      q, q, PanelFactor.size(rank: p), p, p * p, k * k, q * k * k, k * k, q * p, q * p, q, q, q * q, q * q,
      q, q,
    ]
    memory = Buffer(sizes.reduce(0, +))
    var next = memory.pointer
    let places = sizes.map { size in
      defer { next += size }
      return next
    }
    (theta, trial, coefficients) = (places[0], places[1], places[3])
    factor = PanelFactor(rows: places[2], rank: p)
    (fixedInverse, slopes, directions, image) = (places[4], places[5], places[6], places[7])
    (crossed, weighted, changes, gradient) = (places[8], places[9], places[10], places[11])
    (curvature, pivots, lengths, step) = (places[12], places[13], places[14], places[15])
  }

  /// T at the point evaluated last, by columns.
  var root: UnsafePointer<Double> { UnsafePointer(passes.root) }
  private var count: Int { entries.count }
  private var rank: Int { base.rows - 1 }

  func deviance(at theta: [Double]) -> Double? {
    theta.withUnsafeBufferPointer { $0.baseAddress.flatMap(evaluate) }
  }

  func differentiated() -> ProfiledObjective.Derivatives {
    let (k, q) = (sums.width, count)
    _ = differentiate()
    func array(_ start: UnsafePointer<Double>, _ count: Int) -> [Double] {
      Array(UnsafeBufferPointer(start: start, count: count))
    }
    return ProfiledObjective.Derivatives(
      gradient: array(gradient, q),
      covariance: [Matrix(rows: k, columns: k, columnMajor: array(slopes, k * k))], traces: [],
      curvature: Matrix(rows: q, columns: q, columnMajor: array(curvature, q * q)))
  }

  func slopeByVariance(at theta: [Double]) -> (deviance: Double, slope: Double, scale: Double)? {
    guard let deviance = deviance(at: theta) else { return nil }
    _ = differentiate()
    let entry = entries[0].row
    return (deviance, slopes[entry + entry * sums.width], scale)
  }

  func descend(_ start: inout [Double], leastResolution: Double) -> Double? {
    let q = count
    for i in 0..<q { theta[i] = start[i] }
    guard var deviance = evaluate(theta) else { return nil }
    var (damping, promised, escapes) = (0.0, Double.infinity, 0)
    for _ in 0..<Tuning.rapidSteps {
      guard differentiate() >= leastResolution, let promise = solve(damping: 0) else { return nil }
      promised = promise
      let isFlat = promise < Tuning.cheapTolerance
      if isFlat, escapes == Tuning.mostEscapes { break }
      if isFlat { escapes += 1 }
      guard let value = isFlat ? reopened(below: deviance) : stepped(from: deviance, damping: &damping) else {
        break
      }
      deviance = value
      theta.update(from: trial, count: q)
    }
    guard promised < Tuning.gradientNoise, resolution != nil || evaluate(theta) != nil else { return nil }
    for i in 0..<q { start[i] = theta[i] }
    return deviance
  }

  /// Tries a step, ever shorter, until it brings its share of what it promises.
  ///
  /// - Returns: the deviance at the trial; nil where nothing is left to gain that doubles can tell.
  private func stepped(from deviance: Double, damping: inout Double) -> Double? {
    let rounding = Tuning.devianceRounding * (abs(deviance) + degreesOfFreedom)
    while true {
      if damping > 0 { _ = solve(damping: damping) }
      let predicted = shortenStep()
      for i in 0..<count { trial[i] = theta[i] + step[i] }
      if let value = evaluate(trial) {
        let actual = deviance - value
        let ratio = predicted > rounding ? actual / predicted : actual > -rounding ? 1 : -1
        if ratio > 0.5 { damping = damping > Tuning.leastDamping ? damping / 8 : 0 }
        if ratio > Tuning.fairShare { return value }
      }
      damping = max(6 * damping, Tuning.firstDamping)
      if damping > Tuning.mostRapidDamping { return nil }
    }
  }

  /// Tries a lower point beside one at which an effect has no variance of its own although the deviance falls with it.
  ///
  /// - Returns: the deviance at the trial; nil where there is none.
  private func reopened(below deviance: Double) -> Double? {
    var share = 1.0
    while share > Tuning.leastReopening {
      trial.update(from: theta, count: count)
      var isMoved = false
      for (i, entry) in entries.enumerated() where entry.row == entry.column {
        let slope = slopes[entry.row + entry.row * sums.width]
        guard LinearReopening.applies(theta[i], slope: slope, scale: scales[i]) else { continue }
        trial[i] += share * (LinearReopening.size * scales[i] - theta[i])
        isMoved = true
      }
      guard isMoved else { return nil }
      if let value = evaluate(trial), value < deviance { return value }
      share *= 0.25
    }
    return nil
  }

  /// The deviance at θ; nil where there is none.
  private func evaluate(_ theta: UnsafePointer<Double>) -> Double? {
    evaluations += 1
    resolution = nil
    let k = sums.width
    let root = passes.root
    for (i, entry) in entries.enumerated() { root[entry.row + entry.column * k] = theta[i] }
    guard let logDeterminant = passes.factorize() else { return nil }
    var e = 0
    for i in 0..<base.rows {
      for j in 0...i {
        factor.rows[e] = base.storage[i + j * base.rows] - sums.taken[e]
        e += 1
      }
    }
    guard let (fixedLogDeterminant, residual, pivot) = factor.factorize() else { return nil }
    leastPivot = pivot
    guard residual > 1e-24 * degreesOfFreedom, residual.isFinite else { return nil }
    scale = residual / degreesOfFreedom
    return logDeterminant + (reml ? fixedLogDeterminant : 0) + degreesOfFreedom * (1 + log(2 * .pi * scale))
  }

  /// b, Q, the gradient and the curvature at the point evaluated last.
  ///
  /// - Returns: its resolution, as of ``ProfiledObjective/Point``.
  private func differentiate() -> Double {
    if let resolution { return resolution }
    gradients += 1
    let (p, k, q) = (rank, sums.width, count)
    factor.solve(coefficients: coefficients, inverse: fixedInverse)
    passes.sum(coefficients: coefficients, fixedInverse: reml ? UnsafePointer(fixedInverse) : nil)
    let (root, residual, cross) = (passes.root, sums.residual, sums.cross)
    // F, and dS of each parameter
    for a in 0..<k {
      for b in 0...a {
        let e = LevelVectors.entry(a, b)
        let value = sums.projection[e] - (reml ? sums.fixed[e] : 0) - residual[e] / scale
        slopes[a + b * k] = value
        slopes[b + a * k] = value
      }
    }
    directions.update(repeating: 0, count: q * k * k)
    for (i, entry) in entries.enumerated() {
      let direction = directions + i * k * k
      var slope = 0.0
      for c in 0..<k {
        let value = root[c + entry.column * k]
        slope += slopes[entry.row + c * k] * value
        direction[entry.row + c * k] += value
        direction[c + entry.row * k] += value
      }
      gradient[i] = 2 * slope
      changes[i] = 0
      for a in 0..<k {
        for b in 0..<k { changes[i] += direction[a + b * k] * residual[LevelVectors.entry(a, b)] }
      }
      for c in 0..<p {
        var value = 0.0
        for e in 0..<k * k { value += direction[e] * cross[c * k * k + e] }
        crossed[c + i * p] = value
      }
    }
    sums.multiply(directions, count: q, image: image, into: curvature)
    for j in 0..<q {
      for c in 0..<p {
        var value = 0.0
        for d in 0..<p { value += fixedInverse[c + d * p] * crossed[d + j * p] }
        weighted[c + j * p] = value
      }
      for i in 0..<q {
        var value = curvature[i + j * q]
        for c in 0..<p { value -= crossed[c + i * p] * weighted[c + j * p] }
        value -= changes[i] * changes[j] / (degreesOfFreedom * scale)
        curvature[i + j * q] = value / scale
      }
    }
    addBoundaryCurvature()
    var explained = 0.0
    for c in 0..<p { explained += coefficients[c] * coefficients[c] }
    let found = ProfiledObjective.resolution(
      residual: scale * degreesOfFreedom, explained: explained, degreesOfFreedom: degreesOfFreedom,
      leastPivot: leastPivot, leastCosine: leastCosine)
    resolution = found
    return found
  }

  /// 2 F⁺ for parameters in the same column of T, of columns with covariances; of lone ones the positive diagonal entry.
  private func addBoundaryCurvature() {
    let (k, q) = (sums.width, count)
    let positive = image
    for e in 0..<k * k { positive[e] = 0 }
    if q == k {
      for a in 0..<k { positive[a + a * k] = max(slopes[a + a * k], 0) }
    } else if k == 2 {
      // F⁺ = (F + |F|)/2, and |F| = (F² + |det F| I) / tr|F|
      let (a, b, c) = (slopes[0], slopes[1], slopes[3])
      let size = abs(a * c - b * b)
      let trace = (a * a + 2 * b * b + c * c + 2 * size).squareRoot()
      if trace > 0 {
        positive[0] = 0.5 * (a + (a * a + b * b + size) / trace)
        positive[1] = 0.5 * (b + b * (a + c) / trace)
        positive[3] = 0.5 * (c + (b * b + c * c + size) / trace)
        positive[2] = positive[1]
      }
    } else {
      var matrix = Matrix(rows: k, columns: k)
      for entry in entries {
        matrix[entry.row, entry.column] = slopes[entry.row + entry.column * k]
        matrix[entry.column, entry.row] = matrix[entry.row, entry.column]
      }
      guard let found = try? SymmetricEigen(matrix).applying({ max($0, 0) }) else { return }
      for e in 0..<k * k { positive[e] = found.storage[e] }
    }
    for (i, entry) in entries.enumerated() {
      for (j, other) in entries.enumerated() where other.column == entry.column {
        curvature[i + j * q] += 2 * positive[entry.row + other.row * k]
      }
    }
  }

  /// The step −(H + damping)⁻¹ g, H scaled to unit diagonal.
  ///
  /// - Returns: what it promises without damping; nil where H has no inverse.
  private func solve(damping: Double) -> Double? {
    let q = count
    for i in 0..<q {
      let diagonal = curvature[i + i * q]
      lengths[i] = diagonal > 0 ? 1 / diagonal.squareRoot() : 1
    }
    for i in 0..<q {
      for j in 0...i {
        // a parameter without curvature, as a column of T that vanishes, has no gradient either
        var value = i == j ? 1 + damping : curvature[i + j * q] * lengths[i] * lengths[j]
        for s in 0..<j { value -= pivots[i + s * q] * pivots[j + s * q] }
        if i == j {
          guard value > Tuning.leastEigenvalue else { return nil }
          pivots[i + i * q] = value.squareRoot()
        } else {
          pivots[i + j * q] = value / pivots[j + j * q]
        }
      }
    }
    for i in 0..<q {
      var value = -gradient[i] * lengths[i]
      for s in 0..<i { value -= pivots[i + s * q] * step[s] }
      step[i] = value / pivots[i + i * q]
    }
    for i in stride(from: q - 1, through: 0, by: -1) {
      var value = step[i]
      for s in i + 1..<max(q, i + 1) { value -= pivots[s + i * q] * step[s] }
      step[i] = value / pivots[i + i * q]
    }
    var promise = 0.0
    for i in 0..<q {
      step[i] *= lengths[i]
      promise -= 0.5 * gradient[i] * step[i]
    }
    return promise
  }

  /// Shortens the step as ``StepLimit`` does.
  ///
  /// - Returns: the decrease that the model promises for it.
  private func shortenStep() -> Double {
    let q = count
    var shrink = 1.0
    for i in 0..<q {
      let limit = Tuning.longestStep * max(abs(theta[i]), scales[i])
      if abs(step[i]) > limit { shrink = min(shrink, limit / abs(step[i])) }
    }
    var decrease = 0.0
    for i in 0..<q { step[i] *= shrink }
    for i in 0..<q {
      var value = gradient[i]
      for j in 0..<q { value += 0.5 * curvature[i + j * q] * step[j] }
      decrease -= value * step[i]
    }
    return decrease
  }
}
