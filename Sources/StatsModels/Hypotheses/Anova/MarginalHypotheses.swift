import DataFrames
import LinearAlgebra
import Patsy

/// Hypotheses of type III: what the estimable functions of a term have beyond those of the terms that contain it.
///
/// Let D be the overparametrised design, an indicator for every combination of levels, and D = XC. The columns of C' are
/// functions of D's coefficients, one for each column of X. Those of a term, made orthogonal to those of the terms that
/// contain it, are l; over the coefficients of X they are l'G with CG = I. Only empty cells matter, not how many rows a
/// cell has, and coding changes the basis alone: it is that of treatment coding, as in lmerTest.
struct MarginalHypotheses {
  private let results: MixedLMResults
  private let terms: [FixedTerm]
  /// The kept columns of X, and their positions.
  private let exog: Matrix
  private let position: [Int: Int]

  init(_ results: MixedLMResults, terms: [FixedTerm], exog: Matrix, position: [Int: Int]) {
    self.results = results
    self.terms = terms
    self.exog = exog
    self.position = position
  }

  /// Numbers in a matrix above which nothing is tried: half a gigabyte.
  private static let limit = 6e7

  /// The hypotheses of each term over the kept columns.
  func rows(of tested: [FixedTerm]) throws -> [Matrix] {
    guard let source = results.specification.source, tested.contains(where: { !$0.categories.isEmpty }) else {
      return tested.map { unit(places($0)) }
    }
    if let cells = results.specification.cells { return try rows(of: tested, cells, source) }
    // Exact relations hold in any rows that keep the rank.
    var count = min(exog.rows, max(4 * exog.columns, 64))
    while true {
      let rows = (0..<count).map { $0 * exog.rows / count }
      let columns = try FactorColumns(source.data.rows(rows), info: source.fixedInfo)
      let width = terms.reduce(0) { $0 + columns.combinationCount($1) }
      guard Double(width) * Double(count + exog.columns) < Self.limit else { throw tooMany(width) }
      let own = exog.selecting(rows: rows)
      let coded = exog.columns == results.kFe ? columns.treatmentDesign(results) ?? own : own
      let full = terms.reduce(Matrix(rows: count, columns: 0)) {
        $0.appending(columnsOf: columns.indicators($1))
      }
      if let relation = FixedDependence.solve(coded, full), let back = FixedDependence.solve(coded, own) {
        return try hypotheses(tested, relation: relation).map { $0 * back }
      }
      guard count < exog.rows else { return tested.map { unit(places($0)) } }
      count = min(2 * count, exog.rows)
    }
  }

  /// The same where there are no rows but classes of levels that occur: numbers in general position do as well as the
  /// rows' own.
  private func rows(
    of tested: [FixedTerm], _ cells: CellModel, _ source: ModelSpecification.FormulaSource
  ) throws -> [Matrix] {
    let infos = source.fixedInfo.factorInfos ?? [:]
    let repeats = terms.map(\.numbers.count).max().map { $0 > 0 ? 2 * exog.columns + 2 : 1 } ?? 1
    let count = cells.classCount * repeats
    let values = FactorValues.generic(infos, classes: cells.classes, repeats: repeats, count: count)
    let columns = FactorColumns(values, rowCount: count, info: source.fixedInfo)
    let width = terms.reduce(0) { $0 + columns.combinationCount($1) }
    guard Double(width) * Double(count + exog.columns) < Self.limit else { throw tooMany(width) }
    let all = Matrix(columns: source.fixedInfo.columns(values: values, rowCount: count), rows: count)
    let own = all.selecting(columns: position.sorted { $0.value < $1.value }.map(\.key))
    let coded = exog.columns == results.kFe ? columns.treatmentDesign(results) ?? own : own
    let full = terms.reduce(Matrix(rows: count, columns: 0)) {
      $0.appending(columnsOf: columns.indicators($1))
    }
    guard let relation = FixedDependence.solve(coded, full), let back = FixedDependence.solve(coded, own)
    else {
      return tested.map { unit(places($0)) }
    }
    return try hypotheses(tested, relation: relation).map { $0 * back }
  }

  private func tooMany(_ width: Int) -> StatsModelsError {
    StatsModelsError(
      .notAvailable,
      "hypotheses of type III take \(exog.columns) coefficients × \(width) combinations of levels, which is too many: use "
        + "type .two (--type 2)")
  }

  private func places(_ term: FixedTerm) -> [Int] { term.columns.compactMap { position[$0] } }

  private func unit(_ columns: [Int]) -> Matrix {
    Matrix.identity(exog.columns).selecting(rows: columns)
  }

  /// The hypotheses over the coefficients of a design X with D = XC.
  private func hypotheses(_ tested: [FixedTerm], relation: Matrix) throws -> [Matrix] {
    var functions = relation.transposed
    for term in terms.sorted(by: { $0.degree > $1.degree }) {
      let own = places(term)
      let containing = functions.selecting(columns: terms.filter { $0.contains(term) }.flatMap(places))
      guard !own.isEmpty, containing.columns > 0 else { continue }
      let rest = Self.residuals(functions.selecting(columns: own), on: containing)
      for (i, column) in own.enumerated() {
        for row in 0..<functions.rows { functions[row, column] = rest[row, i] }
      }
    }
    guard let gram = try? Cholesky(relation * relation.transposed) else {
      throw StatsModelsError(
        .numerical, "the hypotheses of type III have no digits: centre and scale the predictors")
    }
    let inverse = gram.solve(relation).transposed
    return tested.map { functions.selecting(columns: places($0)).transposed * inverse }
  }

  /// Columns less their projection on others; exact zeros where nothing is left.
  private static func residuals(_ columns: Matrix, on others: Matrix) -> Matrix {
    let factored = PivotedQR(others, tolerance: 1e-9)
    let basis = factored.q.selecting(columns: Array(0..<factored.rank))
    var rest = columns - basis * basis.transposedTimes(columns)
    for j in 0..<columns.columns {
      let (before, after) = (columns.column(j), rest.column(j))
      if dot(after, after) < 1e-20 * dot(before, before) { for i in 0..<rest.rows { rest[i, j] = 0 } }
    }
    return rest
  }
}

extension FactorValues {
  /// Values of factors over rows of each class: its levels, and numbers in general position.
  fileprivate static func generic(
    _ infos: [EvalFactor: FactorInfo], classes: [EvalFactor: [Int32]], repeats: Int, count: Int
  ) -> [EvalFactor: FactorValues] {
    var root = 1.0
    var result: [EvalFactor: FactorValues] = [:]
    for (factor, info) in infos.sorted(by: { $0.key.code < $1.key.code }) {
      if let codes = classes[factor] {
        result[factor] = .categorical(codes.flatMap { [Int32](repeating: $0, count: repeats) })
        continue
      }
      var matrix = Matrix(rows: count, columns: info.numColumns ?? 1)
      for column in 0..<matrix.columns {
        // Multiples of an irrational number, modulo 1.
        root += 1
        let step = (root * root + root).squareRoot()
        for row in 0..<count {
          let value = Double(row + 1) * step
          matrix[row, column] = 2 * (value - value.rounded(.down)) - 1
        }
      }
      result[factor] = .numerical(matrix)
    }
    return result
  }
}
