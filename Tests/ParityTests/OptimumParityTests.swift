import StatsModels
import TestSupport
import Testing

/// Names, estimates, standard errors, effects and summary text at the optimum, against statsmodels.
@Suite struct OptimumParityTests {
  static let names = Fixtures.names(in: "mixedlm")
  static let interior = names.filter {
    (try? Fixtures.load(MixedLMFixture.self, "mixedlm/\($0).json").isInterior) ?? true
  }
  static let boundary = names.filter { !interior.contains($0) }

  @Test(arguments: names) func namesAndCounts(_ name: String) async throws {
    let (expected, result, _) = try await fitted(name)
    #expect(result.params.index == expected.paramNames)
    #expect(result.feParams.index == expected.feParams.names)
    #expect(result.covRe.index == expected.exogReNames)
    #expect(result.vcomp.index == expected.vcomp.names)
    #expect(result.nobs == expected.nobs)
    #expect(result.model.nGroups == expected.nGroups)
    #expect(result.dfResid == Double(expected.dfResid))
  }

  @Test(arguments: names) func logLikelihood(_ name: String) async throws {
    let fit = try await FittedFixtures.shared.fit(name)
    let reference = fit.fixture.referenceLlf
    #expect(fit.result.converged)
    #expect(fit.result.llf >= reference - Tolerance.logLikelihood(reference))
    #expect(fit.result.llf.isFinite)
  }

  @Test(arguments: interior) func estimates(_ name: String) async throws {
    let (expected, result, tolerance) = try await fitted(name)
    let errors = try #require(expected.bseFe)
    for (j, error) in errors.enumerated() {
      #expect(
        distance([result.feParams[j]], [expected.feParams.values[j]], scale: error) <= Tolerance.fixedEffects)
    }
    #expect(relativeDistance([result.scale], [expected.scale]) <= tolerance)
    let covariance = standardised(result.covRe.values.asRows, by: expected.covRe)
    #expect(
      distance(covariance, standardised(expected.covRe, by: expected.covRe), scale: 1) <= tolerance)
    #expect(relativeDistance(result.vcomp.values, expected.vcomp.values) <= tolerance)
    #expect(distance([result.aic, result.bic], [expected.aic ?? .nan, expected.bic ?? .nan]) <= 1e-6)
  }

  @Test(arguments: interior) func inference(_ name: String) async throws {
    let (expected, result, tolerance) = try await fitted(name)
    let bse = try #require(expected.bse)
    #expect(relativeDistance(result.bse.values, bse) <= tolerance)
    for (series, reference) in [(result.bseFe, expected.bseFe), (result.bseRe, expected.bseRe)] {
      let values = try #require(reference)
      #expect(relativeDistance(series.values, values) <= tolerance)
    }
    let covariance = try #require(expected.covParams)
    let deviation = distance(
      standardised(result.covParams().values.asRows, by: covariance),
      standardised(covariance, by: covariance),
      scale: 1)
    #expect(deviation <= tolerance)
    let tvalues = try #require(expected.tvalues)
    let pvalues = try #require(expected.pvalues)
    #expect(distance(result.tvalues.values, tvalues) <= tolerance)
    #expect(distance(result.pvalues.values, pvalues, scale: 1) <= tolerance)
    let intervals = try #require(expected.confInt)
    for (j, error) in bse.enumerated() {
      let actual = result.confInt().values.row(j)
      #expect(distance(actual, intervals[j], scale: error) <= Tolerance.fixedEffects)
    }
  }

  @Test(arguments: interior) func effects(_ name: String) async throws {
    let (expected, result, _) = try await fitted(name)
    let effects = try #require(expected.randomEffects)
    let all = result.randomEffects
    #expect(all.count == expected.nGroups)
    let spread = spread(effects.effects.flatMap(\.values))
    for (group, reference) in zip(effects.groups, effects.effects) {
      let own = try #require(all.first { $0.key.description == group }?.value, "no group \(group)")
      #expect(Array(own.index.prefix(reference.names.count)) == reference.names)
      let values = Array(own.values.prefix(reference.values.count))
      #expect(distance(values, reference.values, scale: spread) <= Tolerance.effects)
    }
    let covariances = try #require(expected.randomEffectsCov)
    let ownCovariances = covariances.groups.isEmpty ? [:] : result.randomEffectsCov
    for (group, reference) in zip(covariances.groups, covariances.values) {
      let own = try #require(ownCovariances.first { $0.key.description == group }?.value)
      #expect(distance(own.values.byRows, reference.flatMap { $0 }) <= Tolerance.effects)
    }
  }

  @Test(arguments: interior) func fittedValues(_ name: String) async throws {
    let (expected, result, _) = try await fitted(name)
    for (series, reference) in [
      (result.fittedvalues, try #require(expected.fittedvalues)),
      (result.resid, try #require(expected.resid)),
    ] {
      #expect(series.count == reference.count)
      let rows = Array(stride(from: 0, to: series.count, by: reference.every))
      #expect(rows.map { series.index[$0] } == reference.index)
      let spread = spread(expected.fittedvalues?.values ?? [])
      #expect(distance(rows.map { series[$0] }, reference.values, scale: spread) <= Tolerance.effects)
    }
  }

  @Test(arguments: interior) func summaryText(_ name: String) async throws {
    let (expected, result, _) = try await fitted(name)
    let text = try result.summary().asText()
    let reference = try #require(expected.summary)
    #expect(sameTable(text, reference), "\(text)\n\(reference)")
  }

  @Test(arguments: boundary) func atTheBoundary(_ name: String) async throws {
    let (expected, result, _) = try await fitted(name)
    for (j, value) in expected.feParams.values.enumerated() {
      let error = result.bseFe[j]
      #expect(distance([result.feParams[j]], [value], scale: error) <= Tolerance.fixedEffectsAtBoundary)
    }
    let effects = result.randomEffects.values.flatMap(\.values) + result.fittedvalues.values
    #expect(effects.filter { !$0.isFinite }.isEmpty)
    let text = try result.summary().asText()
    #expect(!text.isEmpty)
  }

  private func fitted(_ name: String) async throws
    -> (expected: MixedLMFixture.Expected, result: MixedLMResults, tolerance: Double)
  {
    let fit = try await FittedFixtures.shared.fit(name)
    return (fit.fixture.expected, fit.result, fit.fixture.varianceTolerance)
  }
}
