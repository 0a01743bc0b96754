import DataFrames
import LinearAlgebra
import MixedModels
import Patsy

/// Builds a variance component from its formula, evaluated within each group as statsmodels does.
///
/// A single product of full-coded factors and numbers is coded once for all rows. Anything else (intercepts,
/// several terms, contrasts, stateful transforms, reductions such as `x.mean()`) is evaluated group by group.
struct ComponentBuilder {
  let coding: FactorCoding
  let groups: GroupingFactor
  let rows: GroupRows

  func block(_ component: FormulaPlan.Component) throws -> RandomBlock {
    if component.terms.isEmpty {
      throw StatsModelsError(
        .unsupportedFormula, "vcFormula \"\(component.formula)\" of '\(component.name)' has no columns",
        values: [component.name])
    }
    if component.terms.count == 1, let only = component.terms.first, !only.factors.isEmpty,
      let block = try codedBlock(component.name, only)
    {
      return block
    }
    if let ones = coding.cells?.rows.ones, component.terms == [.intercept] {
      return interceptBlock(component.name, ones: ones)
    }
    return try evaluatedBlock(component)
  }

  /// One effect a group.
  private func interceptBlock(_ name: String, ones: [Double]) -> RandomBlock {
    RandomBlock(
      group: name, names: [name], covariance: .tied,
      parts: [.init(codes: groups.codes, levelCount: groups.levelCount, columns: [ones])], factor: nil,
      component: .listed((0..<groups.levelCount).map { [.init(name: "Intercept", part: 0, level: $0)] }),
      position: nil)
  }

  /// One product, coded for all rows at once; nil where a factor needs patsy's coding.
  private func codedBlock(_ name: String, _ term: Term) throws -> RandomBlock? {
    var factors: [CodedComponent.Factor] = []
    var codes: [(codes: [Int32], levelCount: Int)] = [(groups.codes, groups.levelCount)]
    var weights: [Double]?
    for factor in term.factors {
      switch try coding.component(factor) {
      case .other: return nil
      case .categorical(let coded):
        factors.append(.categorical(coded))
        codes.append((coded.codes, coded.levels.count))
      case .numeric(let values):
        factors.append(.numeric(name: factor.name))
        weights = weights.map { zip($0, values).map { $0 * $1 } } ?? values
      }
    }
    let combined = CombinedCodes(codes)
    weights = weights ?? coding.cells?.rows.ones
    return RandomBlock(
      group: name, names: [name], covariance: .tied,
      parts: [.init(codes: combined.codes, levelCount: combined.levelCount, columns: [weights])],
      factor: nil, component: .coded(CodedComponent(factors: factors, codes: combined.codes)), position: nil)
  }

  private func evaluatedBlock(_ component: FormulaPlan.Component) throws -> RandomBlock {
    var partition = ComponentPartition(rowCount: coding.data.rowCount)
    let names = Set(component.terms.flatMap(\.factors).flatMap(\.variableNames))
    let used = coding.data[coding.data.columnNames.filter(names.contains)]
    let model = ModelDesc(lhsTermlist: [], rhsTermlist: component.terms)
    for group in 0..<rows.count {
      let data = used.rows(rows[group].map(Int.init))
      let design = try dmatrix(model, data, environment: coding.environment, NAAction: .raise)
      partition.append(rows: rows[group], matrix: design.matrix, names: design.columnNames)
    }
    return partition.block(name: component.name)
  }
}
