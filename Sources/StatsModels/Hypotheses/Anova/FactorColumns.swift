import DataFrames
import LinearAlgebra
import Patsy

/// The factors of a fixed design on some rows, from which designs of other codings are made.
struct FactorColumns {
  private let info: DesignInfo
  private let infos: [EvalFactor: FactorInfo]
  private let values: [EvalFactor: FactorValues]
  private let rowCount: Int

  /// - Throws: `PatsyError` when a factor cannot be evaluated.
  init(_ data: DataFrame, info: DesignInfo) throws {
    self.info = info
    infos = info.factorInfos ?? [:]
    rowCount = data.rowCount
    values = try infos.mapValues { try $0.evaluate(data).values }
  }

  /// Rows of given values.
  init(_ values: [EvalFactor: FactorValues], rowCount: Int, info: DesignInfo) {
    self.info = info
    infos = info.factorInfos ?? [:]
    self.rowCount = rowCount
    self.values = values
  }

  /// Number of columns of ``indicators(_:)``.
  func combinationCount(_ term: FixedTerm) -> Int {
    factors(of: term).reduce(1) { product, factor in
      product.multipliedReportingOverflow(by: width(of: factor)).partialValue
    }
  }

  /// A column for each combination of levels of a term's factors, times its numerical columns.
  func indicators(_ term: FixedTerm) -> Matrix {
    let ones = Matrix(rows: rowCount, columns: 1, repeating: 1)
    return factors(of: term).reduce(ones) { Self.products($0, columns(of: $1, omitting: nil)) }
  }

  /// The fixed design with every contrast replaced by indicators that omit the first level; nil where that is what it
  /// has.
  func treatmentDesign(_ results: MixedLMResults) -> Matrix? {
    guard let codings = info.termCodings else { return nil }
    let contrasts = codings.flatMap(\.subterms).flatMap(\.contrastMatrices.values)
    if contrasts.allSatisfy({ $0.indicators.map { $0.omitted == nil || $0.omitted == 0 } ?? false }) {
      return nil
    }
    var result = Matrix(rows: rowCount, columns: 0)
    for subterm in codings.flatMap(\.subterms) {
      var block = Matrix(rows: rowCount, columns: 1, repeating: 1)
      for factor in subterm.factors {
        let contrast = subterm.contrastMatrices[factor]
        let isReduced = contrast.map { $0.columnSuffixes.count < $0.levelCount } ?? false
        block = Self.products(block, columns(of: factor, omitting: isReduced ? 0 : nil))
      }
      result = result.appending(columnsOf: block)
    }
    return result.columns == results.kFe ? result : nil
  }

  private func factors(of term: FixedTerm) -> [EvalFactor] {
    info.factors.filter { term.categories.contains($0) || term.numbers.contains($0) }
  }

  private func width(of factor: EvalFactor) -> Int {
    infos[factor]?.categories?.count ?? infos[factor]?.numColumns ?? 1
  }

  /// Indicators of a factor's levels, or its numerical columns.
  private func columns(of factor: EvalFactor, omitting omitted: Int?) -> Matrix {
    switch values[factor] {
    case .numerical(let matrix)?: return matrix
    case .categorical(let codes)?:
      let levels = (0..<width(of: factor)).filter { $0 != omitted }
      var result = Matrix(rows: rowCount, columns: levels.count)
      for (column, level) in levels.enumerated() {
        for (row, code) in codes.enumerated() where Int(code) == level { result[row, column] = 1 }
      }
      return result
    case nil: return Matrix(rows: rowCount, columns: 0)
    }
  }

  /// All products of a column of each matrix, those of the first varying fastest.
  private static func products(_ a: Matrix, _ b: Matrix) -> Matrix {
    var result = Matrix(rows: a.rows, columns: a.columns * b.columns)
    for j in 0..<b.columns {
      for i in 0..<a.columns {
        for row in 0..<a.rows { result[row, i + j * a.columns] = a[row, i] * b[row, j] }
      }
    }
    return result
  }
}
