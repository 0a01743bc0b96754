/// A transform that learns from the data it is first used on, and remembers for prediction.
///
/// For each call in a formula one value is made. It sees the data once (chunk by chunk), and then transforms
/// that data and any other with what it has learned. A call nested in another's arguments learns first.
/// What a transform has learned is saved with a model: hence `Codable`.
///
/// Python: patsy.stateful_transform
public protocol StatefulTransform: Sendable, Codable {
  /// Learns from one chunk of data.
  ///
  /// Python: memorize_chunk
  mutating func memorizeChunk(_ arguments: FunctionArguments) throws

  /// Learning is over.
  ///
  /// Python: memorize_finish
  mutating func memorizeFinish() throws

  /// The transformed data.
  ///
  /// Python: transform
  func transform(_ arguments: FunctionArguments) throws -> FormulaValue
}

extension StatefulTransform {
  /// Nothing to conclude.
  public mutating func memorizeFinish() throws {}
}
