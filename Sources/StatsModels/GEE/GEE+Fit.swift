import Foundation
import LinearAlgebra

/// Which covariance of the coefficients. Python: the argument cov_type of GEE.fit
public enum GEECovarianceType: String, Sendable, CaseIterable {
  /// Right whatever the dependence, with many groups.
  case robust
  /// Right if the dependence is.
  case naive
  /// Robust, corrected for the fit having followed the residuals (L. A. Mancl, T. A. DeRouen, 2001).
  case biasReduced = "bias_reduced"
}

extension GEE {
  /// Solves the estimating equations, coefficients and dependence in turn.
  ///
  /// - Parameters:
  ///   - maxiter: the most iterations.
  ///   - ctol: the length of the equations' left side that ends the iterations.
  ///   - startParams: where to start; nil is the fit without dependence.
  ///   - covType: the covariance that errors and tests take.
  ///   - ddofScale: coefficients that are taken off the number of rows; nil counts all.
  ///   - scale: the dispersion; nil is 1 for binomial, Poisson and negative binomial families, else estimated, as `.x2` is.
  /// - Throws: ``StatsModelsError`` for a dependence that is no correlation matrix, and as ``GLM`` does.
  ///
  /// Python: GEE.fit
  public func fit(
    maxiter: Int = 60, ctol: Double = 1e-6, startParams: [Double]? = nil,
    covType: GEECovarianceType = .robust, ddofScale: Double? = nil, scale: GLMScale? = nil
  ) throws -> GEEResults {
    if let startParams, startParams.count != exog.columns {
      throw StatsModelsError(
        .lengthMismatch, "startParams has \(startParams.count) values for \(exog.columns) coefficients")
    }
    if let ddofScale, !(ddofScale >= 0) {
      throw StatsModelsError(.invalidArgument, "ddofScale must be a non-negative number or nil")
    }
    let start = try startParams ?? glm.fit().coefficients
    var equations = EstimatingEquations(
      self, params: start, ddof: ddofScale ?? Double(exog.columns), scaleRule: scale)
    let updates = members.contains { $0.count > 1 } && covStruct != .independence
    var (iterations, norm, updated) = (0, Double.infinity, false)
    var warnings = glm.warnings
    for _ in 0..<max(1, maxiter) {
      norm = try equations.step()
      iterations += 1
      // statsmodels updates the dependence of independent rows too, which takes an iteration.
      if norm < ctol, updated || members.allSatisfy({ $0.count == 1 }) { break }
      if updates { try equations.updateDependence() }
      updated = true
    }
    if !(norm < ctol) {
      warnings.append(
        FitWarning(
          kind: .convergence, message: "Iteration limit reached prior to convergence",
          category: "IterationLimitWarning"))
    }
    if let warning = equations.dependenceWarning { warnings.append(warning) }
    return try GEEResults(
      model: self, equations: equations, covType: covType, iterations: iterations, converged: norm < ctol,
      warnings: warnings)
  }
}

/// Coefficients and dependence, with the sums over groups that they take.
struct EstimatingEquations {
  private let model: GEE
  private let ddof: Double
  private let scaleRule: GLMScale?
  private(set) var params: [Double]
  private(set) var dep = 0.0
  private(set) var means: [Double] = []
  private var slopes: [Double] = []

  init(_ model: GEE, params: [Double], ddof: Double, scaleRule: GLMScale?) {
    (self.model, self.params, self.ddof, self.scaleRule) = (model, params, ddof, scaleRule)
    evaluate()
  }

  private mutating func evaluate() {
    let eta = model.glm.linearPredictor(params)
    means = eta.map { model.family.link.inverse($0) }
    slopes = eta.map { model.family.link.inverseDeriv($0) }
  }

  /// The dispersion.
  var scale: Double {
    switch (scaleRule, model.family.distribution) {
    case (nil, .binomial), (nil, .poisson), (nil, .negativeBinomial): return 1
    case (.fixed(let value), _): return value
    default:
      let squares = means.indices.reduce(0) {
        let gap = model.endog[$1] - means[$1]
        return $0 + gap * gap / model.family.variance(means[$1])
      }
      return squares / (Double(means.count) - ddof)
    }
  }

