import LinearAlgebra
import MixedModels

/// What a fit can start from: an object of parameters, a packed vector, or labelled parameters of earlier results.
public protocol StartParameters: Sendable {
  /// Relative covariances in the order of the model's parameters, without fixed effects.
  func covarianceEntries(of model: MixedLM) throws -> [Double]
}

extension MixedLMParams: StartParameters {
  /// The lower triangle of `covRe`, then the variance components.
  public func covarianceEntries(of model: MixedLM) throws -> [Double] {
    let entries = getPacked(useSqrt: false)
    guard entries.count == model.layout.entries.count else {
      throw StatsModelsError(
        .lengthMismatch,
        "the parameters hold \(entries.count) covariances, the model has \(model.layout.entries.count)")
    }
    return entries
  }
}

extension Array: StartParameters where Element == Double {
  /// A packed vector in the model's own packing, square roots if `useSqrt`, with or without fixed effects.
  public func covarianceEntries(of model: MixedLM) throws -> [Double] {
    let expected = model.layout.entries.count
    guard count == expected || count == expected + model.kFe else {
      throw StatsModelsError(
        .lengthMismatch,
        "invalid start_params: \(count) values, the model has \(expected) covariance parameters and "
          + "\(model.kFe) fixed effects")
    }
    let tail = Array(suffix(expected))
    guard model.specification.layout == .grouped else { return tail }
    return try MixedLMParams.fromPacked(tail, kFe: 0, kRe: model.kRe, useSqrt: model.useSqrt, hasFe: false)
      .getPacked(useSqrt: false)
  }
}

extension Series: StartParameters {
  /// The `params` of earlier results, read as what they are: relative covariances, not roots.
  public func covarianceEntries(of model: MixedLM) throws -> [Double] {
    let expected = model.layout.entries.count
    guard count == expected || count == expected + model.kFe else {
      throw StatsModelsError(.lengthMismatch, "invalid start_params: \(count) values")
    }
    return Array(values.suffix(expected))
  }
}

extension MixedLM {
  /// Covariance matrices per engine term from any kind of parameters.
  func startCovariances(_ parameters: any StartParameters) throws -> [Matrix] {
    specification.termCovariances(try startBlocks(parameters))
  }

  /// Covariance matrices per block from any kind of parameters.
  func startBlocks(_ parameters: any StartParameters) throws -> [Matrix] {
    let entries = try parameters.covarianceEntries(of: self)
    guard entries.allSatisfy(\.isFinite) else {
      throw StatsModelsError(.invalidArgument, "start_params must be finite")
    }
    return layout.covariances(entries, blocks: specification.blocks)
  }
}
