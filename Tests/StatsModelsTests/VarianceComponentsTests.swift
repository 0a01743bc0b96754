import StatsModels
import TestSupport
import Testing

@Suite struct VarianceComponentsTests {
  /// The standard error of Pig's variance from the full information, which statsmodels prints as 2.149.
  @Test(arguments: [(true, 6.939), (false, 6.795)]) func fullInformation(_ reml: Bool, _ expected: Double)
    throws
  {
    let data = try DataFrame(csv: Fixtures.data("dietox"))
    let result = try mixedlm("Weight ~ Time", data, groups: "Pig").fit(reml: reml)
    let pig = try #require(result.varianceComponents["Pig", "Intercept"])
    #expect(abs(pig.standardError - expected) < 6e-4)
    #expect(abs(pig.estimate - result.covRe[0, 0]) < 1e-12)
    let residual = try #require(result.varianceComponents["Residual", "Residual"])
    #expect(abs(residual.estimate - result.scale) < 1e-12 && residual.standardError > 0)
    let limits = pig.interval()
    #expect(limits.lower > 0 && limits.lower < pig.estimate && pig.estimate < limits.upper)
  }

  /// An expression over a column makes the component that the column makes, without a column per level and row: dense,
  /// the designs of these groups would take gigabytes.
  @Test(arguments: [
    ("0 + C(h + 0)", "0 + C(h)"), ("0 + C(h.astype(str))", "0 + C(h)"), ("0 + (x > 0)", "0 + C(up)"),
    ("0 + np.where(x > 0, 'a', 'b')", "0 + C(up)"), ("0 + C(h + 0):C(x > 0)", "0 + C(h):C(up)"),
  ]) func componentsOfExpressions(expression: String, column: String) throws {
    let n = 120_000
    let rows = 0..<n
    func noise(_ row: Int, _ factor: Double) -> Double {
      (Double(row) * factor).truncatingRemainder(dividingBy: 1) - 0.5
    }
    let x = rows.map { noise($0, 0.618_033_988) }
    let y = rows.map { row in
      noise(row, 0.754_877_666) + 2 * noise(row % 60_000, 0.569_840_29) + (row % 2 == 0 ? 0.3 : -0.3)
    }
    let data = try DataFrame([
      "y": y, "x": x, "up": x.map { $0 > 0 }, "h": rows.map { $0 % 60_000 }, "g": rows.map { $0 % 2 },
    ])
    let fits = try [expression, column].map {
      try mixedlm("y ~ x", data, groups: "g", vcFormula: ["v": $0]).fit()
    }
    #expect(abs(fits[0].llf - fits[1].llf) < 1e-9 * abs(fits[1].llf))
    #expect(abs(fits[0].vcomp[0] - fits[1].vcomp[0]) < 1e-6 * (1 + fits[1].vcomp[0]))
  }
}
