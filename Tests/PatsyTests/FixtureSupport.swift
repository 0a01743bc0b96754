import DataFrames
import Foundation
import LinearAlgebra
import Patsy

/// The largest difference between two lists of columns, relative to the larger of 1 and the column's magnitude;
/// infinite when the shapes differ or only one of two values is NaN.
func difference(_ found: [[Double]], _ expected: [[Double]]) -> Double {
  guard found.map(\.count) == expected.map(\.count) else { return .infinity }
  var worst = 0.0
  for (a, b) in zip(found, expected) {
    let scale = max(1, b.map(abs).max() ?? 1)
    for (x, y) in zip(a, b) where x != y && !(x.isNaN && y.isNaN) {
      let relative = abs(x - y) / scale
      worst = max(worst, relative.isNaN ? .infinity : relative)
    }
  }
  return worst
}

extension Matrix {
  /// The columns as lists.
  var columnLists: [[Double]] { (0..<columns).map(column) }
}

extension FormulaValue {
  /// The columns of a numeric value; empty when it is not one.
  var columnLists: [[Double]] { (try? numericMatrix().columnLists) ?? [] }

  /// A vector of numbers.
  static func numbers(_ values: [Double]) -> FormulaValue { .vector(FormulaVector(values)) }
}

/// What a transform makes of `x` when it learns from it in chunks of `size` rows.
func transformed(
  _ make: () -> any StatefulTransform, _ x: [Double], size: Int,
  keywords: [(name: String, value: FormulaValue)] = []
) throws -> [[Double]] {
  var transform = make()
  for start in stride(from: 0, to: x.count, by: size) {
    let chunk = Array(x[start..<min(start + size, x.count)])
    try transform.memorizeChunk(FunctionArguments([.numbers(chunk)], keywords: keywords))
  }
  try transform.memorizeFinish()
  let restored: any StatefulTransform = try reloaded(transform)
  return try restored.transform(FunctionArguments([.numbers(x)], keywords: keywords)).columnLists
}

/// The transform saved and read again: what it has learned survives.
private func reloaded<Transform: StatefulTransform>(_ transform: Transform) throws -> Transform {
  let encoder = JSONEncoder()
  let decoder = JSONDecoder()
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  decoder.nonConformingFloatDecodingStrategy = .convertFromString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  return try decoder.decode(Transform.self, from: encoder.encode(transform))
}

/// The message of the error that `body` throws; nil when it throws none.
func message<Result>(_ body: () throws -> Result) -> String? {
  do {
    _ = try body()
    return nil
  } catch let error as PatsyError {
    return error.message
  } catch {
    return "\(error)"
  }
}
