import DataFrames
import LinearAlgebra

extension EvalFactor {
  /// The factor as a tree.
  ///
  /// - Throws: ``PatsyError`` where it is no Python expression that formulas may use.
  package func expression() throws -> Expression {
    try FactorState(self, environment: EvalEnvironment()).expression
  }

  /// The variables and functions that the factor names, in order, `Q("…")` among them.
  package var variableNames: [String] {
    guard let expression = try? ExpressionParser.parse(code) else { return [] }
    var names: [String] = []
    expression.walk { part in
      switch part {
      case .name(let name): names.append(name)
      case .call(let call) where call.bareName == "Q":
        if case .literal(.string(let name))? = call.positional.first { names.append(name) }
      default: break
      }
    }
    return names.uniqued()
  }

  /// Whether each row of the factor depends on the same row of the data only: no stateful transform, no mean of
  /// a column, no function that is not known.
  ///
  /// Such a factor has the same values whether it is evaluated on all data or on a part of the rows.
  package func isElementwise(in environment: EvalEnvironment = EvalEnvironment(), over data: some DesignData)
    -> Bool
  {
    guard let expression = try? ExpressionParser.parse(code) else { return false }
    return Elementwise(environment: environment, data: data).holds(expression)
  }

  /// The factor's value over data as one column: numbers, texts, truth values or categories.
  ///
  /// `C(x, levels=…)` gives categories in that order. Stateful transforms learn from the same data.
  ///
  /// - Throws: ``PatsyError`` when the factor cannot be evaluated or has several columns.
  package func column(over data: some DesignData, environment: EvalEnvironment = EvalEnvironment()) throws
    -> Column
  {
    var state = try FactorState(self, environment: environment)
    for pass in state.passes.indices {
      try state.memorizeChunk(data, pass: pass)
      try state.memorizeFinish(pass: pass)
    }
    let value = try state.evaluate(data)
    if CategoricalSniffer.isCategorical(value) {
      if case .vector(let vector) = value { return Column(name: name, storage: vector.storage) }
      var sniffer = CategoricalSniffer(.drop, origin: origin)
      _ = try sniffer.sniff(value)
      let levels = sniffer.levels
      let codes = try CategoricalCoding.codes(value, levels: levels, action: .drop, origin: origin)
      return Column(
        name: name, storage: .categorical(Categorical(uncheckedLevels: levels, codes: codes, ordered: false)))
    }
    if case .vector(let vector) = value { return Column(name: name, storage: vector.storage) }
    guard value.columnCount == 1, let matrix = try? value.numericMatrix() else {
      throw PatsyError("factor \(name) has \(value.columnCount) columns, one is needed", origin: origin)
    }
    return Column(name: name, storage: .double(matrix.storage))
  }
}

/// Decides whether an expression works row by row.
private struct Elementwise<Data: DesignData> {
  let environment: EvalEnvironment
  let data: Data

  func holds(_ expression: Expression) -> Bool {
    switch expression {
    case .literal, .slice: return true
    case .name(let name):
      if data.value(named: name) != nil { return true }
      switch environment.values[name] ?? PatsyNames.table[name] ?? PythonBuiltins.table[name] {
      case .function(let function)?: return function.isElementwise
      case .vector?, .matrix?, .transform?, nil: return false
      default: return true
      }
    case .attribute(let owner, let name):
      if case .name(let module) = owner, data.value(named: module) == nil,
        case .module? = environment.values[module] ?? PatsyNames.table[module]
      {
        if case .function(let function)? = try? Attributes.attribute(
          name, of: environment.values[module] ?? PatsyNames.table[module] ?? .none)
        {
          return function.isElementwise
        }
        return true
      }
      return ColumnMethods.elementwise.contains(name) && holds(owner)
    case .item(let owner, let index):
      // Selecting rows breaks the correspondence; a part of each text, or a column of a matrix, does not.
      if case .attribute(_, "str") = owner { return holds(owner) }
      if case .tuple(let parts) = index, case .slice(nil, nil, nil)? = parts.first { return holds(owner) }
      return false
    case .call(let call):
      if let name = call.bareName, data.value(named: name) == nil,
        case .transform? = environment.values[name] ?? PatsyNames.table[name]
      {
        return false
      }
      return expression.children.allSatisfy(holds)
    default: return expression.children.allSatisfy(holds)
    }
  }
}

extension DesignInfo {
  /// The designs of formulas' sides over data, without building a matrix.
  ///
  /// - Parameter termlists: the terms of each side.
  package static func learn(
    _ termlists: [[Term]], over data: some DesignData, environment: EvalEnvironment = EvalEnvironment(),
    NAAction action: NAAction = .drop
  ) throws -> [DesignInfo] {
    try DesignBuilder.designInfos(termlists, environment: environment, action: action) {
      CollectionOfOne(data)
    }
  }
}
