import DataFrames
import LinearAlgebra
import MixedModels
import Patsy

/// Evaluates the entries and keys of a model over a part of the rows.
struct AggregateRows {
  let arguments: AggregateArguments
  let plan: FormulaPlan
  private let design: AggregateDesign?

  init(arguments: AggregateArguments, plan: FormulaPlan) {
    self.arguments = arguments
    self.plan = plan
    design = nil
  }

  init(design: AggregateDesign) {
    arguments = design.arguments
    plan = design.plan
    self.design = design
  }

  /// Rows that the model uses, and what was left out.
  struct Selected {
    var data: DataFrame
    var weights: RowNumbers?
    var offset: RowNumbers?
    var dropped: DroppedRows?
    var unweighted = 0
    var total = 0
  }

  /// What is summed of a part of the rows.
  struct Values {
    /// v₁, …, neither shifted nor scaled.
    var columns: [[Double]]
    var weights: [Double]?
    /// Codes by key of the designs.
    var designCodes: [[Int32]]
    /// Codes and levels of the other keys.
    var labels: [CodedFactor]
    var selected: Selected
    var count: Int { selected.data.rowCount }
  }

  /// Leaves out rows with missing values, where that is wanted, and rows of weight 0.
  func selected(_ data: DataFrame) throws -> Selected {
    var rows = FormulaRows(data: data)
    let column = arguments.isSingleGroup ? nil : arguments.groups
    let groups = try column.map { try rows.groups($0, of: data) }
    let weights = try arguments.weights.map { try rows.numbers($0, argument: "weights") }
    let offset = try arguments.offset.map { try rows.numbers($0, argument: "offset") }
    var result = Selected(data: data, total: data.rowCount)
    if arguments.drops {
      let numbers = [("weights", weights), ("offset", offset)].compactMap { name, column in
        column.map { (name: $0.name.isEmpty ? name : $0.name, column: $0) }
      }
      result.dropped = rows.dropMissing(plan: plan, groups: groups, numbers: numbers)
    }
    let before = rows.count
    if let weights { _ = try rows.dropUnweighted(weights) }
    result.unweighted = before - rows.count
    result.data = rows.data
    result.weights = try weights.map { try rows.selectingNumbers($0, argument: "weights") }
    result.offset = try offset.map { try rows.selectingNumbers($0, argument: "offset") }
    try result.offset?.requireFinite(labels: result.data.rowLabels)
    return result
  }

  /// Entries and keys of the rows that are used; nil where none is.
  func values(_ data: DataFrame) throws -> Values? {
    guard let design else { return nil }
    let selected = try selected(data)
    if selected.data.rowCount == 0 { return nil }
    return try FormulaRemedies(data: selected.data, missing: arguments.missing).adding {
      try values(selected, design)
    }
  }

  private func values(_ selected: Selected, _ design: AggregateDesign) throws -> Values {
    let data = selected.data
    let coding = FactorCoding(data: data, environment: design.environment)
    var numbers: [EvalFactor: Matrix] = [:]
    for factor in design.entries.factors { numbers[factor] = try number(factor, design, data, coding) }
    func product(_ monomial: AggregateEntries.Monomial) -> [Double] {
      var result: [Double]?
      for number in monomial {
        guard let column = numbers[number.factor]?.column(number.column) else { continue }
        result = result.map { zip($0, column).map { $0 * $1 } } ?? column
      }
      return result ?? [Double](repeating: 1, count: data.rowCount)
    }
    var columns = design.entries.monomials.map(product)
    let response = product(design.entries.response)
    columns.append(selected.offset.map { zip(response, $0.values).map { $0 - $1 } } ?? response)
    for (position, column) in columns.enumerated() {
      if let row = column.firstIndex(where: { !$0.isFinite }) {
        throw StatsModelsError(
          .nonFiniteValues,
          "'\(design.entries.name(of: position + 1))' is \(column[row]) in row \(data.rowLabels[row]): remove the row",
          values: [design.entries.name(of: position + 1)])
      }
    }
    var designCodes: [[Int32]] = []
    var labels: [CodedFactor] = []
    for key in design.keys {
      if key.kind == .design {
        designCodes.append(try codes(of: key, design, data))
      } else {
        labels.append(try label(key, coding, data))
      }
    }
    return Values(
      columns: columns, weights: selected.weights?.values, designCodes: designCodes, labels: labels,
      selected: selected)
  }

