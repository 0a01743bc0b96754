import Foundation
internal import LinearAlgebra
internal import MixedModels

extension StartingPoint {
  /// Covariances for which scores vary as they do at the regression without effects.
  mutating func moments(_ model: GeneralizedModel, _ w: Workspace) {
    let n = model.rowCount
    var mean = 0.0
    for i in 0..<n {
      w.weight.pointer[i] = max(w.weight.pointer[i], 0)
      mean += w.weight.pointer[i] / Double(n)
    }
    predictorScale = mean > 0 && mean.isFinite ? 1 / mean.squareRoot() : 1
    w.weighted.refill(w.weight.pointer)
    let r = Buffer(model.system.effectCount)
    w.weighted.scatter(w.score.pointer, into: r.pointer)
    w.weighted.forEachFactor { f, k, levels, first in
      var moments = FactorMoments(width: k)
      for l in 0..<levels {
        moments.add(scores: r.pointer + first + l * k) { w.weighted.ownEntry(f, level: l, $0, $1) }
      }
      typical.append(moments.typical)
      covariances.append(moments.covariance(predictorScale: predictorScale))
    }
  }

  /// Variance of the scale on which a logistic distribution is nearly normal: (16√3 / 15π)².
  private static let logisticScale = 0.345_8
  /// Part of a latent variance that effects are taken to have at most.
  private static let largestPart = 0.6

  /// From coefficients and covariances of means over the effects to those of given effects.
  ///
  /// With a logarithmic link E e^(η + b) = e^(η + v/2), and covariances of e^b are e^c − 1 times the means; with a
  /// logistic or normal distribution as inverse link coefficients and effects shrink by √(1 + c v).
  mutating func condition(_ model: GeneralizedModel, _ w: Workspace) {
    let n = model.rowCount
    let change = w.rowWork.pointer
    switch model.response.link {
    case .log:
      covariances = covariances.map { FactorMoments.definite($0.mapElements { log1p(max($0, -0.5)) }) }
      w.quadratics(covariances, into: change)
      for i in 0..<n { change[i] *= -0.5 }
    case .logit, .probit:
      let total = covariances.reduce(0) { $0 + $1.trace }
      let part = total * (model.response.link == .logit ? Self.logisticScale : 1)
      let factor = 1 / (1 - min(part, Self.largestPart))
      covariances = covariances.map { factor * $0 }
      w.fixedValues(beta, plus: model.offset.pointer, into: change)
      for i in 0..<n { change[i] *= factor.squareRoot() - 1 }
    default: return
    }
    let moved = zip(beta, w.fixedSums(change)).map { $0 + $1 / Double(n) }
    if moved.allSatisfy(\.isFinite) { beta = moved }
  }
}

/// Second moments of a factor's scores: E rr' = A + ASA, with A the information of a level.
private struct FactorMoments {
  private let width: Int
  /// Pairs (c, d), c ≥ d, of S's entries.
  private let pairs: [(Int, Int)]
  /// Σ of the coefficients of S, and of rr' − A.
  private var coefficients: Matrix
  private var excess: [Double]
  /// Σ A_aa over levels that have any.
  private var sums: [Double]
  private var counts: [Double]

  /// Widths up to which covariances are looked for.
  private static let widest = 6
  private static let largestCorrelation = 0.9
  /// Standard deviations to start from, in parts of what one level determines, at least; and of what one row or level
  /// does, at most.
  private static let least = 0.3
  private static let most = 3.0

  init(width k: Int) {
    width = k
    pairs = (0..<k).flatMap { d in (d..<(k <= Self.widest ? k : d + 1)).map { ($0, d) } }
    coefficients = Matrix(rows: pairs.count, columns: pairs.count)
    excess = [Double](repeating: 0, count: pairs.count)
    sums = [Double](repeating: 0, count: k)
    counts = sums
  }

