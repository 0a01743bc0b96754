import Distributions
import Foundation
import Testing

@Suite struct StudentizedRangeTests {
  /// Groups, degrees of freedom, q, P(Q ≤ q), P(Q > q), by quadrature with 30 digits.
  static let table: [[Double]] = {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/studentized-range.csv")
    let text = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").dropFirst().map { $0.split(separator: ",").compactMap { Double($0) } }
  }()

  @Test func tails() {
    #expect(Self.table.count >= 15)
    for row in Self.table {
      let range = StudentizedRange(groups: row[0], df: row[1])
      #expect(relativeError(range.cdf(row[2]), row[3]) < 2e-12, "cdf \(row) \(range.cdf(row[2]))")
      #expect(relativeError(range.sf(row[2]), row[4]) < 1e-12, "sf \(row) \(range.sf(row[2]))")
      for probability in row[3...4] where row[0] < 10 && probability > 1e-250 && 1 - probability > 1e-3 {
        let q = probability == row[3] ? range.ppf(probability) : range.isf(probability)
        #expect(relativeError(q, row[2]) < 1e-11, "quantile \(row) \(q)")
      }
    }
  }

  /// Of two groups the range is √2 |t|.
  @Test(arguments: [0.3, 1, 2.5, 30, 1e4, .infinity] as [Double]) func twoGroupsAreStudent(df: Double) {
    let (range, student) = (StudentizedRange(groups: 2, df: df), StudentT(df))
    for t in [1e-6, 0.2, 1, 4, 12] {
      let q = t * 2.0.squareRoot()
      #expect(relativeError(range.sf(q), 2 * student.sf(t)) < 1e-12, "\(t)")
      #expect(relativeError(range.cdf(q), student.cdf(t) - student.cdf(-t)) < 1e-9, "\(t)")
      #expect(relativeError(range.pdf(q), 2.0.squareRoot() * student.pdf(t)) < 1e-12, "\(t)")
    }
  }

  @Test func edges() {
    let range = StudentizedRange(groups: 3, df: 10)
    #expect(range.cdf(0) == 0 && range.sf(0) == 1 && range.cdf(.infinity) == 1 && range.sf(-1) == 1)
    #expect(range.ppf(0) == 0 && range.ppf(1) == .infinity && range.isf(1) == 0 && range.ppf(1.1).isNaN)
    #expect(range.cdf(.nan).isNaN && StudentizedRange(groups: 1, df: 3).sf(1).isNaN)
    #expect(StudentizedRange(groups: 3, df: 0).ppf(0.5).isNaN)
  }
}
