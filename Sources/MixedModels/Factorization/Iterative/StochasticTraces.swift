import Foundation
internal import LinearAlgebra

/// Traces of Z'V⁻¹Z by factor, and log|V|, from random probes.
///
/// With Ŝ = I + E, E of zero diagonal, a Rademacher probe ẑ has r = −Eẑ as the residual of the guess ẑ, so
/// that one solve ŷ = Ŝ⁻¹r serves all: the terms ẑ'ẑ and ẑ'Eẑ have known expectations and are left out,
/// which removes the first-order noise; log|Ŝ| = −E r'φ(E)r comes from the same recurrence by Lanczos
/// quadrature. Probes depend on the seed alone: all evaluations share them.
///
/// What the factors' means share with one another makes a few directions q, one a factor, in which Ŝ is
/// nearly singular. They are solved for, and q'Fq ((q'ẑ)² − 1), of expectation zero, is subtracted from
/// every quadratic form ẑ'Fẑ.
final class StochasticTraces {
  /// What an evaluation found, by factor in the structure's order.
  struct Result {
    /// Σ_l [Z'V⁻¹Z]_ll.
    var traces: [Double] = []
    /// Deviations of the single probes from `traces`; empty for factors done exactly.
    var deviations: [[Double]] = []
    var logDeterminant = 0.0
    var logDeterminantDeviations: [Double] = []
    var converged = true

    /// Number of probes.
    var probes: Int { logDeterminantDeviations.count }

    /// Monte-Carlo variance of the log determinant.
    var logDeterminantVariance: Double {
      let n = Double(probes)
      return n > 1 ? logDeterminantDeviations.reduce(0) { $0 + $1 * $1 } / (n * (n - 1)) : 0
    }

    /// Monte-Carlo covariance of Σ_f w_if × trace_f, for weights w given by parameter.
    func covariance(weights: [[Double]]) -> Matrix {
      let samples = weights.map { row in
        (0..<probes).map { s in
          zip(row, deviations).reduce(0.0) { $1.1.isEmpty ? $0 : $0 + $1.0 * $1.1[s] }
        }
      }
      var result = Matrix(rows: weights.count, columns: weights.count)
      guard probes > 1 else { return result }
      for i in samples.indices {
        for j in samples.indices {
          let sum = zip(samples[i], samples[j]).reduce(0) { $0 + $1.0 * $1.1 }
          result[i, j] = sum / Double(probes * (probes - 1))
        }
      }
      return result
    }
  }

  /// Terms of at most this many levels are done exactly.
  static let exactLevels = 64

  let system: ScaledOperator
  let seed: UInt64
  private lazy var solver = ConjugateGradients<EightFloatLanes>(system: system)
  private lazy var probe = LaneBuffer<EightFloatLanes>(system.system.trailingCount)
  private lazy var residual = LaneBuffer<EightFloatLanes>(system.system.trailingCount)
  private lazy var start = LaneBuffer<EightFloatLanes>(system.system.trailingCount)
  private lazy var solution = LaneBuffer<EightFloatLanes>(system.system.trailingCount)
  private lazy var scaled = LaneBuffer<EightFloatLanes>(system.system.trailingCount)
  private lazy var probeLeading = LaneBuffer<EightFloatLanes>(system.system.leadingCount)
  private lazy var solutionLeading = LaneBuffer<EightFloatLanes>(system.system.leadingCount)

  init(system: ScaledOperator, seed: UInt64) {
    self.system = system
    self.seed = seed
  }

  /// - Parameter batches: batches of eight probes.
  func evaluate(_ lower: [[Double]], batches: Int, tolerance: Double) -> Result {
    let design = system.system
    let factors = lower.count
    var base = [Double](repeating: 0, count: factors)
    var samples = [[Double]](repeating: [], count: factors)
    var logs: [Double] = []
    var converged = true
    let (d, w, squares) = (
      system.diagonal.pointer, system.shrinkage.pointer, design.leadingSquares.pointer
    )
    base[design.leadingFactor] =
      system.leadingLaneSum { l in OneLane(squares[l] * w[l]) }[0] - system.leadingTraceOfDiagonal()
    for part in design.parts {
      base[part.factor] = system.sumOverTrailing(in: part.range) { j in (d[j] - 1) / d[j] }
    }
    let directions = meanDirections(lower)
    probe.copy(from: directions)
    let known = run(tolerance: tolerance)
    for batch in 0..<batches {
      drawProbe(batch)
      let controls = excess(of: directions)
      let found = run(tolerance: tolerance)
      if !found.converged { converged = false }
      /// A form of the probes without the share of the known directions.
      func reduced(_ values: [Double], _ known: [Double]) -> [Double] {
        values.enumerated().map { lane, value in
          -zip(known, controls).reduce(value) { $0 - $1.0 * $1.1[lane] }
        }
      }
      samples[design.leadingFactor] += reduced(found.leading, known.leading)
      for (i, part) in design.parts.enumerated() {
        samples[part.factor] += reduced(found.parts[i], known.parts[i])
      }
      logs += reduced(found.logs, known.logs)
    }
    for part in design.parts {
      let square = lower[part.factor][0] * lower[part.factor][0]
      guard part.range.count > Self.exactLevels else {
        base[part.factor] =
          (base[part.factor] - exactRest(part, tolerance: 10 * tolerance * tolerance)) / square
        samples[part.factor] = []
        continue
      }
      base[part.factor] /= square
      samples[part.factor] = samples[part.factor].map { $0 / square }
    }
    let means = samples.map(Self.mean)
    let logMean = Self.mean(logs)
    return Result(
      traces: zip(base, means).map { $0 + $1 },
      deviations: zip(samples, means).map { list, mean in list.map { $0 - mean } },
      logDeterminant: system.logDiagonal + logMean, logDeterminantDeviations: logs.map { $0 - logMean },
      converged: converged)
  }

