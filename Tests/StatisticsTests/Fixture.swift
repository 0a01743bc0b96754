import Foundation

/// A JSON value of a fixture.
enum Value: Decodable, Sendable {
  case number(Double)
  case text(String)
  case truth(Bool)
  case list([Value])
  case object([String: Value])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Bool.self) {
      self = .truth(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([Value].self) {
      self = .list(value)
    } else {
      self = .object(try container.decode([String: Value].self))
    }
  }

  /// All numbers in the value, in order; the texts nan, inf and -inf are numbers.
  var numbers: [Double] {
    switch self {
    case .number(let value): [value]
    case .text(let text): Double(text).map { [$0] } ?? []
    case .truth: []
    case .list(let values): values.flatMap(\.numbers)
    case .object(let values): values.keys.sorted().flatMap { values[$0]!.numbers }
    }
  }

  var text: String? { if case .text(let text) = self { text } else { nil } }
  var truth: Bool? { if case .truth(let value) = self { value } else { nil } }
  var rows: [[Double]]? { if case .list(let rows) = self { rows.map(\.numbers) } else { nil } }
}

/// Whether two numbers agree to a relative tolerance; NaN equals NaN only.
func agree(_ a: Double, _ b: Double, _ tolerance: Double, floor: Double = 0) -> Bool {
  if a.isNaN || b.isNaN { return a.isNaN && b.isNaN }
  return a == b || abs(a - b) <= max(tolerance * abs(b), floor)
}
