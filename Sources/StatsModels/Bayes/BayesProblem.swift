import Foundation
import LinearAlgebra
import Patsy

/// Data and priors of a Bayesian mixed model. Parameters are coefficients, logarithms of standard deviations, effects.
struct BayesProblem: Sendable {
  let family: Family
  let endog: [Double]
  let exog: Matrix
  let ident: [Int]
  let vcpP: Double
  let feP: Double
  let fepNames: [String]
  let vcpNames: [String]
  let vcNames: [String]
  let designInfo: DesignInfo?
  /// The entries of each row of the effects' design that are not 0.
  let effects: [[(column: Int, value: Double)]]

  var k: Int { exog.columns }
  var q: Int { vcpNames.count }
  var m: Int { ident.count }
  var count: Int { k + q + m }
  /// Number of effects of each standard deviation.
  var sizes: [Double] { ident.reduce(into: [Double](repeating: 0, count: q)) { $0[$1] += 1 } }
  /// Where searches start: no effects, standard deviations of 1.
  var start: [Double] { [Double](repeating: 0, count: count) }

  init(
    family: Family, endog: [Double], exog: Matrix, exogVc: Matrix, ident: [Int], vcpP: Double, feP: Double,
    fepNames: [String], vcpNames: [String], vcNames: [String], designInfo: DesignInfo?
  ) throws {
    guard endog.count == exog.rows, exogVc.rows == exog.rows, ident.count == exogVc.columns,
      fepNames.count == exog.columns, vcNames.count == ident.count
    else {
      throw StatsModelsError(
        .lengthMismatch,
        "endog has \(endog.count) values, exog \(exog.rows) × \(exog.columns), exogVc \(exogVc.rows) × \(exogVc.columns), "
          + "ident \(ident.count), with \(fepNames.count) and \(vcNames.count) names: they do not fit")
    }
    guard !endog.isEmpty, exog.columns > 0, !ident.isEmpty else {
      throw StatsModelsError(
        .notEnoughData, "a mixed model needs rows, a column of exog and random effects: without these use glm"
      )
    }
    guard ident.allSatisfy({ $0 >= 0 }), Set(ident).count == vcpNames.count,
      (ident.max() ?? 0) < vcpNames.count
    else {
      throw StatsModelsError(
        .invalidArgument,
        "ident numbers the standard deviations from 0 without gaps, one for each of \(vcpNames.count) names")
    }
    guard vcpP > 0, feP > 0, vcpP.isFinite, feP.isFinite else {
      throw StatsModelsError(.invalidArgument, "vcpP and feP are standard deviations: positive numbers")
    }
    guard exog.isFinite, exogVc.isFinite else {
      throw StatsModelsError(.nonFiniteValues, "exog or exogVc contains inf or nans: drop these rows")
    }
    if family.distribution == .binomial, Set(endog) != [0, 1] {
      throw StatsModelsError(.invalidArgument, "endog values must be 0 and 1, and not all identical")
    }
    if let bad = endog.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
      throw StatsModelsError(
        .invalidArgument, "endog is \(endog[bad]) in row \(bad): counts are not negative")
    }
    guard exog.columns + ident.count <= Self.limit else {
      throw StatsModelsError(
        .insufficientMemory,
        "\(ident.count) random effects take a matrix of their number squared here: mixedglm has no such limit"
      )
    }
    (self.family, self.endog, self.exog, self.ident) = (family, endog, exog, ident)
    (self.vcpP, self.feP, self.designInfo) = (vcpP, feP, designInfo)
    (self.fepNames, self.vcpNames, self.vcNames) = (fepNames, vcpNames, vcNames)
    effects = (0..<exogVc.rows).map { i in
      (0..<exogVc.columns).compactMap { exogVc[i, $0] == 0 ? nil : ($0, exogVc[i, $0]) }
    }
  }

  private init(_ other: BayesProblem, exog: Matrix) {
    (family, endog, ident, self.exog) = (other.family, other.endog, other.ident, exog)
    (vcpP, feP, designInfo, effects) = (other.vcpP, other.feP, other.designInfo, other.effects)
    (fepNames, vcpNames, vcNames) = (other.fepNames, other.vcpNames, other.vcNames)
  }

  /// The largest dense system: 800 MB.
  private static let limit = 10_000

  func replacing(exog: Matrix) -> BayesProblem { BayesProblem(self, exog: exog) }

  func check(_ params: [Double]) throws {
    guard params.count == count else {
      throw StatsModelsError(
        .lengthMismatch,
        "there are \(count) parameters, \(k) coefficients, \(q) standard deviations and \(m) effects, not \(params.count)"
      )
    }
  }

  /// Xβ + Zu.
  func linear(_ beta: ArraySlice<Double>, _ u: [Double]) -> [Double] {
    var eta = exog * Array(beta)
    for (i, row) in effects.enumerated() { for (column, value) in row { eta[i] += value * u[column] } }
    return eta
  }

  /// X'v over coefficients, then Z'v over effects.
  func transposed(_ v: [Double]) -> [Double] {
    var result = exog.transposedTimes(v) + [Double](repeating: 0, count: m)
    for (i, row) in effects.enumerated() { for (column, value) in row { result[k + column] += value * v[i] } }
    return result
  }

  /// (X Z)' diag(w) (X Z), the columns of Z times factors.
  func weighted(_ w: [Double], factors: [Double]) -> Matrix {
    var result = Matrix(rows: k + m, columns: k + m)
    var scaled = exog
    for j in 0..<k { for i in 0..<exog.rows { scaled[i, j] *= w[i] } }
    let block = exog.transposedTimes(scaled)
    for a in 0..<k { for b in 0..<k { result[a, b] = block[a, b] } }
    for (i, row) in effects.enumerated() {
      for (column, value) in row {
        let own = value * factors[column]
        for j in 0..<k { result[k + column, j] += own * scaled[i, j] }
        for (other, second) in row { result[k + column, k + other] += own * second * factors[other] * w[i] }
      }
    }
    for j in 0..<k { for a in k..<k + m { result[j, a] = result[a, j] } }
    return result
  }

  func logLikelihood(_ eta: [Double]) -> Double {
    zip(endog, eta).reduce(0) { sum, pair in
      let (y, e) = pair
      if family.distribution == .binomial {
        return sum + y * e - (e > 0 ? e + log1p(exp(-e)) : log1p(exp(e)))
      }
      return sum + y * e - exp(e) - lgamma(y + 1)
    }
  }

  func logPosterior(_ params: [Double]) -> Double {
    let (tau, u) = (params[k..<k + q], Array(params[(k + q)...]))
    var value = logLikelihood(linear(params[..<k], u))
    for (j, group) in ident.enumerated() {
      let own = tau[k + group]
      // An effect of exactly nothing costs nothing, however small its standard deviation.
      let ratio = u[j] == 0 ? 0 : u[j] * exp(-own)
      value -= 0.5 * ratio * ratio + own
    }
    value -= 0.5 * tau.reduce(0) { $0 + $1 * $1 } / (vcpP * vcpP)
    return value - 0.5 * params[..<k].reduce(0) { $0 + $1 * $1 } / (feP * feP)
  }

  func logPosteriorGradient(_ params: [Double]) -> [Double] {
    let u = Array(params[(k + q)...])
    let eta = linear(params[..<k], u)
    let own = transposed(zip(endog, eta).map { $0 - family.link.inverse($1) })
    var result = [Double](repeating: 0, count: count)
    for j in 0..<k { result[j] = own[j] - params[j] / (feP * feP) }
    for c in 0..<q { result[k + c] = -params[k + c] / (vcpP * vcpP) }
    for (j, group) in ident.enumerated() {
      let precision = exp(-2 * params[k + group])
      result[k + group] += (u[j] == 0 ? 0 : u[j] * u[j] * precision) - 1
      result[k + q + j] = own[k + j] - (u[j] == 0 ? 0 : u[j] * precision)
    }
    return result
  }

  /// What a user of these models should know.
  func warnings(collapsed: [String], converged: Bool, method: String) -> [FitWarning] {
    var result: [FitWarning] = []
    if !collapsed.isEmpty {
      result.append(
        FitWarning(
          kind: .boundary,
          message:
            "\(method) has no variance of \(shortList(collapsed)): effects of nothing with a standard deviation of "
            + "nothing have a density without bound but for the prior, whatever the data say. Use mixedglm, whose "
            + "likelihood has the effects integrated out"))
    } else {
      result.append(
        FitWarning(
          kind: .numerical,
          message:
            "\(method) tells less of variances than a likelihood with the effects integrated out: mixedglm has that",
          category: "ModelWarning"))
    }
    if !converged {
      result.append(FitWarning(kind: .convergence, message: "the search for \(method) did not converge"))
    }
    return result
  }
}
