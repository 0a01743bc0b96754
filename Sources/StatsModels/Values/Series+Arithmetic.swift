import DataFrames
import Foundation
import ProgramStop

// Arithmetic of series, label by label: `results.params / results.bse`. Operators with numbers would make the compiler slow in every
// file that imports this module; `mapPointwise { 2 * $0 }` takes their place.
extension Series {
  /// The sums of two series of the same labels; other labels stop with a message. Python: Series.add
  public static func + (a: Series, b: Series) -> Series { combined(a, b, +) }
  /// The differences of two series of the same labels; other labels stop with a message. Python: Series.sub
  public static func - (a: Series, b: Series) -> Series { combined(a, b, -) }
  /// The products of two series of the same labels; other labels stop with a message. Python: Series.mul
  public static func * (a: Series, b: Series) -> Series { combined(a, b, *) }
  /// The quotients of two series of the same labels; other labels stop with a message. Python: Series.truediv
  public static func / (a: Series, b: Series) -> Series { combined(a, b, /) }

  /// Each value raised to a power. Python: Series.pow
  public func pow(_ exponent: Double) -> Series { mapPointwise { Foundation.pow($0, exponent) } }
  /// The absolute values. Python: Series.abs
  public func abs() -> Series { mapPointwise { Swift.abs($0) } }
  /// e to the power of each value: odds ratios of `results.params`. Python: numpy.exp
  public func exp() -> Series { mapPointwise { Foundation.exp($0) } }
  /// The natural logarithms. Python: numpy.log
  public func log() -> Series { mapPointwise { Foundation.log($0) } }
  /// The square roots. Python: numpy.sqrt
  public func sqrt() -> Series { mapPointwise { $0.squareRoot() } }

  /// The values as a column, to filter, cut and summarise. Not in pandas.
  public var column: Column { column(broadcastTo: count) }
  /// The sum of the values that are not nan. Python: Series.sum
  public func sum() -> Double { column.sum() }
  /// The mean of the values that are not nan. Python: Series.mean
  public func mean() -> Double { column.mean() }
  /// The standard deviation with divisor n - 1. Python: Series.std
  public func std() -> Double { column.std() }
  /// The median of the values that are not nan. Python: Series.median
  public func median() -> Double { column.median() }

  /// Values by label, in the order of the first series.
  private static func combined(
    _ a: Series, _ b: Series, _ operation: (Double, Double) -> Double
  ) -> Series {
    if a.index == b.index { return Series(index: a.index, values: zip(a.values, b.values).map(operation)) }
    let places = Dictionary(zip(b.index, b.values), uniquingKeysWith: { first, _ in first })
    let values = a.index.map { label -> Double in
      guard let other = places[label] else {
        stop("Series: the labels of the two series differ, '\(label)' is in the first alone")
      }
      return other
    }
    require(a.count == b.count, "Series: \(a.count) and \(b.count) values cannot be combined")
    return Series(index: a.index, values: zip(a.values, values).map(operation))
  }
}
