import DataFrames
import Distributions
import Foundation
import LinearAlgebra

/// The analysis of variance of repeated measures: each subject has one value in each cell of the within factors.
///
/// ```swift
/// print(try AnovaRM(data: data, depvar: "score", subject: "id", within: ["time"]).fit())
/// ```
/// Python: statsmodels.stats.anova.AnovaRM
public struct AnovaRM: Sendable {
  private let within: [String]
  private let levels: [Int]
  /// Values by subject, then by cell; the last factor runs fastest.
  private let values: [Double]
  private let subjectCount: Int

  /// Repeated measures.
  ///
  /// - Parameters:
  ///   - data: a row a measurement.
  ///   - depvar: the measured column.
  ///   - subject: the column that tells subjects apart.
  ///   - within: the factors within subjects.
  ///   - between: not supported, as in statsmodels: a mixed model takes factors between subjects.
  ///   - aggregateFunc: what is made of several rows of a subject in a cell; nil refuses them.
  /// - Throws: ``StatsModelsError`` for unbalanced data, missing values and several rows in a cell, `DataFrameError` for
  ///   columns that are not there.
  ///
  /// Python: AnovaRM
  public init(
    data: DataFrame, depvar: String, subject: String, within: [String], between: [String]? = nil,
    aggregateFunc: Aggregation? = nil
  ) throws {
    guard between == nil else {
      throw StatsModelsError(
        .notAvailable,
        "Between subject effect not yet supported! Fit mixedlm(\"\(depvar) ~ … + (1 | \(subject))\", data) instead"
      )
    }
    guard !within.isEmpty, Set(within + [subject, depvar]).count == within.count + 2 else {
      throw StatsModelsError(
        .invalidArgument,
        "AnovaRM needs one within factor at least, all different from each other, subject and depvar")
    }
    var data = data
    let keys = [subject] + within
    if try data.dropDuplicates(subset: keys).rowCount < data.rowCount {
      guard let aggregateFunc else {
        throw StatsModelsError(
          .invalidArgument,
          "The data set contains more than one observation per subject and cell. Either aggregate the data manually, "
            + "or pass the `aggregateFunc` parameter.")
      }
      data = try data.groupby(keys).agg([depvar: aggregateFunc])
    }
    guard let response = try data.column(depvar).doubles, response.allSatisfy(\.isFinite) else {
      throw StatsModelsError(
        .missingValues, "'\(depvar)' must hold finite numbers in all rows", values: [depvar])
    }
    let factors = try keys.map { key in
      let (codes, _) = try data.column(key).factorized()
      guard !codes.contains(where: { $0 < 0 }) else {
        throw StatsModelsError(
          .missingValues, "'\(key)' has missing labels: remove these rows", values: [key])
      }
      // Levels of a categorical column that do not occur are none.
      let used = Set(codes).sorted()
      let positions = Dictionary(uniqueKeysWithValues: zip(used, used.indices))
      return (codes: codes.map { positions[$0] ?? 0 }, count: used.count)
    }
    let sizes = factors.map(\.count)
    let (cells, overflow) = sizes.reduce((1, false)) { total, size in
      let (product, overflow) = total.0.multipliedReportingOverflow(by: size)
      return (product, total.1 || overflow)
    }
    guard !overflow, cells == response.count, cells > 0 else {
      throw StatsModelsError(
        .invalidArgument,
        "Data is unbalanced: \(response.count) values for "
          + zip(keys, sizes).map { "\($1) levels of '\($0)'" }.joined(separator: ", ")
          + ". Each subject needs a value in each cell; a mixed model does not")
    }
    if let single = zip(keys, sizes).first(where: { $0.1 < 2 }) {
      throw StatsModelsError(
        .notEnoughData, "'\(single.0)' has one level only: there is nothing to compare", values: [single.0])
    }
    var values = [Double](repeating: .nan, count: cells)
    for row in response.indices {
      values[factors.reduce(0) { $0 * $1.count + $1.codes[row] }] = response[row]
    }
    (self.within, self.values, subjectCount, levels) = (within, values, sizes[0], Array(sizes.dropFirst()))
  }

  /// F tests of the within factors and their interactions: each mean square over that of its interaction with subjects.
  ///
  /// Python: AnovaRM.fit
  public func fit() -> AnovaResults {
    let squares = BalancedSquares(values, sizes: [subjectCount] + levels)
    // As patsy orders a * b * c: main effects, then interactions, each in the order of the binary numbers.
    let terms = (1..<(1 << within.count)).sorted { ($0.nonzeroBitCount, $0) < ($1.nonzeroBitCount, $1) }
    let rows = terms.map { term -> [Double] in
      // Bit 0 of the squares' sets is the subject.
      let (own, error) = (squares.sumOfSquares(term << 1), squares.sumOfSquares(term << 1 | 1))
      let df = within.indices.reduce(1.0) { term >> $1 & 1 == 1 ? $0 * Double(levels[$1] - 1) : $0 }
      let denominator = df * Double(subjectCount - 1)
      let f = own / df / (error / denominator)
      return [f, df, denominator, FDistribution(df, denominator).sf(f)]
    }
    let names = terms.map { term in
      within.indices.filter { term >> $0 & 1 == 1 }.map { within[$0] }.joined(separator: ":")
    }
    return AnovaResults(
      anovaTable: LabeledMatrix(
        index: names, columns: ["F Value", "Num DF", "Den DF", "Pr > F"], values: Matrix(rows)))
  }
}

/// Sums of squares of interactions in a table with one value in each cell.
private struct BalancedSquares {
  let values: [Double]
  let sizes: [Int]

  init(_ values: [Double], sizes: [Int]) { (self.values, self.sizes) = (values, sizes) }

  /// Of the interaction of a set of factors, a bit each: the effect is the alternating sum of the means over its subsets.
  func sumOfSquares(_ set: Int) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    var effects = values.map { $0 - mean }
    for factor in sizes.indices {
      let means = meansOver(factor, effects)
      effects = set >> factor & 1 == 1 ? zip(effects, means).map { $0 - $1 } : means
    }
    return effects.reduce(0) { $0 + $1 * $1 }
  }

  /// Each cell's mean over the levels of a factor.
  private func meansOver(_ factor: Int, _ cells: [Double]) -> [Double] {
    let (size, inner) = (sizes[factor], sizes[(factor + 1)...].reduce(1, *))
    var result = cells
    for outer in stride(from: 0, to: cells.count, by: size * inner) {
      for offset in outer..<outer + inner {
        var sum = 0.0
        for level in 0..<size { sum += cells[offset + level * inner] }
        for level in 0..<size { result[offset + level * inner] = sum / Double(size) }
      }
    }
    return result
  }
}

/// The table of ``AnovaRM``. Python: statsmodels.stats.anova.AnovaResults
public struct AnovaResults: Sendable {
  /// A row a term, columns `F Value`, `Num DF`, `Den DF`, `Pr > F`. Python: AnovaResults.anova_table
  public let anovaTable: LabeledMatrix

  /// The table as text. Python: AnovaResults.summary
  public func summary() -> Summary {
    var summary = Summary(title: "Anova")
    summary.addDf(
      SummaryTable(
        index: anovaTable.index, columns: anovaTable.columns,
        cells: anovaTable.index.indices.map { i in
          anovaTable.values.row(i).map { PythonFormat.fixed($0, 4) }
        }))
    return summary
  }
}

extension AnovaResults: CustomStringConvertible {
  /// ``summary()``.
  public var description: String { summary().description }
}
