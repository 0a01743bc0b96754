import Distributions
import LinearAlgebra
import Patsy

/// The analysis of variance of one fitted linear model by terms, or of several nested ones.
///
/// ```swift
/// let table = try anovaLm(ols("y ~ C(a) * x", data).fit(), typ: 2)
/// table["C(a)", "PR(>F)"]
/// ```
/// - Parameters:
///   - models: one model of a formula, or several from the smallest to the largest.
///   - typ: 1: each term after those before it; 2: each after all that do not contain it; 3: each after all others, as they
///     are coded. Several models take 1.
///   - scale: the residual variance of several models; nil takes the largest model's.
///   - robust: `.hc0` to `.hc3`: a robust covariance for types 2 and 3.
/// - Returns: of one model a row a term and `Residual`, columns `df`, `sum_sq`, `mean_sq`, `F`, `PR(>F)` of type 1, `sum_sq`,
///   `df`, `F`, `PR(>F)` of the others; of several models a row each, columns `df_resid`, `ssr`, `df_diff`, `ss_diff`, `F`,
///   `Pr(>F)`.
/// - Throws: ``StatsModelsError`` for one model without a formula, other types, and models that do not grow.
///
/// Python: statsmodels.stats.anova.anova_lm
public func anovaLm(
  _ models: RegressionResults..., typ: Int = 1, scale: Double? = nil, robust: CovarianceType? = nil
) throws -> LabeledMatrix {
  try anovaLm(models: models, typ: typ, scale: scale, robust: robust)
}

/// The analysis of variance of an array of models. Python: statsmodels.stats.anova.anova_lm(*models)
public func anovaLm(
  models: [RegressionResults], typ: Int = 1, scale: Double? = nil, robust: CovarianceType? = nil
) throws -> LabeledMatrix {
  guard let first = models.first else {
    throw StatsModelsError(.invalidArgument, "anovaLm needs a model")
  }
  if models.count > 1 {
    guard typ == 1 else {
      throw StatsModelsError(
        .invalidArgument, "Multiple models only supported for type I. Got type \(typ)", values: [String(typ)])
    }
    return try nestedTable(models, scale: scale)
  }
  guard let info = first.designInfo else {
    throw StatsModelsError(
      .notAvailable, "a model of arrays has no terms for a table: make it of a formula, ols(\"y ~ x\", data)")
  }
  switch typ {
  case 1: return sequentialTable(first, info)
  case 2, 3:
    let terms = typ == 2 ? try marginalHypotheses(first, info, robust) : partialHypotheses(first, info)
    return try hypothesisTable(first, terms, covariance: covariance(first, robust))
  default:
    throw StatsModelsError(.invalidArgument, "typ is \(typ): types are 1, 2 and 3", values: [String(typ)])
  }
}

private func covariance(_ fit: RegressionResults, _ robust: CovarianceType?) throws -> Matrix {
  switch robust {
  case nil: return fit.robust.covariance
  case .hc0: return fit.covHC0.values
  case .hc1: return fit.covHC1.values
  case .hc2: return fit.covHC2.values
  case .hc3: return fit.covHC3.values
  case let other?:
    throw StatsModelsError(
      .invalidArgument, "robust is \(other.rawValue): tables take HC0, HC1, HC2 and HC3",
      values: [other.rawValue])
  }
}

/// Sums of squares in the order of the design's terms. Columns in the span of earlier ones have no degree of freedom.
private func sequentialTable(_ fit: RegressionResults, _ info: DesignInfo) -> LabeledMatrix {
  let (design, response) = (fit.model.whiten(fit.model.exog), fit.model.whiten(fit.model.endog))
  var basis: [[Double]] = []
  let scale = fit.ssr / fit.dfResid
  var (names, rows) = ([String](), [[Double]]())
  for (name, slice) in info.termNameSlices {
    var (squares, df) = (0.0, 0.0)
    for j in slice {
      var column = design.column(j)
      let length = norm(column)
      // Twice is enough: the second pass takes away what rounding left of the first.
      for _ in 0..<2 {
        for direction in basis { subtract(direction, times: dot(direction, column), from: &column) }
      }
      let rest = norm(column)
      guard rest > 1e-10 * length else { continue }
      let unit = column.map { $0 / rest }
      basis.append(unit)
      let effect = dot(unit, response)
      squares += effect * effect
      df += 1
    }
    guard name != "Intercept" else { continue }
    let f = squares / df / scale
    names.append(name)
    rows.append([df, squares, squares / df, f, f.isNaN ? .nan : FDistribution(df, fit.dfResid).sf(f)])
  }
  names.append("Residual")
  rows.append([fit.dfResid, fit.ssr, fit.ssr / fit.dfResid, .nan, .nan])
  return LabeledMatrix(
    index: names, columns: ["df", "sum_sq", "mean_sq", "F", "PR(>F)"], values: Matrix(rows))
}

