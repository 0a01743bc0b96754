import DataFrames

/// Marks of an axis of dates.
enum DateAxis {
  private static let day = 86_400_000_000

  /// The days since 1970 of each moment, nan where missing.
  static func days(_ times: TimeColumn) -> [Double] {
    times.microseconds.map { $0 == TimeColumn.missing ? .nan : Double($0) / Double(day) }
  }

  /// An axis with marks at round dates.
  static func axis(_ label: String, days: [Double]) -> Axis {
    var axis = Axis(label)
    let finite = days.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else { return axis }
    axis.marks = marks(low, high)
    axis.mustShow = [low, high]
    return axis
  }

  private static func marks(_ low: Double, _ high: Double) -> [Axis.Mark] {
    let span = high - low
    if span <= 3 {
      // Steps in hours.
      let step = [1.0, 3, 6, 12, 24].first { span * 24 / $0 <= 7 } ?? 24
      let first = (low * 24 / step).rounded(.up)
      let places = stride(from: first * step / 24, through: high, by: step / 24)
      return labelled(Array(places), span < 1 ? "%H:%M" : "%m-%d %H:%M")
    }
    // Every day of the range, of which those stay that begin a month, a quarter, a year, or every so many days.
    let (first, last) = (Int(clampingFinite: low.rounded(.up)), Int(clampingFinite: high.rounded(.down)))
    if span <= 70 {
      let step = [1, 2, 7, 14].first { span / Double($0) <= 7 } ?? 14
      return labelled(stride(from: first, through: last, by: step).map(Double.init), "%Y-%m-%d")
    }
    guard last - first <= 400_000 else { return labelled([low, (low + high) / 2, high], "%Y") }
    let all = column((first...max(first, last)).map(Double.init)).dt
    let starts = zip(zip(integers(all.day), integers(all.month)), integers(all.year)).enumerated()
      .filter { $0.element.0.0 == 1 }
      .map { (day: Double(first + $0.offset), month: $0.element.0.1, year: $0.element.1) }
    for months in [1, 3, 6] {
      let chosen = starts.filter { ($0.month - 1) % months == 0 }
      if chosen.count <= 8 { return labelled(chosen.map(\.day), "%b %Y") }
    }
    let years = starts.filter { $0.month == 1 }
    let step = [1, 2, 5, 10, 20, 50, 100, 200, 500].first { years.count / $0 <= 8 } ?? 1000
    return labelled(years.filter { $0.year % step == 0 }.map(\.day), "%Y")
  }

  private static func integers(_ column: Column) -> [Int] { (column.integers ?? []).map { $0 ?? 0 } }

  private static func column(_ days: [Double]) -> Column {
    let moments = days.map { Int(exactly: ($0 * Double(day)).rounded()) ?? TimeColumn.missing }
    return Column(storage: .time(TimeColumn(.moment, microseconds: moments)))
  }

  private static func labelled(_ days: [Double], _ format: String) -> [Axis.Mark] {
    let texts = column(days).dt.strftime(format).strings
    return zip(days, texts).map { Axis.Mark(position: $0, text: $1 ?? "") }
  }
}
