import DataFrames
import Foundation
import Patsy

/// What belongs to a generalised model's response beside its values: trials, weights, exposure.
struct MixedGLMResponse: Sendable {
  /// Trials behind each share of successes, where the response gave them.
  var trials: RowNumbers?
  /// The value of a text or truth value that counts as success.
  var successLevel: String?
  /// statsmodels' exposure: its logarithm is part of the linear predictor.
  var exposure: RowNumbers?
  /// statsmodels' var_weights.
  var weights: RowNumbers?
  /// statsmodels' freq_weights.
  var frequencies: RowNumbers?

  /// What multiplies a row's log likelihood, frequencies aside: trials, or weights of families without a variance that
  /// could be divided by them.
  func multiplier(_ family: Family) -> [Double]? {
    switch family.distribution {
    case .gamma, .inverseGaussian, .gaussian: return nil
    default:
      guard let trials else { return weights?.values }
      return weights.map { zip(trials.values, $0.values).map { $0 * $1 } } ?? trials.values
    }
  }

  /// What divides a row's variance.
  func precisions(_ family: Family) -> [Double]? {
    switch family.distribution {
    case .gamma, .inverseGaussian, .gaussian: weights?.values
    default: nil
    }
  }

  /// Refuses responses and exposures that the family cannot have.
  func check(_ family: Family, specification: ModelSpecification) throws {
    let labels = specification.rowLabels
    for (row, value) in specification.endog.enumerated() {
      guard value.isFinite else {
        throw specification.translate(.nonFiniteResponse(row: row))
      }
      if let wanted = family.fault(of: value) {
        let hint =
          family.distribution == .binomial && value > 1 && value == value.rounded()
          ? "; counts of successes need their trials: two columns, successes + failures ~ …, or trials:" : ""
        throw StatsModelsError(
          .invalidArgument,
          "the response '\(specification.endogName)' is \(PythonFormat.general(value, 6)) in row \(labels[row]): the "
            + "\(family.distribution.rawValue) family takes \(wanted)\(hint)",
          values: [specification.endogName, labels[row]])
      }
    }
    if let exposure, let row = exposure.values.firstIndex(where: { !($0 > 0 && $0.isFinite) }) {
      throw StatsModelsError(
        .invalidArgument,
        "the exposure of row \(labels[row]) is \(exposure.values[row]): it must be positive; remove the row",
        values: [labels[row]])
    }
    if exposure != nil, family.link != .log {
      throw StatsModelsError(
        .invalidArgument,
        "exposure is for models with the log link, this one has \(family.link.rawValue): give offset what the linear "
          + "predictor gains")
    }
    if family.distribution == .gaussian || family.distribution == .gamma
      || family.distribution == .inverseGaussian || family.distribution == .beta,
      let first = specification.endog.first, specification.endog.allSatisfy({ $0 == first })
    {
      throw specification.translate(.constantResponse(value: first))
    }
  }
}

/// Makes a generalised model's response of the columns on the left side of a formula.
struct GLMResponseReader {
  let family: Family
  /// The trials argument, over the rows used.
  let trialsArgument: RowNumbers?
  let rowLabels: RowLabels
  private(set) var trials: RowNumbers?
  private(set) var successLevel: String?

  init(family: Family, trials: RowNumbers?, rowLabels: RowLabels) {
    self.family = family
    trialsArgument = trials
    self.rowLabels = rowLabels
  }

  mutating func read(_ left: DesignMatrix) throws -> (name: String, values: [Double]) {
    let columns = (0..<left.columnCount).map(left.column(at:))
    let isNumeric = left.designInfo.factorInfos?.values.allSatisfy { $0.type == .numerical } ?? true
    let name =
      left.designInfo.terms?.map(\.name).joined(separator: " + ") ?? left.columnNames.joined(separator: " + ")
    if family.distribution == .binomial, columns.count == 2 {
      return isNumeric ? try counts(columns, left.columnNames) : try levels(columns, left.columnNames, name)
    }
    guard columns.count == 1, isNumeric else {
      let many =
        family.distribution == .binomial
        ? "one column of shares or truth values, two columns of counts, or texts of two values"
        : "one column of numbers"
      throw StatsModelsError(
        .nonNumericResponse,
        "the response '\(name)' has \(columns.count) columns (\(shortList(left.columnNames))): the "
          + "\(family.distribution.rawValue) family takes \(many)", values: [name])
    }
    guard let trialsArgument else { return (left.columnNames[0], columns[0]) }
    return try shares(columns[0], of: trialsArgument, name: left.columnNames[0])
  }

  /// Successes and failures.
  private mutating func counts(_ columns: [[Double]], _ names: [String]) throws -> (String, [Double]) {
    if trialsArgument != nil {
      throw StatsModelsError(
        .contradictoryArguments,
        "the response has successes and failures, and trials are given too: leave one of them out")
    }
    for (name, column) in zip(names, columns) {
      if let row = column.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
        throw StatsModelsError(
          .invalidArgument, "'\(name)' is \(column[row]) in row \(rowLabels[row]): counts are numbers from 0",
          values: [name])
      }
    }
    let sums = zip(columns[0], columns[1]).map { $0 + $1 }
    trials = RowNumbers(column: nil, values: sums)
    return (names.joined(separator: " + "), zip(columns[0], sums).map { $1 > 0 ? $0 / $1 : 0 })
  }

  /// Counts of successes among given trials.
  private mutating func shares(
    _ successes: [Double], of numbers: RowNumbers, name: String
  ) throws -> (String, [Double]) {
    guard family.distribution == .binomial else {
      throw StatsModelsError(
        .invalidArgument,
        "trials are for the binomial family, not for \(family.distribution.rawValue): for a log link give exposure"
      )
    }
    for (row, (value, count)) in zip(successes, numbers.values).enumerated()
    where !(count >= 0 && count.isFinite && value >= 0 && value <= count) {
      throw StatsModelsError(
        .invalidArgument,
        "row \(rowLabels[row]) has \(PythonFormat.general(value, 6)) successes '\(name)' in "
          + "\(PythonFormat.general(count, 6)) trials: successes are numbers from 0 to the trials",
        values: [rowLabels[row]])
    }
    trials = numbers
    return (name, zip(successes, numbers.values).map { $1 > 0 ? $0 / $1 : 0 })
  }

  /// Texts or truth values: the last of two values, in the order of the levels, is success.
  private mutating func levels(_ columns: [[Double]], _ names: [String], _ name: String) throws -> (
    String, [Double]
  ) {
    successLevel = names[1]
    guard let trialsArgument else { return (name, columns[1]) }
    return try shares(columns[1], of: trialsArgument, name: name)
  }
}
