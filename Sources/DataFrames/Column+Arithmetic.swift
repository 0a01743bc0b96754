import Foundation

// Arithmetic between columns and values, row by row.
//
// Integers stay integers under + - * (and wrap around on overflow, as numpy's do); / always gives
// floating-point numbers. + joins texts. Truth values count as 0 and 1. The result is missing where an operand
// is missing. Other operations on texts, and all on categories, stop with a message that names the column and
// its first text; `add`, `sub`, `mul` and `truediv` throw instead. pandas also repeats texts by `* 2`.

extension Column {
  /// The sum of two columns, or their texts joined; different lengths, and types that do not go together, stop with a message.
  /// Python: Series.add
  public static func + (a: Column, b: Column) -> Column {
    unwrap { () throws(DataFrameError) in try a.add(b) }
  }
  /// The difference of two columns; different lengths, and types that do not go together, stop with a message.
  /// Python: Series.sub
  public static func - (a: Column, b: Column) -> Column {
    unwrap { () throws(DataFrameError) in try a.sub(b) }
  }
  /// The product of two columns; different lengths, and types that do not go together, stop with a message.
  /// Python: Series.mul
  public static func * (a: Column, b: Column) -> Column {
    unwrap { () throws(DataFrameError) in try a.mul(b) }
  }
  /// The quotient of two columns; different lengths, and types that do not go together, stop with a message.
  /// Python: Series.truediv
  public static func / (a: Column, b: Column) -> Column {
    unwrap { () throws(DataFrameError) in try a.truediv(b) }
  }

  /// A value, or one for each row such as a mask or an array, added, or a text appended; types that do not go together stop with a message.
  /// Python: Series.add
  public static func + (a: Column, b: some ColumnConvertible) -> Column {
    unwrap { () throws(DataFrameError) in try a.add(b) }
  }
  /// A value, or one for each row, subtracted; types that do not go together stop with a message.
  /// Python: Series.sub
  public static func - (a: Column, b: some ColumnConvertible) -> Column {
    unwrap { () throws(DataFrameError) in try a.sub(b) }
  }
  /// Each row multiplied by a value, or by one for each row; types that do not go together stop with a message.
  /// Python: Series.mul
  public static func * (a: Column, b: some ColumnConvertible) -> Column {
    unwrap { () throws(DataFrameError) in try a.mul(b) }
  }
  /// Each row divided by a value, or by one for each row; types that do not go together stop with a message.
  /// Python: Series.truediv
  public static func / (a: Column, b: some ColumnConvertible) -> Column {
    unwrap { () throws(DataFrameError) in try a.truediv(b) }
  }

  /// Each row added to a value, or to one for each row, or a text put before; types that do not go together stop with a message.
  /// Python: Series.radd
  public static func + (a: some ColumnConvertible, b: Column) -> Column {
    unwrap { () throws(DataFrameError) in try b.filled(a).add(b) }
  }
  /// Each row subtracted from a value, or from one for each row; types that do not go together stop with a message.
  /// Python: Series.rsub
  public static func - (a: some ColumnConvertible, b: Column) -> Column {
    unwrap { () throws(DataFrameError) in try b.filled(a).sub(b) }
  }
  /// Each row multiplied by a value, or by one for each row; types that do not go together stop with a message.
  /// Python: Series.rmul
  public static func * (a: some ColumnConvertible, b: Column) -> Column {
    unwrap { () throws(DataFrameError) in try b.filled(a).mul(b) }
  }
  /// A value, or one for each row, divided by each row; types that do not go together stop with a message.
  /// Python: Series.rtruediv
  public static func / (a: some ColumnConvertible, b: Column) -> Column {
    unwrap { () throws(DataFrameError) in try b.filled(a).truediv(b) }
  }

  /// The column + a column, an array or a value, row by row.
  /// - Throws: ``DataFrameError`` for different lengths, and for types that do not go together.
  ///
  /// Python: Series.add
  public func add(_ other: some ColumnConvertible) throws(DataFrameError) -> Column {
    try combined(filled(other), .add)
  }
  /// The column - a column, an array or a value, row by row.
  /// - Throws: ``DataFrameError`` for different lengths, and for types that do not go together.
  ///
  /// Python: Series.sub
  public func sub(_ other: some ColumnConvertible) throws(DataFrameError) -> Column {
    try combined(filled(other), .subtract)
  }
  /// The column * a column, an array or a value, row by row.
  /// - Throws: ``DataFrameError`` for different lengths, and for types that do not go together.
  ///
  /// Python: Series.mul
  public func mul(_ other: some ColumnConvertible) throws(DataFrameError) -> Column {
    try combined(filled(other), .multiply)
  }
  /// The column / a column, an array or a value, row by row.
  /// - Throws: ``DataFrameError`` for different lengths, and for types that do not go together.
  ///
  /// Python: Series.truediv
  public func truediv(_ other: some ColumnConvertible) throws(DataFrameError) -> Column {
    try combined(filled(other), .divide)
  }

  /// The whole part, towards the past, of the column / a column, an array or a value, row by row: -7 by 2 is -4.
  ///
  /// Whole numbers stay whole unless a divisor is 0.
  /// - Throws: ``DataFrameError`` for different lengths, and for types that do not go together.
  ///
  /// Python: Series.floordiv
  public func floordiv(_ other: some ColumnConvertible) throws(DataFrameError) -> Column {
    try combined(filled(other), .floorDivide)
  }
  /// What ``floordiv(_:)`` leaves, with the sign of the divisor: -7 by 2 leaves 1; missing where a divisor is 0.
  /// - Throws: ``DataFrameError`` for different lengths, and for types that do not go together.
  ///
  /// Python: Series.mod
  public func mod(_ other: some ColumnConvertible) throws(DataFrameError) -> Column {
    try combined(filled(other), .remainder)
  }

