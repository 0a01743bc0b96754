/// What a fit held, and what it penalised.
struct FitRestrictions: Sendable {
  /// Ones and zeros over all parameters; zeros were held.
  var free: MixedLMParams?
  var errorVariance = ErrorVariance.profiled
  var fePen: (any Penalty)?
  var covPen: (any CovariancePenalty)?

  /// Positions of the parameters that the mask held.
  var maskedParameters: Set<Int> {
    guard let free else { return [] }
    let mask = free.getPacked(useSqrt: false, hasFe: true)
    return Set(mask.indices.filter { mask[$0] == 0 })
  }
}
