import StatsModels
import TestSupport
import Testing

/// Marginal means beyond emmeans' numbers: grids, empty cells, transformations, errors.
@Suite struct MarginalMeansTests {
  /// Two factors without the cell (b, y), a number, twelve groups.
  static let data: DataFrame = {
    let rows = (0..<240).filter { !($0 % 3 == 1 && $0 % 2 == 1) }
    func wave(_ i: Int, _ step: Int) -> Double { Double(i * step % 101) / 101 - 0.5 }
    do {
      return try DataFrame([
        "f": rows.map { ["a", "b", "c"][$0 % 3] }, "h": rows.map { ["x", "y"][$0 % 2] },
        "z": rows.map { 10 + 4 * wave($0, 37) }, "half": rows.map { $0 % 4 < 2 ? 0.0 : 1.0 },
        "one": rows.map { _ in "same" }, "g": rows.map { $0 / 20 },
        "y": rows.map { Double($0 % 3) + 2 * wave($0 / 20, 53) + 3 * wave($0, 71) + 0.3 * Double($0 % 2) },
      ])
    } catch { fatalError("\(error)") }
  }()

  @Test func emptyCellsHaveNoMean() throws {
    let fit = try mixedlm("y ~ f * h + (1 | g)", Self.data).fit()
    let cells = try fit.marginalMeans(of: ["f", "h"])
    let row = try #require(
      (0..<cells.count).first { cells.levels["f"][$0] == "b" && cells.levels["h"][$0] == "y" })
    #expect(cells.mean[row].isNaN && cells.se[row].isNaN && cells.df[row].isNaN)
    #expect(cells.mean.count(where: \.isNaN) == 1)
    // A difference within what is known is known.
    let pairs = try fit.marginalMeans(of: "f", by: "h").pairs()
    #expect(pairs.estimate.count(where: \.isNaN) == 2 && pairs.p.count(where: \.isNaN) == 2)
    #expect(try fit.marginalMeans(of: "f").mean[1].isNaN)
    #expect(try !fit.marginalMeans(of: "f", averaging: .cells).mean[1].isNaN)
    #expect(try !fit.marginalMeans(of: "f", averaging: .flat).mean[1].isNaN)
    let table = try fit.anova(type: .three)
    #expect(table.numDf == [2, 1, 1] && table.notes.contains { $0.contains("with care") })
    #expect(table.p.allSatisfy { $0.isFinite })
  }

  /// An offset stands at its mean, as it does in predictions.
  @Test func offsetsStandAtTheirMean() throws {
    let fit = try mixedlm("y ~ f + (1 | g)", Self.data, offset: "z").fit()
    let means = try fit.marginalMeans(of: "f")
    let z = try Self.data.column("z").doubles ?? []
    let mean = z.reduce(0, +) / Double(z.count)
    let new = try DataFrame(["f": ["a", "b", "c"], "z": [mean, mean, mean], "g": [1, 1, 1]])
    for (a, b) in zip(means.mean, try fit.predict(new).values) { #expect(abs(a - b) < 1e-9) }
    #expect(zip(means.lower, means.mean).allSatisfy { $0 < $1 })
    let half = try means.contrast(.custom(["a and b": [0.5, 0.5, 0]]))
    #expect(abs(half.estimate[0] - 0.5 * (means.mean[0] + means.mean[1])) < 1e-9)
    #expect(abs(try means.pairs().estimate[0] - (means.mean[0] - means.mean[1])) < 1e-9)
  }

  /// The grid is of the data's variables, and transforms keep what they learned.
  @Test(arguments: ["center(z)", "bs(z, df=4)", "z + I(z**2)", "np.log(z)", "standardize(z)"])
  func transformations(_ term: String) throws {
    let fit = try mixedlm("y ~ f + \(term) + (1 | g)", Self.data).fit()
    let means = try fit.marginalMeans(of: "f", at: ["z": [9.5]])
    let rows = try DataFrame(["f": ["a", "b", "c"], "z": 9.5])
    #expect(relativeDistance(means.mean, try fit.predict(rows).values) < 1e-9)
    let slopes = try fit.marginalTrends(of: "f", variable: "z", at: ["z": [9.5]])
    let near = try [9.501, 9.499].map { try fit.predict(DataFrame(["f": ["a", "b", "c"], "z": $0])).values }
    for i in 0..<3 { #expect(abs(slopes.mean[i] - (near[0][i] - near[1][i]) / 0.002) < 1e-4) }
  }

  @Test func grids() throws {
    let fit = try mixedlm("y ~ f + h + half + one + z + (1 | g)", Self.data).fit()
    // A number with two values stands at both, one level at itself.
    #expect(try fit.marginalMeans(of: "half").count == 2 && fit.marginalMeans(of: "one").count == 1)
    let few = try fit.marginalMeans(of: "f", at: ["f": ["c", "a"]])
    #expect(few.levels["f"][0] == "c" && few.count == 2)
    let all = try fit.marginalMeans(of: "f")
    #expect(abs(few.mean[1] - all.mean[0]) < 1e-12)
    #expect(all.notes.isEmpty)
    let interaction = try mixedlm("y ~ f * z + half + (1 | g)", Self.data).fit()
    #expect(try interaction.marginalMeans(of: "f").notes.isEmpty)
    #expect(
      try mixedlm("y ~ f * half + (1 | g)", Self.data).fit().marginalMeans(of: "f").notes[0].contains("half"))
    let slopes = try interaction.marginalTrends(of: "f", variable: "z")
    #expect(slopes.frame.columnNames == ["f", "trend", "se", "df", "lower", "upper"])
    #expect(abs(slopes.mean[1] - slopes.mean[0] - interaction.feParams["f[T.b]:z"]) < 1e-7)
  }

  @Test func contrasts() throws {
    let fit = try mixedlm("y ~ f + z + (1 | g)", Self.data).fit()
    let means = try fit.marginalMeans(of: "f", ddf: .kenwardRoger)
    let pairs = try means.pairs(adjust: .none)
    let own = try means.contrast(.custom(["b against the others": [-0.5, 1, -0.5]]))
    #expect(abs(own.estimate[0] - 0.5 * (pairs.estimate[2] - pairs.estimate[0])) < 1e-12)
    #expect(own.contrast == ["b against the others"] && own.adjust == .none)
    #expect(pairs.contrast == ["a - b", "a - c", "b - c"])
    let sidak = try means.contrast(.consecutive, adjust: .tukey)
    #expect(sidak.adjust == .sidak && sidak.notes.contains { $0.contains("Šidák") })
    // All three pairs: Tukey's and the joint t distribution agree but for unequal variances.
    let (tukey, joint) = (try means.pairs(adjust: .tukey), try means.pairs(adjust: .mvt))
    for i in 0..<3 {
      #expect(abs(tukey.p[i] - joint.p[i]) < 2e-3)
      #expect(abs((tukey.upper[i] - joint.upper[i]) / tukey.se[i]) < 2e-2)
      #expect(pairs.p[i] <= joint.p[i] + 1e-12 && joint.p[i] <= min(3 * pairs.p[i], 1) + 1e-4)
    }
    let test = means.jointTests()[0]
    #expect(abs(test.statistic - (try fit.anova(ddf: .kenwardRoger).get("f")?.f ?? .nan)) < 1e-8)
    #expect(throws: StatsModelsError.self) { try means.contrast(.custom(["short": [1]])) }
    #expect(throws: StatsModelsError.self) { try means.contrast(.treatmentVsControl(reference: 3)) }
    let polynomials = try fit.marginalMeans(of: "f").contrast(.polynomial)
    #expect(polynomials.contrast == ["linear", "quadratic"])
  }

  /// ham of lmerTest with the adjustment of a multivariate t distribution, to the digits that R's random numbers have.
  @Test func multivariateT() throws {
    let all = try DataFrame(csv: Fixtures.data("ham"))
    let data = all.rows((1...648).filter { $0 * $0 % 11 != 3 && $0 % 17 != 5 }.map { $0 - 1 })
    let fit = try mixedlm(
      "Q('Informed.liking') ~ C(Product) * C(Information) + (1 | Consumer) + (1 | Consumer:Product)", data
    ).fit()
    let pairs = try fit.marginalMeans(of: "Product", ddf: .kenwardRoger).pairs(adjust: .mvt)
    #expect(abs(pairs.p[0] - 0.14038) < 1e-4)
  }

  @Test func errors() throws {
    let fit = try mixedlm("y ~ f + z + (1 | g)", Self.data).fit()
    func message(_ body: () throws -> MarginalMeans) -> String {
      do {
        _ = try body()
        return ""
      } catch { return "\(error)" }
    }
    #expect(message { try fit.marginalMeans(of: "F") }.contains("did you mean 'f'"))
    #expect(message { try fit.marginalMeans(of: "g") }.contains("variable of the fixed effects"))
    #expect(message { try fit.marginalMeans(of: "f", at: ["f": ["d"]]) }.contains("'a', 'b', 'c'"))
    #expect(message { try fit.marginalMeans(of: "f", at: ["w": [1]]) }.contains("'w'"))
    #expect(message { try fit.marginalMeans(of: "f", at: ["z": ["low"]]) }.contains("is a number"))
    #expect(message { try fit.marginalMeans(of: ["f", "f"]) }.contains("once"))
    #expect(message { try fit.marginalTrends(of: "f", variable: "f") }.contains("is a factor"))
    #expect(
      message { try fit.removeData().marginalMeans(of: "f", ddf: .infinite) }.contains("read from a file"))
    let arrays = try MixedLM(
      endog: [1, 2, 4, 3, 5, 7], exog: Matrix(rows: 6, columns: 1, repeating: 1), groups: [1, 1, 2, 2, 3, 3]
    ).fit()
    #expect(message { try arrays.marginalMeans(of: "x") }.contains("arrays"))
    #expect(throws: StatsModelsError.self) { try MarginalMeans.Adjustment("tukeys") }
    #expect(throws: StatsModelsError.self) { try MarginalMeans.Averaging("even") }
  }
}
