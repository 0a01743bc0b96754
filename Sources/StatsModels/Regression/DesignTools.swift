import DataFrames
import Foundation
import LinearAlgebra

/// What ``addConstant(_:prepend:hasConstant:)-(DataFrame,_,_)`` does where a constant is there already.
///
/// Python: the argument has_constant
public enum HasConstant: String, Sendable, CaseIterable {
  /// Nothing.
  case skip
  /// Adds another one.
  case add
  /// Refuses.
  case raise
}

/// Adds a column of ones called `const`.
///
/// - Parameters:
///   - data: the columns of a design.
///   - prepend: first, else last.
///   - hasConstant: what happens where a column is constant and not zero already.
/// - Throws: ``StatsModelsError`` where there is a constant and `hasConstant` is `.raise`.
///
/// Python: statsmodels.tools.tools.add_constant
public func addConstant(
  _ data: DataFrame, prepend: Bool = true, hasConstant: HasConstant = .skip
) throws -> DataFrame {
  let constant = data.columns.filter { column in
    column.doubles.map { isConstant($0) } ?? false
  }
  guard try adds(constant.map(\.name), hasConstant) else { return data }
  let ones = Column(name: "const", [Double](repeating: 1, count: data.rowCount))
  return try DataFrame(
    columns: prepend ? [ones] + data.columns : data.columns + [ones], rowLabels: data.rowLabels)
}

/// Adds a column of ones called `const` to one column. Python: statsmodels.tools.tools.add_constant
public func addConstant(
  _ data: Column, prepend: Bool = true, hasConstant: HasConstant = .skip
) throws -> DataFrame {
  try addConstant(DataFrame(columns: [data]), prepend: prepend, hasConstant: hasConstant)
}

/// Adds a column of ones to a matrix. Python: statsmodels.tools.tools.add_constant
public func addConstant(
  _ data: Matrix, prepend: Bool = true, hasConstant: HasConstant = .skip
) throws -> Matrix {
  let constant = (0..<data.columns).filter { isConstant(data.column($0)) }
  guard try adds(constant.map(String.init), hasConstant) else { return data }
  let ones = Matrix(rows: data.rows, columns: 1, repeating: 1)
  return prepend ? ones.appending(columnsOf: data) : data.appending(columnsOf: ones)
}

/// Adds a column of ones to one column. Python: statsmodels.tools.tools.add_constant
public func addConstant(
  _ data: [Double], prepend: Bool = true, hasConstant: HasConstant = .skip
) throws -> Matrix {
  try addConstant(
    Matrix(rows: data.count, columns: 1, columnMajor: data), prepend: prepend, hasConstant: hasConstant)
}

private func isConstant(_ values: [Double]) -> Bool {
  guard let first = values.first, first != 0 else { return false }
  return values.allSatisfy { $0 == first }
}

private func adds(_ constant: [String], _ hasConstant: HasConstant) throws -> Bool {
  guard !constant.isEmpty else { return true }
  switch hasConstant {
  case .skip: return false
  case .add: return true
  case .raise:
    throw StatsModelsError(
      .invalidArgument, "Column(s) \(constant.joined(separator: ",")) are constant.", values: constant)
  }
}

/// How many times the variance of a coefficient is what it were if its column were uncorrelated with the others.
///
/// As in statsmodels the others are taken as they are: include a constant column.
/// - Parameters:
///   - exog: the design.
///   - exogIdx: the column, from 0.
///   - standardize: columns are centred and scaled first, which changes nothing but rounding where there is a constant.
/// - Throws: ``StatsModelsError`` for a column that is not there, fewer than two columns, and values that are not finite.
///
/// Python: statsmodels.stats.outliers_influence.variance_inflation_factor
public func varianceInflationFactor(
  _ exog: any DesignConvertible, _ exogIdx: Int, standardize: Bool = true
) throws -> Double {
  let matrix = try exog.designMatrix().matrix
  guard (0..<matrix.columns).contains(exogIdx), matrix.columns > 1 else {
    throw StatsModelsError(
      .invalidArgument,
      "exogIdx is \(exogIdx): exog has \(matrix.columns) columns, and takes at least two",
      values: [String(exogIdx)])
  }
  let columns = (0..<matrix.columns).map { j -> [Double] in
    let column = matrix.column(j)
    let n = Double(column.count)
    let mean = column.reduce(0, +) / n
    let deviation = (column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n).squareRoot()
    return standardize && deviation > 1e-10 ? column.map { ($0 - mean) / deviation } : column
  }
  var others = columns
  others.remove(at: exogIdx)
  let r2 = try OLS(endog: columns[exogIdx], exog: Matrix(columns: others, rows: matrix.rows)).fit().rsquared
  return 1 / (1 - min(max(r2, 0), 1 - 1e-15))
}
