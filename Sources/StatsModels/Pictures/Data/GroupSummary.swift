import Distributions

/// What pictures show of the numbers of one group.
struct GroupSummary {
  /// In ascending order.
  let sorted: [Double]
  let mean: Double
  /// With divisor n - 1; nan for fewer than two numbers.
  let deviation: Double

  init(_ values: [Double]) {
    sorted = values.filter(\.isFinite).sorted()
    let n = Double(sorted.count)
    let mean = sorted.isEmpty ? .nan : sorted.reduce(0, +) / n
    self.mean = mean
    deviation =
      sorted.count < 2
      ? .nan : (sorted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)).squareRoot()
  }

  /// How far whiskers reach to each side of the mean.
  func reach(_ errors: ErrorBars) -> Double {
    let n = Double(sorted.count)
    return switch errors {
    case .none: .nan
    case .deviation: deviation
    case .standardError: deviation / n.squareRoot()
    case .confidence: sorted.count < 2 ? .nan : StudentT(n - 1).ppf(0.975) * deviation / n.squareRoot()
    }
  }

  /// The quantile at a fraction, linear between neighbours.
  func quantile(_ p: Double) -> Double {
    guard let last = sorted.indices.last else { return .nan }
    let place = p * Double(last)
    let low = Int(place)
    return sorted[low] + (sorted[Swift.min(low + 1, last)] - sorted[low]) * (place - Double(low))
  }

  /// The numbers beyond 1.5 times the distance of the quartiles, and the last ones within.
  var fences: (lower: Double, upper: Double, beyond: [Double]) {
    let (first, third) = (quantile(0.25), quantile(0.75))
    let limits = (first - 1.5 * (third - first), third + 1.5 * (third - first))
    let inside = sorted.filter { $0 >= limits.0 && $0 <= limits.1 }
    return (
      inside.first ?? first, inside.last ?? third, sorted.filter { $0 < limits.0 || $0 > limits.1 }
    )
  }
}
