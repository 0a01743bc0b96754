import StatsModels
import TestSupport
import Testing

/// Degrees of freedom and F tables against lmerTest, pbkrtest and car.
@Suite struct InferenceFixtureTests {
  @Test(arguments: InferenceFixture.all)
  func coefficients(_ fixture: InferenceFixture) async throws {
    let fit = try await InferenceFits.shared.fit(fixture)
    let plain = InferenceFixture.Coefficients(
      estimate: fixture.estimate, se: fixture.se, df: fixture.satterthwaite)
    let cases: [(DegreesOfFreedom, InferenceFixture.Coefficients?)] = [
      (.satterthwaite, plain), (.kenwardRoger, fixture.kenwardRoger),
    ]
    for case (let ddf, let expected?) in cases {
      let table = try fit.coefficients(ddf: ddf)
      let rows = try fixture.names.map { try #require(table.get($0), "\($0) among \(table.names)") }
      let errors = zip(expected.estimate, expected.se).map { abs($0) + $1 }
      #expect(zip(rows, zip(expected.estimate, errors)).allSatisfy { abs($0.estimate - $1.0) < 1e-6 * $1.1 })
      #expect(relativeDistance(rows.map(\.se), expected.se) < fixture.tolerance)
      #expect(relativeDistance(rows.map(\.df), expected.df) < fixture.tolerance)
    }
  }

  @Test(arguments: InferenceFixture.all)
  func tables(_ fixture: InferenceFixture) async throws {
    let fit = try await InferenceFits.shared.fit(fixture)
    for expected in fixture.anova ?? [] {
      let table = try fit.anova(
        type: #require(AnovaType(rawValue: expected.type)), ddf: DegreesOfFreedom(expected.ddf))
      #expect(Set(table.term) == Set(expected.terms))
      // Types that depend on the order of the terms are comparable where it is R's.
      if expected.type == 1, table.term != expected.terms { continue }
      let rows = expected.terms.compactMap(table.get)
      #expect(rows.map(\.numDf) == expected.numDf)
      #expect(relativeDistance(rows.map(\.f), expected.f) < 1e-6)
      #expect(relativeDistance(rows.map(\.sumSq), expected.sumSq) < 1e-6)
      #expect(relativeDistance(rows.map(\.denDf), expected.denDf) < fixture.tolerance)
      #expect(distance(rows.map(\.p), expected.p, scale: 1) < 1e-6)
    }
    for expected in fixture.car ?? [] {
      let isF = expected.test == "F"
      let table = try fit.anova(type: .carTwo, ddf: isF ? .kenwardRoger : .infinite)
      let rows = expected.terms.compactMap(table.get)
      #expect(relativeDistance(rows.map { isF ? $0.f : $0.f * $0.numDf }, expected.statistic) < 1e-6)
      if let degrees = expected.denDf {
        #expect(relativeDistance(rows.map(\.denDf), degrees) < fixture.tolerance)
      }
    }
  }
}

extension InferenceFixtureTests {
  @Test(arguments: InferenceFixture.all)
  func means(_ fixture: InferenceFixture) async throws {
    let fit = try await InferenceFits.shared.fit(fixture)
    for expected in fixture.means ?? [] {
      let means = try expected.means(fit)
      let order = try expected.rows(of: means)
      func check(_ actual: [Double], _ reference: [Double], _ tolerance: Double) {
        #expect(relativeDistance(order.map { actual[$0] }, reference) < tolerance)
      }
      check(means.mean, expected.mean, 1e-6)
      check(means.se, expected.se, fixture.tolerance)
      check(means.df, expected.df, fixture.tolerance)
      check(means.lower, expected.lower, 2e-6)
      check(means.upper, expected.upper, 2e-6)
      for contrasts in expected.contrasts {
        let table = try means.contrast(
          #require(expected.kind), adjust: MarginalMeans.Adjustment(contrasts.adjust))
        #expect(table.contrast == contrasts.contrast)
        let size = zip(contrasts.estimate, contrasts.se).map { abs($0) + $1 }
        #expect(
          zip(size, zip(table.estimate, contrasts.estimate)).allSatisfy { abs($1.0 - $1.1) < 1e-6 * $0 })
        #expect(relativeDistance(table.se, contrasts.se) < 1e-6)
        #expect(relativeDistance(table.df, contrasts.df) < fixture.tolerance)
        #expect(distance(table.p, contrasts.p, scale: 1) < 1e-6)
        // R finds these quantiles by a search that stops early.
        let tolerance = contrasts.adjust == "dunnettx" ? 1e-3 : 1e-6
        for (limit, reference) in [(table.lower, contrasts.lower), (table.upper, contrasts.upper)] {
          let distances = zip(zip(limit, reference), table.se).map { pair, se in
            pair.1.map { abs(pair.0 - $0) / se } ?? 0
          }
          #expect(distances.allSatisfy { $0 < tolerance }, "\(contrasts.adjust): \(distances)")
        }
      }
    }
  }

  @Test(arguments: InferenceFixture.all.filter { $0.ranova != nil })
  func randomTerms(_ fixture: InferenceFixture) async throws {
    let expected = try #require(fixture.ranova)
    let tests = try await InferenceFits.shared.fit(fixture).ranova()
    // Order of terms and refits at lme4's own tolerance; its first row is the fit.
    let pairs = expected.statistic.indices.compactMap { i -> (Double, Int, Double)? in
      guard let statistic = expected.statistic[i], let df = expected.df[i], let p = expected.p[i] else {
        return nil
      }
      return (statistic, Int(df), p)
    }
    #expect(tests.term.count == pairs.count)
    for (statistic, df, p) in pairs {
      #expect(
        zip(tests.statistic, zip(tests.df, tests.p)).contains { own, rest in
          abs(own - statistic) < 1e-4 * max(1, statistic) && rest.0 == df && abs(rest.1 - p) < 1e-4
        }, "\(statistic) among \(tests.statistic)")
    }
    #expect(zip(tests.p, tests.pMixture).allSatisfy { $1.isNaN || $1 <= $0 })
  }
}

extension InferenceFixture.Means {
  var kind: MeanContrast? {
    switch method {
    case "pairwise": .pairwise
    case "revpairwise": .reversePairwise
    case "trt.vs.ctrl": .treatmentVsControl()
    case "eff": .effects
    case "del.eff": .deletedEffects
    case "consec": .consecutive
    case "mean_chg": .meanChange
    case "poly": .polynomial
    default: nil
    }
  }

  func means(_ fit: MixedLMResults) throws -> MarginalMeans {
    let method = try DegreesOfFreedom(ddf)
    let values = (at ?? [:]).mapValues { $0 as any ColumnConvertible }
    if let trend { return try fit.marginalTrends(of: of, variable: trend, by: by, at: values, ddf: method) }
    return try fit.marginalMeans(
      of: of, by: by, at: values, averaging: MarginalMeans.Averaging(weights), ddf: method)
  }

  /// The row of each of R's rows.
  func rows(of means: MarginalMeans) throws -> [Int] {
    let keys = of + by
    func text(_ level: ColumnValue?) -> String {
      if case .double(let number)? = level, let whole = Int(exactly: number) { return String(whole) }
      return level?.description ?? ""
    }
    let own = (0..<means.count).map { row in keys.map { text(means.levels[$0][row]) } }
    return try mean.indices.map { row in
      let wanted = keys.map { levels[$0]?[row] ?? "" }
      return try #require(own.firstIndex(of: wanted), "\(wanted) among \(own)")
    }
  }
}
