/// The rows before, or around, each row: ``Column/rolling(_:minPeriods:center:)``, ``Column/expanding(minPeriods:)``.
///
/// Its summaries have a value for each row. Missing numbers do not count, infinite ones neither, as in pandas.
/// Python: pandas.api.typing.Rolling, pandas.api.typing.Expanding
public struct RollingWindow: Sendable {
  /// Which rows a row's window holds.
  enum Reach: Sendable {
    /// As many rows, the last of which is a number of rows ahead.
    case rows(Int, ahead: Int)
    /// All rows up to this one.
    case all
  }

  private let name: String
  /// The numbers; nan where missing or infinite.
  private let values: [Double]
  /// Where there is a value.
  private let present: [Bool]
  private let grouping: Grouping
  private let reach: Reach
  /// The least number of values of a window that has a summary.
  private let least: Int

  init(_ column: Column, _ grouping: Grouping, reach: Reach, least: Int) {
    name = column.name
    present = column.notna().values
    values = Aggregation.numbers(column).map { $0.isFinite ? $0 : .nan }
    self.grouping = grouping
    self.reach = reach
    self.least = least
  }

  /// The mean of each window.
  /// Python: Rolling.mean
  public func mean() -> Column { summarised(WindowMoments()) { $0.mean } }
  /// The sum of each window.
  /// Python: Rolling.sum
  public func sum() -> Column { summarised(WindowMoments(), atLeast: 0) { $0.sum } }
  /// The variance of each window, with divisor n - `ddof`.
  /// Python: Rolling.var
  public func `var`(ddof: Int = 1) -> Column { summarised(WindowMoments()) { $0.variance(ddof: ddof) } }
  /// The standard deviation of each window, with divisor n - `ddof`.
  /// Python: Rolling.std
  public func std(ddof: Int = 1) -> Column {
    summarised(WindowMoments()) { $0.variance(ddof: ddof).squareRoot() }
  }
  /// The standard error of each window's mean.
  /// Python: Rolling.sem
  public func sem(ddof: Int = 1) -> Column {
    summarised(WindowMoments()) { ($0.variance(ddof: ddof) / Double($0.count)).squareRoot() }
  }
  /// The least value of each window.
  /// Python: Rolling.min
  public func min() -> Column { summarised(WindowOrder()) { $0.sorted[0] } }
  /// The greatest value of each window.
  /// Python: Rolling.max
  public func max() -> Column { summarised(WindowOrder()) { $0.sorted[$0.sorted.count - 1] } }
  /// The middle value of each window, or the mean of the middle two.
  /// Python: Rolling.median
  public func median() -> Column { quantile(0.5) }
  /// The quantile of each window at a fraction from 0 to 1, linear between neighbours; another
  /// fraction stops with a message.
  /// Python: Rolling.quantile
  public func quantile(_ q: Double) -> Column {
    require(
      q >= 0 && q <= 1, "quantile(\(q)): a fraction lies between 0 and 1; a percentage is divided by 100")
    return summarised(WindowOrder()) { $0.quantile(q) }
  }
  /// The number of values of each window that has as many rows as `minPeriods` asks for, infinite ones included.
  /// Python: Rolling.count
  public func count() -> Column {
    let (rows, starts) = grouping.ordered()
    var result = [Double](repeating: .nan, count: values.count)
    for group in 0..<grouping.count {
      let places = starts[group]..<starts[group + 1]
      // How many values stand before each place.
      var before = [0]
      for place in places { before.append(before[before.count - 1] + (present[rows[place]] ? 1 : 0)) }
      for place in places {
        let window = window(at: place, in: places)
        guard window.count >= least else { continue }
        result[rows[place]] = Double(
          before[window.upperBound - places.lowerBound] - before[window.lowerBound - places.lowerBound])
      }
    }
    return Column(name: name, storage: .double(result))
  }

  /// What a function makes of the values of each window.
  ///
  /// - Throws: what the function throws.
  ///
  /// Python: Rolling.apply
  public func apply(_ function: ([Double]) throws -> Double) rethrows -> Column {
    try summarised(WindowValues()) { try function($0.values) }
  }

