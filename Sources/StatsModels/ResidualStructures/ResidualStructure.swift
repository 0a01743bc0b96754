/// How the variance of the residuals differs between rows: Var eᵢ = σ² δᵢ² / wᵢ, w the prior weights. Not in statsmodels.
///
/// ```swift
/// let model = try mixedlm("distance ~ age * Sex + (1 | Subject)", data, variance: .byGroup("Sex"))
/// ```
public struct ResidualVariance: Sendable, Equatable {
  enum Kind: String, Sendable {
    case byGroup, power, exponential
  }
  let kind: Kind
  let columns: [String]

  /// A variance for each group of rows: δ is 1 in the first group, free in the others (`varIdent` of nlme).
  ///
  /// - Parameter columns: columns whose values, or combinations of values, are the groups.
  public static func byGroup(_ columns: String...) -> ResidualVariance {
    ResidualVariance(kind: .byGroup, columns: columns)
  }

  /// δ = |v|^p, p free (`varPower` of nlme).
  ///
  /// - Parameter column: a column of numbers other than zero.
  public static func power(of column: String) -> ResidualVariance {
    ResidualVariance(kind: .power, columns: [column])
  }

  /// δ = exp(p v), p free (`varExp` of nlme).
  ///
  /// - Parameter column: a column of numbers.
  public static func exponential(of column: String) -> ResidualVariance {
    ResidualVariance(kind: .exponential, columns: [column])
  }
}

/// How residuals of one series of rows are correlated. Not in statsmodels.
///
/// Series are the levels of the grouping factor; with several factors the rows that share the levels of all. Every series
/// must lie within one level of each factor.
/// ```swift
/// let model = try mixedlm("y ~ x", data, groups: "Subject", residuals: .autoregressive(time: "Day"))
/// ```
public struct ResidualStructure: Sendable, Equatable {
  enum Kind: String, Sendable {
    case autoregressive, compoundSymmetry
  }
  let kind: Kind
  let time: String?
  let within: String?

  /// ρ^|t − s| between times t and s (`corAR1` of nlme; with times that are no whole numbers `corCAR1`, in which ρ ≥ 0).
  ///
  /// - Parameters:
  ///   - time: a column of numbers that differ within each series; the order of the rows if nil.
  ///   - within: a column whose values are the series, if they are not the levels of the factors.
  public static func autoregressive(time: String? = nil, within: String? = nil) -> ResidualStructure {
    ResidualStructure(kind: .autoregressive, time: time, within: within)
  }

  /// ρ between any two rows, negative ones included (`corCompSymm` of nlme).
  ///
  /// Beside a random intercept of the same series ρ is not identified.
  /// - Parameter within: a column whose values are the series, if they are not the levels of the factors.
  public static func compoundSymmetry(within: String? = nil) -> ResidualStructure {
    ResidualStructure(kind: .compoundSymmetry, time: nil, within: within)
  }

  /// ρ between any two rows of a series.
  public static var compoundSymmetry: ResidualStructure { .compoundSymmetry() }
}
