/// What one parameter θ of a form is.
package struct FormParameter: Sendable {
  package enum Kind: Sendable {
    /// A standard deviation: S is even in it.
    case deviation
    /// An entry of T below the diagonal.
    case loading
    /// The root of a standard deviation: S is even in it, also beside covariances.
    case rootOfDeviation
    /// The angle φ of a correlation middle + half · sin φ between its bounds: S is even about each bound.
    case angle
  }
  package let kind: Kind
  /// The effects that it concerns.
  package let rows: [Int]
}

extension FormParameter.Kind {
  /// Whether effects lose their variance as the parameter vanishes.
  var isVariance: Bool { self == .deviation || self == .rootOfDeviation }

  /// A typical size of an angle: a correlation of a half.
  private static let typicalAngle = 0.5

  /// The parameter where the effects have a standard deviation; nil of parameters that are none.
  func theta(deviation: Double) -> Double? {
    switch self {
    case .deviation: deviation
    case .rootOfDeviation: deviation.squareRoot()
    case .loading, .angle: nil
    }
  }

  /// The size of the parameter where the effects have a standard deviation of typical size.
  func scale(deviation: Double) -> Double {
    switch self {
    case .deviation, .loading: deviation
    case .rootOfDeviation: deviation.squareRoot()
    case .angle: Self.typicalAngle
    }
  }

  /// dθ / d log s of a standard deviation s, in parts of θ.
  var power: Double { self == .rootOfDeviation ? 0.5 : 1 }

  /// The bound next to a value, if that is within a distance of it; else the value.
  func snapped(_ value: Double, within distance: Double) -> Double {
    guard self == .angle else { return abs(value) < distance ? 0 : value }
    let quarters = (value / (0.5 * .pi)).rounded()
    let bound = quarters * 0.5 * .pi
    return quarters.remainder(dividingBy: 2) != 0 && abs(value - bound) < distance ? bound : value
  }
}

/// What one reported parameter φ of a form is.
package struct ReportedParameter: Sendable, Equatable {
  package enum Kind: Sendable { case variance, covariance, correlation }
  package let kind: Kind
  /// The entry of S, in the lower triangle; of a correlation one pair that has it.
  package let row: Int
  package let column: Int
  /// Whether it is common to all effects, so that it is named after the form and not after an effect.
  package let isShared: Bool
  /// Least and largest value of a correlation.
  package let bounds: ClosedRange<Double>?

  package init(
    kind: Kind, row: Int, column: Int, isShared: Bool = false, bounds: ClosedRange<Double>? = nil
  ) {
    self.kind = kind
    self.row = row
    self.column = column
    self.isShared = isShared
    self.bounds = bounds
  }
}
