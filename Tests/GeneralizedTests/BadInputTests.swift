import Foundation
import StatsModels
import TestSupport
import Testing

@Suite struct BadInputTests {
  private static func data() throws -> DataFrame {
    try DataFrame([
      "y": [0, 1, 1, 0, 1, 0, 1, 1], "n": [1, 2, 2, 3, 1, 1, 1, 2], "x": [1.0, 2, 3, 4, 5, 6, 7, 8.5],
      "g": ["a", "a", "b", "b", "c", "c", "d", "d"], "neg": [-1.0, 1, 2, 3, 4, 5, 6, 7],
      "text": ["u", "v", "w", "u", "v", "w", "u", "v"], "hole": [1, nil, 3, 4, 5, 6, 7, 8] as [Double?],
      "zero": [0, 0, 0, 0, 0, 0, 0, 0], "half": [0.5, 1.5, 2, 1, 3, 2, 1, 1],
    ])
  }

  /// What is refused, with a word of the message.
  @Test(arguments: [
    ("neg ~ x + (1 | g)", Family.poisson(), "whole numbers"), ("half ~ x + (1 | g)", .poisson(), "counts"),
    ("half ~ x + (1 | g)", .binomial(), "shares"), ("n ~ x + (1 | g)", .binomial(), "trials"),
    ("neg ~ x + (1 | g)", .gamma(), "positive"), ("y ~ x + (1 | g)", .beta(), "excluded"),
    ("text ~ x + (1 | g)", .binomial(), "3 columns"), ("text ~ x + (1 | g)", .poisson(), "columns"),
    ("y + neg ~ x + (1 | g)", .binomial(), "counts"), ("y ~ x", .binomial(), "groups"),
    ("~ x + (1 | g)", .binomial(), "response"), ("y ~ x + (1 | nowhere)", .binomial(), "nowhere"),
    ("hole ~ x + (1 | g)", .poisson(), "missing"),
    ("y ~ x + (1 | g)", .poisson(link: .logit), "log, identity, sqrt"),
    ("y ~ x + (1 | g)", .negativeBinomial(alpha: -1), "positive"),
    ("zero ~ x + (1 | g)", .gaussian(), "every row"), ("y ~ x + (1 | x)", .binomial(), "level for every row"),
  ])
  func refused(_ formula: String, _ family: Family, _ word: String) throws {
    let message = try message { try mixedglm(formula, Self.data(), family: family).fit() }
    #expect(message.contains(word), "\(formula): \(message)")
  }

  @Test func arguments() throws {
    let data = try Self.data()
    let model = try mixedglm("y ~ x + (1 | g)", data, family: .binomial())
    #expect(try message { try model.fit(nAGQ: -1) }.contains("between 0"))
    #expect(try message { try model.fit(maxiter: 0) }.contains("at least 1"))
    #expect(try message { try model.fit(startParams: []) }.contains("1 × 1"))
    let crossed = try mixedglm("y ~ x + (1 | g) + (1 | text)", data, family: .binomial())
    #expect(try message { try crossed.fit(nAGQ: 5) }.contains("one grouping factor"))
    #expect(
      try message { try mixedglm("y ~ x + (1 | g)", data, family: .binomial(), exposure: "n") }.contains(
        "offset"))
    #expect(
      try message { try mixedglm("n ~ x + (1 | g)", data, family: .poisson(), trials: "n") }.contains(
        "binomial"))
    #expect(
      try message { try mixedglm("n ~ x + (1 | g)", data, family: .poisson(), exposure: "neg") }.contains(
        "positive"))
    #expect(
      try message { try mixedglm("n ~ x + (1 | g)", data, family: .binomial(), trials: "y") }.contains(
        "successes"))
    #expect(try message { try mixedglm("y ~ x + (1 | g)", DataFrame(), family: .binomial()) }.count > 10)
    let r = try model.fit()
    #expect(try message { try r.overdispersionTest() }.contains("trials"))
    #expect(try message { try r.tTest("nothing = 0") }.contains("nothing"))
    #expect(
      try message { try r.predict(DataFrame(["x": [1.0], "g": ["new"]]), randomEffects: .all) }.contains(
        "new"))
  }

  /// Odd but legal data end with numbers, and with a warning that says what is odd.
  @Test func oddities() throws {
    var data = try Self.data()
    let none = try mixedglm("zero ~ x + (1 | g)", data, family: .poisson()).fit()
    #expect(none.warnings.contains { $0.message.contains("separation") })
    data["big"] = data["x"] > 4.5
    data["win"] = data["x"] > 4.5
    let separated = try mixedglm("win ~ big + (1 | g)", data, family: .binomial()).fit()
    #expect(separated.warnings.contains { $0.message.contains("separation") })
    #expect(separated.deviance < 1e-4)
    data["a b"] = data["x"] * 2
    let dependent = try mixedglm("n ~ x + Q('a b') + (1 | g)", data, family: .poisson()).fit()
    #expect(dependent.warnings.contains { $0.kind == .rankDeficient })
    #expect(dependent.feParams.values.count { $0.isNaN } == 1)
    #expect(dependent.warnings.contains { $0.kind == .boundary })
    #expect(dependent.covRe[0, 0] == 0)
    #expect(dependent.bseFe.values.count { $0.isNaN } == 1)
    let dropped = try mixedglm("hole ~ x + (1 | g)", data, family: .poisson(), missing: .drop).fit()
    #expect(dropped.nobs == 7)
    data["täglich"] = data["n"]
    let rows = try mixedglm("täglich ~ x + (1 | g) + (1 | x)", data, family: .poisson()).fit()
    #expect(rows.terms.count == 2)
    let same = try mixedglm("n ~ x + (1 | g) + (1 | g)", data, family: .poisson()).fit()
    #expect(same.warnings.contains { $0.kind == .notIdentifiable })
    let few = try mixedglm("n ~ x + (1 | g)", data, family: .negativeBinomial()).fit()
    #expect(few.warnings.contains { $0.message.contains("Poisson") })
  }

  private func message(_ body: () throws -> some Any) throws -> String {
    do {
      _ = try body()
      return ""
    } catch { return String(describing: error) }
  }
}
