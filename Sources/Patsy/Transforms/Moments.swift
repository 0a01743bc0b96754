import LinearAlgebra

/// Mean and sum of squared deviations of each column, accumulated over chunks of rows.
///
/// Chunks are merged by the update of Chan, Golub and LeVeque (1979); sums within a chunk are compensated,
/// which stands in for the extended precision patsy accumulates in.
package struct Moments: Sendable, Equatable, Codable {
  /// Rows seen.
  package private(set) var count = 0
  /// Mean of each column.
  package private(set) var means: [Double] = []
  /// Sum of squared deviations from the mean, for each column.
  package private(set) var squares: [Double] = []

  /// Nothing seen.
  package init() {}

  /// The moments of one column that somebody else has seen, as of one row.
  init(mean: Double, deviation: Double) {
    count = 1
    means = [mean]
    squares = [deviation * deviation]
  }

  /// Adds the rows of a chunk; every chunk has as many columns as the first.
  package mutating func add(_ columns: [[Double]]) {
    let rows = columns.first?.count ?? 0
    if means.isEmpty {
      means = [Double](repeating: 0, count: columns.count)
      squares = means
    }
    guard rows > 0 else { return }
    let total = Double(count + rows)
    for (j, column) in columns.enumerated() where j < means.count {
      // Distances from the first value keep their digits where the values themselves are large.
      let origin = column[0].isFinite ? column[0] : 0
      let distance = Self.sum(column) { $0 - origin } / Double(rows)
      let mean = origin + distance
      let square = Self.sum(column) { ($0 - origin - distance) * ($0 - origin - distance) }
      let shift = mean - means[j]
      // The first chunk's mean is taken as it is: 0 + (mean − 0) could round.
      means[j] = count == 0 ? mean : means[j] + shift * (Double(rows) / total)
      squares[j] += square + shift * shift * (Double(count) * Double(rows) / total)
    }
    count += rows
  }

  /// Neumaier's compensated sum of the mapped values.
  private static func sum(_ values: [Double], _ map: (Double) -> Double) -> Double {
    var sum = 0.0
    var lost = 0.0
    for value in values {
      let term = map(value)
      let next = sum + term
      lost += abs(sum) >= abs(term) ? (sum - next) + term : (term - next) + sum
      sum = next
    }
    return sum.isFinite ? sum + lost : sum
  }
}
