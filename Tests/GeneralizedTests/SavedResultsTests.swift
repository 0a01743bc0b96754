import Foundation
import StatsModels
import TestSupport
import Testing

/// Saved results of generalised models, and predictions of new observations.
@Suite struct SavedResultsTests {
  enum Case: String, CaseIterable, CustomTestStringConvertible {
    case cattle, grouse, cancer, cake, heavyTails
    var testDescription: String { rawValue }

    func model() throws -> (model: MixedGLM, data: DataFrame) {
      switch self {
      case .cattle:
        let data = try DataFrame(csv: Fixtures.data("cbpp"))
        return (
          try mixedglm("incidence ~ C(period) + (1 | herd)", data, family: .binomial(), trials: "size"), data
        )
      case .grouse:
        let data = try DataFrame(csv: Fixtures.data("grouseticks"))
        let formula = "TICKS ~ C(YEAR) + cHEIGHT + (1 | BROOD) + (1 | INDEX) + (1 | LOCATION)"
        return (try mixedglm(formula, data, family: .poisson()), data)
      case .cancer:
        let data = try DataFrame(csv: Fixtures.data("Mmmec"))
        let formula = "deaths ~ uvb + (1 + uvb | nation) + (1 | region)"
        return (try mixedglm(formula, data, family: .negativeBinomial(), exposure: "expected"), data)
      case .cake:
        let data = try DataFrame(csv: Fixtures.data("cake"))
        let formula = "angle ~ recipe + temp + (1 | replicate/recipe)"
        return (try mixedglm(formula, data, family: .gamma(link: .log)), data)
      case .heavyTails:
        // the likelihood is not concave: some rows have negative weights
        let data = try DataFrame(csv: Fixtures.data("cbpp"))
        let formula = "incidence ~ C(period) + (1 | herd)"
        return (try mixedglm(formula, data, family: .binomial(link: .cauchy), trials: "size"), data)
      }
    }
  }

