/// The label of a group: a number, a string or a boolean, with Python's equality and order.
///
/// `5` equals `5.0` and `true` equals `1`, as in Python; numbers come before strings, strings compare by
/// code point. Literals convert by themselves: `results.randomEffects[5]`, `results.randomEffects["a"]`.
public struct GroupLabel: Sendable {
  /// The label's value.
  public enum Value: Sendable {
    /// A whole number.
    case integer(Int)
    /// A floating-point number.
    case double(Double)
    /// Text.
    case string(String)
    /// `True` or `False`.
    case boolean(Bool)
  }

  /// The label's value.
  public let value: Value

  /// A label from an integer.
  public init(_ value: Int) { self.value = .integer(value) }
  /// A label from a floating-point number.
  public init(_ value: Double) { self.value = .double(value) }
  /// A label from text.
  public init(_ value: String) { self.value = .string(value) }
  /// A label from a boolean.
  public init(_ value: Bool) { self.value = .boolean(value) }

  /// The number behind the label; nil for text.
  private var number: Number? {
    switch value {
    case .integer(let i): .integer(i)
    case .boolean(let b): .integer(b ? 1 : 0)
    case .double(let d):
      // Whole doubles become integers, so that equality, order and hash agree across the two kinds.
      if let whole = Int(exactly: d) { .integer(whole) } else { .double(d) }
    case .string: nil
    }
  }

  private enum Number: Hashable {
    case integer(Int)
    case double(Double)

    static func < (a: Number, b: Number) -> Bool {
      switch (a, b) {
      case (.integer(let x), .integer(let y)): return x < y
      case (.double(let x), .double(let y)):
        if x.isNaN || y.isNaN { return !x.isNaN && y.isNaN }
        return x < y
      case (.integer(let x), .double(let y)):
        return y.isNaN || compare(x, y) < 0
      case (.double(let x), .integer(let y)):
        return !x.isNaN && compare(y, x) > 0
      }
    }

    /// The sign of `x - y` without rounding; `y` is not a whole number within Int's range.
    private static func compare(_ x: Int, _ y: Double) -> Int {
      if y >= 0x1p63 { return -1 }
      if y < -0x1p63 { return 1 }
      let floor = Int(y.rounded(.down))
      return x <= floor ? -1 : 1
    }
  }
}

extension GroupLabel: Hashable {
  /// Python's `==`, except that a nan equals itself, as a dictionary key must.
  public static func == (a: GroupLabel, b: GroupLabel) -> Bool {
    switch (a.number, b.number) {
    case (nil, nil):
      guard case .string(let x) = a.value, case .string(let y) = b.value else { return false }
      // By code point: Swift's own == takes canonically equivalent texts for the same.
      return x.utf8.elementsEqual(y.utf8)
    case (.double(let x)?, .double(let y)?): return x == y || (x.isNaN && y.isNaN)
    case (let x?, let y?): return x == y
    default: return false
    }
  }

  /// Agrees with `==`.
  public func hash(into hasher: inout Hasher) {
    if let number {
      if case .double(let d) = number, d.isNaN { hasher.combine(2 as UInt8) } else { hasher.combine(number) }
    } else if case .string(let text) = value {
      for byte in text.utf8 { hasher.combine(byte) }
      hasher.combine(0xFF as UInt8)
    }
  }
}

extension GroupLabel: Comparable {
  /// Python's order; numbers before text, nan after all other numbers.
  public static func < (a: GroupLabel, b: GroupLabel) -> Bool {
    switch (a.number, b.number) {
    case (let x?, let y?): return x < y
    case (.some, nil): return true
    case (nil, .some): return false
    case (nil, nil):
      guard case .string(let x) = a.value, case .string(let y) = b.value else { return false }
      // The order of UTF-8 bytes is the order of code points.
      return x.utf8.lexicographicallyPrecedes(y.utf8)
    }
  }
}

extension GroupLabel: CustomStringConvertible {
  /// Python's `str` of the label: `5`, `5.0`, `True`, the text itself.
  public var description: String {
    switch value {
    case .integer(let i): String(i)
    case .double(let d): PythonFormat.repr(d)
    case .string(let s): s
    case .boolean(let b): b ? "True" : "False"
    }
  }
}

extension GroupLabel: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral,
  ExpressibleByBooleanLiteral
{
  /// A label from an integer literal.
  public init(integerLiteral value: Int) { self.init(value) }
  /// A label from a floating-point literal.
  public init(floatLiteral value: Double) { self.init(value) }
  /// A label from a string literal.
  public init(stringLiteral value: String) { self.init(value) }
  /// A label from a boolean literal.
  public init(booleanLiteral value: Bool) { self.init(value) }
}
