/// The numbers that choose and stop, each with its unit and where it comes from.
///
/// What belongs to a formula stands with the formula; here is what somebody may want to measure anew.
package enum Tuning {
  // MARK: Sizes at which another way is shorter (Plan)

  /// Levels of each size from which pooling them pays: below four the table costs more than it saves.
  package static let levelsPerSize = 4
  /// Columns of the trailing block from which a sparse factor is looked for: a dense one of 400 takes about 5 ms.
  package static let smallestSparseOrder = 400
  /// How many times fewer operations than the dense factor a sparse one must promise: BLAS does about that many more
  /// operations in the time of one in a sparse factor.
  package static let sparseAdvantage = 4.0
  /// Columns of a dense trailing block from which threads gain more than they cost to wake; evaluations below it are
  /// cheap beside the rest of a fit.
  package static let threadedOrder = 500
  /// Rows up to which an evaluation's sums are small beside its fixed costs.
  package static let cheapRows = 50_000
  /// Rows, columns of the trailing block and parameters up to which a fit may be repeated from other starts: a search
  /// then takes milliseconds.
  package static let searchedRows = 10_000
  package static let searchedOrder = 100
  package static let searchedParameters = 10
  /// Columns of a dense trailing block from which one rough step without a factor pays, and from which all steps but
  /// one do: measured on crossed intercepts.
  package static let roughStepOrder = 600
  package static let anchoredOrder = 1500
  /// Multiply-adds of a dense factor and inverse in the time of one step without a factor, per entry of its operator:
  /// measured.
  package static let operationsPerEntry = 5_000.0
  /// Multiplications of one evaluation in extended precision that are still bearable: about five seconds.
  package static let largestExtendedWork = 5e8

  // MARK: Precision

  /// Order up to which the unscaled trailing Schur complement is kept, which makes traces exact at T = 0.
  package static let keptOrder = 512
  /// Order of a dense trailing block from which its inverse may be of single precision while steps are long: smaller
  /// ones gain nothing. Above ``keptOrder``: traces that are exact at zero need all digits.
  package static let roughOrder = 600
  /// Share of the full matrix from which the cross-products of a chain factor with the trailing columns are multiplied as
  /// a dense one: one in six, where BLAS overtakes the gathering loop.
  package static let densePanelShare = 1.0 / 6
  /// Least |T| in standard units where traces divide by it (above ``keptOrder``): 1/T² then costs nine digits of
  /// sixteen.
  package static let leastRoot = 3e-5
  /// The same where the inverse is of single precision: T of at least 3e4 such floors loses one digit of seven.
  package static let roundingMargin = 3e4
  /// Resolution of the residual variance below which doubles give it to less than about nine digits.
  package static let resolvedScale = 1e-5
  /// The same where extended precision ends.
  package static let leastExtendedScale = 1e-22
}
