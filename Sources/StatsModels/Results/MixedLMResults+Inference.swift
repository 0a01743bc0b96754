import Distributions
import LinearAlgebra
import MixedModels

extension MixedLMResults {
  /// inv(-H) over all parameters, those of the residuals' variances and correlations among them.
  var parameterCovariance: Matrix {
    addingResidualUncertainty(to: conditionalCovariance) { $0.parameterSlopes }
  }

  /// inv(-H) over all parameters at given variances and correlations of the residuals, computed once.
  var conditionalCovariance: Matrix {
    cache.covariance.value {
      cache.seconds.timing {
        do {
          if restrictions.errorVariance != .profiled {
            return ParameterCovariance(matrix: try fullCovariance().ratios)
          }
          return try ParameterCovariance(
            layout: layout, aliased: estimate.aliased, heldBlocks: heldBlocks, zeroed: penalty.zeroed,
            fixed: restrictions.maskedParameters
          ) { held in
            try engine().jointCovariance(
              estimate, fixedEffects: penalty.movesFixedEffects ? estimate.fixedEffects : nil, holding: held
            ).matrix
          }
        } catch {
          return ParameterCovariance(unknown: layout.count)
        }
      }
    }.matrix
  }

  /// Covariance matrix of all parameters: the inverse of the joint Hessian of the log-likelihood in fixed effects
  /// and covariances (these divided by `scale`).
  ///
  /// Fixed-effect blocks differ slightly from `scale · (X'V⁻¹X)⁻¹` in unbalanced data; that matrix is
  /// ``fixedEffectsCovariance``.
  /// Python: MixedLMResults.cov_params
  public func covParams() -> LabeledMatrix {
    LabeledMatrix(index: layout.names, columns: layout.names, values: parameterCovariance)
  }

  /// `covParams` divided by `scale`. Python: MixedLMResults.normalized_cov_params
  public var normalizedCovParams: LabeledMatrix {
    LabeledMatrix(
      index: layout.names, columns: layout.names, values: parameterCovariance.mapElements { $0 / scale })
  }

  /// Standard errors of `params`: 0 for parameters that `free` held, nan where the diagonal of the inverse is not
  /// positive.
  /// Python: MixedLMResults.bse
  public var bse: Series {
    let held = restrictions.maskedParameters
    return Series(
      index: layout.names,
      values: parameterCovariance.diagonal.enumerated().map { position, variance in
        held.contains(position) ? 0 : variance > 0 ? variance.squareRoot() : .nan
      })
  }

  /// Standard errors of the fixed effects. Python: MixedLMResults.bse_fe
  public var bseFe: Series {
    Series(index: layout.fixedNames, values: Array(bse.values.prefix(kFe)))
  }

  /// `sqrt(scale)` times the standard errors of the variances and covariances, which is statsmodels' definition, and those
  /// of correlations; right
  /// standard errors in the response's units are in ``varianceComponents``.
  /// Python: MixedLMResults.bse_re
  public var bseRe: Series {
    Series(
      index: layout.entries.map(\.name),
      values: zip(layout.entries, bse.values.dropFirst(kFe)).map {
        $0.hasUnit ? scale.squareRoot() * $1 : $1
      })
  }

  /// `params` over their standard errors. Python: MixedLMResults.tvalues
  public var tvalues: Series {
    Series(index: layout.names, values: zip(params.values, bse.values).map { $0 / $1 })
  }

  /// Two-sided p-values of `tvalues` by the normal distribution (Student's t with `useT`).
  /// Python: MixedLMResults.pvalues
  public var pvalues: Series {
    let tail: (Double) -> Double = useT ? { StudentT(dfResid).sf($0) } : { Normal.sf($0) }
    return Series(index: layout.names, values: tvalues.values.map { 2 * tail(abs($0)) })
  }

  /// Confidence limits of `params`, columns "0" and "1".
  ///
  /// - Parameters:
  ///   - alpha: one less the confidence level.
  ///   - cols: positions of the parameters wanted; all if nil.
  ///
  /// Python: MixedLMResults.conf_int
  public func confInt(alpha: Double = 0.05, cols: [Int]? = nil) -> LabeledMatrix {
    let quantile = useT ? StudentT(dfResid).ppf(1 - alpha / 2) : -Normal.ppf(alpha / 2)
    let (estimates, errors) = (params, bse)
    let positions = (cols ?? Array(0..<estimates.count)).filter { $0 >= 0 && $0 < estimates.count }
    var limits = Matrix(rows: positions.count, columns: 2)
    for (row, position) in positions.enumerated() {
      limits[row, 0] = estimates.values[position] - quantile * errors.values[position]
      limits[row, 1] = estimates.values[position] + quantile * errors.values[position]
    }
    return LabeledMatrix(index: positions.map { estimates.index[$0] }, columns: ["0", "1"], values: limits)
  }

  /// `scale · (X'V⁻¹X)⁻¹`, the covariance of the fixed effects at the estimated variances, as lme4 reports it; nan
  /// where a column was dropped. Not in statsmodels.
  public var fixedEffectsCovariance: LabeledMatrix {
    let kept = (0..<kFe).filter { !estimate.aliased.contains($0) }
    var result = Matrix(rows: kFe, columns: kFe, repeating: .nan)
    for (i, a) in kept.enumerated() {
      for (j, b) in kept.enumerated() { result[a, b] = estimate.fixedCovariance[i, j] }
    }
    return LabeledMatrix(index: layout.fixedNames, columns: layout.fixedNames, values: result)
  }

  /// Standard errors from ``fixedEffectsCovariance``. Not in statsmodels.
  public var fixedEffectsStandardErrors: Series {
    Series(
      index: layout.fixedNames,
      values: fixedEffectsCovariance.diagonal.values.map { $0.squareRoot() })
  }
}
