import Foundation
internal import LinearAlgebra

/// A model factored at given relative covariances and fixed effects: the start of every inference.
///
/// The folder: what a finished fit is asked: standard errors, degrees of freedom, tests, profiles, robust covariances.
final class ParameterPoint {
  let model: MixedModel
  let objective: ProfiledObjective
  /// Profiled quantities at the covariances.
  let profile: ProfiledObjective.Point
  /// Coefficients of X̃: the given ones, or the generalised least-squares solution.
  let coefficients: [Double]
  /// q(b) / ν in standardised units, the σ² that maximises the likelihood.
  let profiledScale: Double
  /// σ² in standardised units: as given, or `profiledScale`.
  let scale: Double
  /// Whether σ² was given.
  let isScaleGiven: Bool
  /// X̃'V⁻¹X̃.
  let information: Matrix

  convenience init(
    model: MixedModel, covariances: [Matrix], reml: Bool, fixedEffects: [Double]?,
    scale: Double? = nil, objective: ProfiledObjective? = nil, keepsLevels: Bool = false
  ) throws(EngineError) {
    try self.init(
      model: model, lower: model.layout.lower(covariances: covariances), reml: reml,
      fixedEffects: fixedEffects,
      scale: scale, objective: objective, keepsLevels: keepsLevels)
  }

  /// - Parameters:
  ///   - lower: T of every factor.
  ///   - keepsLevels: whether the elimination is one that keeps every level apart.
  init(
    model: MixedModel, lower: [[Double]], reml: Bool, fixedEffects: [Double]?, scale given: Double? = nil,
    objective: ProfiledObjective? = nil, keepsLevels: Bool = false
  ) throws(EngineError) {
    let given = given.map { $0 / (model.fixed.unit * model.fixed.unit) }
    isScaleGiven = given != nil
    var model = model
    if let objective {
      profile = try objective.evaluate(lower: lower, theta: model.layout.theta(lower))
      self.objective = objective
    } else {
      (model, self.objective, profile) = try model.resolved(at: lower, reml: reml, levels: keepsLevels)
    }
    self.model = model
    let p = model.fixed.rank
    information =
      p > 0 ? (try? Cholesky(profile.fixedInverse))?.inverse ?? profile.fixedInverse : profile.fixedInverse
    guard let fixedEffects else {
      coefficients = profile.coefficients
      profiledScale = profile.scale
      scale = given ?? profile.scale
      return
    }
    let user = zip(model.fixed.kept, model.fixed.origin).map { (fixedEffects[$0] - $1) / model.fixed.unit }
    let inner = p > 0 ? (try? LinearAlgebra.solve(model.fixed.toUser, user)) ?? user : []
    coefficients = inner
    let difference = zip(inner, profile.coefficients).map { $0 - $1 }
    let excess = zip(difference, information * difference).reduce(0) { $0 + $1.0 * $1.1 }
    profiledScale = profile.scale + excess / self.objective.degreesOfFreedom
    scale = given ?? profiledScale
  }

  /// log L at the coefficients and σ².
  var logLikelihood: Double {
    let nu = objective.degreesOfFreedom
    let excess = nu * (profiledScale / scale - 1)
    return -0.5 * (profile.deviance + nu * log(scale / profile.scale) + excess + objective.shift)
  }

  /// X̃'V⁻¹(ẽ − X̃ b), zero at the generalised least-squares solution.
  var fixedGradient: [Double] {
    information * zip(profile.coefficients, coefficients).map { $0 - $1 }
  }

  /// (X̃'V⁻¹X̃)⁻¹ for the restricted likelihood; nil leaves P = V⁻¹.
  var restrictedInverse: Matrix? { objective.reml ? profile.fixedInverse : nil }

  /// M and R of every factor; P without the fixed effects for the full likelihood.
  func traces() throws(EngineError) -> [FactorTraces] {
    objective.elimination.solve()
    return try objective.elimination.traces(
      coefficients: coefficients, fixedInverse: restrictedInverse)
  }

  /// Coordinates b̃ → b on the kept columns: the matrix d b̃ / d b.
  var fromUser: Matrix {
    let p = model.fixed.rank
    guard p > 0, let inverse = try? LinearAlgebra.solve(model.fixed.toUser, Matrix.identity(p)) else {
      return Matrix(rows: p, columns: p)
    }
    var result = inverse
    for i in result.storage.indices { result.storage[i] /= model.fixed.unit }
    return result
  }
}
