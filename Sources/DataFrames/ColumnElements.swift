// The element types of columns.

extension Double: ColumnElement, ColumnScalar {
  /// The number, nil for nan.
  public var level: ColumnValue? { isNaN ? nil : .double(self) }
  /// Floating-point numbers, nan where an element is nil.
  public static func columnStorage(_ values: [Double?]) -> Column.Storage {
    .double(values.map { $0 ?? .nan })
  }
  /// Floating-point numbers.
  public static func columnStorage(_ values: [Double]) -> Column.Storage { .double(values) }
}

extension Float: ColumnElement, ColumnScalar {
  /// The number, nil for nan.
  public var level: ColumnValue? { Double(self).level }
  /// Floating-point numbers, nan where an element is nil.
  public static func columnStorage(_ values: [Float?]) -> Column.Storage {
    .double(values.map { $0.map(Double.init) ?? .nan })
  }
}

extension Int: ColumnElement, ColumnScalar {
  /// The number.
  public var level: ColumnValue? { .integer(self) }
  /// Whole numbers.
  public static func columnStorage(_ values: [Int?]) -> Column.Storage {
    guard values.contains(where: { $0 == nil }) else { return .integer(values.map { $0 ?? 0 }, missing: nil) }
    return .integer(values.map { $0 ?? 0 }, missing: values.map { $0 == nil })
  }
  /// Whole numbers.
  public static func columnStorage(_ values: [Int]) -> Column.Storage { .integer(values, missing: nil) }
}

extension ColumnElement where Self: FixedWidthInteger {
  /// Whole numbers; one beyond 64 bits signed is missing.
  public static func columnStorage(_ values: [Self?]) -> Column.Storage {
    var whole: [Int?] = []
    whole.reserveCapacity(values.count)
    for value in values {
      if let value { whole.append(Int(exactly: value)) } else { whole.append(nil) }
    }
    return Int.columnStorage(whole)
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
  public static func columnStorage(_ values: [Bool?]) -> Column.Storage {
    guard values.contains(where: { $0 == nil }) else {
      return .boolean(values.map { $0 ?? false }, missing: nil)
    }
    return .boolean(values.map { $0 ?? false }, missing: values.map { $0 == nil })
  }
  /// Truth values.
  public static func columnStorage(_ values: [Bool]) -> Column.Storage { .boolean(values, missing: nil) }
}

extension String: ColumnElement, ColumnScalar {
  /// The text.
  public var level: ColumnValue? { .string(self) }
  /// Texts.
  public static func columnStorage(_ values: [String?]) -> Column.Storage { .string(StringColumn(values)) }
}

extension Substring: ColumnElement, ColumnScalar {
  /// The text.
  public var level: ColumnValue? { .string(String(self)) }
  /// Texts.
  public static func columnStorage(_ values: [Substring?]) -> Column.Storage {
    String.columnStorage(values.map { $0.map(String.init) })
  }
}

extension ColumnValue: ColumnElement, ColumnScalar {
  /// The value itself, nil for nan.
  public var level: ColumnValue? {
    if case .double(let value) = self { return value.level }
    return self
  }

  /// Whole numbers, numbers or truth values if all values are; otherwise texts.
  public static func columnStorage(_ values: [ColumnValue?]) -> Column.Storage {
    let present = values.lazy.compactMap { $0 }
    if present.isEmpty { return .double(values.map { _ in .nan }) }
    if present.allSatisfy({ if case .boolean = $0 { true } else { false } }) {
      return Bool.columnStorage(values.map { $0.map { $0.number == 1 } })
    }
    if present.allSatisfy({ if case .integer = $0 { true } else { false } }) {
      return Int.columnStorage(values.map { $0.flatMap(\.wholeNumber) })
    }
    if present.allSatisfy({ $0.number != nil }) {
      return Double.columnStorage(values.map { $0.flatMap(\.number) })
    }
    return String.columnStorage(values.map { $0?.description })
  }
}
