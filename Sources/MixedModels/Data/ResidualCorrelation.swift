import Foundation
internal import LinearAlgebra

/// Correlations of the residuals within series of rows, at given parameters: Var e = σ² W^-½ C W^-½.
///
/// A factor C = LL' is known in closed form, so that L⁻¹ costs O(n).
package struct ResidualCorrelation: Sendable {
  package enum Kind: Sendable {
    /// C_st = ρ^|t − s|, |ρ| < 1; ρ ≥ 0 where times are no whole numbers.
    case autoregressive(Double)
    /// C_st = ρ, -1/(longest series − 1) < ρ < 1.
    case compoundSymmetry(Double)
  }

  /// Rows of each series, in the order of time; every row occurs once.
  package struct Series: Sendable {
    /// Positions of rows, series by series.
    package let rows: [Int]
    /// First position of each series, and the number of rows at the end.
    package let starts: [Int]
    /// Time since the row before in the series; 0 for the first.
    package let gaps: [Double]

    package init(rows: [Int], starts: [Int], gaps: [Double]) {
      self.rows = rows
      self.starts = starts
      self.gaps = gaps
    }

    /// Rows of the longest series.
    package var longest: Int { zip(starts, starts.dropFirst()).map { $1 - $0 }.max() ?? 0 }

    /// Whether no series has rows of several groups.
    package func lie(within groups: [Int32]) -> Bool {
      zip(starts, starts.dropFirst()).allSatisfy { first, end in
        (first..<end).allSatisfy { groups[rows[$0]] == groups[rows[first]] }
      }
    }

    fileprivate func forEach(_ body: (Range<Int>) -> Void) {
      for (first, end) in zip(starts, starts.dropFirst()) where first < end { body(first..<end) }
    }
  }

  let kind: Kind
  package let series: Series

  package init(_ kind: Kind, series: Series) {
    self.kind = kind
    self.series = series
  }

  /// log |C|.
  package var logDeterminant: Double {
    var sum = 0.0
    switch kind {
    case .autoregressive(let rho):
      for gap in series.gaps where gap > 0 { sum += log1p(-pow(rho, 2 * gap)) }
    case .compoundSymmetry(let rho):
      series.forEach { sum += Double($0.count - 1) * log1p(-rho) + log(1 + Double($0.count - 1) * rho) }
    }
    return sum
  }

  /// L⁻¹v, v by rows of the data.
  package func whitened(_ values: [Double]) -> [Double] {
    var result = values
    switch kind {
    case .autoregressive(let rho):
      series.forEach { range in
        for position in range.dropFirst() {
          let (before, row) = (series.rows[position - 1], series.rows[position])
          let carried = pow(rho, series.gaps[position])
          result[row] = (values[row] - carried * values[before]) / (1 - carried * carried).squareRoot()
        }
      }
    case .compoundSymmetry(let rho):
      spread(&result, rho: rho) { (1 / $0.squareRoot(), 1 / $1.squareRoot()) }
    }
    return result
  }

  /// L⁻ᵀv.
  package func whitenedTransposed(_ values: [Double]) -> [Double] {
    guard case .autoregressive(let rho) = kind else { return whitened(values) }
    var result = values
    series.forEach { range in
      var following = 0.0
      for position in range.reversed() {
        let row = series.rows[position]
        guard position > range.lowerBound else {
          result[row] = values[row] - following
          continue
        }
        let carried = pow(rho, series.gaps[position])
        let scaled = values[row] / (1 - carried * carried).squareRoot()
        result[row] = scaled - following
        following = carried * scaled
      }
    }
    return result
  }

  /// Lz: values with the covariance C from independent ones.
  package func colored(_ values: [Double]) -> [Double] {
    var result = values
    switch kind {
    case .autoregressive(let rho):
      series.forEach { range in
        for position in range.dropFirst() {
          let (before, row) = (series.rows[position - 1], series.rows[position])
          let carried = pow(rho, series.gaps[position])
          result[row] = carried * result[before] + (1 - carried * carried).squareRoot() * values[row]
        }
      }
    case .compoundSymmetry(let rho):
      spread(&result, rho: rho) { ($0.squareRoot(), $1.squareRoot()) }
    }
    return result
  }

  /// A symmetric function of compound symmetry: factors on deviations from a series' mean and on the mean, from the eigenvalues
  /// 1 − ρ and 1 + (m − 1)ρ.
  private func spread(
    _ values: inout [Double], rho: Double, factors: (_ deviation: Double, _ mean: Double) -> (Double, Double)
  ) {
    series.forEach { range in
      let count = Double(range.count)
      let mean = range.reduce(0.0) { $0 + values[series.rows[$1]] } / count
      let (outer, inner) = factors(1 - rho, 1 + (count - 1) * rho)
      // a row alone has the variance 1, whatever ρ
      for position in range {
        let row = series.rows[position]
        values[row] = range.count == 1 ? values[row] : outer * (values[row] - mean) + inner * mean
      }
    }
  }
}

