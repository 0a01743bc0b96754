import Foundation
package import LinearAlgebra

/// A direction of the fixed effects along which no row's density falls and some rise, wherever they are: the likelihood
/// has no maximum, with random effects or without.
///
/// With a_i the rows of X turned to where their densities rise, such a d has Ad ≥ 0 ≠ Ad. By Stiemke's theorem there is
/// either one or a λ > 0 with A'λ = 0; non-negative least squares (Lawson and Hanson 1974, chapter 23) on |A'(1 + ν)|, ν ≥ 0,
/// finds the one or the other: its residual r is zero, or it is d, since Ar ≥ 0 at the minimum and r'r = Σ (1 + ν_i) a_i'r.
package struct Separation: Sendable {
  /// d, for each column of X; 0 where a column was dropped.
  package let direction: [Double]

  /// Squared part of a column's length below which rows with an inner optimum leave a direction free.
  private static let freedom = 1e-12
  /// Part of a row's length that counts as none, and by which a row may fall.
  private static let rounding = 1e-9
  /// Solutions for each free direction before the search is given up; a few are usual.
  private static let mostSolutions = 200

  /// nil where there is no such direction.
  ///
  /// - Parameter sides: where each row's density is largest, by ``ResponseModel/side(of:)``: +1 or −1 at an end of the linear
  ///   predictors, 0 inside.
  package init?(_ x: Matrix, sides: [Int]) {
    let fixed = FixedColumns(x)
    let (n, p) = (x.rows, fixed.rank)
    var free = Matrix.identity(p)
    var inside = Matrix(rows: p, columns: p)
    if sides.contains(0) {
      for c in 0..<p {
        for r in c..<p {
          inside[r, c] = (0..<n).reduce(0.0) {
            sides[$1] == 0 ? $0 + fixed.basis.storage[r * n + $1] * fixed.basis.storage[c * n + $1] : $0
          }
        }
      }
      guard let eigen = try? SymmetricEigen(inside) else { return nil }
      free = eigen.vectors.selecting(
        columns: (0..<p).filter { eigen.values[$0] < Self.freedom * Double(n) })
    }
    guard free.columns > 0 else { return nil }
    let ends = (0..<n).filter { sides[$0] != 0 }
    var rows = fixed.basis.selecting(rows: ends) * free
    func square(_ matrix: Matrix, _ row: Int) -> Double {
      (0..<matrix.columns).reduce(0.0) {
        let value = matrix.storage[$1 * matrix.rows + row]
        return $0 + value * value
      }
    }
    for (i, row) in ends.enumerated() {
      let length = square(rows, i).squareRoot()
      let isFree = length > Self.rounding * max(1, square(fixed.basis, row).squareRoot())
      let factor = isFree ? Double(sides[row]) / length : 0
      for c in 0..<free.columns { rows.storage[c * ends.count + i] *= factor }
    }
    guard let d = Self.direction(rows) else { return nil }
    direction = fixed.coefficients(free * d, columns: x.columns).map { $0.isNaN ? 0 : $0 }
  }

  /// d with Ad ≥ 0 ≠ Ad; nil for none.
  private static func direction(_ a: Matrix) -> [Double]? {
    let (n, k) = (a.rows, a.columns)
    let sum = (0..<k).map { c in (0..<n).reduce(0.0) { $0 + a.storage[c * n + $1] } }
    var active: [(row: Int, value: Double)] = []
    var d = sum
    for _ in 0..<mostSolutions * k {
      let length = norm(d)
      guard length > rounding * Double(n) else { return nil }
      let slopes = a * d
      guard let worst = slopes.indices.min(by: { slopes[$0] < slopes[$1] }) else { return nil }
      if slopes[worst] >= -rounding * length { return d }
      active.append((worst, 0))
      while !active.isEmpty {
        guard let values = solution(Matrix(columns: active.map { a.row($0.row) }, rows: k), sum) else {
          return nil
        }
        let falling = active.indices.filter { values[$0] <= 0 }
        // a row that does not help is a matter of rounding
        if falling.contains(active.count - 1), active[active.count - 1].value == 0 { return nil }
        let share = falling.reduce(1.0) { min($0, active[$1].value / (active[$1].value - values[$1])) }
        for i in active.indices { active[i].value += share * (values[i] - active[i].value) }
        if falling.isEmpty { break }
        active.removeAll { $0.value <= rounding * rounding }
      }
      d = sum
      for (row, value) in active { axpy(value, a.row(row), &d) }
    }
    return nil
  }

  /// z that makes |b + Bz| least.
  private static func solution(_ matrix: Matrix, _ b: [Double]) -> [Double]? {
    guard matrix.columns <= matrix.rows else { return nil }
    let qr = QR(matrix)
    var z = qr.q.transposedTimes(b).map { -$0 }
    for i in stride(from: z.count - 1, through: 0, by: -1) {
      for j in i + 1..<max(z.count, i + 1) { z[i] -= qr.r[i, j] * z[j] }
      guard qr.r[i, i] != 0 else { return nil }
      z[i] /= qr.r[i, i]
    }
    return z
  }
}

extension ResponseModel {
  /// Where the density of a response is largest: +1 or −1 at an end of the linear predictors, 0 inside.
  package func side(of y: Double) -> Int {
    guard link.meansAreShares || link == .log else { return 0 }
    return y <= 0 ? -1 : link.meansAreShares && y >= 1 ? 1 : 0
  }
}

extension GeneralizedModel {
  /// Numbers of the design up to which separation is looked for whatever the estimates; and the linear predictor that a row which
  /// is told without error has at least where the search ends.
  private static let smallDesign = 20_000
  private static let farPredictor = 4.0

  /// A direction of the fixed effects along which the likelihood rises without end.
  ///
  /// - Parameter predictors: the rows' linear predictors without effects where a search ended; nil before it, when large designs
  ///   are not looked at.
  func separation(at predictors: UnsafePointer<Double>? = nil) -> Separation? {
    let isSmall = rows.count * rows.fixed.columns <= Self.smallDesign
    guard isSmall == (predictors == nil) else { return nil }
    if let predictors, !(0..<rowCount).contains(where: { abs(predictors[$0]) > Self.farPredictor }) {
      return nil
    }
    let counted = (0..<rows.count).filter { (rows.trials?[$0] ?? 1) * (rows.frequencies?[$0] ?? 1) > 0 }
    let sides = counted.map { response.side(of: rows.response[$0]) }
    guard sides.contains(where: { $0 != 0 }) else { return nil }
    return Separation(
      counted.count == rows.count ? rows.fixed : rows.fixed.selecting(rows: counted), sides: sides)
  }
}
