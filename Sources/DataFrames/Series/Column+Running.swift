// Values that depend on the rows before, in the whole column or in each group of rows.

/// What a running value accumulates.
enum RunningOperation: String {
  case sum = "cumsum()"
  case product = "cumprod()"
  case max = "cummax()"
  case min = "cummin()"

  /// Whether moments, or spans, have such values.
  func isOf(_ kind: TimeColumn.Kind) -> Bool {
    self == .max || self == .min || (self == .sum && kind == .span)
  }

  @inline(__always)
  func callAsFunction(_ a: Double, _ b: Double) -> Double {
    switch self {
    case .sum: a + b
    case .product: a * b
    case .max: Swift.max(a, b)
    case .min: Swift.min(a, b)
    }
  }

  @inline(__always)
  func callAsFunction(_ a: Int, _ b: Int) -> Int {
    switch self {
    case .sum: a &+ b
    case .product: a &* b
    case .max: Swift.max(a, b)
    case .min: Swift.min(a, b)
    }
  }
}

extension Column {
  /// The running sum, of spans too; missing values stay and do not count. Texts and dates stop with a message.
  /// Python: Series.cumsum
  public func cumsum() -> Column { running(.sum) }
  /// The running product; missing values stay and do not count. Texts stop with a message.
  /// Python: Series.cumprod
  public func cumprod() -> Column { running(.product) }
  /// The greatest value so far, of dates too; missing values stay and do not count. Texts stop with a message.
  /// Python: Series.cummax
  public func cummax() -> Column { running(.max) }
  /// The least value so far, of dates too; missing values stay and do not count. Texts stop with a message.
  /// Python: Series.cummin
  public func cummin() -> Column { running(.min) }

  private func running(_ operation: RunningOperation) -> Column {
    do { return try running(operation, Grouping(single: count)) } catch { stop(error.message) }
  }

  /// Running values in each group, missing in rows of none.
  func running(_ operation: RunningOperation, _ grouping: Grouping) throws(DataFrameError) -> Column {
    if case .time(let times) = storage, operation.isOf(times.kind) {
      let numbers = Column(storage: .integer(times.microseconds, missing: missingRows))
      return Column(name: name, storage: try numbers.running(operation, grouping).times(times.kind))
    }
    if let error = typeError(operation.rawValue) { throw error }
    let codes = grouping.codes
    var started = [Bool](repeating: false, count: grouping.count)
    switch storage {
    case .integer(let values, let missing):
      var state = [Int](repeating: 0, count: grouping.count)
      var result = values
      for row in values.indices where codes[row] >= 0 && missing?[row] != true {
        let group = Int(codes[row])
        state[group] = started[group] ? operation(state[group], values[row]) : values[row]
        started[group] = true
        result[row] = state[group]
      }
      return Column(name: name, storage: .integer(result, missing: missing)).withoutRows(of: grouping)
    case .boolean(let values, let missing):
      let whole = Column(name: name, storage: .integer(values.map { $0 ? 1 : 0 }, missing: missing))
      return try whole.running(operation, grouping)
    default:
      let values = Aggregation.numbers(self)
      var state = [Double](repeating: 0, count: grouping.count)
      let result = values.indices.map { row -> Double in
        if codes[row] < 0 || values[row].isNaN { return .nan }
        let group = Int(codes[row])
        state[group] = started[group] ? operation(state[group], values[row]) : values[row]
        started[group] = true
        return state[group]
      }
      return Column(name: name, storage: .double(result))
    }
  }

  /// Whole numbers as microseconds.
  private func times(_ kind: TimeColumn.Kind) -> Storage {
    .time(TimeColumn(kind, microseconds: (integers ?? []).map { $0 ?? TimeColumn.missing }))
  }

  /// The column with the values of rows of no group missing.
  func withoutRows(of grouping: Grouping) -> Column {
    guard grouping.codes.contains(-1) else { return self }
    return rows(withGaps: grouping.codes.indices.map { grouping.codes[$0] < 0 ? -1 : $0 })
  }

  /// The value a number of rows before; negative numbers look ahead.
  ///
  /// Whole numbers become floating-point ones, as the first rows have none.
  /// Python: Series.shift
  public func shift(_ periods: Int = 1) -> Column { shifted(periods, Grouping(single: count)) }

  /// The value a number of rows before in the same group.
  func shifted(_ periods: Int, _ grouping: Grouping) -> Column {
    let (rows, starts) = grouping.ordered()
    var sources = [Int](repeating: -1, count: count)
    for group in 0..<grouping.count {
      for place in starts[group]..<starts[group + 1] {
        let (source, overflow) = place.subtractingReportingOverflow(periods)
        if !overflow, source >= starts[group], source < starts[group + 1] {
          sources[rows[place]] = rows[source]
        }
      }
    }
    return self.rows(withGaps: sources)
  }

  /// The difference from the value a number of rows before: of dates a span. Texts stop with a message.
  /// Python: Series.diff
  public func diff(_ periods: Int = 1) -> Column { self - shift(periods) }

  /// The relative change from the value a number of rows before. Texts stop with a message.
  /// Python: Series.pct_change
  public func pctChange(_ periods: Int = 1) -> Column { self / shift(periods) - 1 }

  /// Missing values filled with the last value before them, at most `limit` in a row; a limit below 1 stops with a message.
  /// Python: Series.ffill
  public func ffill(limit: Int? = nil) -> Column {
    filled(Grouping(single: count), backward: false, limit: limit)
  }

  /// Missing values filled with the next value after them, at most `limit` in a row; a limit below 1 stops with a message.
  /// Python: Series.bfill
  public func bfill(limit: Int? = nil) -> Column {
    filled(Grouping(single: count), backward: true, limit: limit)
  }

  /// Missing values filled from a neighbour in the same group; missing in rows of no group.
  func filled(_ grouping: Grouping, backward: Bool, limit: Int? = nil) -> Column {
    require(
      limit.map { $0 > 0 } != false,
      "limit: \(limit ?? 0) values in a row: a limit is 1 or more, nil for none")
    let missing = isna().values
    var last = [Int](repeating: -1, count: grouping.count)
    var filled = [Int](repeating: 0, count: grouping.count)
    var sources = [Int](repeating: -1, count: count)
    func visit(_ row: Int) {
      guard grouping.codes[row] >= 0 else { return }
      let group = Int(grouping.codes[row])
      filled[group] = missing[row] ? filled[group] + 1 : 0
      if !missing[row] { last[group] = row }
      if limit.map({ filled[group] <= $0 }) ?? true { sources[row] = last[group] }
    }
    if backward { (0..<count).reversed().forEach(visit) } else { (0..<count).forEach(visit) }
    return rows(withGaps: sources)
  }

  /// The mean of the last `window` rows; missing where fewer than `minPeriods` (all, unless told otherwise) of
  /// them have a value. ``rolling(_:minPeriods:center:)`` has other summaries.
  ///
  /// - Throws: ``DataFrameError`` for texts and categories, and for a window below 1.
  ///
  /// Python: Series.rolling(window).mean
  public func rollingMean(_ window: Int, minPeriods: Int? = nil) throws(DataFrameError) -> Column {
    try rolling(window, minPeriods: minPeriods).mean()
  }
}
