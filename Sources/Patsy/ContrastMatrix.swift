import DataFrames
import LinearAlgebra

/// How the levels of a categorical factor become columns: one row a level, one column a design column.
///
/// Python: patsy.ContrastMatrix
public struct ContrastMatrix: Sendable, Equatable {
  /// The code of each level, levels × columns.
  ///
  /// Python: ContrastMatrix.matrix
  public let matrix: Matrix
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
    self.matrix = matrix
    columnSuffixes = suffixes
  }

  /// Suffixes of the form `[prefix level]`.
  static func suffixes(_ prefix: String, _ levels: some Sequence<Level>) -> [String] {
    levels.map { "[\(prefix)\($0)]" }
  }

  /// The same coding with a column of ones in front.
  func prependingOnes(suffixes: [String]) -> ContrastMatrix {
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
  func codeWithIntercept(levels: [Level]) throws -> ContrastMatrix

  /// The reduced-rank coding: one column fewer.
  ///
  /// Python: Treatment.code_without_intercept
  func codeWithoutIntercept(levels: [Level]) throws -> ContrastMatrix
}

extension ContrastMatrix: Contrast {
  /// The matrix itself: a given matrix is used as it is in either place.
  ///
  /// Python: ContrastMatrix
  public func codeWithIntercept(levels: [Level]) throws -> ContrastMatrix { self }

  /// The matrix itself: a given matrix is used as it is in either place.
  ///
  /// Python: ContrastMatrix
  public func codeWithoutIntercept(levels: [Level]) throws -> ContrastMatrix { self }
}

extension Contrast {
  /// The reduced-rank codings need one level at least.
  func requireLevels(_ levels: [Level]) throws {
    guard !levels.isEmpty else {
      throw PatsyError("a categorical factor without any level cannot be coded")
    }
  }
}
