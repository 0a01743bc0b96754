import Foundation
import Statistics

/// P-values corrected for their number: what `multipletests` gives.
public struct MultipletestsResult: Sendable, Equatable {
  /// Which hypotheses are rejected at the level.
  public let reject: [Bool]
  /// Corrected p-values; nan where a p-value is.
  public let pvalsCorrected: [Double]
  /// Šidák's level of a single test.
  public let alphacSidak: Double
  /// Bonferroni's level of a single test.
  public let alphacBonf: Double
}

/// Corrects p-values for their number; nan is neither counted nor rejected.
///
/// ```swift
/// let tests = multipletests([0.01, 0.04, 0.2], method: .fdrBh)
/// print(tests.reject, tests.pvalsCorrected)
/// ```
/// Python: statsmodels.stats.multitest.multipletests
public func multipletests(
  _ pvals: [Double], alpha: Double = 0.05, method: MultipleTestsMethod = .hs
) -> MultipletestsResult {
  let (values, reject) = method.corrected(pvals, alpha: alpha)
  let count = Double(pvals.count { !$0.isNaN })
  return MultipletestsResult(
    reject: reject, pvalsCorrected: values, alphacSidak: -expm1(log1p(-alpha) / count),
    alphacBonf: alpha / count)
}

/// Corrects p-values by the method of that name, `"fdr_bh"`.
///
/// - Throws: ``StatsModelsError`` for a name that is none.
///
/// Python: statsmodels.stats.multitest.multipletests
public func multipletests(
  _ pvals: [Double], alpha: Double = 0.05, method: String
) throws -> MultipletestsResult {
  multipletests(pvals, alpha: alpha, method: try MultipleTestsMethod(method))
}

/// Corrects p-values that are a column or a series, `results.pvalues`.
///
/// - Throws: ``StatsModelsError`` for a column that holds no numbers.
///
/// Python: statsmodels.stats.multitest.multipletests
public func multipletests(
  _ pvals: some stats.Sample, alpha: Double = 0.05, method: MultipleTestsMethod = .hs
) throws -> MultipletestsResult {
  multipletests(try pvals.sampleValues(), alpha: alpha, method: method)
}

/// Corrects p-values that are a column or a series by the method of that name, `"fdr_bh"`.
///
/// - Throws: ``StatsModelsError`` for a name that is none, and for a column that holds no numbers.
///
/// Python: statsmodels.stats.multitest.multipletests
public func multipletests(
  _ pvals: some stats.Sample, alpha: Double = 0.05, method: String
) throws -> MultipletestsResult {
  multipletests(try pvals.sampleValues(), alpha: alpha, method: try MultipleTestsMethod(method))
}

/// Benjamini and Hochberg's correction. Python: statsmodels.stats.multitest.fdrcorrection
public func fdrcorrection(_ pvals: [Double], alpha: Double = 0.05) -> (
  reject: [Bool], pvalsCorrected: [Double]
) {
  let result = multipletests(pvals, alpha: alpha, method: .fdrBh)
  return (result.reject, result.pvalsCorrected)
}
