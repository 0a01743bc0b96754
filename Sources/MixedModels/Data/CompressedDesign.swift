import Distributions
import Foundation
internal import LinearAlgebra

/// The designs of models over the same rows, in rows of their cells: what draws of a response take in place of the data.
///
/// An orthogonal map of the rows leaves independent residuals of equal variance what they are. One that takes [X Z] of all
/// models to as few rows as it has dimensions within cells of equal levels leaves the other n − r rows nothing but
/// residuals, of which their sum of squares is all that a likelihood asks: σ² χ²(n − r), one further row.
package struct CompressedDesign: Sendable {
  /// One model's design over the rows of the cells, with a response that is not yet drawn.
  package struct Model: Sendable {
    fileprivate let fixed: Matrix
    fileprivate let terms: [RandomTerm]
  }

  /// The models, in the order given.
  package let models: [Model]
  private let cells: CellRows
  /// Number of observations, or the sum of their prior weights, behind each row.
  private let weights: [Double]
  /// n − r.
  private let restDegrees: Int

  /// The designs of models over the same rows with the same prior weights; nil where cells are hardly fewer than rows.
  package init?(_ all: [MixedModel]) {
    guard let first = all.first?.rows, first.cells == nil,
      all.allSatisfy({ $0.rows.count == first.count && $0.rows.weights == first.weights })
    else { return nil }
    var columns = DistinctColumns(count: first.count)
    let places = all.map { model in
      (
        fixed: (0..<model.rows.fixed.columns).map { columns.place(model.rows.fixed.column($0)) },
        terms: model.rows.terms.map { $0.columns.map { $0.map { columns.place($0) } ?? .constant(1) } }
      )
    }
    let participants = Set(places.flatMap(\.terms).joined().compactMap(\.entry))
    guard let codes = RowCells(all.flatMap(\.rows.terms), count: first.count) else { return nil }
    // the response is no entry of the design: a column of zeros stands in its place
    var sums = CellSums(width: columns.values.count + 2, participants: Array(participants))
    sums.grow(classes: [Int32](repeating: 0, count: codes.count), classCount: 1)
    let zeros = [Double](repeating: 0, count: first.count)
    sums.add(columns.values + [zeros], weights: first.weights, cells: codes.codes)
    let rows = sums.rows()
    guard Double(rows.ones.count) < RowCells.worthwhile * Double(first.count) else { return nil }
    restDegrees = first.count - rows.ones.count
    weights = rows.weights + [1]
    cells = CellRows(
      observations: first.count, ones: rows.ones + [0], logWeights: first.logWeights,
      isWeighted: first.weights != nil)
    func values(_ place: DistinctColumns.Place) -> [Double] {
      switch place {
      case .constant(let constant): rows.ones.map { constant * $0 } + [0]
      case .column(let position): rows.columns[position] + [0]
      }
    }
    let origins = rows.cells.map { codes.representatives[Int($0)] } + [0]
    models = zip(all, places).map { model, places in
      Model(
        fixed: Matrix(columns: places.fixed.map(values), rows: origins.count),
        terms: zip(model.rows.terms, places.terms).map { term, columns in
          var term = term
          term.codes = origins.map { term.codes[Int($0)] }
          term.columns = columns.map { values($0) }
          return term
        })
    }
  }

  /// A response of one of the models at an estimate, in rows of the cells.
  package func draw(from model: Int, estimate: Estimate, stream: inout RandomStream) -> [Double] {
    let rows = PredictionRows(
      fixed: models[model].fixed,
      effects: models[model].terms.map { .init(codes: $0.codes, columns: $0.columns) }, weights: weights)
    var fixed = rows
    for term in fixed.effects.indices { fixed.effects[term] = nil }
    let means = fixed.predictions(
      estimate: estimate, modes: fixed.effects.map { _ in Matrix(rows: 0, columns: 0) })
    var response = rows.simulate(
      means: means, levels: models[model].terms.map(\.levelCount), estimate: estimate, stream: &stream)
    response[response.count - 1] =
      (estimate.scale * (restDegrees > 0 ? stream.chiSquared(Double(restDegrees)) : 0)).squareRoot()
    return response
  }

  /// A model with a response that was drawn.
  package func model(_ position: Int, response: [Double], options: EngineOptions) throws(EngineError)
    -> MixedModel
  {
    try MixedModel(
      response: response, fixed: models[position].fixed, terms: models[position].terms, weights: weights,
      cells: cells, options: options)
  }
}