  private static func mean(_ x: [Double]) -> Double {
    x.isEmpty ? 0 : x.reduce(0, +) / Double(x.count)
  }

  private struct Batch {
    var leading: [Double]
    var parts: [[Double]]
    var logs: [Double]
    var converged: Bool
  }

  /// Rademacher numbers, eight lanes of them.
  private func drawProbe(_ batch: Int) {
    let z = probe.pointer
    let key = Self.mix(seed &+ UInt64(batch) &* 0x9E37_79B9_7F4A_7C15)
    system.forEachTrailing { j in
      let bits = Self.mix(key ^ UInt64(j))
      var value = EightFloatLanes(0)
      for lane in 0..<8 { value[lane] = bits >> UInt64(lane) & 1 == 0 ? 1 : -1 }
      z[j] = value
    }
  }

  /// Orthonormal directions, one a lane, that span constant effects of each factor; eigenvectors of Ŝ
  /// restricted to them.
  private func meanDirections(_ lower: [[Double]]) -> LaneBuffer<EightFloatLanes> {
    let parts = system.system.parts.prefix(EightFloatLanes.width)
    let result = LaneBuffer<EightFloatLanes>(system.system.trailingCount)
    let (q, d) = (result.pointer, system.diagonal.pointer)
    var scales: [Double] = []
    for (lane, part) in parts.enumerated() {
      let scale = 1 / system.sumOverTrailing(in: part.range) { j in d[j] }.squareRoot()
      scales.append(scale)
      for j in part.range { q[j][lane] = scale * d[j].squareRoot() }
    }
    guard parts.count > 1 else { return result }
    // residual = q − Ŝq, whose inner products with q give the restricted operator.
    solver.residual(of: result, rightHandSide: result, into: residual)
    var restricted = Matrix(rows: parts.count, columns: parts.count)
    let r = residual.pointer
    for (a, part) in parts.enumerated() {
      let scale = scales[a]
      let sums: EightFloatLanes = system.laneSum(in: part.range) { j in
        r[j] * EightFloatLanes(scale * d[j].squareRoot())
      }
      for b in parts.indices { restricted[a, b] = sums[b] }
    }
    for a in parts.indices { for b in 0..<a { restricted[a, b] = restricted[b, a] } }
    guard let eigen = try? SymmetricEigen(restricted) else { return result }
    for (lane, part) in parts.enumerated() {
      for j in part.range {
        let value = q[j][lane]
        for b in parts.indices { q[j][b] = value * eigen.vectors[lane, b] }
      }
    }
    return result
  }

  /// (q'ẑ)² − q'q of every direction, by probe.
  private func excess(of directions: LaneBuffer<EightFloatLanes>) -> [[Double]] {
    let (q, z) = (directions.pointer, probe.pointer)
    return (0..<min(system.system.parts.count, EightFloatLanes.width)).map { k in
      let sums: EightFloatLanes = system.laneSum { j in z[j] * EightFloatLanes(q[j][k]) }
      let length = system.sumOverTrailing { j in q[j][k] * q[j][k] }
      return sums.array.map { $0 * $0 - length }
    }
  }

  /// Forms of the eight vectors in `probe`.
  private func run(tolerance: Double) -> Batch {
    typealias L = EightFloatLanes
    let design = system.system
    let m = design.trailingCount
    let (z, r, r0, y) = (probe.pointer, residual.pointer, start.pointer, solution.pointer)
    // γ = A_12 C ẑ serves the leading trace.
    let (s, c) = (scaled.pointer, system.scale.pointer)
    system.forEachTrailing { j in s[j] = z[j] * L(c[j]) }
    system.leading(scaled, into: probeLeading)
    solver.residual(of: probe, rightHandSide: probe, into: residual)
    start.pointer.update(from: r, count: m)
    solution.clear()
    let recurrence = solver.solve(solution, residual: residual, tolerance: tolerance)
    system.forEachTrailing { j in s[j] = y[j] * L(c[j]) }
    system.leading(scaled, into: solutionLeading)
    let (gamma, delta, w) = (probeLeading.pointer, solutionLeading.pointer, system.shrinkage.pointer)
    let leading: L = system.leadingLaneSum { l in gamma[l] * delta[l] * L(w[l] * w[l]) }
    let d = system.diagonal.pointer
    let parts = design.parts.map { part in
      let sums: L = system.laneSum(in: part.range) { j in z[j] * (y[j] - r0[j]) * L(1 / d[j]) }
      return sums.array
    }
    let logs = (0..<8).map { lane in
      recurrence.quadrature(lane: lane) { logarithmRemainder($0 - 1) }
    }
    return Batch(leading: leading.array, parts: parts, logs: logs, converged: recurrence.converged)
  }

  /// Σ_j [Ŝ⁻¹ − I]_jj / D_j over the columns of a small factor, column by column.
  private func exactRest(_ part: ScalarSystem.Part, tolerance: Double) -> Double {
    typealias L = EightFloatLanes
    let (z, y, d) = (probe.pointer, solution.pointer, system.diagonal.pointer)
    var total = 0.0
    var first = part.range.lowerBound
    while first < part.range.upperBound {
      let last = min(first + 8, part.range.upperBound)
      probe.clear()
      for j in first..<last { z[j][j - first] = 1 }
      solver.residual(of: probe, rightHandSide: probe, into: residual)
      solution.clear()
      solver.solve(solution, residual: residual, tolerance: max(tolerance, 1e-6))
      for j in first..<last { total += y[j][j - first] / d[j] }
      first = last
    }
    return total
  }

  /// The finaliser of SplitMix64.
  private static func mix(_ x: UInt64) -> UInt64 {
    var z = x &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
