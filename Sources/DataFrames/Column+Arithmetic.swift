import Foundation

// Arithmetic between columns and values, row by row.
//
// Integers stay integers under + - * (and wrap around on overflow, as numpy's do); / always gives
// floating-point numbers. + joins texts. The result is missing where an operand is missing, or where the
// types do not go together.

extension Column {
  /// The sum of two columns, or their texts joined; different lengths stop with a message.
  /// Python: Series.add
  public static func + (a: Column, b: Column) -> Column { combine(a, b, .add) }
  /// The difference of two columns; different lengths stop with a message.
  /// Python: Series.sub
  public static func - (a: Column, b: Column) -> Column { combine(a, b, .subtract) }
  /// The product of two columns; different lengths stop with a message.
  /// Python: Series.mul
  public static func * (a: Column, b: Column) -> Column { combine(a, b, .multiply) }
  /// The quotient of two columns; different lengths stop with a message.
  /// Python: Series.truediv
  public static func / (a: Column, b: Column) -> Column { combine(a, b, .divide) }

  /// A value added to each row, or a text appended.
  /// Python: Series.add
  public static func + (a: Column, b: some ColumnScalar) -> Column { combine(a, a.filled(b), .add) }
  /// A value subtracted from each row.
  /// Python: Series.sub
  public static func - (a: Column, b: some ColumnScalar) -> Column { combine(a, a.filled(b), .subtract) }
  /// Each row multiplied by a value.
  /// Python: Series.mul
  public static func * (a: Column, b: some ColumnScalar) -> Column { combine(a, a.filled(b), .multiply) }
  /// Each row divided by a value.
  /// Python: Series.truediv
  public static func / (a: Column, b: some ColumnScalar) -> Column { combine(a, a.filled(b), .divide) }

  /// Each row added to a value, or a text put before.
  /// Python: Series.radd
  public static func + (a: some ColumnScalar, b: Column) -> Column { combine(b.filled(a), b, .add) }
  /// Each row subtracted from a value.
  /// Python: Series.rsub
  public static func - (a: some ColumnScalar, b: Column) -> Column { combine(b.filled(a), b, .subtract) }
  /// Each row multiplied by a value.
  /// Python: Series.rmul
  public static func * (a: some ColumnScalar, b: Column) -> Column { combine(b.filled(a), b, .multiply) }
  /// A value divided by each row.
  /// Python: Series.rtruediv
  public static func / (a: some ColumnScalar, b: Column) -> Column { combine(b.filled(a), b, .divide) }

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

  private enum Operator {
    case add, subtract, multiply, divide

    @inline(__always)
    func callAsFunction(_ a: Double, _ b: Double) -> Double {
      switch self {
      case .add: a + b
      case .subtract: a - b
      case .multiply: a * b
      case .divide: a / b
      }
    }

    @inline(__always)
    func callAsFunction(_ a: Int, _ b: Int) -> Int {
      switch self {
      case .add, .divide: a &+ b
      case .subtract: a &- b
      case .multiply: a &* b
      }
    }
  }

  /// A value in as many rows as this column has, under its name.
  private func filled(_ value: some ColumnScalar) -> Column {
    Column(name: name, storage: value.columnStorage(broadcastTo: count))
  }

  private static func combine(_ a: Column, _ b: Column, _ operation: Operator) -> Column {
    require(a.count == b.count, "columns of \(a.count) and \(b.count) rows cannot be combined")
    let name = a.name == b.name ? a.name : ""
    if let x = a.textValues, let y = b.textValues {
      let none = Storage.string(StringColumn(pool: [], codes: [Int32](repeating: -1, count: a.count)))
      return Column(name: name, storage: operation == .add ? .string(x.joined(with: y)) : none)
    }
    if operation != .divide, let x = a.wholeValues, let y = b.wholeValues {
      let values = zip(x.values, y.values).map { operation($0, $1) }
      return Column(name: name, storage: .integer(values, missing: union(x.missing, y.missing)))
    }
    let missing = [Double](repeating: .nan, count: a.count)
    let x = a.textValues == nil ? a.doubles ?? missing : missing
    let y = b.textValues == nil ? b.doubles ?? missing : missing
    return Column(name: name, storage: .double(zip(x, y).map { operation($0, $1) }))
  }

  private static func union(_ a: [Bool]?, _ b: [Bool]?) -> [Bool]? {
    guard let a, let b else { return a ?? b }
    return zip(a, b).map { $0 || $1 }
  }

  /// The values of a column of integers or truth values.
  private var wholeValues: (values: [Int], missing: [Bool]?)? {
    switch storage {
    case .integer(let values, let missing): (values, missing)
    case .boolean(let values, let missing): (values.map { $0 ? 1 : 0 }, missing)
    default: nil
    }
  }

  /// The values of a column of texts, or of categories that are all texts.
  private var textValues: StringColumn? {
    switch storage {
    case .string(let column): return column
    case .categorical(let column):
      let isText = column.levels.allSatisfy { $0.number == nil } && !column.levels.isEmpty
      return isText ? StringColumn(pool: column.levels.map(\.description), codes: column.codes) : nil
    default: return nil
    }
  }
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