private func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
private func norm(_ a: [Double]) -> Double { dot(a, a).squareRoot() }
private func subtract(_ a: [Double], times factor: Double, from b: inout [Double]) {
  for i in b.indices { b[i] -= factor * a[i] }
}

private typealias TermHypothesis = (name: String, rows: Matrix)

/// Each term's coefficients are zero.
private func partialHypotheses(_ fit: RegressionResults, _ info: DesignInfo) -> [TermHypothesis] {
  info.termNameSlices.filter { !$0.slice.isEmpty }.map { ($0.name, fit.selecting(Array($0.slice))) }
}

/// Each term's coefficients and those of the terms that contain it are zero, given that the latter are.
private func marginalHypotheses(
  _ fit: RegressionResults, _ info: DesignInfo, _ robust: CovarianceType?
) throws -> [TermHypothesis] {
  let terms = (info.terms ?? []).filter { !$0.factors.isEmpty }
  let slices = info.termSlices ?? [:]
  let covariance = try covariance(fit, robust)
  return terms.compactMap { term in
    guard let own = slices[term], !own.isEmpty else { return nil }
    let factors = Set(term.factors)
    let containing = terms.filter { factors.isStrictSubset(of: Set($0.factors)) }
      .flatMap { slices[$0].map(Array.init) ?? [] }
    let larger = fit.selecting(Array(own) + containing)
    guard !containing.isEmpty else { return (term.name, larger) }
    let product = (larger * covariance).timesTransposed(fit.selecting(containing))
    let q = QR(product, full: true).q
    let complement = q.selecting(columns: Array(q.columns - own.count..<q.columns))
    return (term.name, complement.transposedTimes(larger))
  }
}

private func hypothesisTable(
  _ fit: RegressionResults, _ terms: [TermHypothesis], covariance: Matrix
) throws -> LabeledMatrix {
  let scale = fit.ssr / fit.dfResid
  var rows = try terms.map { term -> [Double] in
    let test = try fit.fTest(term.rows, covP: covariance)
    let df = Double(term.rows.rows)
    return [test.statistic * df * scale, df, test.statistic, test.pvalue]
  }
  rows.append([fit.ssr, fit.dfResid, .nan, .nan])
  return LabeledMatrix(
    index: terms.map(\.name) + ["Residual"], columns: ["sum_sq", "df", "F", "PR(>F)"], values: Matrix(rows))
}

private func nestedTable(_ models: [RegressionResults], scale: Double?) throws -> LabeledMatrix {
  let last = models[models.count - 1]
  for model in models where model.model.endog != last.model.endog {
    throw StatsModelsError(
      .invalidArgument,
      "the models were fitted to different responses: \(model.nobs) and \(last.nobs) rows. Fit all on the same rows"
    )
  }
  let scale = scale ?? last.scale
  var rows: [[Double]] = []
  for (i, model) in models.enumerated() {
    guard i > 0 else {
      rows.append([model.dfResid, model.ssr, 0, .nan, .nan, .nan])
      continue
    }
    let (df, squares) = (models[i - 1].dfResid - model.dfResid, models[i - 1].ssr - model.ssr)
    guard df >= 0 else {
      throw StatsModelsError(
        .invalidArgument,
        "Models must be passed in order of increasing complexity (decreasing residual degrees of freedom). "
          + "Ensure the most restricted model is passed first.")
    }
    let f = squares / df / scale
    rows.append([
      model.dfResid, model.ssr, df, squares, f, f.isNaN ? .nan : FDistribution(df, model.dfResid).sf(f),
    ])
  }
  return LabeledMatrix(
    index: models.indices.map(String.init),
    columns: ["df_resid", "ssr", "df_diff", "ss_diff", "F", "Pr(>F)"],
    values: Matrix(rows))
}