  mutating func add(scores r: UnsafePointer<Double>, _ lower: (Int, Int) -> Double) {
    func information(_ a: Int, _ b: Int) -> Double { lower(max(a, b), min(a, b)) }
    for a in 0..<width where information(a, a) > 0 {
      sums[a] += information(a, a)
      counts[a] += 1
    }
    for (i, (a, b)) in pairs.enumerated() {
      excess[i] += r[a] * r[b] - information(a, b)
      for (j, (c, d)) in pairs.enumerated() {
        var product = information(a, c) * information(d, b)
        if c != d { product += information(a, d) * information(c, b) }
        coefficients[i, j] += product
      }
    }
  }

  /// Standard deviations that one level determines.
  var typical: [Double] {
    zip(sums, counts).map { sum, count in
      let scale = 1 / (sum / max(count, 1)).squareRoot()
      return scale.isFinite ? scale : 1
    }
  }

  func covariance(predictorScale: Double) -> Matrix {
    var result = Matrix(rows: width, columns: width)
    let solved = (try? solve(coefficients, excess)) ?? excess.map { _ in 0 }
    for ((a, b), value) in zip(pairs, solved) { (result[a, b], result[b, a]) = (value, value) }
    let deviations = zip(result.diagonal, typical).map { variance, scale in
      let own = max(
        min(max(variance, 0).squareRoot(), Self.most * max(predictorScale, scale)), Self.least * scale)
      return own.isFinite ? own : Self.least * scale
    }
    let found = result
    for a in 0..<width {
      for b in 0..<width {
        let size = (found[a, a] * found[b, b]).squareRoot()
        let correlation = size > 0 ? found[a, b] / size : 0
        result[a, b] =
          deviations[a] * deviations[b]
          * (a == b
            ? 1
            : min(
              max(correlation.isFinite ? correlation : 0, -Self.largestCorrelation), Self.largestCorrelation))
      }
    }
    return Self.definite(result)
  }

  /// A covariance with correlations so small that it is positive definite.
  static func definite(_ covariance: Matrix) -> Matrix {
    var result = covariance
    // the last shrinkage leaves nothing
    for share in [0.7, 0.5, 0] where (try? Cholesky(result)) == nil {
      for a in 0..<result.rows {
        for b in 0..<result.rows where a != b { result[a, b] *= share }
      }
    }
    return result
  }
}

extension WeightedSystem {
  /// Entry (a, b), a ≥ b, of a level's own block of Z'WZ.
  @inline(__always)
  func ownEntry(_ factor: Int, level: Int, _ a: Int, _ b: Int) -> Double {
    if factor == 0 { return lead.pointer[level * system.width * system.width + a + b * system.width] }
    let own = system.trailing[factor - 1]
    return trailing.pointer[Int(system.trailingStart.pointer[own.first + level * own.width + b]) + a - b]
  }
}

extension Workspace {
  /// Σ z'Sz over the factors, for each row.
  fileprivate func quadratics(_ s: [Matrix], into out: UnsafeMutablePointer<Double>) {
    out.update(repeating: 0, count: rowCount)
    func add(_ covariance: Matrix, _ z: UnsafePointer<Double>?, rows: Range<Int>, has: (Int) -> Bool) {
      let k = covariance.rows
      covariance.storage.withUnsafeBufferPointer { values in
        for i in rows where has(i) {
          guard let z else {
            out[i] += values[0]
            continue
          }
          for b in 0..<k { for a in 0..<k { out[i] += values[a + b * k] * z[i * k + a] * z[i * k + b] } }
        }
      }
    }
    let withLevel = 0..<Int(system.levelStart.pointer[system.levelCount])
    add(s[0], system.z.map { UnsafePointer($0.pointer) }, rows: withLevel) { _ in true }
    for (f, factor) in system.trailing.enumerated() {
      let codes = factor.codes.pointer
      add(s[f + 1], factor.z.map { UnsafePointer($0.pointer) }, rows: 0..<rowCount) { codes[$0] >= 0 }
    }
  }
}
