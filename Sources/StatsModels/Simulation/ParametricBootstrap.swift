import Distributions
import Foundation
import LinearAlgebra
import MixedModels

/// Estimates from responses drawn from a fitted model. Not in statsmodels.
public struct BootstrapResult: Sendable {
  /// How limits are taken from the replicates.
  public enum Interval: String, Sendable, CaseIterable {
    /// Between equal tails.
    case percentile
    /// The shortest range that holds the wanted share.
    case shortest
  }

  /// Replicates by parameters: fixed effects, covariances in the response's units, `scale`; a row of nan where a
  /// drawn response admitted no fit.
  public let replicates: LabeledMatrix
  /// The estimates that the responses were drawn from, in the same order.
  public let estimates: Series
  /// Number of replicates asked for; `replicates` has fewer rows after a cancellation.
  public let requested: Int
  /// Number of responses that admitted no fit.
  public let failures: Int

  /// Finite values of one parameter, sorted.
  private func sorted(_ column: Int) -> [Double] {
    replicates.values.column(column).filter(\.isFinite).sorted()
  }

  /// Standard deviations of the replicates.
  public var standardErrors: Series {
    Series(
      index: replicates.columns,
      values: replicates.columns.indices.map { column in
        let values = sorted(column)
        guard values.count > 1 else { return .nan }
        let mean = values.reduce(0, +) / Double(values.count)
        return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
      })
  }

  /// Mean of the replicates less the estimate.
  public var bias: Series {
    Series(
      index: replicates.columns,
      values: replicates.columns.indices.map { column in
        let values = sorted(column)
        return values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count) - estimates[column]
      })
  }

  /// Confidence limits, columns "0" and "1".
  ///
  /// - Throws: ``StatsModelsError`` when `alpha` does not lie between 0 and 1.
  public func confInt(alpha: Double = 0.05, _ kind: Interval = .percentile) throws -> LabeledMatrix {
    guard alpha > 0, alpha < 1 else {
      throw StatsModelsError(.invalidArgument, "alpha is \(alpha): it must lie between 0 and 1")
    }
    var limits = Matrix(rows: replicates.columns.count, columns: 2, repeating: .nan)
    for column in replicates.columns.indices {
      let values = sorted(column)
      guard values.count > 1 else { continue }
      let (low, high) =
        kind == .percentile
        ? (Self.quantile(values, alpha / 2), Self.quantile(values, 1 - alpha / 2))
        : Self.shortest(values, share: 1 - alpha)
      limits[column, 0] = low
      limits[column, 1] = high
    }
    return LabeledMatrix(index: replicates.columns, columns: ["0", "1"], values: limits)
  }

  /// R's quantile of type 7.
  private static func quantile(_ sorted: [Double], _ p: Double) -> Double {
    let position = p * Double(sorted.count - 1)
    let low = min(Int(clampingFinite: position.rounded(.down)), sorted.count - 1)
    let high = min(low + 1, sorted.count - 1)
    return sorted[low] + (sorted[high] - sorted[low]) * (position - Double(low))
  }

  private static func shortest(_ sorted: [Double], share: Double) -> (Double, Double) {
    let size = min(
      sorted.count, max(2, Int(clampingFinite: (share * Double(sorted.count)).rounded(.up))))
    var best = (sorted[0], sorted[size - 1])
    for start in 0...(sorted.count - size) {
      let end = start + size - 1
      if sorted[end] - sorted[start] < best.1 - best.0 { best = (sorted[start], sorted[end]) }
    }
    return best
  }
}

extension MixedLMResults {
  /// Draws responses from the fitted model and fits each anew, over all cores. Not in statsmodels.
  ///
  /// Equal seeds give equal results, bit by bit, whatever the number of threads.
  /// - Parameters:
  ///   - count: number of replicates.
  ///   - seed: of the random numbers.
  ///   - threads: number of concurrent fits; nil uses the cores there are.
  ///   - progress: called with the number of replicates done, from any thread; returning false stops, and the
  ///     replicates done so far are returned. So does the cancellation of the surrounding task.
  /// - Throws: ``StatsModelsError`` when the model has no engine to draw from.
  public func parametricBootstrap(
    count: Int, seed: UInt64, threads: Int? = nil, progress: (@Sendable (Int) -> Bool)? = nil
  ) throws -> BootstrapResult {
    try specification.requirePlainResiduals(
      "there is no bootstrap", remedy: "simulate responses and refit(response:) each")
    let engine = try self.engine()
    let draws = ResponseDraws([engine], estimate: estimate, modes: modes)
    let (reml, specification, layout) = (self.reml, self.specification, self.layout)
    let start = estimate.singular ? nil : estimate.relativeCovariances
    return BootstrapResult(
      names: layout.names + ["scale"],
      estimates: estimate.fixedEffects + layout.values(in: relativeCovariances, scale: scale) + [scale],
      replicates: BootstrapRun.rows(count, threads: threads, progress: progress) { replicate in
        var stream = RandomStream(seed: seed, stream: replicate)
        let fitted = try? draws.next(&stream)[0].get().fit(reml: reml, options: FitOptions(start: start))
        return fitted.map { found in
          let relative = specification.blockCovariances(found.relativeCovariances)
          return found.fixedEffects + layout.values(in: relative, scale: found.scale) + [found.scale]
        }
      }, requested: count)
  }
}

/// Replicates over all cores, each by itself, so that they are the same for any number of threads.
enum BootstrapRun {
  /// What was made before a stop, in the order of the replicates.
  static func rows<Row: Sendable>(
    _ count: Int, threads: Int?, progress: (@Sendable (Int) -> Bool)?, _ make: @Sendable (Int) -> Row
  ) -> [Row] {
    let run = ParallelRun<Row>(total: max(count, 0), progress: progress)
    // each replicate has one thread
    BLASThreads.with(1) { run.perform(workers: ParallelRun<Row>.workers(threads, count), make) }
    return run.completed
  }
}

extension BootstrapResult {
  /// The same replicates.
  ///
  /// - Throws: ``StatsModelsError`` after a cancellation, and where fewer than two were asked for.
  func requireWhole() throws -> BootstrapResult {
    guard requested > 1 else {
      throw StatsModelsError(.invalidArgument, "count is \(requested): limits take two draws at least")
    }
    if replicates.index.count < requested { throw StatsModelsError.cancellation }
    return self
  }

  /// - Parameter rows: nil where a response admitted no fit.
  init(names: [String], estimates: [Double], replicates rows: [[Double]?], requested: Int) {
    var values = Matrix(rows: rows.count, columns: names.count, repeating: .nan)
    for (i, row) in rows.enumerated() {
      if let row { for j in names.indices { values[i, j] = row[j] } }
    }
    self.init(
      replicates: LabeledMatrix(index: rows.indices.map(String.init), columns: names, values: values),
      estimates: Series(index: names, values: estimates), requested: max(requested, 0),
      failures: rows.count { $0?.allSatisfy(\.isNaN) ?? true })
  }
}
