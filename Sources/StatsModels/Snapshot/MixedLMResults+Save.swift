import DataFrames
import Foundation
import Patsy

extension MixedLMResults {
  /// Writes the results as JSON; ``load(_:environment:)`` reads them. ``Snapshot`` says what the file holds.
  ///
  /// The text is written beside the target and renamed, so that a crash leaves an earlier file whole.
  ///
  /// The fixed design is never written. With rows, the file tells of each row its label, the response (fitted value
  /// and residual), its levels and the regressors of the random effects. Without them, everything is left out from
  /// which a row could be rebuilt: these, and predicted effects, their errors and sums of levels with fewer than
  /// 2k + 1 rows (k effects a level), at least three. What remains: estimates, covariances, sums over all rows and over
  /// the rows of larger levels; the names of all levels, of groups and of categories; what transforms remember, such as
  /// means, knots and, for splines, the smallest and largest value. Where the name of a level itself is confidential,
  /// so is the file.
  /// - Parameters:
  ///   - fname: path of the file.
  ///   - rows: whether numbers of single rows are written.
  /// - Throws: ``StatsModelsError`` when the file cannot be written.
  ///
  /// Python: MixedLMResults.save
  public func save(_ fname: String, rows: Bool = true) throws {
    try specification.requireLevels("a saved fit")
    try SnapshotFile.write(snapshot(rows: rows), to: fname)
  }

  /// ``save(_:rows:)`` with Python's argument: true writes no rows. Python: MixedLMResults.save
  public func save(_ fname: String, removeData: Bool) throws { try save(fname, rows: !removeData) }

  /// Results that ``save(_:rows:)`` wrote: they summarise, test, predict with intervals and simulate; what takes the
  /// fixed design, such as another fit, a profile or leverages, is an error.
  ///
  /// - Parameters:
  ///   - fname: path of the file.
  ///   - environment: values and functions that the formulas name; functions are not saved.
  /// - Throws: ``StatsModelsError`` when the file cannot be read or holds no results.
  ///
  /// Python: MixedLMResults.load
  public static func load(_ fname: String, environment: EvalEnvironment = EvalEnvironment()) throws
    -> MixedLMResults
  {
    try load(bytes: SnapshotFile.read(fname), name: fname, environment: environment)
  }

  /// Results from the bytes of a file of that name.
  package static func load(
    bytes data: Data, name fname: String, environment: EvalEnvironment = EvalEnvironment()
  ) throws -> MixedLMResults {
    try SnapshotFile.results(of: Snapshot.self, in: data, name: fname, environment: environment) {
      try MixedLMResults($0, environment: environment)
    }
  }

  /// The same results without everything from which a row of the data could be rebuilt, as ``save(_:rows:)`` without
  /// rows writes them; the model cannot be fitted again.
  ///
  /// Python: MixedLMResults.remove_data
  public func removeData() throws -> MixedLMResults {
    try MixedLMResults(
      snapshot(rows: false), environment: specification.source?.environment ?? EvalEnvironment())
  }
}
