/// One covariance block of random effects: `levelCount` independent vectors of k effects each.
///
/// Row i of the data contributes `Σ_a columns[a][i] · u[codes[i]][a]`, and every level's vector u has
/// covariance σ² S with the same k × k matrix S.
package struct RandomTerm: Sendable {
  /// The level of each row, from 0; -1 where the row has no effect of this term.
  package var codes: [Int32]
  /// Number of levels; a level may be without rows.
  package var levelCount: Int
  /// The k regressors, one value per row; `nil` stands for a column of ones.
  package var columns: [[Double]?]
  /// The form of S.
  package var covariance: Covariance
  /// Tied terms with the same non-nil number share one variance.
  package var tie: Int?

  package init(
    codes: [Int32], levelCount: Int, columns: [[Double]?] = [nil],
    covariance: Covariance = .unstructured, tie: Int? = nil
  ) {
    self.codes = codes
    self.levelCount = levelCount
    self.columns = columns
    self.covariance = covariance
    self.tie = tie
  }

  /// k, the number of effects per level.
  package var width: Int { columns.count }

  /// Whether the effects may be taken in another basis, and so in another order, without leaving the form of S.
  var mayReorder: Bool { width > 1 && covariance.form.standardisation == .basis }
}