  /// The column with each sign changed.
  /// Python: -Series
  public static prefix func - (a: Column) -> Column { 0 - a }

  /// Each row raised to a power, as a floating-point number.
  /// Python: Series.pow
  public func pow(_ exponent: Double) -> Column { map { Foundation.pow($0, exponent) } }
  /// The absolute value of each row.
  /// Python: Series.abs
  public func abs() -> Column {
    guard case .integer(let values, let missing) = storage else { return map { $0.magnitude } }
    return Column(name: name, storage: .integer(values.map { $0 < 0 ? 0 &- $0 : $0 }, missing: missing))
  }

  private enum Operator: String {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case floorDivide = "//"
    case remainder = "%"

    /// Whether whole numbers have a whole result unless one is divided by 0.
    var dividesWholes: Bool { self == .floorDivide || self == .remainder }

    @inline(__always)
    func callAsFunction(_ a: Double, _ b: Double) -> Double {
      switch self {
      case .add: a + b
      case .subtract: a - b
      case .multiply: a * b
      case .divide: a / b
      case .floorDivide: FloorDivision.divided(a, b).quotient
      case .remainder: FloorDivision.divided(a, b).remainder
      }
    }

    @inline(__always)
    func callAsFunction(_ a: Int, _ b: Int) -> Int {
      switch self {
      case .add, .divide: a &+ b
      case .subtract: a &- b
      case .multiply: a &* b
      case .floorDivide: FloorDivision.divided(a, b).quotient
      case .remainder: FloorDivision.divided(a, b).remainder
      }
    }
  }

  /// A value in as many rows as this column has, under its name; a column as it is.
  private func filled(_ value: some ColumnConvertible) -> Column {
    if let column = value as? Column { return column }
    return Column(name: name, storage: value.columnStorage(broadcastTo: count))
  }

  /// What a computation gives; its error stops.
  private static func unwrap(_ body: () throws(DataFrameError) -> Column) -> Column {
    do { return try body() } catch { stop(error.message) }
  }

  private func combined(_ b: Column, _ operation: Operator) throws(DataFrameError) -> Column {
    guard count == b.count else {
      throw DataFrameError(.lengthMismatch, "columns of \(count) and \(b.count) rows cannot be combined")
    }
    let name = name == b.name ? name : ""
    if case .string(let x) = storage, case .string(let y) = b.storage, operation == .add {
      return Column(name: name, storage: .string(x.joined(with: y)))
    }
    if let result = try timeArithmetic(b, operation.rawValue, name: name) { return result }
    if let error = typeError("'\(operation.rawValue)'") ?? b.typeError("'\(operation.rawValue)'") {
      throw error
    }
    if operation != .divide, let x = wholeValues, let y = b.wholeValues,
      !operation.dividesWholes || !y.hasZero
    {
      let values = zip(x.values, y.values).map { operation($0, $1) }
      return Column(name: name, storage: .integer(values, missing: Self.union(x.missing, y.missing)))
    }
    // What is left without numbers holds no value at all.
    let missing = [Double](repeating: .nan, count: count)
    // A zero of whole numbers has no sign.
    let isUnsigned = operation.dividesWholes && wholeValues != nil && b.wholeValues != nil
    let values = zip(doubles ?? missing, b.doubles ?? missing).map { x, y in
      isUnsigned ? operation(x, y) + 0 : operation(x, y)
    }
    return Column(name: name, storage: .double(values))
  }

  private static func union(_ a: [Bool]?, _ b: [Bool]?) -> [Bool]? {
    guard let a, let b else { return a ?? b }
    return zip(a, b).map { $0 || $1 }
  }

  /// The values of a column of integers or truth values.
  private var wholeValues: WholeValues? {
    switch storage {
    case .integer(let values, let missing): WholeValues(values: values, missing: missing)
    case .boolean(let values, let missing): WholeValues(values: values.map { $0 ? 1 : 0 }, missing: missing)
    default: nil
    }
  }
}

/// Whole numbers some of which may be missing.
private struct WholeValues {
  let values: [Int]
  let missing: [Bool]?

  /// Whether a value that is present is 0.
  var hasZero: Bool { values.indices.contains { values[$0] == 0 && missing?[$0] != true } }
}

extension StringColumn {
  /// The texts of two columns joined row by row; each pair that occurs is joined once.
  func joined(with other: StringColumn) -> StringColumn {
    if other.pool.count == 1, !other.codes.contains(-1) { return mapPool { $0 + other.pool[0] } }
    if pool.count == 1, !codes.contains(-1) { return other.mapPool { pool[0] + $0 } }
    var pairs: [Int: Int32] = [:]
    var interner = TextInterner()
    let joined = zip(codes, other.codes).map { x, y -> Int32 in
      if x < 0 || y < 0 { return -1 }
      let pair = Int(x) &* other.pool.count &+ Int(y)
      if let code = pairs[pair] { return code }
      let code = interner.code(for: pool[Int(x)] + other.pool[Int(y)])
      pairs[pair] = code
      return code
    }
    return StringColumn(pool: interner.pool, codes: joined)
  }
}