extension ResidualCorrelation.Series {
  /// Sums of rows whose products, times ``ResidualCorrelation/partFactors``, make up those of the whitened rows; nil where
  /// there would be too many.
  ///
  /// - Parameter autoregressive: all first rows, then of each distance in time the rows before, those after, and both;
  ///   else rows alone in their series, the others, then the series of each length.
  package func parts(autoregressive: Bool) -> [[[Int]]]? {
    var result: [[[Int]]] = []
    if autoregressive {
      guard distances.count <= Self.mostParts else { return nil }
      result.append(starts.dropLast().map { [rows[$0]] })
      for distance in distances {
        let later = gaps.indices.filter { gaps[$0] == distance }
        result.append(later.map { [rows[$0 - 1]] })
        result.append(later.map { [rows[$0]] })
        result.append(later.map { [rows[$0 - 1], rows[$0]] })
      }
      return result
    }
    guard lengths.count <= Self.mostParts else { return nil }
    let series = zip(starts, starts.dropFirst()).map { Array(rows[$0..<$1]) }
    result.append(series.filter { $0.count == 1 })
    result.append(series.filter { $0.count > 1 }.joined().map { [$0] })
    for length in lengths { result.append(series.filter { $0.count == length }) }
    return result
  }

  /// Distinct distances in time between neighbours, and distinct lengths of series of several rows.
  fileprivate var distances: [Double] { Set(gaps.filter { $0 > 0 }).sorted() }
  fileprivate var lengths: [Int] {
    Set(zip(starts, starts.dropFirst()).map { $1 - $0 }.filter { $0 > 1 }).sorted()
  }

  /// Distances or lengths up to which their sums are kept apart.
  private static let mostParts = 8
}

extension ResidualCorrelation {
  /// Factors of the parts of the series.
  package var partFactors: [Double] {
    switch kind {
    case .autoregressive(let rho):
      var factors = [1.0]
      for distance in series.distances {
        let carried: Double = pow(rho, distance)
        let variance = 1 - carried * carried
        // (b − ca)(b − ca)' with ab' + ba' from the square of the sum
        factors.append((carried * carried + carried) / variance)
        factors.append((1 + carried) / variance)
        factors.append(-carried / variance)
      }
      return factors
    case .compoundSymmetry(let rho):
      var factors = [1.0, 1 / (1 - rho)]
      for length in series.lengths {
        let mean = 1 + Double(length - 1) * rho
        factors.append(-rho / ((1 - rho) * mean))
      }
      return factors
    }
  }
}

extension Rows {
  /// The rows L⁻¹W^½(y, X, Z), whose residuals are independent with the variance σ²: the same model in other rows.
  ///
  /// - Precondition: every series lies within one level of each term.
  package func whitened(by correlation: ResidualCorrelation) -> Rows {
    func moved(_ column: [Double]) -> [Double] {
      correlation.whitened(roots.map { zip(column, $0).map { $0 * $1 } } ?? column)
    }
    let ones = [Double](repeating: 1, count: count)
    return Rows(
      response: moved(response),
      fixed: Matrix(
        rows: count, columns: fixed.columns,
        columnMajor: (0..<fixed.columns).flatMap { moved(fixed.column($0)) }),
      terms: terms.map { term in
        var term = term
        term.columns = term.columns.map { moved($0 ?? ones) }
        return term
      },
      logWeights: logWeights - correlation.logDeterminant)
  }
}
