import DataFrames
import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#else
  import Foundation
#endif

/// Treatment (dummy) coding, the default: each level against the reference.
///
/// Full rank: an indicator for each level, `[level]`. Reduced rank: without the reference, `[T.level]`.
///
/// Python: patsy.Treatment
public struct Treatment: Contrast, Equatable {
  /// The reference: a level or, when no level equals it, a position (negative from the end); nil: the first level.
  ///
  /// Python: Treatment.reference
  public var reference: ColumnValue?

  /// Treatment coding against `reference`.
  ///
  /// Python: patsy.Treatment(reference=None)
  public init(reference: ColumnValue? = nil) { self.reference = reference }

  /// One indicator for each level.
  ///
  /// Python: Treatment.code_with_intercept
  public func codeWithIntercept(levels: [ColumnValue]) throws -> ContrastMatrix {
    ContrastMatrix(
      indicatorsOf: levels.count, omitting: nil, suffixes: ContrastMatrix.suffixes("", levels))
  }

  /// One indicator for each level but the reference.
  ///
  /// Python: Treatment.code_without_intercept
  public func codeWithoutIntercept(levels: [ColumnValue]) throws -> ContrastMatrix {
    let omitted = try reference.map { try position(of: $0, in: levels) } ?? 0
    try requireLevels(levels)
    return omitting(omitted, of: levels, prefix: "T.", code: 0)
  }
}

/// Deviation coding: each level against the mean of all levels.
///
/// Reduced rank: an indicator for each level but the omitted one, which is −1 throughout, `[S.level]`. Full rank:
/// the same behind a column of ones, `[mean]`.
///
/// Python: patsy.Sum
public struct Sum: Contrast, Equatable {
  /// The omitted level: a level or a position, as in ``Treatment/reference``; nil: the last level.
  ///
  /// Python: Sum.omit
  public var omit: ColumnValue?

  /// Deviation coding without `omit`.
  ///
  /// Python: patsy.Sum(omit=None)
  public init(omit: ColumnValue? = nil) { self.omit = omit }

  /// A column of ones and the reduced-rank columns.
  ///
  /// Python: Sum.code_with_intercept
  public func codeWithIntercept(levels: [ColumnValue]) throws -> ContrastMatrix {
    let reduced = try codeWithoutIntercept(levels: levels)
    return reduced.prependingOnes(suffixes: ["[mean]"] + reduced.columnSuffixes)
  }

  /// One column for each level but the omitted one.
  ///
  /// Python: Sum.code_without_intercept
  public func codeWithoutIntercept(levels: [ColumnValue]) throws -> ContrastMatrix {
    let omitted = try omit.map { try position(of: $0, in: levels) } ?? levels.count - 1
    try requireDense(levels)
    return omitting(omitted, of: levels, prefix: "S.", code: -1)
  }
}

/// Helmert coding: each level against the mean of the levels before it.
///
/// Column j is −1 for the levels 0…j, j + 1 for level j + 1 and 0 below, `[H.level]`; full rank adds a
/// column of ones, `[H.intercept]`.
///
/// Python: patsy.Helmert
public struct Helmert: Contrast, Equatable {
  /// Helmert coding, as R's `contr.helmert`.
  ///
  /// Python: patsy.Helmert()
  public init() {}

  /// A column of ones and the reduced-rank columns.
  ///
  /// Python: Helmert.code_with_intercept
  public func codeWithIntercept(levels: [ColumnValue]) throws -> ContrastMatrix {
    let reduced = try codeWithoutIntercept(levels: levels)
    return reduced.prependingOnes(suffixes: ["[H.intercept]"] + reduced.columnSuffixes)
  }

  /// One column for each level but the first.
  ///
  /// Python: Helmert.code_without_intercept
  public func codeWithoutIntercept(levels: [ColumnValue]) throws -> ContrastMatrix {
    try requireDense(levels)
    var matrix = Matrix(rows: levels.count, columns: levels.count - 1)
    for j in 0..<matrix.columns {
      for i in 0...j { matrix[i, j] = -1 }
      matrix[j + 1, j] = Double(j + 1)
    }
    return ContrastMatrix(
      matrix: matrix, suffixes: ContrastMatrix.suffixes("H.", levels.dropFirst()))
  }
}

/// Backward difference coding: each level against the level before it.
///
/// With n levels column j is (j + 1 − n) / n for the levels 0…j and (j + 1) / n for the others, `[D.level]`.
///
/// Python: patsy.Diff
public struct Diff: Contrast, Equatable {
  /// Backward difference coding.
  ///
  /// Python: patsy.Diff()
  public init() {}

  /// A column of ones and the reduced-rank columns; the suffixes are the levels in order.
  ///
  /// Python: Diff.code_with_intercept
  public func codeWithIntercept(levels: [ColumnValue]) throws -> ContrastMatrix {
    try codeWithoutIntercept(levels: levels)
      .prependingOnes(suffixes: ContrastMatrix.suffixes("D.", levels))
  }

