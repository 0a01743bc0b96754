import DataFrames

/// What scipy.stats offers, under its names: distributions, tests, correlations and descriptive functions.
///
/// ```swift
/// stats.chi2.sf(3.84, 1)                      // 0.05004…
/// stats.norm.ppf([0.025, 0.975])              // [-1.95…, 1.95…]
/// try stats.ttestInd(data["a"], data["b"], equalVar: false).pvalue
/// ```
/// Python: scipy.stats
public enum stats {  // swift-format-ignore: TypeNamesShouldBeCapitalized
}

/// Why a statistical function cannot answer; the message names the cause and the remedy.
public struct StatisticsError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The sentence for a reader.
  public let message: String

  /// An error with a message.
  public init(_ message: String) { self.message = message }

  /// The message.
  public var description: String { message }
}

extension stats {
  /// Which departures from the null hypothesis count as evidence. Python: the argument alternative
  public enum Alternative: String, Sendable, CaseIterable {
    /// Both directions.
    case twoSided = "two-sided"
    /// The statistic is smaller than under the null hypothesis.
    case less
    /// The statistic is larger than under the null hypothesis.
    case greater
  }

  /// What is done with values that are not a number. Python: the argument nan_policy
  public enum NanPolicy: String, Sendable, CaseIterable {
    /// The result is not a number.
    case propagate
    /// They are left out; of paired samples the whole pair.
    case omit
    /// They are an error.
    case raise
  }

  /// Numbers that a statistical function can take: `[Double]`, `[Int]`, a data frame's column.
  public protocol Sample {
    /// The numbers, missing ones as NaN.
    ///
    /// - Throws: ``StatisticsError`` when the values are no numbers.
    func sampleValues() throws -> [Double]
  }
}

extension Array: stats.Sample where Element: stats.RealNumber {
  /// The elements.
  public func sampleValues() -> [Double] { map(\.doubleValue) }
}

extension ArraySlice: stats.Sample where Element: stats.RealNumber {
  /// The elements.
  public func sampleValues() -> [Double] { map(\.doubleValue) }
}

extension Column: stats.Sample {
  /// The column's numbers; texts are an error.
  public func sampleValues() throws -> [Double] {
    guard let values = doubles else {
      throw StatisticsError(
        "column '\(name)' holds \(type.rawValue) values where numbers are needed: convert it with astype(.double)"
      )
    }
    return values
  }
}
