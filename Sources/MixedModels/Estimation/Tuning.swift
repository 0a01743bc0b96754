/// The numbers that choose and stop, each with its unit and where it comes from.
///
/// What belongs to a formula stands with the formula; here is what somebody may want to measure anew.
package enum Tuning {
  // MARK: Sizes at which another way is shorter (Plan)

  /// Levels of each size from which pooling them pays: below four the table costs more than it saves.
  package static let levelsPerSize = 4
  /// Effects of a level up to which the sums for all directions at once, k⁴/4 entries, are fewer than what matrix products
  /// of the directions themselves cost.
  package static let widestSideBySide = 4
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
  package static let operationsPerEntry = 5_000 * loopCost
  /// Operations of a matrix product in the time of one operation of ``PanelTiles``. Measured.
  static let productAdvantage = 12 * loopCost
  /// How many times longer loops take in a debug build, where BLAS takes as long as ever. Measured on solves.
  #if DEBUG
    package static let loopCost = 100.0
  #else
    package static let loopCost = 1.0
  #endif
  /// Fixed effects up to which plain loops factor their cross-product in less time than LAPACK is called in, and steps by
  /// loops alone gain on those of arrays: measured, a tenth at 8 and a loss at 16, of 200 levels.
  package static let loopedRank = 12
  /// Multiplications of one evaluation in extended precision that are still bearable. A judgement.
  package static let largestExtendedWork = 5e8

  // MARK: Where a search stops: decrease of -2 log L that one more step promises

  /// Of models whose evaluations cost next to nothing: all digits of the parameters that doubles give.
  package static let cheapTolerance = 1e-13
  /// With a sparse factor, which no step without one precedes.
  package static let sparseTolerance = 1e-9
  /// With a dense factor, and with one of many columns: 1e-7 is 3e-4 standard errors.
  package static let denseTolerance = 1e-8
  package static let largeTolerance = 1e-7
  /// Promise below which rounding errors of the gradient are what is promised.
  package static let gradientNoise = 1e-9
  /// Promise at which a point from which no step leads lower is an optimum: 1e-6 of a log-likelihood of 1, and as much of
  /// its rounding.
  package static func negligible(_ deviance: Double) -> Double { 1e-6 * max(1, abs(deviance).squareRoot()) }
  /// Gradient in standard errors below which a point that no longer gains is an optimum.
  package static let flatGradient = 1e-4
  /// Share of the deviance that is no gain.
  package static let noGain = 1e-10

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
  /// Share of it that a point on the way must have: steps do with six digits, and lead from large effects back to where doubles
  /// have nine.
  package static let passableShare = 1e-3
  /// Size of a pivot of X̃'V⁻¹X̃, times the least cosine, that counts as much as a resolution of 1: a pivot keeps as many digits
  /// as there are between it and the rounding of 1, while σ² is asked for nine.
  package static let pivotUnit = 1e-6
  /// Share of its column's square that a pivot of R'V⁻¹R, in doubles, must be where effects dwarf the residuals: of less no
  /// three digits are left.
  package static let leastPivotShare = 1e-13
  /// The resolution where extended precision ends.
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
  /// Parameters up to which the eigenvalues of the curvature take less than the curvature itself; above, the least pivot of
  /// a Cholesky factor for which it stands in, and the steps by which its condition number is known to a few per cent.
  package static let spectralOrder = 150
  package static let leastPivot = 1e-3
  package static let conditionSteps = 20
  /// Least ratio of the change of a gradient along a step to what the curvature says at which the step refines it: while
  /// steps are short, and where the average information has proved a poor model.
  package static let pairRatio = 0.1
  package static let slowPairRatio = 1e-8
  /// Promise below which the decrease tells how good the curvature is.
  package static let quadraticPromise = 0.05
  /// Share of its promise that a step must bring.
  package static let fairShare = 1e-3
  /// Shares of the curvature that are added to it after a step that brought a tenth of its promise, and after one that
  /// brought nothing.
  package static let leastDamping = 1e-3
  package static let firstDamping = 1e-2
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

  /// Steps of ``RapidDescent``: what takes more is a matter for the search with all its precautions; and the damping at which
  /// no step leads lower.
  package static let rapidSteps = 30
  package static let mostRapidDamping = 1e3
  /// Share of a move off zero below which there is no lower point.
  package static let leastReopening = 1e-2

  // MARK: Crossed designs without a factor at every step

  /// Largest gradient at the anchor, in standard errors.
  package static let anchorReach = 0.3
  /// Largest error of log|V| by the trapezoidal rule; beyond, the last point is factored after all.
  package static let integrationError = 1e-6
  package static let mostAnchoredSteps = 4
  /// Share of its typical size below which a parameter may be on its way to zero.
  package static let vanishingShare = 0.1

  // MARK: Other optima

  /// Levels that tell of a variance up to which effects with a perfect correlation may be an optimum of their own beside
  /// one inside: of all models with a slope that the data sets of R allow, those with two optima had three to six.
  package static let fewLevels = 12.0
  /// Ratio of the largest to the least information of a factor's levels above which the levels' scales differ. A judgement.
  package static let unevenSpread = 10.0
  /// Minima on lines, and points at random, from which searches start; more of these where there are fewer than two rows
  /// to an effect of crossed factors. Enough for every design of `mixedlm-bench optimum`.
  package static let mostMinima = 8
  package static let randomStarts = 12
  package static let crowdedStarts = 40
  /// Least eigenvalue of the cosines between the columns of independent effects below which they are nearly the same: 0.16 of
  /// an intercept and the days 0 to 9, 1.3e-5 of an intercept and the years 1990 to 2024.
  package static let nearlySameColumns = 0.05
  /// Sizes between which a variance is looked at, in standard errors of its best known effect and in those of its worst
  /// known one when it has all of the response's spread.
  package static let leastSize = 0.1
  package static let largestSize = 3.0
  /// Ratio of neighbouring sizes: features of the deviance are no narrower than a logistic curve in log θ².
  package static let sizeRatio = 2.5
  /// θ√A at which effects have explained what they can.
  package static let saturatedSize = 1e4
  /// Directions of a column of T that are looked at for perfect correlations, and its lengths in parts of T's: a fit of the data
  /// set Cars93 had its better maximum 15° and 1.4 lengths from another.
  package static let turnSteps = 24
  package static let turnLengths = [0.7, 1, 1.4, 2]
  /// Distance in log θ² of the nodes on the line of a lone variance: half the width of its narrowest feature; and halvings
  /// of an interval in which a cubic turns.
  package static let lineSpacing = 2.0
  package static let lineHalvings = 4
  /// θ²A of a level below which its share of the deviance is linear in θ², and at which effects have explained all but
  /// rounding.
  package static let linearShare = 1e-2
  package static let saturatedShare = 1e14
  /// Residual variance, in parts of the least-squares one, that is rounding.
  package static let roundingScale = 1e-13
  /// Share of the deviance by which another basin must be lower.
  package static let basinMargin = 1e-9
  /// Promise at which a search from another start is judged.
  package static let screeningTolerance = 1e-6
  /// Squared distance from a known optimum, in its standard errors, within which a search may be on its way there, and the
  /// share by which the rise of the deviance and the next step may differ from those of a parabola. Of the 3,600 designs of
  /// `mixedlm-bench optimum` none ends elsewhere.
  package static let attraction = 4.0
  package static let attractedShare = 0.3
  /// Squared distance from it, in its standard errors, of another search's end at it.
  package static let sameOptimum = 1e-8
  /// Steps after which a search from another start is judged.
  package static let screeningSteps = 30
  /// Rise of -2 log L above the optimum up to which another one is worth a word: a likelihood of e⁻¹⁰.
  package static let notableRise = 20.0
  /// Rise up to which two ends of searches are one optimum, or points of a flat ridge.
  package static let indistinct = 1e-4
  /// Rise below which a point that promises no more is followed to its end before it counts as another optimum: a search of
  /// `cs(Days | Subject)` on sleepstudy was judged 2e-4 up a flat angle.
  package static let doubtfulRise = 0.1
  /// Share of the least-squares residual variance below which effects explain every row: there the likelihood grows
  /// without end as the residual variance falls, and a maximum elsewhere is the estimate.
  package static let degenerateScale = 1e-6
  /// Share of it below which it is asked whether the likelihood still rises with covariances this many times as large, and
  /// the rise of log L that is none.
  package static let suspiciousScale = 1e-8
  package static let enlargement = 1e4
  package static let levelRise = 1e-4
  /// The size of effects, in standard errors of a level's, at which it shows whether they explain every row; the share of it
  /// that they leave at most where they may; and the rise of log L up to there from a tenth of that size: at least log 10 for
  /// every row that is more than effects, and a fall for every effect where they do not.
  package static let explainableScale = 1e-3
  package static let growthSize = 1e4
  package static let growth = 1.0
  /// Decrease of -2 log L that an end beyond the resolution of doubles must bring.
  package static let leastExtendedGain = 1e-6
  /// Columns of random effects up to which what moments take of a design is kept for other responses: a megabyte or less.
  package static let keptMoments = 1 << 14
  /// Searches in extended precision.
  package static let mostExtendedSearches = 8

  // MARK: What the data identify

  /// Condition number of the scaled curvature, and curvature in units of the parameter or its scale, beyond which an
  /// optimum may lie on a flat ridge.
  package static let suspiciousCondition = 1e4
  package static let suspiciousCurvature = 1e-4
  /// Flat directions that are followed to their end, the multiple of a unit step at which one has none, and the least that
  /// may be left of the residual variance on the way.
  package static let mostFollowed = 40
  package static let ridgeEnd = 1e8
  package static let leastRidgeResidual = 1e-8
  /// Rise of -2 log L, in parts of its root, that is rounding along a flat direction.
  package static let ridgeRise = 1e-7
  /// Size of a parameter, in typical sizes, beyond which a search that may drift along a ridge is set back to its middle: of
  /// sixteen digits of a level's sums, 1 + T'AT, twelve are left.
  package static let ridgeDrift = 100.0
}
