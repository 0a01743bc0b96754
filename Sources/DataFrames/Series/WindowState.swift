/// What is known of the values of a window while it moves.
protocol WindowState {
  /// Whether a value can be taken away without leaving rounding behind.
  static var forgets: Bool { get }
  /// Number of values.
  var count: Int { get }
  /// Takes a value in.
  mutating func add(_ value: Double)
  /// Takes a value away that was added.
  mutating func remove(_ value: Double)
}

/// The sum, by Neumaier's summation, and the variance, by Welford's updates.
struct WindowMoments: WindowState {
  static let forgets = false
  private(set) var count = 0
  private var total = 0.0
  private var correction = 0.0
  private var center = 0.0
  private var squares = 0.0

  mutating func add(_ value: Double) {
    count += 1
    let next = total + value
    correction += total.magnitude >= value.magnitude ? (total - next) + value : (value - next) + total
    total = next
    let difference = value - center
    center += difference / Double(count)
    squares += difference * (value - center)
  }

  mutating func remove(_ value: Double) {}

  /// The sum.
  var sum: Double { correction.isFinite ? total + correction : total }
  /// The mean.
  var mean: Double { sum / Double(count) }
  /// The variance with divisor n - `ddof`, nan where that is not positive.
  func variance(ddof: Int) -> Double { count > ddof ? squares / Double(count - ddof) : .nan }
}

/// The values in ascending order.
struct WindowOrder: WindowState {
  static let forgets = true
  private(set) var sorted: [Double] = []
  var count: Int { sorted.count }

  mutating func add(_ value: Double) { sorted.insert(value, at: place(of: value)) }
  mutating func remove(_ value: Double) { sorted.remove(at: place(of: value)) }

  /// The first place whose value is not less.
  private func place(of value: Double) -> Int {
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The quantile at a fraction, linear between neighbours.
  func quantile(_ q: Double) -> Double {
    guard let last = sorted.indices.last else { return .nan }
    let place = q * Double(last)
    let lower = Int(place)
    let weight = place - Double(lower)
    if weight == 0 { return sorted[lower] }
    let (low, high) = (sorted[lower], sorted[lower + 1])
    return weight == 0.5 ? (low + high) / 2 : low + weight * (high - low)
  }
}

/// The values in the rows' order.
struct WindowValues: WindowState {
  static let forgets = false
  private(set) var values: [Double] = []
  var count: Int { values.count }
  mutating func add(_ value: Double) { values.append(value) }
  mutating func remove(_ value: Double) {}
}