  private static func file() -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
  }

  @Test(arguments: Case.allCases) func loadedResultsPredictAlike(_ c: Case) throws {
    let (model, data) = try c.model()
    let fit = try model.fit()
    let path = Self.file()
    defer { try? FileManager.default.removeItem(atPath: path) }
    try fit.save(path)
    let loaded = try MixedGLMResults.load(path)
    #expect(loaded.summary().asText() == fit.summary().asText())
    #expect(loaded.aic == fit.aic && loaded.bic == fit.bic)
    #expect(relativeDistance(loaded.fittedvalues.values, fit.fittedvalues.values) < 1e-12)
    #expect(try loaded.simulate(seed: 4).values.isFinite)
    for which in MixedGLMPrediction.allCases {
      for effects in [RandomEffectsSelection.none, .all] {
        let a = try fit.predict(data, which: which, randomEffects: effects, interval: .confidence)
        let b = try loaded.predict(data, which: which, randomEffects: effects, interval: .confidence)
        #expect(relativeDistance(b.predictions.values, a.predictions.values) < 1e-12)
        #expect(relativeDistance(b.se.values, a.se.values) < 1e-9)
        #expect(relativeDistance(b.upper.values, a.upper.values) < 1e-9)
      }
    }
    #expect(throws: StatsModelsError.self) { try loaded.varianceShares() }
    #expect(throws: StatsModelsError.self) { try loaded.model.fit() }
  }

  @Test func savingAgainGivesTheSameFile() throws {
    let fit = try Case.grouse.model().model.fit()
    let (first, second) = (Self.file(), Self.file())
    defer { for path in [first, second] { try? FileManager.default.removeItem(atPath: path) } }
    try fit.save(first)
    try MixedGLMResults.load(first).save(second)
    let (a, b) = (FileManager.default.contents(atPath: first), FileManager.default.contents(atPath: second))
    #expect(a != nil && a == b)
  }

  @Test func filesWithoutRowsTellNoRow() throws {
    let (model, data) = try Case.cattle.model()
    let fit = try model.fit()
    let bare = try fit.removeData()
    #expect(bare.fittedvalues.count == 0)
    let population = try bare.predict(data, interval: .confidence)
    #expect(
      relativeDistance(population.se.values, try fit.predict(data, interval: .confidence).se.values) < 1e-9)
    // herd 8 has one row
    #expect(throws: StatsModelsError.self) { try bare.predict(data, randomEffects: .all) }
    #expect(throws: StatsModelsError.self) { try bare.simulate(seed: 1) }
    let path = Self.file()
    defer { try? FileManager.default.removeItem(atPath: path) }
    try fit.save(path, rows: false)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.contains("\"endog\": []") || text.contains("\"endog\":[]"))
    #expect(throws: StatsModelsError.self) { try MixedLMResults.load(path) }
  }

  /// Of responses that the model draws, new effects included, nine of ten lie within limits at 90 %.
  @Test(arguments: [Case.cancer, .cake]) func newObservationsLieWithinTheirLimits(_ c: Case) throws {
    let (model, data) = try c.model()
    let fit = try model.fit()
    let table = try fit.predict(data, interval: .prediction, level: 0.9)
    let draws = try fit.simulate(count: 200, seed: 11).values
    var inside = 0
    for draw in 0..<draws.columns {
      for row in 0..<draws.rows {
        let y = draws[row, draw]
        if y >= table.lower.values[row], y <= table.upper.values[row] { inside += 1 }
      }
    }
    let share = Double(inside) / Double(draws.rows * draws.columns)
    #expect(share > 0.88 && share < 0.95)
    #expect(throws: StatsModelsError.self) {
      try fit.predict(data, which: .linear, interval: .prediction)
    }
  }

  /// With the inverse link some linear predictors have no mean.
  @Test func limitsWithTheInverseLink() throws {
    let cake = try DataFrame(csv: Fixtures.data("cake"))
    let fit = try mixedglm("angle ~ temp + (1 | replicate)", cake, family: .gamma(link: .inverse)).fit()
    let table = try fit.predict(cake, interval: .prediction)
    for (mean, (lower, upper)) in zip(
      table.predictions.values, zip(table.lower.values, table.upper.values))
    {
      #expect(lower > 0 && lower < mean && mean < upper && upper < 3 * mean)
    }
  }

  @Test(arguments: [
    ("\"n_agq\":1", "\"n_agq\":-1", "n_agq"), ("\"family\":\"binomial\"", "\"family\":\"bin\"", "'bin'"),
    ("\"link\":\"logit\"", "\"link\":\"sqrt\"", "sqrt link"),
    ("\"singular_terms\":[false]", "\"singular_terms\":[]", "singular_terms"),
    ("\"row_weight\":56.0", "\"row_weight\":0", "row_weight"),
    ("\"generalized_version\":1", "\"generalized_version\":9", "version 9"),
  ])
  func damagedFilesAreNamed(_ old: String, _ new: String, _ words: String) throws {
    let path = Self.file()
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Case.cattle.model().model.fit().save(path)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.contains(old))
    try text.replacingOccurrences(of: old, with: new).write(
      toFile: path, atomically: true, encoding: .utf8)
    do {
      _ = try MixedGLMResults.load(path)
      Issue.record("loaded")
    } catch let error as StatsModelsError {
      #expect(error.message.contains(words))
    }
  }

  @Test func sharesOfNewTrialsAreWholeNumbersOfThem() throws {
    let fit = try Case.cattle.model().model.fit()
    let new = try DataFrame(["period": [1, 4], "size": [10, 4]])
    let table = try fit.predict(new, interval: .prediction)
    for (share, trials) in zip(table.upper.values, [10.0, 4]) {
      #expect(abs(share * trials - (share * trials).rounded()) < 1e-9)
    }
    let single = try mixedglm(
      "use ~ age + (1 | district)", DataFrame(csv: Fixtures.data("Contraception")), family: .binomial()
    ).fit().predict(DataFrame(["age": [0.0]]), interval: .prediction)
    #expect(single.lower.values == [0] && single.upper.values == [1])
  }

  /// The formulas of S. Nakagawa, P. C. D. Johnson, H. Schielzeth (2017).
  @Test func sharesOfVariance() throws {
    let cattle = try Case.cattle.model().model.fit()
    let logit = try cattle.varianceShares()
    #expect(abs(logit.residual - .pi * .pi / 3) < 1e-12 && logit.dispersion == 0)
    #expect(abs(logit.random.values[0] - cattle.covRe.values[0, 0]) < 1e-12)
    #expect(
      abs(logit.adjustedICC - logit.random.values[0] / (logit.random.values[0] + logit.residual)) < 1e-12)
    let epil = try DataFrame(csv: Fixtures.data("epil"))
    let poisson = try mixedglm("y ~ base + trt + (1 | subject)", epil, family: .poisson()).fit()
    let null = try mixedglm("y ~ 1 + (1 | subject)", epil, family: .poisson()).fit()
    let rate = exp(null.feParams.values[0] + null.covRe.values[0, 0] / 2)
    #expect(abs(try poisson.varianceShares().residual - log(1 + 1 / rate)) < 1e-6)
    #expect(abs(try poisson.varianceShares(approximation: .delta).residual - 1 / rate) < 1e-6)
    let counts = try mixedglm("y ~ base + trt + (1 | subject)", epil, family: .negativeBinomial()).fit()
    let other = try mixedglm("y ~ 1 + (1 | subject)", epil, family: .negativeBinomial()).fit()
    let mean = exp(other.feParams.values[0] + other.covRe.values[0, 0] / 2)
    #expect(abs(try counts.varianceShares().residual - log(1 + 1 / mean + counts.dispersion)) < 1e-6)
    // effects of single rows are no effects of groups
    let grouse = try Case.grouse.model().model.fit().varianceShares()
    #expect(grouse.random.index == ["BROOD", "LOCATION"] && grouse.dispersion > 0.2)
  }
}
