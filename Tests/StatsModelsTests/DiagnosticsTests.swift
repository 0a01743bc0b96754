import Foundation
import StatsModels
import TestSupport
import Testing

/// Residuals, leverage, shares of variance and comparisons against lme4 1.1-31, performance and by identities.
@Suite struct DiagnosticsTests {
  static func fit(_ formula: String, _ data: String, reml: Bool = true) throws -> MixedLMResults {
    try mixedlm(formula, DataFrame(csv: Fixtures.data(data))).fit(reml: reml)
  }
  static let sleep = "Reaction ~ Days + (Days | Subject)"

  /// hatvalues, cooks.distance and residuals(type = "pearson", scaled = TRUE) of lme4.
  @Test(arguments: [
    (0, 0.22930303823, 0.00496312156023, -0.160350824145), (9, 0.293176991901, 0.570761681682, 1.39472356262),
    (56, 0.121876228269, 2.11988544752, 5.1792565738),
  ])
  func `case diagnostics are lme4's`(row: Int, hat: Double, cook: Double, pearson: Double) throws {
    let results = try Self.fit(Self.sleep, "sleepstudy")
    #expect(abs(try results.leverage()[row] - hat) < 1e-6)
    #expect(abs(try results.cooksDistance()[row] - cook) < 1e-5 * cook)
    let found = try results.residuals(.pearson)[row]
    #expect(abs(found - pearson) < 1e-5)
    let standardized = try results.residuals(.standardized)[row]
    #expect(abs(standardized - found / (1 - hat).squareRoot()) < 1e-6)
  }

  /// r2_nakagawa and icc of performance.
  @Test(arguments: [
    ("sleepstudy", sleep, 0.278652022444, 0.799218921596, 0.721658499571, 0.520566899152),
    (
      "Penicillin", "diameter ~ 1 + (1 | plate) + (1 | sample)", 0, 0.936336828997, 0.936336828997,
      0.936336828997
    ),
    (
      "Exam", "normexam ~ standLRT + sex + (standLRT | school)", 0.324567676078, 0.431037335317,
      0.157631868462,
      0.10646965924
    ),
  ])
  func `shares of variance are those of performance`(
    data: String, formula: String, marginal: Double, conditional: Double, adjusted: Double, unadjusted: Double
  ) throws {
    let shares = try Self.fit(formula, data).varianceShares()
    #expect(abs(shares.marginalR2 - marginal) < 1e-6 && abs(shares.conditionalR2 - conditional) < 1e-6)
    #expect(abs(shares.adjustedICC - adjusted) < 1e-6 && abs(shares.unadjustedICC - unadjusted) < 1e-6)
    #expect(abs(shares.adjustedICCs.values.reduce(0, +) - adjusted) < 1e-6)
    #expect(shares.description.contains("conditional R2"))
  }

