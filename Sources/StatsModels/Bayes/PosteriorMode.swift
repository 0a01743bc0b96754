import Foundation
import LinearAlgebra

/// The highest mode of the posterior.
///
/// For given standard deviations s the log posterior is concave in coefficients and standardised effects v = u/s, so that
/// Newton's method finds its one maximum; what remains is a function F of the logarithms τ of s, with the derivatives
/// Σv² − mₖ − τ/vcpP². F as a rule has a maximum at τ = −mₖ vcpP², where the effects are nothing, beside one that the data
/// make: all starts are tried.
struct PosteriorMode {
  private(set) var params: [Double]
  private(set) var covariance: Matrix
  private(set) var converged: Bool
  /// Names of the standard deviations that are practically zero.
  private(set) var collapsed: [String]

  init(_ problem: BayesProblem) throws {
    let (q, sizes) = (problem.q, problem.sizes)
    let floor = sizes.map { -$0 * problem.vcpP * problem.vcpP }
    // Each standard deviation at 1, at e and at its vanishing end; of many all together.
    let choices = q <= 3 ? (0..<Int(pow(3, Double(q)))).map { $0 } : [0, 1, 2]
    var best: (value: Double, search: Profile)?
    for choice in choices {
      var rest = choice
      let start = (0..<q).map { c -> Double in
        let own = q <= 3 ? rest % 3 : choice
        rest /= 3
        return own == 0 ? 1 : own == 1 ? 0 : floor[c]
      }
      var search = Profile(problem, tau: start)
      try search.maximise()
      if best.map({ search.value > $0.value + 1e-9 }) ?? true { best = (search.value, search) }
    }
    guard let found = best?.search else {
      throw StatsModelsError(.numerical, "no start led to a mode of the posterior")
    }
    let deviations = found.tau.map { exp($0) }
    params = found.beta + found.tau + zip(found.v, problem.ident).map { $0 * deviations[$1] }
    converged = found.isStationary
    collapsed = (0..<q).filter { found.tau[$0] < 0.9 * floor[$0] && found.tau[$0] < -2 }.map {
      problem.vcpNames[$0]
    }
    covariance = try found.covariance()
  }
}

/// F(τ), with the coefficients and effects that belong to it.
private struct Profile {
  private let problem: BayesProblem
  private(set) var tau: [Double]
  private(set) var beta: [Double]
  private(set) var v: [Double]
  private(set) var value = -Double.infinity

  init(_ problem: BayesProblem, tau: [Double]) {
    (self.problem, self.tau) = (problem, tau)
    beta = [Double](repeating: 0, count: problem.k)
    v = [Double](repeating: 0, count: problem.m)
  }

  /// exp τ of each effect; 0 where that underflows.
  private var factors: [Double] { problem.ident.map { exp(tau[$0]) } }

  private func eta(_ beta: [Double], _ v: [Double]) -> [Double] {
    problem.linear(beta[...], zip(v, factors).map { $0 * $1 })
  }

  private func inner(_ beta: [Double], _ v: [Double]) -> Double {
    problem.logLikelihood(eta(beta, v)) - 0.5 * v.reduce(0) { $0 + $1 * $1 }
      - 0.5 * beta.reduce(0) { $0 + $1 * $1 } / (problem.feP * problem.feP)
  }

  private func hessian() -> (matrix: Matrix, weights: [Double]) {
    let weights = eta(beta, v).map { problem.family.link.inverseDeriv($0) }
    var matrix = problem.weighted(weights, factors: factors)
    for j in 0..<problem.k { matrix[j, j] += 1 / (problem.feP * problem.feP) }
    for j in problem.k..<problem.k + problem.m { matrix[j, j] += 1 }
    return (matrix, weights)
  }

