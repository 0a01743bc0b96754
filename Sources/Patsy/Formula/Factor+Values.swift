import DataFrames

/// A factor on its own over data.
package struct EvaluatedFactor: Sendable {
  /// Its values.
  package let values: FactorValues
  /// What is known about it.
  package let info: FactorInfo
  /// Whether each level, of a categorical factor without intercept, has a column that says where it occurs: nil when
  /// the columns are others or the levels were given; else true for truth values, whose two levels always have one.
  package let keepsAllLevels: Bool?
}

extension EvalFactor {
  /// The factor on its own over data.
  ///
  /// - Throws: ``PatsyError`` when it cannot be evaluated, a value is missing or the number of rows differs from that
  ///   of the data.
  package func evaluated(over data: some DesignData, environment: EvalEnvironment) throws -> EvaluatedFactor {
    let design = try DesignInfo.learn(
      [[Term([self])]], over: data, environment: environment, NAAction: .raise)
    let builder = try MatrixBuilder(design, data, .raise)
    guard let info = design[0].factorInfos?[self], let values = builder.values(of: info) else {
      throw PatsyError("'\(name)' has no values", origin: origin)
    }
    let contrast = design[0].termCodings?.first?.subterms.first?.contrastMatrices[self]
    var keepsAllLevels: Bool?
    if contrast?.indicators?.isFull == true { keepsAllLevels = try info.state.evaluate(data).hasTwoLevels }
    return EvaluatedFactor(values: values, info: info, keepsAllLevels: keepsAllLevels)
  }
}

extension FormulaValue {
  /// Whether these are truth values, as opposed to data whose levels are those that occur; nil for categories and for
  /// data with given levels.
  fileprivate var hasTwoLevels: Bool? {
    switch self {
    case .vector(let vector):
      switch vector.storage {
      case .boolean: true
      case .categorical: nil
      default: false
      }
    case .categorical(let box): box.levels == nil ? box.data.hasTwoLevels : nil
    default: nil
    }
  }
}
