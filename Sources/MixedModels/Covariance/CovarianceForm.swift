package import LinearAlgebra

/// A form of the k × k relative covariance S of a term's effects: the one place that knows it.
///
/// The engine works on T, lower, with S = TT'. A form says how the optimiser's parameters θ fill T, how S changes with
/// them, and which numbers its users are told, φ: variances, covariances, correlations. The number of effects k is the
/// width. The deviance F = d deviance / dS is handed in as a symmetric k × k matrix.
///
/// A new form is a type of this protocol in a file of its own and a line in ``RandomTerm/Covariance/all``.
///
/// The folder: a file for each form, and ``CovarianceLayout``, which puts the parameters of all terms side by side in θ.
package protocol CovarianceForm: Sendable {
  /// The name in files.
  var key: String { get }
  /// The function that asks for the form in formulas, `cs` in `cs(0 + f | g)`; nil where none does.
  var spelling: String? { get }
  /// What may be done to the regressors without leaving the form.
  var standardisation: Standardisation { get }
  /// What the columns must be for the form to make sense.
  var demand: ColumnDemand { get }

  /// Whether every S' of the other form over the same columns has this form too.
  func contains(_ other: any CovarianceForm) -> Bool
  /// Whether S + S' has this form for every S' of the other form over the same columns, so that the data cannot tell
  /// the two terms apart.
  func absorbs(_ other: any CovarianceForm) -> Bool
  /// Whether it does so for every S' of the other form over `width` of its columns, not all.
  func absorbsPart(_ other: any CovarianceForm, width: Int) -> Bool

  // MARK: The optimiser's parameters θ

  /// What each θ is.
  func parameters(width: Int) -> [FormParameter]
  /// The entry of T that each θ is; nil where they are anything else.
  func entries(width: Int) -> [(row: Int, column: Int)]?
  /// T at θ.
  func root(_ theta: ArraySlice<Double>, width: Int) -> Matrix
  /// θ of given T, or the nearest; several where terms share their parameters.
  func theta(roots: [Matrix]) -> [Double]
  /// ∂S/∂θ_i.
  func slopes(_ theta: ArraySlice<Double>, root: Matrix) -> [Matrix]
  /// ⟨F, ∂S/∂θ_i⟩.
  func gradient(_ derivative: Matrix, _ theta: ArraySlice<Double>, root: Matrix) -> [Double]
  /// The part of ⟨F, ∂²S/∂θ_i∂θ_j⟩ that is exact on the boundary, positive semidefinite, and zero at an optimum inside.
  func boundaryCurvature(_ derivative: Matrix, _ theta: ArraySlice<Double>) -> Matrix
  /// θ a little inside, if θ lies on the boundary and the deviance falls from there; else nil. Where terms share their
  /// parameters, each has its F.
  ///
  /// - Parameter scales: typical sizes of θ.
  func reopened(_ theta: ArraySlice<Double>, derivatives: [Matrix], scales: ArraySlice<Double>) -> [Double]?
  /// Positions of θ that make up a vector, whose length and direction are known to different degrees.
  func vectors(width: Int) -> [[Int]]
  /// Runs of columns within which S has covariances.
  func runs(width: Int) -> [Range<Int>]
  /// Rows of T whose diagonal entries vanish one by one.
  func pivots(width: Int) -> [Int]
  /// Points of other basins than that of θ: at, or near, perfect correlations.
  func farCorrelations(from theta: ArraySlice<Double>, root: Matrix) -> [[Double]]

  // MARK: The reported parameters φ

  /// Whether φ are entries of S, all others being zero or equal to them.
  var reportsEntries: Bool { get }
  /// What each φ is.
  func reported(width: Int) -> [ReportedParameter]
  /// φ of S; nan where S leaves a correlation open.
  func values(of s: Matrix) -> [Double]
  /// S of φ.
  func covariance(values: [Double], width: Int) -> Matrix
  /// ∂S/∂φ_i.
  func slope(_ i: Int, at s: Matrix) -> Matrix
  /// ⟨F, ∂S/∂φ_i⟩.
  func derivative(_ derivative: Matrix, by i: Int, at s: Matrix) -> Double
  /// ∂²S/∂φ_i∂φ_j; nil where S is linear in φ.
  func curvature(_ i: Int, _ j: Int, at s: Matrix) -> Matrix?
  /// Whether a correlation φ_i is as large or as small as it can be.
  func isAtBound(_ i: Int, at s: Matrix) -> Bool
}

extension CovarianceForm {
  package func entries(width: Int) -> [(row: Int, column: Int)]? { nil }
}

/// What may be done to a term's regressors without leaving the form of their effects' covariance.
package enum Standardisation: Sendable {
  /// Any basis of the columns' span.
  case basis
  /// A scale for each column.
  case columnScales
  /// One scale for all columns.
  case commonScale
}

/// What a form asks of the columns it is written for.
package enum ColumnDemand: Sendable {
  /// Nothing.
  case none
  /// More than one column.
  case several
  /// The levels of a factor, in order.
  case levels
}
