import LinearAlgebra

/// The middle of the sandwich P S P', P the pseudo-inverse of the weighted design.
struct Sandwich {
  let exog: Matrix
  let pseudoInverse: Matrix
  let resid: [Double]

  private var count: Double { Double(exog.rows) }

  /// P diag(v) P' for the values v of each row.
  func heteroscedastic(_ type: CovarianceType, dfResid: Double) -> Matrix {
    let squares = resid.enumerated().map { i, e in
      switch type {
      case .hc1: e * e * count / dfResid
      case .hc2: e * e / (1 - leverage(i))
      case .hc3: e * e / ((1 - leverage(i)) * (1 - leverage(i)))
      default: e * e
      }
    }
    var scaled = pseudoInverse
    for i in 0..<exog.rows { for j in 0..<exog.columns { scaled[j, i] *= squares[i] } }
    return scaled.timesTransposed(pseudoInverse)
  }

  /// Rows that the fit passes through exactly: their residuals and what they are divided by are both rounding.
  func leverageWarnings(_ type: CovarianceType) -> [FitWarning] {
    // Leverages are exact to about 1e-14.
    let rows = (0..<exog.rows).filter { 1 - leverage($0) < 1e-10 }
    guard let first = rows.first else { return [] }
    return [
      FitWarning(
        kind: .numerical,
        message:
          "\(rows.count == 1 ? "Row" : "\(rows.count) rows, the first of them row") \(first) of the design, counted from 0, "
          + "\(rows.count == 1 ? "has" : "have") a leverage of 1: the fit passes through, as where a level has one row, and "
          + "standard errors by \(type.rawValue) depend there on rounding. HC1 does not divide by 1 less the leverage.",
        category: "RuntimeWarning")
    ]
  }

  private func leverage(_ row: Int) -> Double {
    var sum = 0.0
    for j in 0..<exog.columns { sum += exog[row, j] * pseudoInverse[j, row] }
    return sum
  }

  /// Sums of scores within clusters; corrected by statsmodels' factor G/(G - 1) · (n - 1)/(n - k).
  func clustered(_ codes: [Int], groups: Int, corrected: Bool = true) -> Matrix {
    var sums = Matrix(rows: groups, columns: exog.columns)
    for i in 0..<exog.rows {
      for j in 0..<exog.columns { sums[codes[i], j] += pseudoInverse[j, i] * resid[i] }
    }
    let g = Double(groups)
    return sums.gram() * (corrected ? g / (g - 1) * (count - 1) / (count - Double(exog.columns)) : 1)
  }

  /// Scores and their products with earlier ones, weights falling linearly to 0 after `lags`.
  func autocorrelated(lags: Int) -> Matrix {
    var scores = pseudoInverse.transposed
    for i in 0..<exog.rows { for j in 0..<exog.columns { scores[i, j] *= resid[i] } }
    var total = scores.gram()
    for lag in stride(from: 1, through: min(lags, exog.rows - 1), by: 1) {
      let later = scores.selecting(rows: Array(lag..<exog.rows))
      let earlier = scores.selecting(rows: Array(0..<exog.rows - lag))
      let product = later.transposedTimes(earlier)
      total = total + (product + product.transposed) * (1 - Double(lag) / Double(lags + 1))
    }
    return total
  }
}
