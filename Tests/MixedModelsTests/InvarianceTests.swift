import Foundation
import LinearAlgebra
import MixedModels
import Testing

/// The same model in other units, orders and labels has the same likelihood and rescaled estimates.
@Suite struct InvarianceTests {
  /// A change of the data with the shift of log L and the factor of σ² that it implies.
  struct Change: Sendable, CustomStringConvertible {
    var name: String
    var response: @Sendable (Double) -> Double = { $0 }
    /// Factor of the second fixed column, and of every random regressor that is a covariate.
    var fixedScale = 1.0
    var randomScale = 1.0
    var permute = false
    var description: String { name }
  }

  static let changes: [Change] =
    [1e150, 1e-150, 1e6, 1e-6, -1].map { factor in
      Change(name: "response times \(factor)", response: { factor * $0 })
    }
    + [1e3, 1e6, -1e8].map { constant in
      Change(name: "response plus \(constant)", response: { $0 + constant })
    }
    + [1e6, 1e-6, -1e3].flatMap { factor in
      [
        Change(name: "fixed column times \(factor)", fixedScale: factor),
        Change(name: "random regressors times \(factor)", randomScale: factor),
      ]
    } + [Change(name: "rows and labels permuted", permute: true)]

  static let models: [RandomModel] = RandomModel.Kind.allCases.map { RandomModel($0, seed: 5) }

  static func changed(_ model: RandomModel, _ change: Change) -> RandomModel {
    var result = model
    let n = model.response.count
    result.response = model.response.map(change.response)
    for i in 0..<n { result.fixed[i, 1] *= change.fixedScale }
    for t in result.terms.indices {
      result.terms[t].columns = result.terms[t].columns.map { column in
        column.map { $0.map { $0 * change.randomScale } }
      }
    }
    guard change.permute else { return result }
    var g = TestGenerator(seed: 3)
    let order = Array(0..<n).shuffled(using: &g)
    result.response = order.map { result.response[$0] }
    let fixed = result.fixed
    for (i, source) in order.enumerated() {
      for j in 0..<fixed.columns { result.fixed[i, j] = fixed[source, j] }
    }
    var seen: [Int: [Int32]] = [:]
    for t in result.terms.indices {
      let levels = result.terms[t].levelCount
      let labels = seen[levels] ?? (0..<Int32(levels)).shuffled(using: &g)
      seen[levels] = labels
      let codes = result.terms[t].codes
      result.terms[t].codes = order.map { codes[$0] < 0 ? -1 : labels[Int(codes[$0])] }
      result.terms[t].columns = result.terms[t].columns.map { column in
        column.map { values in order.map { values[$0] } }
      }
    }
    return result
  }

  @Test(arguments: models, changes)
  func estimatesFollowUnits(_ random: RandomModel, _ change: Change) throws {
    // A tied variance has no meaning for regressors in several units.
    if change.randomScale != 1, random.terms.contains(where: { $0.covariance == .tied }) { return }
    let other = Self.changed(random, change)
    for reml in [true, false] {
      let a = try MixedModel(response: random.response, fixed: random.fixed, terms: random.terms).fit(
        reml: reml)
      let b = try MixedModel(response: other.response, fixed: other.fixed, terms: other.terms).fit(reml: reml)
      #expect(b.converged)
      let n = random.response.count
      let nu = Double(reml ? n - 2 : n)
      let unit = abs(change.response(1) - change.response(0))
      let shift = -nu * log(unit) - (reml ? log(abs(change.fixedScale)) : 0)
      let rounding = 1e-9 + 1e-15 * abs(change.response(0)) * 100
      #expect(
        abs(b.logLikelihood - a.logLikelihood - shift) < rounding * max(1, abs(a.logLikelihood) + abs(shift))
          + 1e-8,
        "\(b.logLikelihood - shift) \(a.logLikelihood)")
      #expect(abs(b.scale / (unit * unit) - a.scale) < 1e-4 * a.scale)
      let error = a.fixedCovariance[1, 1].squareRoot()
      let slope = b.fixedEffects[1] * change.fixedScale / (change.response(1) - change.response(0))
      #expect(abs(slope - a.fixedEffects[1]) < 1e-3 * error + 1e-7 * abs(change.response(0)))
    }
  }
}
