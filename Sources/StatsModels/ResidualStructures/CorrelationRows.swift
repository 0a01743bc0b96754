import DataFrames
import Foundation
import MixedModels

/// A correlation structure over rows: what gives correlations within series at a given parameter.
struct CorrelationRows: Sendable {
  let structure: ResidualStructure
  let series: ResidualCorrelation.Series
  /// Whether times are whole numbers, so that ρ may be negative.
  let isWhole: Bool
  /// Series and time of each row, from which other selections of rows are made.
  let codes: [Int32]
  let times: [Double]?

  private init(
    structure: ResidualStructure, codes: [Int32], times: [Double]?, series: ResidualCorrelation.Series,
    isWhole: Bool
  ) {
    self.structure = structure
    self.codes = codes
    self.times = times
    self.series = series
    self.isWhole = isWhole
  }

  /// The structure without rows, as a file has it.
  init(restored structure: ResidualStructure, isWhole: Bool, longest: Int) {
    self.init(
      structure: structure, codes: [], times: nil,
      series: .init(rows: [], starts: [0, longest], gaps: []), isWhole: isWhole)
  }

  /// Whether the series of the rows are known.
  var hasRows: Bool { !codes.isEmpty }
  /// Name of ρ in tables.
  var name: String { structure.kind == .autoregressive ? "AR(1) rho" : "Exchangeable rho" }

  /// Least value of ρ.
  var least: Double {
    switch structure.kind {
    case .autoregressive: isWhole ? -1 : 0
    case .compoundSymmetry: -1 / Double(max(series.longest - 1, 1))
    }
  }

  /// ρ from the parameter of the search, which is free.
  func rho(_ parameter: Double) -> Double {
    let unit = 1 / (1 + exp(-parameter))
    // short of the ends, where rounding would make C singular
    return min(max(least + (1 - least) * unit, least + Self.margin), 1 - Self.margin)
  }

  /// The parameter that gives ρ.
  func parameter(_ rho: Double) -> Double {
    let unit = (rho - least) / (1 - least)
    return log(unit / (1 - unit))
  }

  /// dρ / d parameter.
  func slope(_ parameter: Double) -> Double {
    let unit = 1 / (1 + exp(-parameter))
    return (1 - least) * unit * (1 - unit)
  }

  private static let margin = 1e-9

  /// The correlations at a parameter.
  func correlation(_ parameter: Double) -> ResidualCorrelation {
    let rho = rho(parameter)
    return ResidualCorrelation(
      structure.kind == .autoregressive ? .autoregressive(rho) : .compoundSymmetry(rho), series: series)
  }

  /// Where searches begin: their range in few steps, independence among them.
  var starts: [Double] {
    let values = [-0.7, -0.4, -0.1, 0.1, 0.3, 0.5, 0.7, 0.9].map { $0 < 0 ? -$0 * least : $0 }
    return values.filter { $0 > least }.map(parameter)
  }

  /// The same structure over other rows, with a number that tells copies of a series apart.
  func selecting(_ rows: [Int], copies: [Int32]) -> CorrelationRows? {
    let combined = CombinedCodes([
      (copies, Int(copies.max() ?? -1) + 1), (rows.map { codes[$0] }, Int(codes.max() ?? -1) + 1),
    ])
    return CorrelationRows(
      structure, codes: combined.codes, times: times.map { times in rows.map { times[$0] } })
  }

  /// - Returns: nil where two rows of a series have the same time.
  init?(_ structure: ResidualStructure, codes: [Int32], times: [Double]?) {
    let order = codes.indices.sorted {
      (codes[$0], times?[$0] ?? 0, $0) < (codes[$1], times?[$1] ?? 0, $1)
    }
    var (starts, gaps): ([Int], [Double]) = ([], [])
    for (position, row) in order.enumerated() {
      let isFirst = position == 0 || codes[order[position - 1]] != codes[row]
      if isFirst { starts.append(position) }
      gaps.append(isFirst ? 0 : times.map { $0[row] - $0[order[position - 1]] } ?? 1)
      if !isFirst, gaps[position] == 0 { return nil }
    }
    self.init(
      structure: structure, codes: codes, times: times,
      series: .init(rows: order, starts: starts + [order.count], gaps: gaps),
      isWhole: gaps.allSatisfy { $0 == $0.rounded() })
  }

