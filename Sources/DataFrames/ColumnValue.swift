/// One value of a column or one level of a factor: a number, a truth value or a text.
///
/// Equality and order are Python's: `1`, `1.0` and `true` are equal (and have one hash value), numbers come
/// before texts, texts are compared by code point (`"B" < "_" < "a" < "é"`). A missing value is
/// `ColumnValue?.none`, never a level.
public enum ColumnValue: Sendable {
  /// A text.
  case string(String)
  /// A whole number.
  case integer(Int)
  /// A floating-point number.
  case double(Double)
  /// A truth value.
  case boolean(Bool)
}

extension ColumnValue {
  /// The value as a number (`true` is 1); nil for a text.
  public var number: Double? {
    switch self {
    case .string: nil
    case .integer(let value): Double(value)
    case .double(let value): value
    case .boolean(let value): value ? 1 : 0
    }
  }

  /// The value as Python's `repr` prints it: texts are quoted, `5`, `5.0`, `True`.
  public var debugDescription: String {
    if case .string(let text) = self { return PythonText.quoted(text) }
    return description
  }

  /// The value as a whole number where that is exact: `5`, `5.0`, `true`; nil otherwise.
  var wholeNumber: Int? {
    switch self {
    case .string: nil
    case .integer(let value): value
    case .double(let value): Int(exactly: value)
    case .boolean(let value): value ? 1 : 0
    }
  }
}

extension ColumnValue: CustomStringConvertible, CustomDebugStringConvertible {
  /// The value as Python's `str` prints it: `5`, `5.0`, `True`, `abc`.
  public var description: String {
    switch self {
    case .string(let text): text
    case .integer(let value): String(value)
    case .double(let value): PythonText.of(value)
    case .boolean(let value): PythonText.of(value)
    }
  }
}

extension ColumnValue: Hashable, Comparable {
  /// Whether both are the same text, code point by code point, or the same number.
  public static func == (a: ColumnValue, b: ColumnValue) -> Bool {
    switch (a, b) {
    case (.string(let x), .string(let y)): x.utf8.elementsEqual(y.utf8)
    case (.string, _), (_, .string): false
    case (.integer(let x), .integer(let y)): x == y
    default: compareNumbers(a, b) == 0
    }
  }

  /// Python's order, with all numbers before all texts.
  public static func < (a: ColumnValue, b: ColumnValue) -> Bool {
    switch (a, b) {
    case (.string(let x), .string(let y)): x.utf8.lexicographicallyPrecedes(y.utf8)
    case (.string, _): false
    case (_, .string): true
    case (.integer(let x), .integer(let y)): x < y
    default: compareNumbers(a, b) == -1
    }
  }

  /// Feeds the text's bytes, or the number in a form that equal numbers share.
  public func hash(into hasher: inout Hasher) {
    switch self {
    case .string(var text):
      text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    default:
      if let whole = wholeNumber { hasher.combine(whole) } else { hasher.combine(number) }
    }
  }

  /// -1, 0 or 1, exact also between an integer and a double; nil when one is not a number (nan).
  private static func compareNumbers(_ a: ColumnValue, _ b: ColumnValue) -> Int? {
    if let x = a.wholeNumber, let y = b.wholeNumber { return x < y ? -1 : (x == y ? 0 : 1) }
    guard let x = a.number, let y = b.number, !x.isNaN, !y.isNaN else { return nil }
    if x != y { return x < y ? -1 : 1 }
    // Equal only after rounding an integer to a double: 2^63 against 2^63 - 1.
    return a.wholeNumber != nil ? -1 : (b.wholeNumber != nil ? 1 : 0)
  }
}

extension ColumnValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral
{
  /// A text.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A whole number.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// A floating-point number.
  public init(floatLiteral value: Double) { self = .double(value) }
  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
}
