import Distributions
import LinearAlgebra
import ProgramStop

/// Means with standard errors and limits, of rows of a design: what `getPrediction` gives.
///
/// Python: statsmodels.regression._prediction.PredictionResults
public struct PredictionResults: Sendable {
  /// Labels of the rows.
  public let rowLabels: [String]
  /// The predicted means. Python: PredictionResults.predicted_mean
  public let predictedMean: [Double]
  /// Variances of the means. Python: PredictionResults.var_pred_mean
  public let varPredMean: [Double]
  /// Variances of single observations about their means. Python: PredictionResults.var_resid
  public let varResid: [Double]
  /// Degrees of freedom of Student's t; nil for the normal distribution. Python: PredictionResults.df
  public let df: Double?

  /// Standard errors of the means. Python: PredictionResults.se_mean
  public var seMean: [Double] { varPredMean.map { $0.squareRoot() } }
  /// Standard errors of new observations. Python: PredictionResults.se_obs
  public var seObs: [Double] { zip(varPredMean, varResid).map { ($0 + $1).squareRoot() } }

  /// Limits of the means, or of new observations: one row (low, high) a prediction.
  ///
  /// Python: PredictionResults.conf_int
  public func confInt(obs: Bool = false, alpha: Double = 0.05) -> Matrix {
    let q = df.map { StudentT($0).isf(alpha / 2) } ?? Normal.isf(alpha / 2)
    let errors = obs ? seObs : seMean
    return Matrix(
      columns: [-q, q].map { q in zip(predictedMean, errors).map { $0 + q * $1 } }, rows: errors.count)
  }

  /// Columns `mean`, `mean_se`, `mean_ci_lower`, `mean_ci_upper`, `obs_ci_lower`, `obs_ci_upper`.
  ///
  /// Python: PredictionResults.summary_frame
  public func summaryFrame(alpha: Double = 0.05) -> LabeledMatrix {
    let (mean, obs) = (confInt(alpha: alpha), confInt(obs: true, alpha: alpha))
    return LabeledMatrix(
      index: rowLabels,
      columns: ["mean", "mean_se", "mean_ci_lower", "mean_ci_upper", "obs_ci_lower", "obs_ci_upper"],
      values: Matrix(
        columns: [
          predictedMean, seMean, mean.column(0), mean.column(1), obs.column(0), obs.column(1),
        ], rows: predictedMean.count))
  }
}

extension PredictionResults: CustomStringConvertible {
  /// The table as pandas prints it.
  public var description: String { summaryFrame().description }
}

extension LabeledMatrix {
  /// A column by its label, as a series; a label that does not exist stops with a message: `column(_:)` is nil there.
  public subscript(column: String) -> Series {
    guard let series = self.column(column) else {
      stop(
        "LabeledMatrix: \(noLabel("column", column, among: columns, elsewhere: elsewhere)). column(_:) is nil there"
      )
    }
    return series
  }
}
