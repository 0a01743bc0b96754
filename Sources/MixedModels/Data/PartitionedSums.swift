import Foundation
internal import LinearAlgebra

/// A model's sums in parts that are weighed anew at each value of the residuals' parameters, in place of another pass over
/// the rows: the inverse covariance of the residuals is linear in the weights.
///
/// A part holds Σ s s' over some sums of rows, s = Σ √w v: single rows, pairs of neighbours, whole series.
package struct PartitionedSums: Sendable {
  private let parts: [CellSums]
  private let rows: Rows
  private let cells: RowCells
  private let fixed: [DistinctColumns.Place]
  private let terms: [[DistinctColumns.Place]]
  private let response: DistinctColumns.Place

  /// - Parameters:
  ///   - rows: the rows of the model.
  ///   - parts: of each part the positions of the rows of each sum, which share the levels of all terms.
  /// - Returns: nil where cells are hardly fewer than rows.
  package init?(_ rows: Rows, parts: [[[Int]]]) {
    guard rows.cells == nil, let cells = RowCells(rows.terms, count: rows.count) else { return nil }
    var columns = DistinctColumns(count: rows.count)
    fixed = (0..<rows.fixed.columns).map { columns.place(rows.fixed.column($0)) }
    terms = rows.terms.map { $0.columns.map { $0.map { columns.place($0) } ?? .constant(1) } }
    let participants = Set(terms.joined().compactMap(\.entry))
    let design = columns.values
    guard cells.count * (participants.count + 1) < Int(RowCells.worthwhile * Double(rows.count)) else {
      return nil
    }
    let empty = CellSums(width: design.count + 2, participants: Array(participants))
    self.parts = parts.map { part in
      var sums = empty
      sums.grow(classes: [Int32](repeating: 0, count: cells.count), classCount: 1)
      // s over its first entry: a mean of rows with a weight
      let ones = part.map { group in group.reduce(0) { $0 + rows.root($1) } }
      func means(_ column: [Double]) -> [Double] {
        zip(part, ones).map { group, one in group.reduce(0.0) { $0 + rows.root($1) * column[$1] } / one }
      }
      sums.add(
        design.map(means) + [means(rows.response)], weights: ones.map { $0 * $0 },
        cells: part.map { cells.codes[$0[0]] })
      return sums
    }
    response = .column(design.count)
    self.rows = rows
    self.cells = cells
  }

  /// The model whose sums are the parts' times factors.
  ///
  /// - Parameter logWeights: the log-determinant of the residuals' inverse covariance over σ².
  package func model(
    factors: [Double], logWeights: Double, options: EngineOptions
  ) throws(EngineError) -> MixedModel {
    let found = CellSums.combined(zip(factors, parts).map { (factor: $0, sums: $1) }).rows()
    func values(_ place: DistinctColumns.Place) -> [Double] {
      switch place {
      case .constant(let constant): found.ones.map { constant * $0 }
      case .column(let position): found.columns[position]
      }
    }
    let origins = found.cells.map { cells.representatives[Int($0)] }
    return try MixedModel(
      response: values(response), fixed: Matrix(columns: fixed.map(values), rows: origins.count),
      terms: zip(rows.terms, terms).map { term, places in
        var term = term
        term.codes = origins.map { term.codes[Int($0)] }
        term.columns = places.map { values($0) }
        return term
      }, weights: found.weights,
      cells: CellRows(
        observations: rows.count, ones: found.ones, logWeights: logWeights, isWeighted: true),
      options: options)
  }
}
