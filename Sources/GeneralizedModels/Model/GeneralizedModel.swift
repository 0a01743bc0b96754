import Foundation
internal import LinearAlgebra
package import MixedModels

/// A generalised linear mixed model: rows sorted for elimination, with everything that no parameter changes.
///
/// Immutable; every fit and evaluation makes a workspace of its own.
package struct GeneralizedModel: Sendable {
  package let response: ResponseModel
  package let rows: GeneralizedRows
  package let design: RandomDesign
  let fixed: FixedColumns
  /// Of the data's rows, or of fewer where equal ones could be put together.
  let system: LevelSystem
  /// For each row of the data its place in the system.
  private let places: [Int32]
  /// Responses and weights in the system's order.
  let y: Buffer
  let multiplier: Buffer
  let omega: Buffer
  let offset: Buffer
  /// X̃ by columns in the system's order.
  let basis: Buffer
  let countsOnce: Bool
  /// What log L has beside the kernels' sums.
  let constant: Double

  /// - Parameter compressing: whether equal rows are put together where that pays; otherwise for tests.
  /// - Throws: ``EngineError`` for no rows, numbers that are not finite, or terms that no data can tell of.
  package init(
    _ rows: GeneralizedRows, response: ResponseModel, compressing: Bool = true
  ) throws(EngineError) {
    guard rows.count > 0 else { throw .noRows }
    self.rows = rows
    self.response = response
    let ones = rows.trials?.allSatisfy { $0 == 1 } ?? true
    let isBinary = response.family == .binomial && ones && rows.response.allSatisfy { $0 == 0 || $0 == 1 }
    let isResidual = response.family == .gaussian && response.link == .identity
    let compression = compressing ? RowCompression(rows, family: response.family) : nil
    let data = compression?.rows ?? rows
    // where rows are equal no level has but one
    design = try RandomDesign(
      terms: data.terms, fixed: data.fixed, holdsRowEffects: compression == nil && (isBinary || isResidual))
    let fixed = FixedColumns(data.fixed)
    let system = LevelSystem(design.factors)
    let n = data.count
    self.fixed = fixed
    self.system = system
    let order = system.order
    var positions = [Int32](repeating: 0, count: n)
    for (i, row) in order.enumerated() { positions[Int(row)] = Int32(i) }
    places = compression?.index.map { positions[Int($0)] } ?? positions
    func sorted(_ values: [Double]?, _ other: Double) -> Buffer {
      let result = Buffer(n)
      if other != 0 { result.fill(other) }
      if let values { for i in 0..<n { result.pointer[i] = values[Int(order[i])] } }
      return result
    }
    y = sorted(data.response, 0)
    offset = sorted(data.offset, 0)
    omega = sorted(data.precisions, 1)
    multiplier = sorted(data.trials, 1)
    if let frequencies = data.frequencies {
      for i in 0..<n { multiplier.pointer[i] *= frequencies[Int(order[i])] }
    }
    countsOnce = (0..<n).allSatisfy { [multiplier] in multiplier.pointer[$0] == 1 }
    basis = Buffer(n * fixed.rank)
    for c in 0..<fixed.rank {
      for i in 0..<n { basis.pointer[c * n + i] = fixed.basis.storage[c * n + Int(order[i])] }
    }
    constant = rows.response.indices.reduce(0.0) { sum, i in
      sum + (rows.frequencies?[i] ?? 1)
        * response.constant(
          rows.response[i], trials: rows.trials?[i] ?? 1, omega: rows.precisions?[i] ?? 1)
    }
  }

  /// Number of rows, equal ones put together.
  package var rowCount: Int { system.rowCount }
  /// Rank of the fixed design.
  package var rank: Int { fixed.rank }
  /// Columns of X that depend on others.
  package var aliased: [Int] { fixed.aliased }
  /// Columns of X that are kept, in their order.
  package var kept: [Int] { fixed.kept.sorted() }
  /// Terms held at zero.
  package var held: [HeldTerm] { design.held }
  /// Whether adaptive quadrature is to be had: one factor.
  package var takesQuadrature: Bool { design.factors.count == 1 }
  /// Effects of a level of the only factor.
  package var quadratureWidth: Int { design.factors[0].width }

  /// Values of the system's rows in the data's order.
  func unsorted(_ values: UnsafePointer<Double>) -> [Double] { places.map { values[Int($0)] } }
}

/// A point of the search.
struct GeneralizedPoint: Sendable {
  var theta: [Double]
  /// β̃, in the orthonormal columns.
  var beta: [Double]
  /// λ; 0 where there is none.
  var precision: Double
}

/// How the effects are integrated out.
package enum Integration: Sendable, Hashable {
  /// Laplace's approximation at the effects' mode.
  case laplace
  /// Adaptive Gauss–Hermite quadrature with so many nodes for each effect.
  case quadrature(Int)
  /// Laplace's approximation in which fixed effects are at the joint mode with the random ones.
  case jointMode
}