  @Test(arguments: PredictionModel.all)
  func `scaled residuals have the criterion's sum of squares`(_ model: PredictionModel) throws {
    let (_, results) = try model.fit()
    let degrees = Double(results.nobs) - results.dfResid
    let scaled = try results.residuals(.scaled).values
    // r'V⁻¹r = σ̂²(n − p) under REML, by the definition of σ̂².
    #expect(
      abs(scaled.reduce(0) { $0 + $1 * $1 } - Double(results.nobs) + degrees) < 1e-6 * Double(results.nobs))
    let leverage = try results.leverage().values
    #expect(leverage.reduce(0, +) > degrees - 1e-6 && leverage.allSatisfy { $0 > 0 && $0 < 1 })
    #expect(try results.residuals(.conditional) == results.resid)
    let quantiles = try results.normalQuantiles()
    #expect(quantiles.ordered.count == results.nobs && abs(quantiles.theoretical.reduce(0, +)) < 1e-6)
  }

  @Test func `restricted likelihoods are compared only between equal fixed effects`() throws {
    let slopes = try Self.fit(Self.sleep, "sleepstudy")
    let intercepts = try Self.fit("Reaction ~ Days + (1 | Subject)", "sleepstudy")
    let reml = try compare(slopes, intercepts)
    // anova(m0, m, refit = FALSE)
    #expect(abs(reml.rows[1].chiSquared - 42.8368134364) < 1e-4)
    #expect(reml.rows[1].reference == "mixture of chi2(1) and chi2(2)")
    #expect(abs(reml.rows[1].pValue / 2.793e-10 - 1) < 1e-3)
    let none = try intercepts.update(formula: ". ~ . - Days")
    #expect(none.model.exogNames == ["Intercept"])
    let ml = try compare(slopes, none, intercepts)
    #expect(ml.rows.map(\.parameters) == [3, 4, 6] && ml.models.allSatisfy { !$0.reml })
    #expect(abs(ml.rows[2].chiSquared - 42.1392985419) < 1e-4)
    #expect(abs(ml.rows[2].aic - 1763.93934446) < 1e-5 && abs(ml.rows[2].bic - 1783.09708557) < 1e-5)
    #expect(ml.rows[1].reference == "chi2(1)" && ml.description.contains("Refitted by maximum likelihood"))
    #expect(abs(slopes.aicc - 1756.11382109) < 1e-5)
    let other = try Self.fit("diameter ~ 1 + (1 | plate)", "Penicillin")
    #expect(throws: StatsModelsError.self) { try compare(slopes, other) }
    #expect(throws: StatsModelsError.self) { try compare(slopes) }
  }

  @Test func `comparisons show random parts and test nested models only`() throws {
    let data = try DataFrame(csv: Fixtures.data("dietox"))
    func fit(_ formula: String, re: ReFormula? = nil) throws -> MixedLMResults {
      try mixedlm(formula, data, groups: "Pig", reFormula: re).fit(reml: false)
    }
    let (line, slopes) = (try fit("Weight ~ Time"), try fit("Weight ~ Time", re: "~Time"))
    let nested = try compare(slopes, line)
    #expect(nested.rows.map(\.name) == ["Weight ~ Time + (1 | Pig)", "Weight ~ Time + (Time | Pig)"])
    #expect(nested.rows[1].pValue < 1e-10 && nested.notes.isEmpty)
    // One parameter each: neither is a special case of the other.
    let other = try compare(line, fit("Weight ~ Evit"))
    #expect(other.rows[1].chiSquared.isNaN && other.rows[1].pValue.isNaN)
    #expect(other.description.contains("No test of m2 against m1: ") && !other.description.contains("chi2("))
    let crossed = try compare(fit("Weight ~ Evit"), slopes)
    #expect(crossed.notes.contains { $0.contains("is no fixed effect of the second") })
    #expect(try compare(line, fit("Weight ~ Time + 0 + Evit")).rows[1].reference == "chi2(2)")
    let terms = try compare(
      fit("Weight ~ Time + (1 | Litter)"), mixedlm("Weight ~ Time + Cu + (1 | Pig)", data).fit(reml: false))
    #expect(terms.notes.contains { $0.contains("the second has no (1 | Litter)") }, "\(terms)")
  }

  /// What `update` writes of an old right side and a change.
  @Test(arguments: [
    ("x + z", ". - x", "z"), ("x + z", ". + w", "x + z + w"), ("a*b", ". - a:b", "a*b - a:b"),
    ("a*b + a", ". - a", "a*b + a - a"), ("x", ". - x", "1"), ("x - 1", ". + z", "x - 1 + z"),
    ("x + (1 | g)", ". - (1|g)", "x"), ("x + (1 | g)", ". - x", "(1 | g)"),
    ("x + I(x - 1)", ". - I(x-1)", "x"), ("Q('a - b') + z", ". - z", "Q('a - b')"), ("x", ". - w", "x"),
  ])
  func `updated formulas are simplified`(old: String, change: String, expected: String) {
    #expect(FormulaUpdate.apply("y ~ \(change)", to: "y ~ \(old)") == "y ~ \(expected)")
  }

  @Test func `one variance against zero is a mixture with a point`() throws {
    let two = try Self.fit("diameter ~ 1 + (1 | plate) + (1 | sample)", "Penicillin")
    let one = try Self.fit("diameter ~ 1 + (1 | sample)", "Penicillin")
    let row = try compare(one, two).rows[1]
    #expect(row.reference == "mixture of chi2(0) and chi2(1)" && row.degreesOfFreedom == 1)
  }

  @Test(arguments: [
    ("Days + (Days || Subject)", "mixture of chi2(1) and chi2(2)"),
    ("Days + (Days | Subject)", "mixture of chi2(2) and chi2(3)"), ("Days + (1 | Subject)", "chi2(1)"),
  ])
  func `coefficients that are tested too move the mixture`(_ terms: String, _ reference: String) throws {
    let null = try Self.fit("Reaction ~ 1 + (1 | Subject)", "sleepstudy")
    #expect(try compare(null, Self.fit("Reaction ~ \(terms)", "sleepstudy")).rows[1].reference == reference)
  }

  @Test func `several variances against zero have an upper limit`() throws {
    let none = try Self.fit("Reaction ~ Days + (0 + I(Days > 4) | Subject)", "sleepstudy")
    let notes = try compare(
      none, Self.fit("Reaction ~ Days + (0 + I(Days > 4) | Subject) + (Days || Subject)", "sleepstudy")
    )
    .notes
    #expect(notes.contains { $0.contains("upper limit") })
  }
}
