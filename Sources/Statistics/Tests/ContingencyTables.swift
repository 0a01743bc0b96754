import Foundation

/// The χ² test of a table. Python: scipy.stats.contingency.Chi2ContingencyResult
public struct Chi2ContingencyResult: Sendable {
  /// The test statistic.
  public let statistic: Double
  /// The probability of a statistic at least as large under independence.
  public let pvalue: Double
  /// Degrees of freedom.
  public let dof: Int
  /// The counts expected under independence.
  public let expectedFreq: [[Double]]
}

extension stats {
  /// The χ² test of independence in a table of counts, rows of equal length.
  ///
  /// - Parameters:
  ///   - correction: Yates' correction where there is one degree of freedom.
  ///   - lambda: the power of the divergence of Cressie and Read: 1 Pearson's χ², 0 the likelihood ratio.
  /// - Throws: ``StatisticsError`` for negative counts, ragged or empty tables and expected counts of 0.
  ///
  /// Python: scipy.stats.chi2_contingency
  public static func chi2Contingency<Count: RealNumber>(
    _ observed: [[Count]], correction: Bool = true, lambda: Double = 1
  ) throws -> Chi2ContingencyResult {
    var table = try checked(observed.map { $0.map(\.doubleValue) })
    let (rows, columns) = (table.count, table[0].count)
    let total = table.reduce(0) { $0 + $1.sum }
    let columnSums = (0..<columns).map { j in table.reduce(0) { $0 + $1[j] } }
    let expected = table.map { row in columnSums.map { row.sum * $0 / total } }
    if let i = expected.firstIndex(where: { $0.contains { $0 == 0 || $0.isNaN } }) {
      let j = expected[i].firstIndex { $0 == 0 || $0.isNaN } ?? 0
      throw StatisticsError(
        "the expected count in row \(i), column \(j) is 0: leave out rows and columns of zeros")
    }
    let dof = (rows - 1) * (columns - 1)
    guard dof > 0 else {
      return Chi2ContingencyResult(statistic: 0, pvalue: 1, dof: 0, expectedFreq: expected)
    }
    if dof == 1, correction {
      for i in 0..<rows {
        for j in 0..<columns {
          let difference = expected[i][j] - table[i][j]
          table[i][j] += min(0.5, abs(difference)) * (difference < 0 ? -1 : 1)
        }
      }
    }
    let value = divergence(table.flatMap { $0 }, expected.flatMap { $0 }, lambda)
    return Chi2ContingencyResult(
      statistic: value, pvalue: chi2.sf(value, Double(dof)), dof: dof, expectedFreq: expected)
  }

  /// The χ² test of counts against expected ones, equal ones by default.
  ///
  /// - Throws: ``StatisticsError`` for unequal lengths and for totals that differ by more than 1.5e-8 of themselves.
  ///
  /// Python: scipy.stats.chisquare
  public static func chisquare(
    _ fObs: any Sample, _ fExp: (any Sample)? = nil, ddof: Int = 0
  ) throws -> SignificanceResult {
    let observed = try fObs.sampleValues()
    let expected = try fExp?.sampleValues() ?? observed.map { _ in observed.mean }
    guard observed.count == expected.count else {
      throw StatisticsError("\(observed.count) observed counts do not fit \(expected.count) expected ones")
    }
    guard abs(observed.sum - expected.sum) <= 1.5e-8 * min(abs(observed.sum), abs(expected.sum)) else {
      throw StatisticsError(
        "the expected counts add up to \(expected.sum), the observed ones to \(observed.sum): scale the expected ones"
      )
    }
    let value = divergence(observed, expected, 1)
    return SignificanceResult(statistic: value, pvalue: chi2.sf(value, Double(observed.count - 1 - ddof)))
  }

  /// 2 / (λ(λ + 1)) Σ o ((o/e)^λ - 1), and its limits.
  private static func divergence(_ observed: [Double], _ expected: [Double], _ lambda: Double) -> Double {
    func xlogy(_ x: Double, _ y: Double) -> Double { x == 0 ? 0 : x * log(y) }
    let terms = zip(observed, expected).map { o, e in
      switch lambda {
      case 1: (o - e) * (o - e) / e
      case 0: 2 * xlogy(o, o / e)
      case -1: 2 * xlogy(e, e / o)
      default: 2 / (lambda * (lambda + 1)) * o * (pow(o / e, lambda) - 1)
      }
    }
    return terms.sum
  }

  private static func checked(_ table: [[Double]]) throws -> [[Double]] {
    guard let first = table.first, !first.isEmpty else { throw StatisticsError("the table has no counts") }
    if let row = table.firstIndex(where: { $0.count != first.count }) {
      throw StatisticsError(
        "row \(row) of the table has \(table[row].count) counts, row 0 has \(first.count)")
    }
    guard table.allSatisfy({ $0.allSatisfy { $0 >= 0 } }) else {
      throw StatisticsError("all counts of the table must be 0 or more")
    }
    return table
  }

  /// Fisher's exact test of a table of two rows and two columns; `statistic` is the odds ratio of the counts.
  ///
  /// - Throws: ``StatisticsError`` for other shapes and negative counts.
  ///
  /// Python: scipy.stats.fisher_exact
  public static func fisherExact(
    _ table: [[Int]], alternative: Alternative = .twoSided
  ) throws -> SignificanceResult {
    guard table.count == 2, table.allSatisfy({ $0.count == 2 }) else {
      throw StatisticsError(
        "stats.fisherExact takes two rows of two counts; chi2Contingency takes other tables")
    }
    _ = try checked(table.map { $0.map(Double.init) })
    let ((a, b), (c, d)) = ((table[0][0], table[0][1]), (table[1][0], table[1][1]))
    guard a + b > 0, c + d > 0, a + c > 0, b + d > 0 else {
      return SignificanceResult(statistic: .nan, pvalue: 1)
    }
    let odds = b > 0 && c > 0 ? Double(a) * Double(d) / (Double(b) * Double(c)) : .infinity
    let (low, weights) = hypergeometricWeights(a, b, c, d)
    let total = weights.reduce(0, +)
    let position = a - low
    let tail: Double
    switch alternative {
    case .less: tail = weights[...position].reduce(0, +)
    case .greater: tail = weights[position...].reversed().reduce(0, +)
    case .twoSided:
      // Tables as likely as the observed one count; the recurrence keeps 1e-13 or better.
      let limit = weights[position] * (1 + 1e-10)
      tail = weights.filter { $0 <= limit }.sorted().reduce(0, +)
    }
    return SignificanceResult(statistic: odds, pvalue: min(1, tail / total))
  }

  /// The hypergeometric probabilities of the upper left count, over the largest, from its smallest value on.
  private static func hypergeometricWeights(_ a: Int, _ b: Int, _ c: Int, _ d: Int) -> (Int, [Double]) {
    let (row, column, n) = (a + b, a + c, a + b + c + d)
    let (low, high) = (max(0, row + column - n), min(row, column))
    // P(x + 1) / P(x).
    func ratio(_ x: Int) -> Double {
      Double(row - x) * Double(column - x) / (Double(x + 1) * Double(n - row - column + x + 1))
    }
    let share = Double(row + 1) * Double(column + 1) / Double(n + 2)
    let mode = min(high, max(low, Int(share)))
    var weights = [Double](repeating: 1, count: high - low + 1)
    for x in stride(from: mode, to: high, by: 1) { weights[x + 1 - low] = weights[x - low] * ratio(x) }
    for x in stride(from: mode, to: low, by: -1) { weights[x - 1 - low] = weights[x - low] / ratio(x - 1) }
    return (low, weights)
  }
}
