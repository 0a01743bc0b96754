// The element types of columns.

extension Double: ColumnElement, ColumnScalar {
  /// The number, nil for nan.
  public var level: ColumnValue? { isNaN ? nil : .double(self) }
  /// Floating-point numbers, nan where an element is nil.
  public static func column(_ values: [Double?]) -> Column { column(values.map { $0 ?? .nan }) }
  /// Floating-point numbers.
  public static func column(_ values: [Double]) -> Column { Column(storage: .double(values)) }
}

extension Float: ColumnElement, ColumnScalar {
  /// The number, nil for nan.
  public var level: ColumnValue? { Double(self).level }
  /// Floating-point numbers, nan where an element is nil.
  public static func column(_ values: [Float?]) -> Column {
    Double.column(values.map { $0.map(Double.init) ?? .nan })
  }
}

extension Int: ColumnElement, ColumnScalar {
  /// The number.
  public var level: ColumnValue? { .integer(self) }
  /// Whole numbers.
  public static func column(_ values: [Int?]) -> Column {
    let missing = values.contains { $0 == nil } ? values.map { $0 == nil } : nil
    return Column(storage: .integer(values.map { $0 ?? 0 }, missing: missing))
  }
  /// Whole numbers.
  public static func column(_ values: [Int]) -> Column { Column(storage: .integer(values, missing: nil)) }
}

extension ColumnElement where Self: FixedWidthInteger {
  /// Whole numbers; one beyond 64 bits signed is missing.
  public static func column(_ values: [Self?]) -> Column {
    var whole: [Int?] = []
    whole.reserveCapacity(values.count)
    for value in values {
      if let value { whole.append(Int(exactly: value)) } else { whole.append(nil) }
    }
    return Int.column(whole)
  }
}

extension ColumnScalar where Self: FixedWidthInteger {
  /// The number, nil beyond 64 bits signed.
  public var level: ColumnValue? { Int(exactly: self).map(ColumnValue.integer) }
}

extension Int8: ColumnElement, ColumnScalar {}
extension Int16: ColumnElement, ColumnScalar {}
extension Int32: ColumnElement, ColumnScalar {}
extension Int64: ColumnElement, ColumnScalar {}
extension UInt8: ColumnElement, ColumnScalar {}
extension UInt16: ColumnElement, ColumnScalar {}
extension UInt32: ColumnElement, ColumnScalar {}

extension Bool: ColumnElement, ColumnScalar {
  /// The truth value.
  public var level: ColumnValue? { .boolean(self) }
  /// Truth values.
  public static func column(_ values: [Bool?]) -> Column {
    let missing = values.contains { $0 == nil } ? values.map { $0 == nil } : nil
    return Column(storage: .boolean(values.map { $0 ?? false }, missing: missing))
  }
  /// Truth values.
  public static func column(_ values: [Bool]) -> Column { Column(storage: .boolean(values, missing: nil)) }
}

extension String: ColumnElement, ColumnScalar {
  /// The text.
  public var level: ColumnValue? { .string(self) }
  /// Texts.
  public static func column(_ values: [String?]) -> Column { Column(storage: .string(StringColumn(values))) }
}

extension Substring: ColumnElement, ColumnScalar {
  /// The text.
  public var level: ColumnValue? { .string(String(self)) }
  /// Texts.
  public static func column(_ values: [Substring?]) -> Column {
    String.column(values.map { $0.map(String.init) })
  }
}

extension ColumnValue: ColumnElement, ColumnScalar {
  /// The value itself, nil for nan.
  public var level: ColumnValue? {
    if case .double(let value) = self { return value.level }
    return self
  }

  /// Whole numbers, numbers or truth values if all values are; otherwise texts.
  public static func column(_ values: [ColumnValue?]) -> Column {
    let present = values.lazy.compactMap { $0 }
    if present.isEmpty { return Double.column(values.map { _ in .nan }) }
    if present.allSatisfy({ if case .boolean = $0 { true } else { false } }) {
      return Bool.column(values.map { $0.map { $0.number == 1 } })
    }
    if present.allSatisfy({ if case .integer = $0 { true } else { false } }) {
      return Int.column(values.map { $0.flatMap(\.wholeNumber) })
    }
    if present.allSatisfy({ $0.number != nil }) {
      return Double.column(values.map { $0.flatMap(\.number) })
    }
    return String.column(values.map { $0?.description })
  }
}
