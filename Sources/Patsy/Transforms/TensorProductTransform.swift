import DataFrames
import LinearAlgebra

/// `te(s1, …, sn, constraints=None)`: the tensor product of the bases of several splines, as in R's mgcv.
///
/// Python: patsy.te
package struct TensorProductTransform: StatefulTransform {
  private enum CodingKeys: CodingKey { case constraints }

  private var asked: FormulaValue?
  private var sums: [Double] = []
  private var rows = 0
  private var constraints: [[Double]]?

  /// A transform that has learned nothing.
  package init() {}

  package mutating func memorizeChunk(_ arguments: FunctionArguments) throws {
    if asked == nil { asked = Self.constraints(arguments) ?? FormulaValue.none }
    guard case .string("center") = asked else { return }
    let product = try Self.product(arguments)
    if sums.isEmpty { sums = [Double](repeating: 0, count: product.columns) }
    for j in 0..<min(product.columns, sums.count) { sums[j] += product.column(j).reduce(0, +) }
    rows += product.rows
  }

  package mutating func memorizeFinish() throws {
    defer { (asked, sums, rows) = (nil, [], 0) }
    let read = try SplineConstraint(asked)
    guard read.count > 0 else { return }
    if case .string(let text) = asked, text != "center" {
      // Python finds this out when it first uses the constraints; a row of no width makes us do the same.
      constraints = [[.nan]]
    } else {
      constraints = read.rows ?? [sums.map { $0 / Double(rows) }]
    }
  }

  package func transform(_ arguments: FunctionArguments) throws -> FormulaValue {
    .matrix(try SplineConstraint.absorb(constraints, into: Self.product(arguments)))
  }

  private static func constraints(_ arguments: FunctionArguments) -> FormulaValue? {
    arguments.keywords.last { $0.name == "constraints" }?.value
  }

  /// The row-wise product of the positional arguments.
  private static func product(_ arguments: FunctionArguments) throws -> Matrix {
    let bases = try arguments.positional.map { try $0.numericMatrix() }
    guard let first = bases.first else {
      throw EvaluationError.value("Tensor product arrays sequence should not be empty.")
    }
    guard bases.allSatisfy({ $0.rows == first.rows }) else {
      throw EvaluationError.value("Tensor product arguments should have same number of rows.")
    }
    var columns = 1
    for basis in bases {
      try FormulaLimits.requireMatrix(rows: columns, columns: basis.columns)
      columns *= basis.columns
    }
    try FormulaLimits.requireMatrix(rows: first.rows, columns: columns)
    return rowTensorProduct(bases)
  }
}
