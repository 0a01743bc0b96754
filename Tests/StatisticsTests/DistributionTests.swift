import Statistics
import Testing

import TestSupport

@Suite struct ScipyDistributionTests {
  struct Fixture: Decodable {
    struct Case: Decodable {
      let name, function: String
      let shapes: [Double]
      let loc, scale: Double
      let at: [Double]
      let expected: Value
    }
    let cases: [Case]
  }

  static func distribution(_ name: String, _ s: [Double], _ loc: Double, _ scale: Double) -> stats
    .Distribution?
  {
    switch name {
    case "norm": stats.norm(loc: loc, scale: scale)
    case "expon": stats.expon(loc: loc, scale: scale)
    case "uniform": stats.uniform(loc: loc, scale: scale)
    case "t": stats.t(s[0], loc: loc, scale: scale)
    case "chi2": stats.chi2(s[0], loc: loc, scale: scale)
    case "gamma": stats.gamma(s[0], loc: loc, scale: scale)
    case "lognorm": stats.lognorm(s[0], loc: loc, scale: scale)
    case "f": stats.f(s[0], s[1], loc: loc, scale: scale)
    case "beta": stats.beta(s[0], s[1], loc: loc, scale: scale)
    case "binom": stats.binom(s[0], s[1], loc: loc)
    case "poisson": stats.poisson(s[0], loc: loc)
    case "nbinom": stats.nbinom(s[0], s[1], loc: loc)
    default: nil
    }
  }

  static func answer(_ c: Fixture.Case, _ d: stats.Distribution) -> [Double]? {
    switch c.function {
    case "pdf": d.pdf(c.at)
    case "logpdf": d.logpdf(c.at)
    case "cdf": d.cdf(c.at)
    case "sf": d.sf(c.at)
    case "logcdf": d.logcdf(c.at)
    case "logsf": d.logsf(c.at)
    case "ppf": d.ppf(c.at)
    case "isf": d.isf(c.at)
    case "moments": [d.mean(), d.var(), d.std(), d.median()]
    default: nil
    }
  }

  @Test func scipy() throws {
    let fixture = try Fixtures.load(Fixture.self, "scipy/distributions.json")
    #expect(fixture.cases.count > 400)
    for c in fixture.cases {
      let d = try #require(Self.distribution(c.name, c.shapes, c.loc, c.scale))
      let actual = try #require(Self.answer(c, d))
      let expected = c.expected.numbers
      try #require(actual.count == expected.count)
      let limit = tolerance(c)
      for (i, (a, e)) in zip(actual, expected).enumerated() where !isScipysOwn(c, i, e) {
        #expect(
          agree(a, e, limit.relative, floor: limit.floor),
          "\(c.name) \(c.function) \(c.shapes) \(c.loc) \(c.scale) \(c.at.isEmpty ? 0 : c.at[i]): \(a), scipy \(e)"
        )
      }
    }
  }

  /// Where scipy underflows, gives up or loses digits and this package does not.
  private func isScipysOwn(_ c: Fixture.Case, _ i: Int, _ expected: Double) -> Bool {
    if c.function.hasPrefix("log") && expected == -.infinity { return true }
    if expected.isNaN, c.function == "ppf" || c.function == "isf" { return true }
    // It takes isf(q) of a discrete distribution as ppf(1 - q).
    if ["binom", "poisson", "nbinom"].contains(c.name) { return c.function == "isf" && c.at[i] == 1e-200 }
    // Its far quantiles of t and F belong to another q: it takes F's isf(q) as ppf(1 - q) too.
    let isHeavy = (c.name == "t" && c.shapes[0] <= 2.5) || c.name == "f"
    return isHeavy && (c.function == "ppf" || c.function == "isf") && min(c.at[i], 1 - c.at[i]) <= 1e-12
  }

  /// What scipy is good to: its density of t loses digits with many degrees of freedom (0.3989323069691076880 at 0
  /// and 10,000), logarithms are absolute.
  private func tolerance(_ c: Fixture.Case) -> (relative: Double, floor: Double) {
    if c.name == "t", c.shapes[0] == 1e4, c.function.hasSuffix("pdf") { return (5e-12, 5e-12) }
    // Where a location cancels leading digits, what is left is as exact as the location.
    let shifted = c.loc != 0 && ["ppf", "isf"].contains(c.function) ? 2e-15 * (abs(c.loc) + c.scale) : 1e-15
    return (1e-12, c.function.hasPrefix("log") ? 1e-12 : shifted)
  }
}
