import LinearAlgebra
import Patsy

/// The hypotheses that F tables of each type test, one matrix per term over the kept columns of the fixed design.
///
/// The rows are those of lmerTest: Satterthwaite's degrees of freedom depend on the basis of a hypothesis.
struct AnovaHypotheses {
  /// The kept columns of X.
  private let exog: Matrix
  /// Position among the kept columns of each column.
  private let position: [Int: Int]
  private let terms: [FixedTerm]
  private let results: MixedLMResults

  init(_ results: MixedLMResults, kept: [Int]) {
    self.results = results
    let all = results.specification.crossProductRows
    exog = kept.count == results.kFe ? all : all.selecting(columns: kept)
    position = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) })
    terms = results.fixedTermList
  }

  /// Terms that are tested, with their hypotheses.
  ///
  /// - Parameter covariance: the metric of ``AnovaType/carTwo``.
  /// - Throws: ``StatsModelsError`` for types I and II of weighted sums: they take X'X of the rows without weights.
  func hypotheses(_ type: AnovaType, covariance: Matrix) throws -> [(term: String, rows: Matrix)] {
    let tested = terms.filter { !$0.isIntercept }
    let specification = results.specification
    if specification.cells != nil, specification.weights?.column != nil, tested.count > 1,
      type == .one || type == .two
    {
      throw StatsModelsError(
        .notAvailable,
        "type \(type == .one ? "I" : "II") takes the rows without their weights, of which weighted sums do not tell: take type "
          + ".three or .carTwo, or fit the rows")
    }
    // All types of a lone term are one hypothesis, in lmerTest with the basis of type I.
    switch tested.count == 1 ? .one : type {
    case .one:
      let rows = Self.doolittle(exog)
      return tested.map { ($0.name, rows.selecting(rows: places($0))) }
    case .two: return tested.map { ($0.name, second($0)) }
    case .three:
      let rows = try MarginalHypotheses(results, terms: terms, exog: exog, position: position)
        .rows(of: tested)
      return zip(tested, rows).map { ($0.name, $1) }
    case .carTwo: return tested.map { ($0.name, uncorrelated($0, covariance)) }
    }
  }

  private func places(_ term: FixedTerm) -> [Int] { term.columns.compactMap { position[$0] } }

  private func containing(_ term: FixedTerm) -> [Int] {
    terms.filter { $0.contains(term) }.flatMap(places)
  }

  private func unit(_ rows: [Int]) -> Matrix {
    var result = Matrix(rows: rows.count, columns: exog.columns)
    for (row, column) in rows.enumerated() { result[row, column] = 1 }
    return result
  }

  /// Type II: each term after all that do not contain it.
  private func second(_ term: FixedTerm) -> Matrix {
    let own = places(term)
    let later = containing(term)
    if later.isEmpty || own.isEmpty { return unit(own) }
    let moved = Set(own + later)
    let order = (0..<exog.columns).filter { !moved.contains($0) } + own + later
    let rows = Self.doolittle(exog.selecting(columns: order))
    let first = exog.columns - moved.count
    var result = Matrix(rows: own.count, columns: exog.columns)
    for i in own.indices { for (j, column) in order.enumerated() { result[i, column] = rows[first + i, j] } }
    return result
  }

  /// Combinations of a term and those that contain it whose estimates are uncorrelated with the latter's.
  private func uncorrelated(_ term: FixedTerm, _ covariance: Matrix) -> Matrix {
    let own = places(term)
    let later = terms.filter { $0.includes(term) }.flatMap(places)
    var result = unit(own)
    guard !later.isEmpty, !own.isEmpty else { return result }
    let shared = covariance.selecting(rows: later)
    guard let factor = try? Cholesky(shared.selecting(columns: later)) else { return result }
    let weights = factor.solve(shared.selecting(columns: own))
    for (i, column) in later.enumerated() {
      for row in own.indices { result[row, column] = -weights[i, row] }
    }
    return result
  }

  /// R of X = QR, each row divided by its diagonal: the factor of Doolittle's X'X = LDL'.
  private static func doolittle(_ exog: Matrix) -> Matrix {
    var scaled = exog
    let lengths = (0..<exog.columns).map { column -> Double in
      let values = exog.column(column)
      return dot(values, values).squareRoot()
    }
    for j in 0..<exog.columns { for i in 0..<exog.rows { scaled[i, j] /= lengths[j] } }
    let r = QR(scaled).r
    var result = Matrix.identity(exog.columns)
    for i in 0..<exog.columns {
      for j in i + 1..<max(exog.columns, i + 1) {
        result[i, j] = r[i, j] / r[i, i] * (lengths[j] / lengths[i])
      }
    }
    return result
  }
}