  /// Derivatives of a group's means by the coefficients, its standard deviations, its residuals.
  private func parts(_ rows: [Int]) -> (design: Matrix, deviations: [Double], resid: [Double]) {
    var design = model.exog.selecting(rows: rows)
    for j in 0..<design.columns { for i in rows.indices { design[i, j] *= slopes[rows[i]] } }
    return (
      design, rows.map { model.family.variance(means[$0]).squareRoot() },
      rows.map { model.endog[$0] - means[$0] }
    )
  }

  private func solve(_ design: Matrix, _ deviations: [Double]) -> Matrix {
    Matrix(
      columns: (0..<design.columns).map {
        model.covStruct.solve(design.column($0), deviations: deviations, dep: dep)
      }, rows: design.rows)
  }

  /// A step of the coefficients; the length of the equations' left side before it.
  mutating func step() throws -> Double {
    let k = model.exog.columns
    var information = Matrix(rows: k, columns: k)
    var score = [Double](repeating: 0, count: k)
    for rows in model.members {
      let (design, deviations, resid) = parts(rows)
      information = information + design.transposedTimes(solve(design, deviations))
      let own = design.transposedTimes(
        model.covStruct.solve(resid, deviations: deviations, dep: dep))
      for j in 0..<k { score[j] += own[j] }
    }
    guard information.isFinite, score.allSatisfy(\.isFinite) else {
      throw StatsModelsError(
        .numerical,
        "the estimating equations left the numbers: the \(model.family.link.rawValue) link leads to means that the family "
          + "does not have, or the correlation \(dep) is none")
    }
    let update = try (try? LinearAlgebra.solve(information, score)) ?? (information.pseudoInverse() * score)
    params = zip(params, update).map { $0 + $1 }
    evaluate()
    return score.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  mutating func updateDependence() throws {
    let residuals = model.members.map { rows in
      let (_, deviations, resid) = parts(rows)
      return zip(resid, deviations).map { $0 / $1 }
    }
    dep = model.covStruct.estimate(residuals, times: model.times, dep: dep, ddof: ddof, scale: scale)
    guard model.covStruct == .exchangeable ? dep.isFinite && dep != 1 : abs(dep) < 1 else {
      throw StatsModelsError(
        .numerical,
        "the estimated correlation \(dep) is none: take another covStruct, .independence with robust errors at the least"
      )
    }
  }

  /// The moments of a few groups may ask for a correlation that no covariance has. The equations with the matrix that is
  /// made of it are still ones of mean zero, which statsmodels solves.
  var dependenceWarning: FitWarning? {
    let largest = model.members.map(\.count).max() ?? 1
    guard model.covStruct == .exchangeable, dep > 1 || 1 + dep * Double(largest - 1) <= 0 else { return nil }
    return FitWarning(
      kind: .numerical,
      message:
        "The estimated correlation \(DisplayText.number(dep)) is none that groups of \(largest) rows can have. Coefficients "
        + "solve the equations and robust errors hold for them, naive ones do not; .independence asks less of the data.",
      category: "ConvergenceWarning")
  }

  /// Naive, robust and bias-reduced covariances.
  func covariances(biasReduced: Bool) throws -> (naive: Matrix, robust: Matrix, reduced: Matrix?) {
    let k = model.exog.columns
    var information = Matrix(rows: k, columns: k)
    var outer = information
    for rows in model.members {
      let (design, deviations, resid) = parts(rows)
      information = information + design.transposedTimes(solve(design, deviations))
      let score = Matrix(
        columns: [
          design.transposedTimes(model.covStruct.solve(resid, deviations: deviations, dep: dep))
        ])
      outer = outer + score.timesTransposed(score)
    }
    let inverse = try (try? LU(information).inverse) ?? information.pseudoInverse()
    let naive = inverse * scale
    let robust = (inverse * outer).timesTransposed(inverse)
    guard biasReduced else { return (naive, robust, nil) }
    var corrected = Matrix(rows: k, columns: k)
    for rows in model.members {
      let (design, deviations, resid) = parts(rows)
      let own = solve(design, deviations)
      // I - D C D' V⁻¹, with C the covariance of the coefficients without dispersion.
      let hat = (design * inverse).timesTransposed(own)
      let inflated = try LinearAlgebra.solve(Matrix.identity(rows.count) - hat, resid)
      let score = Matrix(
        columns: [
          design.transposedTimes(model.covStruct.solve(inflated, deviations: deviations, dep: dep))
        ])
      corrected = corrected + score.timesTransposed(score)
    }
    return (naive, robust, (inverse * corrected).timesTransposed(inverse))
  }
}
