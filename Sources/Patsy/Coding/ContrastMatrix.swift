import DataFrames
import Foundation
import LinearAlgebra

/// How the levels of a categorical factor become columns: one row a level, one column a design column.
///
/// Python: patsy.ContrastMatrix
public struct ContrastMatrix: Sendable, Equatable {
  /// Indicator columns are not stored: a factor may have 100,000 levels.
  private enum Coding: Sendable {
    case dense(Matrix)
    case indicators(levels: Int, omitted: Int?)
  }

  private let coding: Coding
  /// Text appended to the factor's name, one for each column.
  ///
  /// Python: ContrastMatrix.column_suffixes
  public let columnSuffixes: [String]

  /// A coding from its matrix and the suffixes of its columns.
  ///
  /// - Throws: ``PatsyError`` when their counts differ.
  ///
  /// Python: patsy.ContrastMatrix(matrix, column_suffixes)
  public init(_ matrix: Matrix, _ columnSuffixes: [String]) throws {
    guard matrix.columns == columnSuffixes.count else {
      throw PatsyError("matrix and column_suffixes don't conform")
    }
    self.init(matrix: matrix, suffixes: columnSuffixes)
  }

  /// A coding from a bare matrix; the columns are named `[custom0]`, `[custom1]`, ….
  ///
  /// Python: C(x, matrix)
  public init(_ matrix: Matrix) {
    self.init(matrix: matrix, suffixes: (0..<matrix.columns).map { "[custom\($0)]" })
  }

  /// A coding whose parts are known to fit.
  init(matrix: Matrix, suffixes: [String]) {
    coding = .dense(matrix)
    columnSuffixes = suffixes
  }

  /// An indicator for each level, but none for the omitted one.
  init(indicatorsOf levels: Int, omitting omitted: Int?, suffixes: [String]) {
    coding = .indicators(levels: levels, omitted: omitted)
    columnSuffixes = suffixes
  }

  /// The code of each level, levels × columns.
  ///
  /// Python: ContrastMatrix.matrix
  public var matrix: Matrix {
    switch coding {
    case .dense(let matrix): return matrix
    case .indicators(let levels, _):
      var matrix = Matrix(rows: levels, columns: columnSuffixes.count)
      for column in 0..<matrix.columns { matrix[level(ofIndicator: column), column] = 1 }
      return matrix
    }
  }

  /// Number of levels.
  package var levelCount: Int {
    switch coding {
    case .dense(let matrix): matrix.rows
    case .indicators(let levels, _): levels
    }
  }

  /// When each column is the indicator of one level: the level without one, if any; otherwise nil.
  package var indicators: (omitted: Int?, isFull: Bool)? {
    guard case .indicators(_, let omitted) = coding else { return nil }
    return (omitted, omitted == nil)
  }

  /// The code of each level in one column.
  func column(_ column: Int) -> [Double] {
    switch coding {
    case .dense(let matrix): return matrix.column(column)
    case .indicators(let levels, _):
      var result = [Double](repeating: 0, count: levels)
      result[level(ofIndicator: column)] = 1
      return result
    }
  }

  private func level(ofIndicator column: Int) -> Int {
    guard case .indicators(_, let omitted?) = coding, column >= omitted else { return column }
    return column + 1
  }

  /// Whether codes and suffixes agree.
  public static func == (a: ContrastMatrix, b: ContrastMatrix) -> Bool {
    a.columnSuffixes == b.columnSuffixes && a.matrix == b.matrix
  }

  /// Suffixes of the form `[prefix level]`.
  static func suffixes(_ prefix: String, _ levels: some Sequence<ColumnValue>) -> [String] {
    levels.map { "[\(prefix)\($0)]" }
  }

  /// The same coding with a column of ones in front.
  func prependingOnes(suffixes: [String]) -> ContrastMatrix {
    let matrix = matrix
    let ones = [Double](repeating: 1, count: matrix.rows)
    return ContrastMatrix(
      matrix: Matrix(
        rows: matrix.rows, columns: matrix.columns + 1, columnMajor: ones + matrix.storage),
      suffixes: suffixes)
  }
}

/// A rule that codes the levels of a categorical factor.
///
/// Full rank is used where the factor's columns must span the intercept, reduced rank where the intercept is
/// spanned already.
///
/// Python: any object with code_with_intercept and code_without_intercept
public protocol Contrast: Sendable {
  /// The full-rank coding: as many columns as levels.
  ///
  /// Python: Treatment.code_with_intercept
  func codeWithIntercept(levels: [ColumnValue]) throws -> ContrastMatrix

  /// The reduced-rank coding: one column fewer.
  ///
  /// Python: Treatment.code_without_intercept
  func codeWithoutIntercept(levels: [ColumnValue]) throws -> ContrastMatrix
}

extension ContrastMatrix: Contrast {
  /// The matrix itself: a given matrix is used as it is in either place.
  ///
  /// Python: ContrastMatrix
  public func codeWithIntercept(levels: [ColumnValue]) throws -> ContrastMatrix { self }

  /// The matrix itself: a given matrix is used as it is in either place.
  ///
  /// Python: ContrastMatrix
  public func codeWithoutIntercept(levels: [ColumnValue]) throws -> ContrastMatrix { self }
}

extension Contrast {
  /// The reduced-rank codings need one level at least.
  func requireLevels(_ levels: [ColumnValue]) throws {
    guard !levels.isEmpty else {
      throw PatsyError("negative dimensions are not allowed")
    }
  }

  /// The same for codings whose matrix is not one of indicators: levels × levels numbers must fit into memory, twice
  /// while a column is put in front.
  func requireDense(_ levels: [ColumnValue]) throws {
    try requireLevels(levels)
    let bytes = 16 * Double(levels.count) * Double(levels.count)
    guard bytes < Double(FormulaLimits.memory) else {
      throw PatsyError("the contrast matrix of \(levels.count) levels is too large")
    }
  }
}
