/// What ``MixedLM/fit(startParams:reml:niterSa:doCg:fePen:covPen:free:fullOutput:method:gtol:maxiter:disp:startUnits:heldScale:exact:threads:progress:)``
/// is given, for the methods that hand such arguments on.
struct FitArguments: Sendable {
  var startParams: (any StartParameters)?
  var reml = true
  var niterSa = 0
  var doCg = true
  var fePen: (any Penalty)?
  var covPen: (any CovariancePenalty)?
  var free: MixedLMParams?
  var fullOutput = false
  var method: OptimizationMethod?
  var gtol: Double?
  var maxiter: Int?
  var startUnits = CovarianceUnits.profile
  var heldScale: Double?
  var exact: Bool?
  var threads: Int?
  /// Whether the residuals' variances and correlations stay as they are.
  var holdsResiduals = false
  var progress: (@Sendable (FitProgress) -> Bool)?

  /// Whether anything is held or penalised, so that the engine cannot finish the search.
  var isRestricted: Bool { free != nil || fePen != nil || covPen != nil || heldScale != nil }
}

extension MixedLM {
  /// A mask over all parameters: the parts that the given one leaves out are free.
  ///
  /// - Throws: ``StatsModelsError`` when a part has another size than the model's.
  func completed(_ mask: MixedLMParams) throws -> MixedLMParams {
    var mask = mask
    if mask.feParams.isEmpty { mask.feParams = [Double](repeating: 1, count: kFe) }
    if mask.vcomp.isEmpty { mask.vcomp = [Double](repeating: 1, count: layout.entries.count - kRe2) }
    if mask.covRe.rows == 0 { mask.covRe = Matrix(rows: kRe, columns: kRe, repeating: 1) }
    guard mask.feParams.count == kFe, mask.covRe.rows == kRe, mask.covRe.columns == kRe,
      mask.vcomp.count == layout.entries.count - kRe2
    else {
      throw StatsModelsError(
        .lengthMismatch,
        "free has \(mask.feParams.count) fixed effects, a covariance matrix of order \(mask.covRe.rows) and "
          + "\(mask.vcomp.count) variance components; the model has \(kFe), \(kRe) and \(layout.entries.count - kRe2)"
      )
    }
    return mask
  }

  /// Fixed effects that parameters of any kind hold; nil when they hold none.
  func givenFixedEffects(_ params: any StartParameters) -> [Double]? {
    switch params {
    case let object as MixedLMParams: object.feParams.count == kFe ? object.feParams : nil
    case let series as Series: series.count == layout.count ? Array(series.values.prefix(kFe)) : nil
    case let array as [Double]: array.count == layout.count ? Array(array.prefix(kFe)) : nil
    default: nil
    }
  }
}
