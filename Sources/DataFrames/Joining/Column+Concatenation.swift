extension Column {
  /// The values of columns one below the other, under the first one's name.
  ///
  /// Columns of different types become numbers if all are numbers, texts otherwise; categories stay only with
  /// equal levels. Columns without rows have no say, unless all are without; nor have columns of nothing but nan.
  /// - Parameter forKeys: whether truth values may become numbers, which they equal.
  static func concatenated(_ columns: [Column], forKeys: Bool = false) -> Column {
    let filled = columns.filter { $0.count > 0 }
    let pieces = withoutSay(filled.isEmpty ? Array(columns.prefix(1)) : filled)
    let name = columns.first?.name ?? ""
    if pieces.count == 1 { return pieces[0].renamed(name) }
    var types = Set(pieces.map(\.type))
    if forKeys, types.count > 1, types.isSubset(of: [.boolean, .integer, .double]) { types = [.double] }
    let storage: Storage
    switch types {
    case [.integer]:
      storage = wholeNumbers(pieces)
    case [.boolean]: storage = truthValues(pieces)
    case [.double], [.integer, .double]:
      storage = .double(pieces.flatMap { $0.doubles ?? [] })
    case [.datetime], [.timedelta]: storage = times(pieces)
    case [.categorical]:
      storage = categories(pieces).map(Storage.categorical) ?? .string(texts(pieces))
    default: storage = .string(texts(pieces))
    }
    return Column(name: name, storage: storage)
  }

  /// Columns of nothing but nan, beside others that are no numbers, as missing values of their type.
  private static func withoutSay(_ pieces: [Column]) -> [Column] {
    func isEmpty(_ column: Column) -> Bool { column.type == .double && column.nonMissingCount == 0 }
    guard pieces.contains(where: { $0.type == .double }),
      let model = pieces.first(where: { !isEmpty($0) && !$0.isNumeric })
    else { return pieces }
    return pieces.map { isEmpty($0) ? model.missing(count: $0.count).renamed($0.name) : $0 }
  }

  private static func wholeNumbers(_ pieces: [Column]) -> Storage {
    var values: [Int] = []
    values.reserveCapacity(pieces.reduce(0) { $0 + $1.count })
    for case .integer(let more, _) in pieces.lazy.map(\.storage) { values += more }
    return .integer(values, missing: missing(pieces))
  }

  private static func truthValues(_ pieces: [Column]) -> Storage {
    var values: [Bool] = []
    for case .boolean(let more, _) in pieces.lazy.map(\.storage) { values += more }
    return .boolean(values, missing: missing(pieces))
  }

  private static func times(_ pieces: [Column]) -> Storage {
    var values: [Int] = []
    for case .time(let more) in pieces.lazy.map(\.storage) { values += more.microseconds }
    return .time(TimeColumn(pieces[0].type == .datetime ? .moment : .span, microseconds: values))
  }

  private static func missing(_ pieces: [Column]) -> [Bool]? {
    pieces.contains(where: \.hasMissing) ? pieces.flatMap { $0.isna().values } : nil
  }

  /// Categories with the same levels, nil for different ones.
  private static func categories(_ pieces: [Column]) -> Categorical? {
    var first: Categorical?
    var codes: [Int32] = []
    for case .categorical(let next) in pieces.lazy.map(\.storage) {
      if let first, first.levels != next.levels || first.ordered != next.ordered { return nil }
      first = first ?? next
      codes += next.codes
    }
    return first.map { Categorical(uncheckedLevels: $0.levels, codes: codes, ordered: $0.ordered) }
  }

  /// The values as texts; each text of a pool is looked at once.
  private static func texts(_ pieces: [Column]) -> StringColumn {
    var interner = TextInterner()
    var codes: [Int32] = []
    codes.reserveCapacity(pieces.reduce(0) { $0 + $1.count })
    for case .string(let texts) in pieces.lazy.map({ $0.astype(.string).storage }) {
      let target = texts.pool.map { interner.code(for: $0) }
      codes += texts.codes.map { $0 < 0 ? -1 : target[Int($0)] }
    }
    let pool = StringColumn.sorted(interner.pool, &codes)
    return StringColumn(pool: pool, codes: codes)
  }

  /// A column of a type with nothing but missing values; whole numbers become floating-point ones.
  func missing(count: Int) -> Column {
    rows(withGaps: [Int](repeating: -1, count: count))
  }
}
