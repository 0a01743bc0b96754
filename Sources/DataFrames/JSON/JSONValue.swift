/// A JSON document whose objects keep the order of their members.
package indirect enum JSONValue: Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case boolean(Bool)
  /// A whole number.
  case integer(Int)
  /// A number; may be nan or infinite, see ``NonFinite``.
  case number(Double)
  /// Text.
  case string(String)
  /// A list of values.
  case array([JSONValue])
  /// A list of plain numbers, written like ``array(_:)`` but without a box per element.
  case numbers([Double])
  /// Members in order.
  case object([(key: String, value: JSONValue)])

  /// What becomes of numbers that JSON cannot express.
  package enum NonFinite: Sendable {
    /// nan and infinities become `null`: what the command prints.
    case null
    /// They become the strings "nan", "inf" and "-inf": snapshots and fixtures.
    case strings
  }

  /// The value of the first member called `key`; nil for other kinds of value.
  package subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int) { self = .integer(value) }
  package init(floatLiteral value: Double) { self = .number(value) }
  package init(booleanLiteral value: Bool) { self = .boolean(value) }
  package init(nilLiteral: ()) { self = .null }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(elements.map { (key: $0.0, value: $0.1) })
  }
}

// MARK: - Reading values out

extension JSONValue {
  /// The text; nil for other kinds of value.
  package var text: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The truth value; nil for other kinds of value.
  package var truth: Bool? {
    if case .boolean(let truth) = self { truth } else { nil }
  }

  /// The whole number; nil for other kinds of value.
  package var whole: Int? {
    switch self {
    case .integer(let i): i
    case .number(let d): Int(exactly: d)
    default: nil
    }
  }

  /// The number, also from "nan", "inf" and "-inf"; nil for other kinds of value.
  package var double: Double? {
    switch self {
    case .integer(let i): Double(i)
    case .number(let d): d
    case .string("nan"): .nan
    case .string("inf"): .infinity
    case .string("-inf"): -.infinity
    default: nil
    }
  }

  /// The elements; nil for other kinds of value.
  package var elements: [JSONValue]? {
    switch self {
    case .array(let elements): elements
    case .numbers(let numbers): numbers.map { .number($0) }
    default: nil
    }
  }

  /// The elements as numbers; nil unless all of them are numbers.
  package var doubles: [Double]? {
    switch self {
    case .numbers(let numbers): return numbers
    case .array(let elements):
      let numbers = elements.compactMap(\.double)
      return numbers.count == elements.count ? numbers : nil
    default: return nil
    }
  }

  /// The members in order; nil for other kinds of value.
  package var members: [(key: String, value: JSONValue)]? {
    if case .object(let members) = self { members } else { nil }
  }
}
