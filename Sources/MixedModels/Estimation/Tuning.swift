/// The numbers that choose and stop, each with its unit and where it comes from.
///
/// What belongs to a formula stands with the formula; here is what somebody may want to measure anew.
package enum Tuning {
  // MARK: Sizes at which another way is shorter (Plan)

  /// Levels of each size from which pooling them pays: below four the table costs more than it saves.
  package static let levelsPerSize = 4
  /// Columns of the trailing block from which a sparse factor is looked for: below, the analysis costs more than a dense
  /// factor. A judgement.
  package static let smallestSparseOrder = 400
  /// How many times fewer operations than the dense factor a sparse one must promise: a dense factor does more operations
  /// in the same time. From the trial of both on nearly nested and on full crossings.
  package static let sparseAdvantage = 4.0
  /// Columns of a dense trailing block from which threads gain more than they cost to wake; evaluations below it are
  /// cheap beside the rest of a fit.
  package static let threadedOrder = 500
  /// Rows up to which an evaluation's sums are small beside its fixed costs.
  package static let cheapRows = 50_000
  /// Rows, columns of the trailing block and parameters up to which a fit may be repeated from other starts: a search
  /// then costs next to nothing. A judgement.
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
  /// Multiplications of one evaluation in extended precision that are still bearable. A judgement.
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

  // MARK: The search (Newton)

  /// Iterations after which the average information is taken to be a poor model of the curvature: regular fits take two
  /// to six.
  package static let patience = 8
  /// Largest number of stationary points that are no optima from which a search moves on.
  package static let mostEscapes = 3
  /// Least factor by which a step is trusted to shrink the gradient.
  package static let bestRate = 0.01
  /// Latest steps whose changes of the gradient refine the curvature, and the longest of them in units of it, s'Hs: longer
  /// ones doubled the number of steps of W7.
  package static let keptPairs = 6
  package static let longestPair = 0.01
  /// Share of the largest eigenvalue of the scaled curvature to which small ones are raised.
  package static let leastEigenvalue = 1e-9
  /// Multiple of a parameter's size, or typical size, that a step may change it by.
  package static let longestStep = 3.0
  /// Trials of a step, each damped six times as much.
  package static let mostTrials = 40
  /// Multiple of a step up to which it is lengthened in a valley.
  package static let longestExtension = 1e12
  /// Steps without gain after which a direction counts as flat.
  package static let flatSteps = 20
  /// Rounding error of a deviance, in parts of it and of the degrees of freedom.
  package static let devianceRounding = 1e-13

  // MARK: Other optima

  /// Steps after which a search from another start is judged.
  package static let screeningSteps = 30
  /// Rise of -2 log L above the optimum up to which another one is worth a word: a likelihood of e⁻¹⁰.
  package static let notableRise = 20.0
  /// Rise up to which two ends of searches are one optimum, or points of a flat ridge.
  package static let indistinct = 1e-4
  /// Share of the least-squares residual variance below which effects explain every row: there the likelihood grows
  /// without end as the residual variance falls, and a maximum elsewhere is the estimate.
  package static let degenerateScale = 1e-6
}