  /// The structure over the rows of a model.
  ///
  /// - Throws: ``StatsModelsError`` for missing or equal times, series that cross a factor, series of single rows.
  init(_ structure: ResidualStructure, data: DataFrame, terms: [RandomTerm], names: [String]) throws {
    var codes: [Int32]
    if let within = structure.within {
      codes = try data.column(within).factorized().codes
      if let row = codes.firstIndex(where: { $0 < 0 }) { throw Self.missing(within, row: row, data: data) }
    } else {
      // rows that share the levels of all terms; -1 is a level of its own
      codes = [Int32](repeating: 0, count: data.rowCount)
      for term in terms {
        codes =
          CombinedCodes([
            (codes, Int(codes.max() ?? 0) + 1), (term.codes.map { $0 + 1 }, term.levelCount + 1),
          ]).codes
      }
    }
    let times = try structure.time.map { name in
      let numbers = try RowNumbers.numbers(of: data.column(name), argument: "residuals")
      if let row = numbers.firstIndex(where: { !$0.isFinite }) {
        throw Self.missing(name, row: row, data: data)
      }
      return numbers
    }
    guard let found = CorrelationRows(structure, codes: codes, times: times) else {
      throw Self.repeated(codes: codes, times: times ?? [], name: structure.time ?? "", data: data)
    }
    self = found
    try requireWithin(terms, names: names, data: data)
    guard series.longest > 1 else {
      throw StatsModelsError(
        .invalidArgument,
        "residuals: every series has one row, and correlations are between rows of a series"
          + (structure.within == nil && terms.count > 1
            ? "; series are rows that share the levels of all factors: name a column, within: \"…\"" : ""))
    }
  }

  private static func missing(_ name: String, row: Int, data: DataFrame) -> StatsModelsError {
    StatsModelsError(
      .missingValues,
      "residuals: '\(name)' has no value in row \(data.rowLabels[row]): remove the row, or use missing: .drop",
      values: [name])
  }

  private static func repeated(codes: [Int32], times: [Double], name: String, data: DataFrame)
    -> StatsModelsError
  {
    var seen: [Pair: Int] = [:]
    for (row, code) in codes.enumerated() {
      if let other = seen.updateValue(row, forKey: Pair(code: code, time: times[row] + 0)) {
        return StatsModelsError(
          .invalidArgument,
          "residuals: rows \(data.rowLabels[other]) and \(data.rowLabels[row]) of one series have the same '\(name)', and times "
            + "must differ within a series: name the series, within: \"…\"", values: [name])
      }
    }
    return StatsModelsError(.invalidArgument, "residuals: times must differ within a series", values: [name])
  }

  private struct Pair: Hashable {
    let code: Int32
    let time: Double
  }

  /// A series that has rows in several levels of a factor would tie them, and the rows of a level would not be independent
  /// of others' any more.
  private func requireWithin(_ terms: [RandomTerm], names: [String], data: DataFrame) throws {
    for (term, name) in zip(terms, names) where !series.lie(within: term.codes) {
      for (first, end) in zip(series.starts, series.starts.dropFirst()) {
        for position in first + 1..<max(end, first + 1)
        where term.codes[series.rows[position]] != term.codes[series.rows[first]] {
          throw StatsModelsError(
            .invalidArgument,
            "residuals: rows \(data.rowLabels[series.rows[first]]) and \(data.rowLabels[series.rows[position]]) of one series "
              + "have different levels of '\(name)': a series must lie within one level of each factor",
            values: [name])
        }
      }
    }
  }
}
