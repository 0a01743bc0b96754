import Distributions
import Foundation
package import LinearAlgebra

/// The distribution of the restricted likelihood ratio of one variance under a variance of zero, exact in finite samples
/// (C. M. Crainiceanu, D. Ruppert, 2004).
///
/// With μ the eigenvalues of Z'PZ, P of the model without the term, and w independent standard normals,
/// sup over λ ≥ 0 of ν log(1 + N/D) − Σ log(1 + λμ), N = Σ λμw²/(1 + λμ), D = Σ w²/(1 + λμ) + χ²(ν − K).
package struct RestrictedRatio: Sendable {
  /// Distinct eigenvalues, and how often each occurs.
  let eigenvalues: [(value: Double, count: Int)]
  /// n − p.
  let degreesOfFreedom: Int

  /// Share of the largest eigenvalue below which one is the rounding of zero, and differences none.
  private static let rounding = 1e-9
  /// λ times the mean eigenvalue: from a variance that nobody sees to one beside which nothing else is seen, 12 a decade.
  private static let grid = (0...108).map { pow(10, -3 + Double($0) / 12) }

  init(eigenvalues all: [Double], degreesOfFreedom: Int) {
    let largest = all.max() ?? 0
    var distinct: [(value: Double, count: Int)] = []
    for value in all.sorted() where value > Self.rounding * largest {
      if let last = distinct.last, value - last.value <= Self.rounding * largest {
        distinct[distinct.count - 1].count += 1
      } else {
        distinct.append((value, 1))
      }
    }
    eigenvalues = distinct
    self.degreesOfFreedom = degreesOfFreedom
  }

  /// One draw of the statistic; 0 where the supremum is at a variance of zero.
  package func draw(_ stream: inout RandomStream) -> Double {
    let squares = eigenvalues.map { stream.chiSquared(Double($0.count)) }
    let known = eigenvalues.reduce(0) { $0 + $1.count }
    let rest = degreesOfFreedom > known ? stream.chiSquared(Double(degreesOfFreedom - known)) : 0
    let total = squares.reduce(0, +) + rest
    let mean = eigenvalues.reduce(0) { $0 + $1.value * Double($1.count) } / Double(max(known, 1))
    func statistic(_ lambda: Double) -> Double {
      var (inner, logs) = (rest, 0.0)
      for (square, eigenvalue) in zip(squares, eigenvalues) {
        let factor = 1 + lambda * eigenvalue.value
        inner += square / factor
        logs += Double(eigenvalue.count) * log(factor)
      }
      return Double(degreesOfFreedom) * log(total / inner) - logs
    }
    let points = Self.grid.map { $0 / mean }
    let values = points.map(statistic)
    guard let best = values.indices.max(by: { values[$0] < values[$1] }) else { return 0 }
    let around = (points[max(best - 1, 0)], points[min(best + 1, points.count - 1)])
    let refined = Self.maximum(of: statistic, from: best == 0 ? 0 : around.0, to: around.1)
    return max(refined, 0)
  }

  /// Golden sections, to the square root of the digits.
  private static func maximum(of f: (Double) -> Double, from low: Double, to high: Double) -> Double {
    let share = 0.6180339887498949
    var (a, b) = (low, high)
    var (c, d) = (b - share * (b - a), a + share * (b - a))
    var (fc, fd) = (f(c), f(d))
    for _ in 0..<30 {
      if fc > fd {
        (b, d, fd) = (d, c, fc)
        c = b - share * (b - a)
        fc = f(c)
      } else {
        (a, c, fc) = (c, d, fd)
        d = a + share * (b - a)
        fd = f(d)
      }
    }
    return max(fc, fd)
  }
}

extension MixedModel {
  /// Levels and rows up to which Z'PZ is decomposed, and V inverted where there are other terms.
  private static let mostLevels = 2_000
  private static let mostRows = 5_000

  /// The null distribution of the ratio for a term of one effect, with relative covariances of the others as they are under
  /// the null.
  ///
  /// - Returns: nil for terms of several effects, and where matrices would be too large.
  package func restrictedRatio(ofTerm tested: Int, nullCovariances: [Matrix]) throws(EngineError)
    -> RestrictedRatio?
  {
    let term = terms[tested]
    let others = terms.indices.filter { $0 != tested && nullCovariances[$0].storage.contains { $0 != 0 } }
    let n = rows.count
    guard term.width == 1, term.levelCount <= Self.mostLevels, others.isEmpty || n <= Self.mostRows else {
      return nil
    }
    let kept = fixed.kept.sorted()
    let x = (0..<kept.count).map { j in (0..<n).map { rows.root($0) * rows.fixed[$0, kept[j]] } }
    var z = [[Double]](repeating: [Double](repeating: 0, count: n), count: term.levelCount)
    for i in 0..<n where term.codes[i] >= 0 {
      z[Int(term.codes[i])][i] = rows.root(i) * (term.columns[0]?[i] ?? 1)
    }
    var (design, effects) = (Matrix(columns: x, rows: n), Matrix(columns: z, rows: n))
    if !others.isEmpty {
      let factor = try nullFactor(others, covariances: nullCovariances)
      design = factor.forwardSolve(design)
      effects = factor.forwardSolve(effects)
    }
    let basis = QR(design).q
    let projected = effects - basis * basis.transposedTimes(effects)
    guard let eigen = try? SymmetricEigen(projected.gram()) else { throw .overflow }
    return RestrictedRatio(eigenvalues: eigen.values, degreesOfFreedom: n - fixed.rank)
  }

  /// The factor of V over σ² with some terms, rows times the roots of their weights.
  private func nullFactor(_ others: [Int], covariances: [Matrix]) throws(EngineError) -> Cholesky {
    let n = rows.count
    var v = Matrix.identity(n)
    for t in others {
      let term = terms[t]
      for i in 0..<n where term.codes[i] >= 0 {
        for j in 0...i where term.codes[j] == term.codes[i] {
          var value = 0.0
          for a in 0..<term.width {
            for b in 0..<term.width {
              value += (term.columns[a]?[i] ?? 1) * covariances[t][a, b] * (term.columns[b]?[j] ?? 1)
            }
          }
          v[i, j] += rows.root(i) * rows.root(j) * value
          if i != j { v[j, i] = v[i, j] }
        }
      }
    }
    do { return try Cholesky(v) } catch { throw .overflow }
  }
}
