import Foundation
import StatsModels
import Testing

/// Fits without an exact factorisation, asked for or forced by memory, and everything that follows them.
@Suite struct LargeDesignTests {
  static let data = SyntheticData.ratings()
  static let formula = "y ~ x + (1 | user) + (1 | item)"

  /// A model whose factor of 36 MB does not fit.
  static func model(_ formula: String = Self.formula) throws -> MixedLM {
    var model = try mixedlm(formula, data)
    model.engineOptions.memory = 38_000_000
    return model
  }

  @Test func `beyond memory a fit goes on without a factor and says so`() throws {
    let exact = try mixedlm(Self.formula, Self.data).fit()
    let free = try Self.model().fit()
    let errors = try #require(free.monteCarlo)
    #expect(exact.monteCarlo == nil && free.converged && errors.probes >= 16)
    #expect(exact.warnings.isEmpty && free.warnings.map(\.kind) == [.numerical])
    #expect(
      free.warnings[0].message.hasPrefix("the crossed factors are too large for an exact factorisation"))
    let text = try free.summary().asText()
    #expect(text.contains("Note: no exact factorisation was made"))
    #expect(text.contains("user:"))
    #expect(!(try exact.summary().asText()).contains("Note"))
    // Estimates agree far within their standard errors, and both with the truth.
    for (name, truth) in zip(free.params.index, [2, 0.5, 0.36, 0.16]) {
      let error = try #require(exact.bse.get(name))
      #expect(abs(free.params[name] - exact.params[name]) < 0.03 * error, "\(name)")
      #expect(abs(free.params[name] - truth) < 4 * error)
      #expect(abs(free.bse[name] / error - 1) < 0.02)
      #expect(errors.params[name] < 0.03 * error)
    }
    #expect(abs(free.llf - exact.llf) < 5 * errors.llf + 0.01)
    #expect(errors.covariances.index == ["user: Intercept Var", "item: Intercept Var"])
    #expect(errors.covariances.values.allSatisfy { $0 > 0 } && errors.scale > 0)
    for (a, b) in zip(free.varianceComponents, exact.varianceComponents) {
      #expect(abs(a.standardError / b.standardError - 1) < 0.02)
    }
    for (a, b) in zip(free.fittedvalues.values, exact.fittedvalues.values) { #expect(abs(a - b) < 0.01) }
  }

