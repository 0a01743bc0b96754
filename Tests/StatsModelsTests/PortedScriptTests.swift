import StatsModels
import TestSupport
import Testing

/// The scripts of the documentation page "Three ported scripts", as they stand there.
struct PortedScriptTests {
  @Test func growthOfPigs() throws {
    let data = try DataFrame(csv: Fixtures.data("dietox"))
    var md = try mixedlm("Weight ~ Time", data, groups: data["Pig"])
    var mdf = try md.fit(method: [.lbfgs])
    #expect(abs(mdf.llf + 2404.7753) < 1e-3)
    md = try mixedlm("Weight ~ Time", data, groups: data["Pig"], reFormula: "~Time")
    mdf = try md.fit(method: [.lbfgs])
    #expect(abs(mdf.llf + 2217.0475) < 1e-3)
    #expect(
      try mdf.summary().tables[1].index == ["Intercept", "Time", "Group Var", "Group x Time Cov", "Time Var"])
    let free = MixedLMParams.fromComponents(feParams: [1, 1], covRe: .identity(2))
    mdf = try md.fit(free: free, method: [.lbfgs])
    #expect(abs(mdf.covRe[0, 1]) < 1e-8 && mdf.llf < -2217.0475 && mdf.llf > -2225)
  }

  @Test func growthOfSpruces() throws {
    var data = try DataFrame(csv: Fixtures.data("Sitka"))
    let endog = data["size"]
    data["Intercept"] = 1
    let exog = data[["Intercept", "Time"]]
    var md = try MixedLM(endog: endog, exog: exog, groups: data["tree"], exogRe: exog["Intercept"])
    var mdf = try md.fit()
    #expect(abs(mdf.llf + 82.3884) < 1e-3)
    #expect(mdf.params.index == ["Intercept", "Time", "Intercept Var"])
    #expect(try mdf.summary().asText().contains("Dependent Variable: size "))
    md = try MixedLM(endog: endog, exog: exog, groups: data["tree"], exogRe: exog)
    mdf = try md.fit()
    #expect(abs(mdf.llf + 62.48344) < 1e-4)
    #expect(mdf.params.index == ["Intercept", "Time", "Intercept Var", "Intercept x Time Cov", "Time Var"])
    let re = mdf.covRe[1, 1]
    let likev = try mdf.profileRe(1, vtype: "re", distLow: 0.5 * re, distHigh: 0.8 * re)
    #expect(likev.rows == 11 && abs(likev[5, 1] - mdf.llf) < 1e-4)
    #expect(abs(likev[0, 1] + 64.99891) < 1e-2 && abs(likev[10, 1] + 64.93528) < 1e-2)
    let picture = try mdf.plot(
      .profile(values: likev.column(0), logLikelihoods: likev.column(1), name: "Time Var"))
    #expect(picture.svg.hasPrefix("<svg"))
  }

  @Test func varianceComponents() throws {
    let (nested, crossed) = try Self.simulated()
    let model1 = try MixedLM.fromFormula(
      formula: "y ~ 1", data: nested, groups: "group1", reFormula: "1", vcFormula: ["group2": "0 + C(group2)"]
    )
    let result1 = try model1.fit()
    let bars = try mixedlm("y ~ 1 + (1 | group1/group2)", nested).fit()
    #expect(result1.params.index == ["Intercept", "group1 Var", "group2 Var"])
    #expect(abs(result1.llf - bars.llf) < 1e-7 * abs(bars.llf))
    let oo = [Double](repeating: 1, count: crossed.rowCount)
    let vc = ["g1": "0 + C(group1)", "g2": "0 + C(group2)"]
    let model3 = try MixedLM.fromFormula(formula: "y ~ 1", data: crossed, groups: oo, vcFormula: vc)
    let result3 = try model3.fit()
    #expect(result3.vcomp.index == ["g1", "g2"] && result3.kRe == 0)
    #expect(result3.vcomp["g1"] > 1 && result3.vcomp["g2"] > 2 && result3.scale > 4)
    let crossedBars = try mixedlm("y ~ 1 + (1 | group1) + (1 | group2)", crossed).fit()
    #expect(abs(result3.llf - crossedBars.llf) < 1e-7 * abs(result3.llf))
  }

  /// Two levels of nested groups with standard deviations 2 and 3, two crossed ones likewise, residuals 4.
  private static func simulated() throws -> (nested: DataFrame, crossed: DataFrame) {
    var state: UInt64 = 3123
    func normal() -> Double {
      (0..<12).reduce(-6.0) { sum, _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return sum + Double(state >> 11) / 0x1p53
      }
    }
    let (first, second) = ((0..<30).map { _ in 2 * normal() }, (0..<600).map { _ in 3 * normal() })
    let rows = 0..<1800
    let (outer, inner) = (rows.map { $0 / 60 }, rows.map { $0 / 6 % 10 })
    let nested = try DataFrame([
      "y": rows.map { first[outer[$0]] + second[10 * outer[$0] + inner[$0]] + 4 * normal() }, "group1": outer,
      "group2": inner,
    ])
    let (a, b) = (rows.map { $0 % 30 }, rows.map { $0 / 30 % 30 })
    let crossed = try DataFrame([
      "y": rows.map { first[a[$0]] + second[300 + b[$0]] + 4 * normal() }, "group1": a, "group2": b,
    ])
    return (nested, crossed)
  }
}
