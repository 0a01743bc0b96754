import DataFrames
import Foundation

/// A variance function over rows: what gives δ of each row at given parameters.
struct VarianceRows: Sendable {
  let variance: ResidualVariance
  /// Names of the groups, the reference first; empty for functions of a number.
  let labels: [String]
  /// Group of each row.
  var codes: [Int32]
  /// The number of each row.
  var values: [Double]

  /// The function without rows, as a file has it.
  init(restored variance: ResidualVariance, labels: [String]) {
    self.variance = variance
    self.labels = labels
    (codes, values) = ([], [])
  }

  /// Number of parameters: log δ of each group but the first, or the exponent.
  var parameterCount: Int { variance.kind == .byGroup ? labels.count - 1 : 1 }

  /// Rows of each group.
  var groups: [[Int]] {
    var result = [[Int]](repeating: [], count: labels.count)
    for (row, code) in codes.enumerated() { result[Int(code)].append(row) }
    return result
  }

  /// log δ of each row.
  func logDeviations(_ parameters: [Double]) -> [Double] {
    switch variance.kind {
    case .byGroup: codes.map { $0 == 0 ? 0 : parameters[Int($0) - 1] }
    case .power: values.map { parameters[0] * log(abs($0)) }
    case .exponential: values.map { parameters[0] * $0 }
    }
  }

  /// The inverse variances δ⁻² of the rows.
  func weights(_ parameters: [Double]) -> [Double] {
    logDeviations(parameters).map { exp(-2 * $0) }
  }

  /// Where a search begins: the logarithm of the residuals' deviation in each group over that in the first; no trend for a
  /// function of a number.
  func start(residuals: [Double]) -> [Double] {
    guard variance.kind == .byGroup else { return [0] }
    var (squares, counts) = (
      [Double](repeating: 0, count: labels.count), [Double](repeating: 0, count: labels.count)
    )
    for (code, residual) in zip(codes, residuals) {
      squares[Int(code)] += residual * residual
      counts[Int(code)] += 1
    }
    let means = zip(squares, counts).map { $0 / max($1, 1) }
    return means.dropFirst().map { mean in
      let ratio = 0.5 * log(mean / means[0])
      return ratio.isFinite ? min(max(ratio, -3), 3) : 0
    }
  }

  /// How parameters are printed: names, and whether they are logarithms of what is printed.
  var reported: [(name: String, isLogarithm: Bool)] {
    let column = variance.columns.joined(separator: ":")
    return switch variance.kind {
    case .byGroup: labels.dropFirst().map { ("SD ratio \(column)[\($0)]", true) }
    case .power: [("\(column) power", false)]
    case .exponential: [("\(column) exponent", false)]
    }
  }

  /// The same function over other rows.
  func selecting(_ rows: [Int]) -> VarianceRows {
    var result = self
    result.codes = codes.isEmpty ? [] : rows.map { codes[$0] }
    result.values = values.isEmpty ? [] : rows.map { values[$0] }
    return result
  }
}

extension VarianceRows {
  /// The function over the rows of a model.
  ///
  /// - Throws: ``StatsModelsError`` for missing values, a single group, numbers that admit no such variance.
  init(_ variance: ResidualVariance, data: DataFrame) throws {
    self.variance = variance
    guard !variance.columns.isEmpty else {
      throw StatsModelsError(.invalidArgument, "variance: .byGroup takes a column's name at least")
    }
    if variance.kind == .byGroup {
      let (texts, order) = try Self.groups(variance.columns, data: data)
      labels = order
      let position = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, Int32($0)) })
      codes = texts.map { position[$0] ?? 0 }
      values = []
      guard labels.count > 1 else {
        throw StatsModelsError(
          .invalidArgument,
          "variance: all rows have the same value of \(shortList(variance.columns)), which leaves one variance: leave the "
            + "argument out", values: variance.columns)
      }
      return
    }
    (labels, codes) = ([], [])
    values = try Self.numbers(variance, data: data)
    if Set(values.map(abs)).count < 2 {
      throw StatsModelsError(
        .invalidArgument,
        "variance: '\(variance.columns[0])' is the same in all rows, and no exponent follows from it",
        values: variance.columns)
    }
  }

  /// The label of each row, and the labels in the order of their levels.
  private static func groups(_ columns: [String], data: DataFrame) throws -> (
    texts: [String], order: [String]
  ) {
    var texts = [[String]](repeating: [], count: data.rowCount)
    var ranks = [[Int32]](repeating: [], count: data.rowCount)
    for name in columns {
      let (codes, levels) = try data.column(name).factorized()
      if let row = codes.firstIndex(where: { $0 < 0 }) { throw missing(name, row: row, data: data) }
      for (row, code) in codes.enumerated() {
        texts[row].append(levels[Int(code)].description)
        ranks[row].append(code)
      }
    }
    let labels = texts.map { $0.joined(separator: ":") }
    var first: [String: [Int32]] = [:]
    for (label, rank) in zip(labels, ranks) where first[label] == nil { first[label] = rank }
    return (labels, first.sorted { $0.value.lexicographicallyPrecedes($1.value) }.map(\.key))
  }

  private static func numbers(_ variance: ResidualVariance, data: DataFrame) throws -> [Double] {
    let name = variance.columns[0]
    let numbers = try RowNumbers.numbers(of: data.column(name), argument: "variance")
    if let row = numbers.firstIndex(where: { !$0.isFinite }) { throw missing(name, row: row, data: data) }
    if variance.kind == .power, let row = numbers.firstIndex(of: 0) {
      throw StatsModelsError(
        .invalidArgument,
        "variance: '\(name)' is 0 in row \(data.rowLabels[row]), where a power of it gives no variance: take "
          + ".exponential(of: \"\(name)\")", values: [name])
    }
    return numbers
  }

  private static func missing(_ name: String, row: Int, data: DataFrame) -> StatsModelsError {
    StatsModelsError(
      .missingValues,
      "variance: '\(name)' has no value in row \(data.rowLabels[row]): remove the row, or use missing: .drop",
      values: [name])
  }

  /// δ⁻² of new rows.
  ///
  /// - Throws: ``StatsModelsError`` for groups that the model was not fitted to.
  func weights(_ parameters: [Double], newData data: DataFrame) throws -> [Double] {
    var new = self
    if variance.kind == .byGroup {
      let position = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($1, Int32($0)) })
      new.codes = try Self.groups(variance.columns, data: data).texts.map { label in
        guard let code = position[label] else {
          throw StatsModelsError(
            .unknownLevel,
            "the residual variance of '\(label)' in '\(variance.columns.joined(separator: ":"))' is not known: the model has "
              + "those of \(shortList(labels))", values: [label])
        }
        return code
      }
    } else {
      new.values = try Self.numbers(variance, data: data)
    }
    return new.weights(parameters)
  }
}
