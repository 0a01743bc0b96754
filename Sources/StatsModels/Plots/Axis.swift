import Foundation

/// One axis of a picture: the range of the data and ticks at round numbers.
struct Axis {
  let label: String
  let low: Double
  let high: Double
  let step: Double

  /// An axis around the finite values; a range of zero width is widened.
  init(label: String, values: some Sequence<Double>, including extra: [Double] = [], ticks: Int = 6) {
    self.label = label
    var (low, high) = (Double.infinity, -Double.infinity)
    for x in values where x.isFinite { (low, high) = (min(low, x), max(high, x)) }
    for x in extra { (low, high) = (min(low, x), max(high, x)) }
    if low > high { (low, high) = (0, 1) }
    if !(high - low).isFinite { (low, high) = (low / 2, high / 2) }
    if high - low <= 1e-12 * max(abs(low), abs(high)) || high == low {
      let half = max(abs(low) * 0.5, 0.5)
      (low, high) = (low - half, high + half)
    }
    let margin = 0.04 * (high - low)
    self.low = low - margin
    self.high = high + margin
    step = Self.roundStep((self.high - self.low) / Double(ticks))
  }

  /// 1, 2 or 5 times a power of ten, at least `x`.
  private static func roundStep(_ x: Double) -> Double {
    let power = pow(10, floor(log10(x)))
    let factor = [1.0, 2, 5, 10].first { $0 * power >= x * (1 - 1e-9) } ?? 10
    return factor * power
  }

  /// Positions of the ticks.
  var ticks: [Double] {
    guard step > 0, step.isFinite else { return [] }
    let first = (low / step).rounded(.up)
    let count = min(max(0, (high / step).rounded(.down) - first), 50)
    return (0...Int(count)).map { (first + Double($0)) * step }
  }

  /// The text of a tick, with as many decimals as the step has.
  func text(_ tick: Double) -> String {
    let largest = max(abs(low), abs(high))
    if largest >= 1e6 || step < 1e-5 { return PythonFormat.general(tick + 0, 4) }
    let decimals = max(0, -Int(floor(log10(step) + 1e-9)))
    let text = PythonFormat.fixed(tick, decimals)
    return text.hasPrefix("-") && !text.contains { ("1"..."9").contains($0) }
      ? String(text.dropFirst()) : text
  }

  /// Where a value lies, 0 at the low end and 1 at the high end.
  func fraction(_ x: Double) -> Double { (x - low) / (high - low) }
}
