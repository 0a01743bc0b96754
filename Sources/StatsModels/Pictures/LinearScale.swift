import Foundation

/// A linear map from data to pixels with round tick values.
struct LinearScale: Sendable {
  /// Ends of the axis in data units.
  let domain: ClosedRange<Double>
  /// Where these ends lie, in pixels; the second may be smaller.
  let start: Double
  let end: Double
  /// Round values inside the domain, or named positions.
  private(set) var ticks: [Double]
  private var names: [Double: String] = [:]
  private let decimals: Int
  private let usesExponents: Bool

  /// - Parameters:
  ///   - values: what must be visible; values that are not finite are passed over.
  ///   - target: number of ticks to aim at.
  ///   - margin: share of the range added at both ends.
  init(showing values: [Double], start: Double, end: Double, target: Int = 6, margin: Double = 0.04) {
    var low = Double.infinity
    var high = -Double.infinity
    for value in values where value.isFinite {
      low = min(low, value)
      high = max(high, value)
    }
    let isWhole = low <= high && high - low >= 1 && values.allSatisfy { $0 == $0.rounded() || !$0.isFinite }
    if low > high { (low, high) = (0, 1) }
    if low == high || !((high - low).isFinite) || high - low < 1e-12 * max(abs(low), abs(high)) {
      let half = low == 0 ? 1 : abs(low) * 0.1
      if !((high - low).isFinite) { (low, high) = (low / 4, high / 4) }
      low -= half
      high += half
    }
    let pad = (high - low) * margin
    domain = (low - pad)...(high + pad)
    self.start = start
    self.end = end
    var step = Self.niceStep((domain.upperBound - domain.lowerBound) / Double(max(target, 1)))
    // Whole numbers have no halves: counts, years, ratings.
    if isWhole { step = max(step, 1) }
    let first = (domain.lowerBound / step).rounded(.up)
    let last = (domain.upperBound / step).rounded(.down)
    var ticks: [Double] = []
    var k = first
    while k <= last, ticks.count < 50 {
      ticks.append(k * step)
      k += 1
    }
    self.ticks = ticks
    let largest = ticks.map(abs).max() ?? 1
    usesExponents = largest >= 1e6 || (largest < 1e-4 && largest > 0)
    let exponent = usesExponents ? Foundation.log10(largest).rounded(.down) : 0
    let unit = step / Foundation.pow(10, exponent)
    decimals = Swift.min(
      12, Swift.max(0, -Int(clampingFinite: Foundation.log10(unit * 1.0001).rounded(.down))))
    scaleExponent = Int(clampingFinite: exponent)
  }

  /// Power of ten that labels leave out.
  private let scaleExponent: Int

  /// 1, 2 or 5 times a power of ten, nearest to `raw`.
  static func niceStep(_ raw: Double) -> Double {
    guard raw > 0, raw.isFinite else { return 1 }
    let power = Foundation.pow(10, Foundation.log10(raw).rounded(.down))
    let fraction = raw / power
    return (fraction < 1.5 ? 1 : fraction < 3.5 ? 2 : fraction < 7.5 ? 5 : 10) * power
  }

  /// The pixel of a value.
  func callAsFunction(_ value: Double) -> Double {
    start + (value - domain.lowerBound) / (domain.upperBound - domain.lowerBound) * (end - start)
  }

  /// Puts ticks at named positions in place of round numbers.
  mutating func mark(_ marks: [(position: Double, text: String)]) {
    ticks = marks.map(\.position)
    names = Dictionary(marks.map { ($0.position, $0.text) }, uniquingKeysWith: { first, _ in first })
  }

  /// A tick's text, with a true minus sign; commas from 10,000 on, so that years stay as they are written.
  func label(_ tick: Double) -> String {
    if let name = names[tick] { return name }
    let value = tick == 0 ? 0 : tick / Foundation.pow(10, Double(scaleExponent))
    var text = PythonFormat.fixed(abs(value), decimals)
    if !usesExponents, abs(value) >= 10_000 {
      let whole = text.prefix { $0 != "." }
      text = DisplayText.grouped(String(whole)) + text.dropFirst(whole.count)
    }
    let isZero = !text.contains { $0 != "0" && $0 != "." }
    let suffix = usesExponents && !isZero ? "e\(scaleExponent)" : ""
    return (value < 0 && !isZero ? "\u{2212}" : "") + text + suffix
  }
}

extension Int {
  /// The nearest integer, 0 for nan, the largest or smallest beyond them.
  init(clampingFinite value: Double) {
    if value.isNaN {
      self = 0
    } else {
      self = Int(exactly: value.rounded().clamped(to: -1e15...1e15)) ?? 0
    }
  }
}

extension Double {
  fileprivate func clamped(to range: ClosedRange<Double>) -> Double {
    Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
  }
}