  /// A summary of each window that has enough values.
  private func summarised<State: WindowState>(
    _ empty: State, atLeast: Int = 1, _ summary: (State) throws -> Double
  ) rethrows -> Column {
    let (rows, starts) = grouping.ordered()
    var result = [Double](repeating: .nan, count: values.count)
    for group in 0..<grouping.count {
      let places = starts[group]..<starts[group + 1]
      var state = empty
      // What the state holds.
      var held = places.lowerBound..<places.lowerBound
      for place in places {
        let window = window(at: place, in: places)
        if window.lowerBound > held.lowerBound {
          if State.forgets {
            for old in held.lowerBound..<window.lowerBound where !values[rows[old]].isNaN {
              state.remove(values[rows[old]])
            }
          } else {
            // Summed anew: taking away what leaves the window would leave its rounding behind.
            state = empty
            held = window.lowerBound..<window.lowerBound
          }
        }
        for new in held.upperBound..<window.upperBound where !values[rows[new]].isNaN {
          state.add(values[rows[new]])
        }
        held = window
        if state.count >= Swift.max(least, atLeast) {
          result[rows[place]] = try summary(state)
        }
      }
    }
    return Column(name: name, storage: .double(result))
  }

  private func window(at place: Int, in places: Range<Int>) -> Range<Int> {
    switch reach {
    case .all: return places.lowerBound..<place + 1
    case .rows(let count, let ahead):
      let end = Swift.min(place + ahead + 1, places.upperBound)
      return Swift.min(Swift.max(place + ahead + 1 - count, places.lowerBound), end)..<end
    }
  }
}

extension Column {
  /// Windows of as many rows, that end at each row, or have it in their middle.
  ///
  /// - Parameters:
  ///   - window: number of rows.
  ///   - minPeriods: the least number of values of a window that has a summary; nil for all its rows.
  ///   - center: whether a row stands in the middle of its window; otherwise at the end.
  /// - Throws: ``DataFrameError`` for texts and categories, a window below 1, and more values than the window has rows.
  ///
  /// Python: Series.rolling
  public func rolling(
    _ window: Int, minPeriods: Int? = nil, center: Bool = false
  ) throws(DataFrameError) -> RollingWindow {
    try rolling(window, minPeriods: minPeriods, center: center, Grouping(single: count))
  }

  func rolling(
    _ window: Int, minPeriods: Int?, center: Bool, _ grouping: Grouping
  ) throws(DataFrameError) -> RollingWindow {
    if let error = typeError("rolling()") { throw error }
    guard window >= 1, minPeriods.map({ (0...window).contains($0) }) != false else {
      throw DataFrameError(
        .invalidArgument,
        "rolling: a window of \(window) rows with \(minPeriods ?? window) values: the window is at least 1, "
          + "minPeriods from 0 to the window")
    }
    return RollingWindow(
      self, grouping, reach: .rows(window, ahead: center ? (window - 1) / 2 : 0), least: minPeriods ?? window)
  }

  /// All rows up to each row.
  ///
  /// - Parameter minPeriods: the least number of values that have a summary.
  /// - Throws: ``DataFrameError`` for texts and categories, and a negative number.
  ///
  /// Python: Series.expanding
  public func expanding(minPeriods: Int = 1) throws(DataFrameError) -> RollingWindow {
    try expanding(minPeriods: minPeriods, Grouping(single: count))
  }

  func expanding(minPeriods: Int, _ grouping: Grouping) throws(DataFrameError) -> RollingWindow {
    if let error = typeError("expanding()") { throw error }
    guard minPeriods >= 0 else {
      throw DataFrameError(.invalidArgument, "expanding: minPeriods is \(minPeriods), below 0")
    }
    return RollingWindow(self, grouping, reach: .all, least: minPeriods)
  }
}

extension ColumnGroupBy {
  /// Windows of rows of the same group; summaries are in the rows' order.
  ///
  /// - Parameters:
  ///   - window: number of rows.
  ///   - minPeriods: the least number of values of a window that has a summary; nil for all its rows.
  ///   - center: whether a row stands in the middle of its window; otherwise at the end.
  /// - Throws: as ``Column/rolling(_:minPeriods:center:)``.
  ///
  /// Python: SeriesGroupBy.rolling
  public func rolling(
    _ window: Int, minPeriods: Int? = nil, center: Bool = false
  ) throws(DataFrameError) -> RollingWindow {
    try column.rolling(window, minPeriods: minPeriods, center: center, groups.grouping)
  }

  /// All rows of the same group up to each row.
  ///
  /// - Throws: as ``Column/expanding(minPeriods:)``.
  ///
  /// Python: SeriesGroupBy.expanding
  public func expanding(minPeriods: Int = 1) throws(DataFrameError) -> RollingWindow {
    try column.expanding(minPeriods: minPeriods, groups.grouping)
  }
}
