import DataFrames

/// Which predicted random effects a prediction adds to the fixed part. Not in statsmodels.
public enum RandomEffectsSelection: Sendable, Hashable {
  /// Those of every term.
  case all
  /// None: the mean over the population of levels.
  case none
  /// Those of the named factors or variance components, as ``RandomEffectsTerm/group`` names them.
  case factors([String])
}

/// What a prediction does with a level that the model has not seen. Not in statsmodels.
public enum NewLevels: String, Sendable, Hashable, CaseIterable {
  /// Refuses it.
  case error
  /// Predicts the population mean for it, and for missing labels; its variance widens the interval.
  case population
}

/// What an interval is to hold. Not in statsmodels.
public enum IntervalKind: String, Sendable, Hashable, CaseIterable {
  /// The expected response, given the random effects that the prediction uses.
  case confidence
  /// A new observation: adds the residual variance, and the variance of the random effects left out.
  case prediction
}

/// Predictions with standard errors and interval limits, labelled by row. Not in statsmodels.
public struct PredictionTable: Sendable, Equatable {
  /// Predicted values; nan for rows with a missing predictor.
  public let predictions: Series
  /// Standard errors of what the interval is about.
  public let se: Series
  /// Lower limits.
  public let lower: Series
  /// Upper limits.
  public let upper: Series
  /// What the intervals hold.
  public let interval: IntervalKind
  /// Probability that an interval holds it.
  public let level: Double

  /// Number of rows.
  public var count: Int { predictions.count }

  /// The table with columns "predictions", "se", "lower" and "upper".
  public var table: LabeledMatrix {
    let columns = [predictions, se, lower, upper].map(\.values)
    return LabeledMatrix(
      index: predictions.index, columns: ["predictions", "se", "lower", "upper"],
      values: Matrix(rows: count, columns: 4, columnMajor: columns.flatMap { $0 }))
  }
}

extension PredictionTable: CustomStringConvertible {
  /// The table as pandas prints a data frame.
  public var description: String { table.description }
}
