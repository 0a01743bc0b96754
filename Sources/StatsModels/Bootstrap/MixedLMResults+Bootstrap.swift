import Foundation
import LinearAlgebra

/// What a bootstrap resamples. Not in statsmodels.
public enum BootstrapScheme: String, Sendable, CaseIterable {
  /// New responses from the fitted model.
  case parametric
  /// Groups, with replacement.
  case groups
}

/// Estimates of bootstrap replicates. Python: the return value of MixedLMResults.bootstrap
public struct BootstrapResults: Sendable {
  /// Names of the parameters, as in `results.params`.
  public let names: [String]
  /// One row per replicate whose fit succeeded.
  public let params: Matrix
  /// Replicates whose fit failed.
  public let failures: Int

  /// Mean of each parameter.
  public var mean: Series {
    Series(
      index: names,
      values: (0..<params.columns).map { params.column($0).reduce(0, +) / Double(params.rows) })
  }

  /// Standard deviation of each parameter.
  public var std: Series {
    let means = mean.values
    return Series(
      index: names,
      values: means.indices.map { j in
        let squares = params.column(j).reduce(0) { $0 + ($1 - means[j]) * ($1 - means[j]) }
        return (squares / Double(params.rows)).squareRoot()
      })
  }

  /// Percentile limits of each parameter, columns "0" and "1".
  public func confInt(alpha: Double = 0.05) -> LabeledMatrix {
    var limits = Matrix(rows: names.count, columns: 2)
    for j in names.indices {
      let sorted = params.column(j).sorted()
      limits[j, 0] = Self.quantile(sorted, alpha / 2)
      limits[j, 1] = Self.quantile(sorted, 1 - alpha / 2)
    }
    return LabeledMatrix(index: names, columns: ["0", "1"], values: limits)
  }

  /// Linear interpolation between order statistics.
  private static func quantile(_ sorted: [Double], _ probability: Double) -> Double {
    guard !sorted.isEmpty, probability >= 0, probability <= 1 else { return .nan }
    let place = probability * Double(sorted.count - 1)
    let low = min(Int(place), sorted.count - 1)
    let high = min(low + 1, sorted.count - 1)
    return sorted[low] + (place - Double(low)) * (sorted[high] - sorted[low])
  }
}

extension MixedLMResults {
  /// Estimates on resampled data, for standard errors without asymptotics.
  ///
  /// Replicates run on all cores; the result depends on the seed only.
  /// - Parameters:
  ///   - nrep: number of replicates.
  ///   - scheme: new responses from the fitted model, or groups drawn with replacement.
  ///   - seed: equal seeds give equal results.
  ///   - progress: called with the number of replicates done; false stops, and what is done is returned.
  /// - Throws: ``StatsModelsError`` when no replicate can be fitted.
  ///
  /// Python: MixedLMResults.bootstrap
  public func bootstrap(
    nrep: Int = 100, scheme: BootstrapScheme = .parametric, seed: UInt64 = 0,
    progress: (@Sendable (Int) -> Bool)? = nil
  ) throws -> BootstrapResults {
    if scheme == .groups { _ = try model.resampled(groups: Array(0..<model.nGroups)) }
    if specification.isRestored { _ = try model.engine() }
    let count = max(nrep, 0)
    let collected = Replicates(count: count, progress: progress)
    DispatchQueue.concurrentPerform(iterations: count) { replicate in
      if collected.isStopped { return }
      collected.store(try? estimates(scheme, seed: seed, replicate: replicate), at: replicate)
    }
    let rows = collected.values.compactMap { $0 }
    guard !rows.isEmpty || count == 0 else {
      throw StatsModelsError(.notAvailable, "no bootstrap replicate could be fitted")
    }
    var params = Matrix(rows: rows.count, columns: layout.count)
    for (i, row) in rows.enumerated() {
      for (j, value) in row.enumerated() { params[i, j] = value }
    }
    return BootstrapResults(names: layout.names, params: params, failures: collected.failures)
  }

  private func estimates(_ scheme: BootstrapScheme, seed: UInt64, replicate: Int) throws -> [Double] {
    let resampled: MixedLM
    switch scheme {
    case .parametric: resampled = try model.replacing(endog: response(seed: seed, replicate: replicate))
    case .groups:
      var generator = Self.generator(seed: seed, replicate: replicate)
      let count = model.nGroups
      resampled = try model.resampled(
        groups: (0..<count).map { _ in Int.random(in: 0..<count, using: &generator) })
    }
    return try resampled.fit(reml: reml).params.values
  }

  private func response(seed: UInt64, replicate: Int) -> [Double] {
    var generator = Self.generator(seed: seed, replicate: replicate)
    let factors = estimate.relativeCovariances.map { covariance in
      covariance.semidefiniteFactor.mapElements { $0 * scale.squareRoot() }
    }
    return MixedLMDistribution(model: model, mean: predict().values, scale: scale, factors: factors)
      .rvs(using: &generator)
  }

  private static func generator(seed: UInt64, replicate: Int) -> SplitMix64 {
    var root = SplitMix64(seed: seed &+ UInt64(truncatingIfNeeded: replicate) &* 0xD1B5_4A32_D192_ED03)
    return SplitMix64(seed: root.next())
  }
}

/// Rows collected from several threads.
private final class Replicates: @unchecked Sendable {
  private let lock = NSLock()
  private let progress: (@Sendable (Int) -> Bool)?
  private var stopped = false
  private var done = 0
  private(set) var values: [[Double]?]
  private(set) var failures = 0

  init(count: Int, progress: (@Sendable (Int) -> Bool)?) {
    values = [[Double]?](repeating: nil, count: count)
    self.progress = progress
  }

  var isStopped: Bool { lock.withLock { stopped } }

  func store(_ row: [Double]?, at position: Int) {
    lock.withLock {
      values[position] = row
      if row == nil { failures += 1 }
      done += 1
      if let progress, !progress(done) { stopped = true }
    }
  }
}
