import Foundation

/// Weights that fall by a constant factor with each row back.
/// Python: pandas.api.typing.ExponentialMovingWindow
public struct ExponentialWindow: Sendable {
  fileprivate let column: Column
  fileprivate let alpha: Double
  fileprivate let minPeriods: Int
  fileprivate let adjust: Bool
  fileprivate let ignoreNa: Bool

  /// The weighted mean of the rows so far.
  /// Python: ExponentialMovingWindow.mean
  public func mean() -> Column {
    var (mean, weight, count) = (Double.nan, 1.0, 0)
    let result = Aggregation.numbers(column).map { value -> Double in
      let isPresent = value.isFinite
      if mean.isNaN {
        if isPresent { mean = value }
      } else if isPresent || !ignoreNa {
        weight *= 1 - alpha
        if isPresent {
          let own = adjust ? 1 : alpha
          if mean != value { mean = (weight * mean + own * value) / (weight + own) }
          weight = adjust ? weight + 1 : 1
        }
      }
      if isPresent { count += 1 }
      return count >= Swift.max(minPeriods, 1) ? mean : .nan
    }
    return Column(name: column.name, storage: .double(result))
  }
}

extension Column {
  /// Weights that fall exponentially with the distance in rows, given by one of four measures.
  ///
  /// - Parameters:
  ///   - com: the centre of mass, α = 1 / (1 + com).
  ///   - span: α = 2 / (span + 1).
  ///   - halflife: rows after which a weight is halved.
  ///   - alpha: the factor itself, above 0 and at most 1.
  ///   - minPeriods: the least number of values that have a mean.
  ///   - adjust: whether the first rows' weights are divided by their sum; otherwise the mean is a recursion.
  ///   - ignoreNa: whether missing values are passed over when distances are counted.
  /// - Throws: ``DataFrameError`` for texts and categories, and unless exactly one measure is given and in its range.
  ///
  /// Python: Series.ewm
  public func ewm(
    com: Double? = nil, span: Double? = nil, halflife: Double? = nil, alpha: Double? = nil,
    minPeriods: Int = 0, adjust: Bool = true, ignoreNa: Bool = false
  ) throws(DataFrameError) -> ExponentialWindow {
    if let error = typeError("ewm()") { throw error }
    let factors = [
      com.map { $0 >= 0 ? 1 / (1 + $0) : .nan }, span.map { $0 >= 1 ? 2 / ($0 + 1) : .nan },
      halflife.map { $0 > 0 ? 1 - Foundation.exp(-Foundation.log(2) / $0) : .nan }, alpha,
    ].compactMap { $0 }
    guard factors.count == 1, factors[0] > 0, factors[0] <= 1 else {
      throw DataFrameError(
        .invalidArgument,
        "ewm: give one of com (at least 0), span (at least 1), halflife (above 0) and alpha (above 0, at most 1)"
      )
    }
    return ExponentialWindow(
      column: self, alpha: factors[0], minPeriods: minPeriods, adjust: adjust, ignoreNa: ignoreNa)
  }
}