  /// The columns of a numerical factor.
  private func number(
    _ factor: EvalFactor, _ design: AggregateDesign, _ data: DataFrame, _ coding: FactorCoding
  ) throws -> Matrix {
    guard let info = design.info(of: factor) else {
      guard case .numeric(let values) = try coding.component(factor) else {
        throw PatsyError("this is no number here, but was one before", origin: factor.origin)
      }
      return Matrix(rows: values.count, columns: 1, columnMajor: values)
    }
    let (values, missing) = try info.evaluate(data, NAAction: .raise)
    if missing != nil { throw PatsyError(NAAction.missingValues, origin: factor.origin) }
    guard case .numerical(let matrix) = values, matrix.rows == data.rowCount else {
      throw rowMismatch(info, values.rowCount, data)
    }
    return matrix
  }

  /// The levels of a categorical factor of the designs.
  private func codes(of key: AggregateKey, _ design: AggregateDesign, _ data: DataFrame) throws -> [Int32] {
    guard let factor = design.entries.categorical.first(where: { $0.code == key.code }),
      let info = design.info(of: factor)
    else { return [] }
    let (values, missing) = try info.evaluate(data, NAAction: .raise)
    if missing != nil { throw PatsyError(NAAction.missingValues, origin: factor.origin) }
    guard case .categorical(let codes) = values, codes.count == data.rowCount else {
      throw rowMismatch(info, values.rowCount, data)
    }
    return codes
  }

  private func rowMismatch(_ info: FactorInfo, _ count: Int, _ data: DataFrame) -> PatsyError {
    PatsyError(
      "Number of rows mismatch between data argument and \(info.factor.name) (\(data.rowCount) versus \(count))",
      origin: info.factor.origin)
  }

  /// The levels of a factor that carries effects.
  private func label(_ key: AggregateKey, _ coding: FactorCoding, _ data: DataFrame) throws -> CodedFactor {
    switch key.kind {
    case .design, .single:
      return CodedFactor(
        name: key.code, codes: [Int32](repeating: 0, count: data.rowCount), levels: [.integer(1)])
    case .column:
      let factor = try coding.grouping(
        name: key.code, labels: try data.column(key.code),
        remedy: "remove these rows, or use missing: .drop")
      return CodedFactor(name: key.code, codes: factor.codes, levels: factor.labels)
    case .grouping:
      guard let factor = plan.factor(code: key.code) else {
        return .init(name: key.code, codes: [], levels: [])
      }
      return try coding.groupingPart(factor)
    case .component:
      guard let factor = plan.factor(code: key.code),
        case .categorical(let coded) = try coding.component(factor)
      else {
        throw StatsModelsError(
          .unsupportedFormula, "'\(key.code)' has no levels here, but had some before", values: [key.code])
      }
      return coded
    }
  }
}

extension AggregateDesign {
  /// What is known of a factor of the designs.
  func info(of factor: EvalFactor) -> FactorInfo? {
    for info in [response, fixed] + effects.compactMap(\.self) {
      if let found = info.factorInfos?[factor] { return found }
    }
    return nil
  }

  /// The table of cells before any row.
  var emptyKeys: AggregateKeyTable {
    AggregateKeyTable(
      keys: keys,
      levels: keys.map { key in
        guard key.kind == .design, let factor = entries.categorical.first(where: { $0.code == key.code })
        else { return [] }
        return info(of: factor)?.categories ?? []
      })
  }
}

extension FormulaPlan {
  /// A factor of a grouping or of a variance component.
  func factor(code: String) -> EvalFactor? {
    let terms = blocks.compactMap(\.grouping) + components.flatMap(\.terms)
    return terms.flatMap(\.factors).first { $0.code == code }
  }
}
