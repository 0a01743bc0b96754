import SQLModels

/// How the values of a column are stored in Arrow's columnar format: numbers, texts and truth values.
package enum ArrowFormat: Sendable, Hashable {
  case double, float, boolean, null
  case whole(bytes: Int, signed: Bool)
  /// Of 128 bits.
  case decimal(scale: Int)
  case text(large: Bool)
  indirect case dictionary(index: ArrowFormat, values: ArrowFormat)

  /// Digits after the point that a decimal of 128 bits may have.
  package static let decimalScales = 0...38

  /// What the values are.
  package var kind: SQLColumn.Kind {
    switch self {
    case .double, .float: .double
    case .boolean: .boolean
    case .null: .other
    case .whole: .integer
    case .decimal(let scale): scale == 0 ? .integer : .double
    case .text: .text
    case .dictionary(_, let values): values.kind
    }
  }

  /// Bytes of `count` values in the buffer that follows the bits of validity; of texts those of their offsets.
  func dataSize(_ count: Int) -> Int {
    switch self {
    case .double: 8 * count
    case .float: 4 * count
    case .boolean: (count + 7) / 8
    case .null: 0
    case .whole(let bytes, _): bytes * count
    case .decimal: 16 * count
    case .text(let large): (large ? 8 : 4) * (count + 1)
    case .dictionary(let index, _): index.dataSize(count)
    }
  }
}