  @Test func `effects of chosen levels have errors by solves`() throws {
    let free = try Self.model().fit()
    let exact = try mixedlm(Self.formula, Self.data).fit(startParams: free.params, doCg: false)
    let levels: [GroupLabel] = ["i7", "i1499", "i0"]
    let (a, b) = (try free.randomEffects(of: "item", levels: levels), try exact.randomEffects(of: "item"))
    #expect(a.labels == levels)
    for (row, level) in levels.enumerated() {
      let place = try #require(b.labels.firstIndex(of: level))
      #expect(abs(a.values[row, 0] - b.values[place, 0]) < 1e-6)
      #expect(abs(a.standardErrors[row, 0] - b.standardErrors[place, 0]) < 1e-6)
    }
    let all = try free.randomEffects(of: "item")
    #expect(all.labels == b.labels && all.standardErrors.storage.allSatisfy(\.isNaN))
    for (x, y) in zip(all.values.storage, b.values.storage) { #expect(abs(x - y) < 1e-6) }
    #expect(throws: StatsModelsError.self) { try free.randomEffects(of: "item", levels: ["i7", "j"]) }
  }

  @Test func `predictions have intervals by solves`() throws {
    let free = try Self.model().fit()
    let exact = try mixedlm(Self.formula, Self.data).fit(startParams: free.params, doCg: false)
    var new = Self.data.rows([0, 1, 2, 3, 500])
    new["item"] = ["i3", "i4", "new", "i6", "other"]
    for columns in [["user"], ["item"], ["user", "item"]] {
      for kind in IntervalKind.allCases {
        let (a, b) = (
          try free.predict(new, exogRe: new[columns], newLevels: .population, interval: kind),
          try exact.predict(new, exogRe: new[columns], newLevels: .population, interval: kind)
        )
        for (x, y) in zip(a.predictions.values, b.predictions.values) { #expect(abs(x - y) < 1e-6) }
        for (x, y) in zip(a.se.values, b.se.values) { #expect(abs(x / y - 1) < 1e-6) }
      }
    }
    for (x, y) in zip(try free.predict(new).values, try exact.predict(new).values) {
      #expect(abs(x - y) < 1e-7)
    }
    let shares = try (free.varianceShares(), exact.varianceShares())
    #expect(abs(shares.0.conditionalR2 - shares.1.conditionalR2) < 1e-9)
    // One solve for each of 12,000 pairs would take too long to be of use for diagnostics; simulation needs none.
    let draws = try (free.simulate(seed: 1), exact.simulate(seed: 1))
    for (x, y) in zip(draws.0.values.storage, draws.1.values.storage) { #expect(abs(x - y) < 1e-7) }
    #expect(try free.residuals(.pearson).count == Self.data.rowCount)
  }

  @Test func `saved results keep the errors`() throws {
    let free = try Self.model().fit()
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).json").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try free.save(path)
    let loaded = try MixedLMResults.load(path)
    #expect(try loaded.summary().asText() == free.summary().asText())
    #expect(loaded.monteCarlo?.params == free.monteCarlo?.params)
    #expect(loaded.monteCarlo?.covariances == free.monteCarlo?.covariances)
    #expect(loaded.fittedvalues == free.fittedvalues && loaded.warnings == free.warnings)
  }

  @Test func `variance components of one group take the same way`() throws {
    let ones = [Int](repeating: 1, count: Self.data.rowCount)
    func model() throws -> MixedLM {
      try mixedlm(
        "y ~ x", Self.data, groups: ones,
        vcFormula: ["user": "0 + C(user)", "item": "0 + C(item)"])
    }
    var small = try model()
    small.engineOptions.memory = 38_000_000
    let (free, exact) = (try small.fit(), try model().fit())
    #expect(free.monteCarlo != nil && exact.monteCarlo == nil)
    for (a, b) in zip(free.vcomp.values, exact.vcomp.values) { #expect(abs(a / b - 1) < 1e-3) }
    let (a, b) = (try #require(free.randomEffects(for: 1)), try #require(exact.randomEffects(for: 1)))
    #expect(a.index == b.index)
    for (x, y) in zip(a.values, b.values) { #expect(abs(x - y) < 1e-3) }
    #expect(try free.summary().asText().contains("Monte-Carlo"))
  }

  @Test func `exact: false asks for it, exact: true insists`() throws {
    let model = try mixedlm(Self.formula, Self.data)
    let (free, exact) = (try model.fit(exact: false), try model.fit(exact: true))
    #expect(free.monteCarlo != nil && exact.monteCarlo == nil && exact.warnings.isEmpty)
    #expect(free.warnings.map(\.kind) == [.numerical] && free.warnings[0].message.hasPrefix("exact: false"))
    for (x, y) in zip(exact.params.values, try model.fit().params.values) {
      #expect(abs(x - y) <= 1e-8 * abs(y))
    }
    // All variances of levels: by a factor, since there is memory for one.
    let (a, b) = (try free.randomEffects(of: "user"), try exact.randomEffects(of: "user"))
    for (x, y) in zip(a.standardErrors.storage, b.standardErrors.storage) { #expect(abs(x / y - 1) < 1e-3) }
    let error = try #require(throws: StatsModelsError.self) { try Self.model().fit(exact: true) }
    #expect(error.code == .insufficientMemory && error.message.contains("'item'"))
    #expect(error.message.contains("1089 columns beside the largest factor would fit"))
    #expect(error.message.contains("without exact: true"))
    // The refused model is as good as new.
    let small = try Self.model()
    #expect(throws: StatsModelsError.self) { try small.fit(exact: true) }
    #expect(try small.fit().monteCarlo != nil)
  }

  @Test func `terms of several effects are refused with what would do`() throws {
    let model = try Self.model("y ~ x + (1 + x | user) + (1 | item)")
    let error = try #require(throws: StatsModelsError.self) { try model.fit() }
    #expect(error.code == .insufficientMemory && error.values[1] == "38000000")
    #expect(error.message.contains("(1 | user)"))
    #expect(throws: StatsModelsError.self) { try model.fit(exact: false) }
    #expect(throws: StatsModelsError.self) { try model.fit(method: .lbfgs) }
    #expect(try mixedlm("y ~ x + (0 + x | user) + (1 | item)", Self.data).fit(exact: false).monteCarlo != nil)
  }

  @Test func `exact: false without effect is told`() throws {
    let model = try mixedlm("y ~ x + (1 | user)", Self.data)
    let fit = try model.fit(exact: false)
    #expect(fit.monteCarlo == nil && fit.warnings.map(\.kind) == [.ignoredArgument])
    #expect(fit.params == (try model.fit()).params)
  }

  @Test func `any number of threads gives the same estimates`() throws {
    for exact in [true, false] {
      let fits = try [1, 2, 3].map { threads in
        try mixedlm(Self.formula, Self.data).fit(exact: exact, threads: threads)
      }
      for fit in fits.dropFirst() {
        for (a, b) in zip(fit.params.values, fits[0].params.values) { #expect(abs(a - b) <= 1e-8 * abs(b)) }
        for (a, b) in zip(fit.bse.values, fits[0].bse.values) { #expect(abs(a - b) <= 1e-8 * abs(b)) }
        if !exact { #expect(fit.params == fits[0].params && fit.llf == fits[0].llf) }
      }
      // The same bits again; an exact fit shares its dense kernels' threads with the tests beside this one.
      let again = try mixedlm(Self.formula, Self.data).fit(exact: exact, threads: 1)
      #expect(again.params == fits[0].params && again.llf == fits[0].llf)
    }
    #expect(throws: StatsModelsError.self) { try mixedlm(Self.formula, Self.data).fit(threads: 0) }
  }

  @Test func `named methods and held parameters without a factor`() throws {
    let model = try Self.model()
    let plain = try model.fit()
    let named = try model.fit(method: .lbfgs)
    #expect(named.monteCarlo != nil)
    for (a, b) in zip(named.params.values, plain.params.values) { #expect(abs(a - b) < 1e-3) }
    let point = try model.fit(startParams: plain.params, doCg: false)
    #expect(point.monteCarlo?.scale == 0 && abs(point.llf - plain.llf) < 1e-3)
    #expect(abs(try model.loglike(plain.params) - plain.llf) < 1e-3)
  }
}
