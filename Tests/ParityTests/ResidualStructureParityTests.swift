import Foundation
import StatsModels
import TestSupport
import Testing

/// Residual variances and correlations against nlme.
@Suite struct ResidualStructureParityTests {
  struct Reference: Decodable, Sendable, CustomStringConvertible {
    let data: String
    let formula: String
    let reml: Bool
    let variance: [String]?
    let residuals: [String]?
    let llf: Double
    let sigma: Double
    let parameters: [Double]
    let fe: [Double]
    let se: [Double]
    let random: [Double]

    var description: String {
      "\(data) \(formula) \(variance ?? []) \(residuals ?? []) \(reml ? "REML" : "ML")"
    }

    func model() throws -> MixedLM {
      let data = try DataFrame(csv: Fixtures.path("data/\(data).csv"))
      let variance = variance.map { pair -> ResidualVariance in
        switch pair[0] {
        case "group": .byGroup(pair[1])
        case "power": .power(of: pair[1])
        default: .exponential(of: pair[1])
        }
      }
      let residuals = residuals.map { pair -> ResidualStructure in
        pair[0] == "cs" ? .compoundSymmetry : .autoregressive(time: pair[1].isEmpty ? nil : pair[1])
      }
      return try mixedlm(formula, data, variance: variance, residuals: residuals)
    }
  }

  static let cases: [Reference] = {
    do {
      let data = try Data(contentsOf: URL(fileURLWithPath: Fixtures.path("residual-structures.json")))
      return try JSONDecoder().decode([Reference].self, from: data)
    } catch {
      Issue.record(error)
      return []
    }
  }()

  @Test(arguments: cases)
  func `the maximum is nlme's or higher`(_ reference: Reference) throws {
    let fit = try reference.model().fit(reml: reference.reml)
    #expect(fit.converged)
    #expect(fit.llf > reference.llf - 1e-6)
    // where nlme stopped short its parameters are no reference
    guard fit.llf < reference.llf + 1e-5 else { return }
    let parameters = try #require(fit.residualParameters())
    for (own, known) in zip(parameters.estimates, reference.parameters) {
      #expect(abs(own - known) < 1e-3 * max(abs(known), 0.1), "\(own) \(known)")
    }
    #expect(abs(fit.scale.squareRoot() / reference.sigma - 1) < 1e-3)
    // nlme has the columns in another order
    func sorted(_ effects: [Double], _ errors: [Double]) -> [(effect: Double, error: Double)] {
      zip(effects, errors).sorted { $0.0 < $1.0 }.map { (effect: $0.0, error: $0.1) }
    }
    let own = sorted(fit.feParams.values, fit.fixedEffectsStandardErrors.values)
    for (mine, known) in zip(own, sorted(reference.fe, reference.se)) {
      #expect(abs(mine.effect - known.effect) < 2e-3 * mine.error)
      // nlme counts degrees of freedom under maximum likelihood too
      if reference.reml { #expect(abs(mine.error / known.error - 1) < 1e-3) }
    }
  }
}
