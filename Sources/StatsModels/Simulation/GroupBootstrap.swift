import Distributions
import Foundation
import LinearAlgebra
import MixedModels

/// What a bootstrap resamples. Not in statsmodels.
public enum BootstrapScheme: String, Sendable, CaseIterable {
  /// New responses from the fitted model.
  case parametric
  /// Groups, with replacement.
  case groups
}

extension MixedLMResults {
  /// Estimates on resampled data, for standard errors without asymptotics.
  ///
  /// Replicates run on all cores; equal seeds give equal results.
  /// - Parameters:
  ///   - nrep: number of replicates.
  ///   - scheme: new responses from the fitted model, or groups drawn with replacement (one grouping factor only).
  ///   - seed: of the random numbers.
  ///   - progress: called with the number of replicates done; returning false stops, and what is done is returned.
  /// - Throws: ``StatsModelsError`` for results without data, or groups of several factors.
  ///
  /// Python: MixedLMResults.bootstrap
  public func bootstrap(
    nrep: Int = 100, scheme: BootstrapScheme = .parametric, seed: UInt64 = 0,
    progress: (@Sendable (Int) -> Bool)? = nil
  ) throws -> BootstrapResult {
    if scheme == .parametric { return try parametricBootstrap(count: nrep, seed: seed, progress: progress) }
    _ = try model.resampled(groups: [0])
    let names = layout.names + ["scale"]
    let run = ParallelRun<[Double]>(total: max(nrep, 0), progress: progress)
    run.perform(workers: ProcessorCount.available) { replicate in
      (try? groupReplicate(seed: seed, replicate: replicate)) ?? [Double](repeating: .nan, count: names.count)
    }
    let done = run.completed
    let values = done.isEmpty ? Matrix(rows: 0, columns: names.count) : try Matrix(rowsOf: done)
    return BootstrapResult(
      replicates: LabeledMatrix(index: done.indices.map(String.init), columns: names, values: values),
      estimates: Series(index: names, values: userParameters), requested: max(nrep, 0),
      failures: done.count { row in row.allSatisfy(\.isNaN) })
  }

  /// Estimates on groups drawn with replacement.
  private func groupReplicate(seed: UInt64, replicate: Int) throws -> [Double] {
    var stream = RandomStream(seed: seed, stream: replicate)
    let count = model.nGroups
    let chosen = (0..<count).map { _ in Int.random(in: 0..<count, using: &stream) }
    return try model.resampled(groups: chosen).fitted(as: self).userParameters
  }

  /// Fixed effects, covariances in the response's units, and `scale`.
  private var userParameters: [Double] {
    estimate.fixedEffects + layout.values(in: relativeCovariances, scale: scale) + [scale]
  }
}