  /// One column for each level but the last.
  ///
  /// Python: Diff.code_without_intercept
  public func codeWithoutIntercept(levels: [ColumnValue]) throws -> ContrastMatrix {
    try requireDense(levels)
    let n = levels.count
    var matrix = Matrix(rows: n, columns: n - 1)
    for j in 0..<matrix.columns {
      for i in 0..<n { matrix[i, j] = Double(i <= j ? j + 1 - n : j + 1) / Double(n) }
    }
    return ContrastMatrix(
      matrix: matrix, suffixes: ContrastMatrix.suffixes("D.", levels.dropLast()))
  }
}

/// Orthogonal polynomial coding of levels that lie on a scale.
///
/// The columns are orthonormal polynomials in the scores: `.Linear`, `.Quadratic`, `.Cubic`, `^4`, …; full rank
/// adds a column of ones, `.Constant`.
///
/// Python: patsy.Poly
public struct Poly: Contrast, Equatable {
  /// The position of each level on the scale; nil: 0, 1, 2, ….
  ///
  /// Python: Poly.scores
  public var scores: [Double]?

  /// Polynomial coding over `scores`.
  ///
  /// Python: patsy.Poly(scores=None)
  public init(scores: [Double]? = nil) { self.scores = scores }

  /// A column of ones and the reduced-rank columns.
  ///
  /// Python: Poly.code_with_intercept
  public func codeWithIntercept(levels: [ColumnValue]) throws -> ContrastMatrix {
    let n = levels.count
    let scores = scores ?? (0..<n).map(Double.init)
    guard scores.count == n else {
      throw PatsyError(
        "number of levels (\(n)) does not match number of scores (\(scores.count))")
    }
    guard n > 0 else { throw PatsyError("index 0 is out of bounds for axis 1 with size 0") }
    try requireDense(levels)
    let mean = scores.reduce(0, +) / Double(n)
    var powers = Matrix(rows: n, columns: n)
    for j in 0..<n {
      for i in 0..<n { powers[i, j] = pow(scores[i] - mean, Double(j)) }
    }
    let factors = QR(powers)
    let lengths = (0..<n).map { row in
      factors.q.row(row).reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    var matrix = Matrix(rows: n, columns: n, repeating: 1)
    for j in 1..<max(n, 1) {
      let diagonal = factors.r[j, j]
      let sign: Double = diagonal > 0 ? 1 : diagonal < 0 ? -1 : diagonal
      for i in 0..<n { matrix[i, j] = sign * factors.q[i, j] / lengths[j] }
    }
    let named = [".Constant", ".Linear", ".Quadratic", ".Cubic"]
    return ContrastMatrix(
      matrix: matrix, suffixes: (0..<n).map { $0 < named.count ? named[$0] : "^\($0)" })
  }

  /// The columns from `.Linear` on.
  ///
  /// Python: Poly.code_without_intercept
  public func codeWithoutIntercept(levels: [ColumnValue]) throws -> ContrastMatrix {
    let full = try codeWithIntercept(levels: levels)
    let n = levels.count
    return ContrastMatrix(
      matrix: Matrix(rows: n, columns: n - 1, columnMajor: Array(full.matrix.storage[n...])),
      suffixes: Array(full.columnSuffixes.dropFirst()))
  }
}

extension Contrast {
  /// Position of `reference`: that of an equal level, otherwise the integer itself, negative from the end.
  func position(of reference: ColumnValue, in levels: [ColumnValue]) throws -> Int {
    if let index = levels.firstIndex(where: { $0 == reference }) { return index }
    let given: Int
    switch reference {
    case .integer(let value): given = value
    case .boolean(let value): given = value ? 1 : 0
    default: throw PatsyError("specified level \(reference.debugDescription) not found")
    }
    let index = given < 0 ? given + levels.count : given
    guard levels.indices.contains(index) else {
      // Python's text shows the index after the shift from the end.
      throw PatsyError(
        "specified level \(given < 0 ? "\(index)" : reference.debugDescription) is out of range")
    }
    return index
  }

  /// The identity without a column for the omitted level, whose row holds `code`.
  fileprivate func omitting(
    _ omitted: Int, of levels: [ColumnValue], prefix: String, code: Double
  ) -> ContrastMatrix {
    var kept = levels
    kept.remove(at: omitted)
    let suffixes = ContrastMatrix.suffixes(prefix, kept)
    if code == 0 {
      return ContrastMatrix(indicatorsOf: levels.count, omitting: omitted, suffixes: suffixes)
    }
    var matrix = Matrix(rows: levels.count, columns: levels.count - 1)
    for j in 0..<matrix.columns {
      matrix[j < omitted ? j : j + 1, j] = 1
      matrix[omitted, j] = code
    }
    return ContrastMatrix(matrix: matrix, suffixes: suffixes)
  }
}
