/// What rows are that stand for cells of observations, and not for one observation each.
///
/// A cell with the cross-products A of its regressors enters as rows whose cross-products are A: first the means, in
/// which the column of ones is 1 and the prior weight the number of observations (or the sum of their weights), then
/// deviations from them, in which it is 0. Every sum over rows is that over the observations; only their number, the
/// sum of their logarithmic weights and the column of ones must be told.
package struct CellRows: Sendable {
  /// A column far from zero, with the digits that its sum with the origin would lose: `values` + `origin` · ones.
  package struct FarColumn: Sendable {
    /// The sum itself, by which the column is known among those of the model.
    package let sum: [Double]
    package let values: [Double]
    package let origin: Double

    package init(sum: [Double], values: [Double], origin: Double) {
      self.sum = sum
      self.values = values
      self.origin = origin
    }
  }

  /// Number of observations.
  package let observations: Int
  /// The column of ones: 1 in rows of means, 0 in rows of deviations.
  package let ones: [Double]
  /// Σ log w over the observations.
  package let logWeights: Double
  /// Whether the observations have prior weights that differ.
  package let isWeighted: Bool
  /// Columns of the model, the response among them, whose digits are kept apart.
  package let farColumns: [FarColumn]
  /// Coefficients of the fixed effects whose part was taken from the response already; nil for none.
  package let fixedOrigin: [Double]?

  package init(
    observations: Int, ones: [Double], logWeights: Double = 0, isWeighted: Bool = false,
    farColumns: [FarColumn] = [], fixedOrigin: [Double]? = nil
  ) {
    self.observations = observations
    self.ones = ones
    self.logWeights = logWeights
    self.isWeighted = isWeighted
    self.farColumns = farColumns
    self.fixedOrigin = fixedOrigin
  }
}