  /// Coefficients and effects at τ, by Newton's method with halved steps.
  private mutating func solve() throws {
    let k = problem.k
    let own = factors
    var current = inner(beta, v)
    for _ in 0..<200 {
      let resid = zip(problem.endog, eta(beta, v)).map { $0 - problem.family.link.inverse($1) }
      var gradient = problem.transposed(resid)
      for j in 0..<k { gradient[j] -= beta[j] / (problem.feP * problem.feP) }
      for j in v.indices { gradient[k + j] = gradient[k + j] * own[j] - v[j] }
      let step: [Double]
      do { step = try Cholesky(hessian().matrix).solve(gradient) } catch {
        throw StatsModelsError(
          .numerical, "the second derivatives of the posterior left the numbers: \(error)")
      }
      let gain = zip(gradient, step).reduce(0) { $0 + $1.0 * $1.1 }
      var length = 1.0
      var (nextBeta, nextV, next) = (beta, v, -Double.infinity)
      for _ in 0..<60 {
        nextBeta = zip(beta, step[..<k]).map { $0 + length * $1 }
        nextV = zip(v, step[k...]).map { $0 + length * $1 }
        next = inner(nextBeta, nextV)
        if next >= current - 1e-12 * abs(current) { break }
        length /= 2
      }
      (beta, v, current) = (nextBeta, nextV, next)
      if gain < 1e-22 * max(1, abs(current)) || gain < 1e-20 { break }
    }
    let prior = tau.reduce(0) { $0 + $1 * $1 } / (2 * problem.vcpP * problem.vcpP)
    value = current - prior - zip(problem.sizes, tau).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// dF/dτ.
  private var gradient: [Double] {
    var result = zip(problem.sizes, tau).map { -$0 - $1 / (problem.vcpP * problem.vcpP) }
    for (j, group) in problem.ident.enumerated() { result[group] += v[j] * v[j] }
    return result
  }

  var isStationary: Bool { gradient.allSatisfy { abs($0) < 1e-6 * max(1, problem.sizes.max() ?? 1) } }

  /// -d²F/dτ²: the second derivatives in standardised effects, with these eliminated.
  private func curvature() throws -> Matrix {
    let (k, q) = (problem.k, problem.q)
    let whole = hessian().matrix
    let cross = crossDerivatives()
    let solved = try Cholesky(whole).solve(cross)
    var result = Matrix(rows: q, columns: q)
    for a in 0..<q {
      for b in 0..<q {
        var sum = 0.0
        for i in 0..<k + problem.m { sum += cross[i, a] * solved[i, b] }
        result[a, b] = -sum
      }
    }
    for c in 0..<q { result[c, c] += 1 / (problem.vcpP * problem.vcpP) }
    for (j, group) in problem.ident.enumerated() { result[group, group] += 2 * v[j] * v[j] }
    return result
  }

  /// -d²/dθdτ in the coordinates (β, u/s) at fixed s: only effects, -2v.
  private func crossDerivatives() -> Matrix {
    var cross = Matrix(rows: problem.k + problem.m, columns: problem.q)
    for (j, group) in problem.ident.enumerated() { cross[problem.k + j, group] = -2 * v[j] }
    return cross
  }

  /// Newton steps of τ, bent towards ascent and halved until F rises.
  mutating func maximise() throws {
    try solve()
    for _ in 0..<200 {
      let slope = gradient
      if slope.allSatisfy({ abs($0) < 1e-10 * max(1, problem.sizes.max() ?? 1) }) { return }
      let eigen = try SymmetricEigen(curvature())
      let along = eigen.vectors.transposedTimes(slope)
      let step = eigen.vectors * zip(along, eigen.values).map { $0 / max(abs($1), 1e-6) }
      let longest = step.map(abs).max() ?? 0
      // Up, τ is the exponent of what the effects are multiplied with: no step is longer than 3 there. The long way down to
      // the vanishing end is gone in long steps.
      let highest = step.max() ?? 0
      let isConcave = eigen.values.allSatisfy { $0 > 0 }
      var length = min(1, 3 / max(isConcave ? highest : longest, 1e-300))
      let before = self
      var isBetter = false
      for _ in 0..<40 {
        self = before
        tau = zip(before.tau, step).map { $0 + length * $1 }
        do { try solve() } catch { value = -.infinity }
        if value > before.value || (value >= before.value - 1e-12 * abs(before.value) && length == 1) {
          isBetter = true
          break
        }
        length /= 2
      }
      if !isBetter {
        self = before
        return
      }
      if longest * length < 1e-13 { return }
    }
  }

  /// The inverse of the negative second derivatives in the coordinates of the model: coefficients, τ, effects.
  func covariance() throws -> Matrix {
    let (k, q, m) = (problem.k, problem.q, problem.m)
    let inner = hessian().matrix
    let cross = crossDerivatives()
    var whole = Matrix(rows: k + q + m, columns: k + q + m)
    func place(_ i: Int) -> Int { i < k ? i : i + q }
    for a in 0..<k + m { for b in 0..<k + m { whole[place(a), place(b)] = inner[a, b] } }
    for a in 0..<k + m {
      for c in 0..<q {
        whole[place(a), k + c] = cross[a, c]
        whole[k + c, place(a)] = cross[a, c]
      }
    }
    for c in 0..<q { whole[k + c, k + c] = 1 / (problem.vcpP * problem.vcpP) }
    for (j, group) in problem.ident.enumerated() { whole[k + group, k + group] += 2 * v[j] * v[j] }
    var inverse: Matrix
    do { inverse = try LU(whole).inverse } catch {
      throw StatsModelsError(.numerical, "the second derivatives at the mode cannot be inverted: \(error)")
    }
    let own = factors
    for j in 0..<m {
      for i in 0..<k + q + m {
        inverse[k + q + j, i] *= own[j]
        inverse[i, k + q + j] *= own[j]
      }
    }
    return inverse
  }
}
