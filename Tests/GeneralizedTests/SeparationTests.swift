import DataFrames
import Foundation
import GeneralizedModels
import LinearAlgebra
import StatsModels
import TestSupport
import Testing

@Suite struct SeparationTests {
  /// A direction is one by its definition; where there is none, Newton's iterations for the logistic model without random
  /// effects end.
  @Test func decided() throws {
    var generator = SeededGenerator(seed: 3)
    func uniform() -> Double { Double.random(in: -1..<1, using: &generator) }
    var separated = 0
    for model in 0..<600 {
      let n = 12 + 3 * (model % 9)
      let x = (0..<n).map { _ in uniform() * (model % 5 == 0 ? 1e4 : 1) }
      let level = (0..<n).map { _ in Int(2.999 * abs(uniform())) }
      let columns = [
        [Double](repeating: 1, count: n), x, level.map { $0 == 1 ? 1 : 0 }, level.map { $0 == 2 ? 1 : 0 },
      ]
      let steep = [0.0, 1, 4, 20][model % 4] / (model % 5 == 0 ? 1e4 : 1)
      let sides = (0..<n).map { i in
        model % 7 == 0 && i % 6 == 0
          ? 0 : steep * x[i] + Double(level[i]) * steep + uniform() + uniform() > 0 ? 1 : -1
      }
      let design = Matrix(columns: columns)
      if let found = Separation(design, sides: sides) {
        separated += 1
        let rises = zip(design * found.direction, sides).map { $1 == 0 ? -abs($0) : Double($1) * $0 }
        let largest = rises.max() ?? 0
        #expect(largest > 0 && rises.allSatisfy { $0 > -1e-7 * largest }, "model \(model)")
      } else {
        #expect(hasMaximum(design, sides), "model \(model)")
      }
    }
    #expect(separated > 100 && separated < 500)
  }

  private func hasMaximum(_ design: Matrix, _ sides: [Int]) -> Bool {
    var scaled = design
    for c in 0..<design.columns {
      let size = max(maximumMagnitude(design.column(c)), 1e-300)
      for i in 0..<design.rows { scaled[i, c] /= size }
    }
    var beta = [Double](repeating: 0, count: design.columns)
    for _ in 0..<200 {
      let mu = (scaled * beta).map { 1 / (1 + exp(-$0)) }
      let score = scaled.transposedTimes(zip(mu, sides).map { 0.5 + 0.5 * Double($1) - $0 })
      if maximumMagnitude(score) < 1e-11 { return true }
      var weighted = scaled
      for c in 0..<design.columns { for i in 0..<design.rows { weighted[i, c] *= mu[i] * (1 - mu[i]) } }
      var information = scaled.transposedTimes(weighted)
      // empty levels leave columns that depend on others
      for c in 0..<design.columns { information[c, c] += 1e-10 }
      guard let step = try? Cholesky(information).solve(score) else { return false }
      // full steps overshoot where predictors are far
      let share = min(1, 2 / max(maximumMagnitude(scaled * step), 1e-300))
      axpy(share, step, &beta)
      if maximumMagnitude(scaled * beta) > 150 { return false }
    }
    return false
  }

  /// Large coefficients that are estimated all the same, and the lower maximum at which lme4 and glmmTMB end.
  @Test func largeCoefficients() throws {
    let rows = Self.large.split(separator: ";").map {
      $0.split(separator: ",").map { String($0.filter { !$0.isWhitespace }) }
    }
    func numbers(_ c: Int) -> [Double] { rows.map { Double($0[c]) ?? .nan } }
    let data = try DataFrame([
      "g": numbers(0), "h": numbers(1), "x": numbers(2), "z": rows.map { $0[3] }, "y": numbers(4),
    ])
    let fit = try mixedglm("y ~ x + z + (x | g) + (1 | h)", data, family: .binomial()).fit()
    #expect(abs(fit.llf + 31.433_2) < 1e-3)
    let rise = String(31.845_922 + fit.llf).prefix(5)
    #expect(fit.warnings.contains { $0.message.contains("another maximum, lower by \(rise)") })
    #expect(!fit.warnings.contains { $0.message.contains("separation") })
  }

  /// The columns, and remedies that the family has.
  @Test func texts() throws {
    let x = (0..<24).map { Double($0 % 8) }
    let data = try DataFrame([
      "g": (0..<24).map { Double($0 / 4) }, "x": x, "big": x.map { $0 > 4.5 ? "yes" : "no" },
      "noise": (0..<24).map { Double(($0 * 7) % 5) },
      "win": x.enumerated().map { $1 > 4.5 ? 1.0 : Double($0 % 3 % 2) },
      "count": x.enumerated().map { $1 > 4.5 ? 0.0 : Double(1 + $0 % 3) },
    ])
    let cases: [(String, Family, String?)] = [
      ("win ~ big + noise + (1 | g)", .binomial(), "BinomialBayesMixedGLM"),
      ("win ~ big + noise + (1 | g)", .binomial(link: .probit), nil),
      ("count ~ big + noise + (1 | g)", .poisson(), "PoissonBayesMixedGLM"),
      ("count ~ big + noise + (1 | g)", .negativeBinomial(), nil),
    ]
    for (formula, family, remedy) in cases {
      let warnings = try mixedglm(formula, data, family: family).fit().warnings.map(\.message)
      let text = try #require(warnings.first { $0.contains("separation") }, "\(family)")
      #expect(text.contains("coefficient of 'big[T.yes]' grows"), "\(text)")
      #expect(
        !text.contains("''") && text.contains("Bayes") == (remedy != nil) && text.contains(remedy ?? "merge"))
      #expect(!warnings.contains { $0.contains("maxiter") })
    }
  }

  /// Responses that are all the same have no maximum, whatever the family, with random effects or without.
  @Test func allTheSame() throws {
    let n = 24
    let data = try DataFrame([
      "g": (0..<n).map { Double($0 / 4) }, "x": (0..<n).map { Double(($0 * 7) % 11) },
      "zero": [Double](repeating: 0, count: n), "one": [Double](repeating: 1, count: n),
    ])
    let shares = [Family.Link.logit, .probit, .cloglog, .cauchy].map { Family.binomial(link: $0) }
    let cases =
      shares.flatMap { [("zero", $0), ("one", $0)] }
      + [("zero", .poisson()), ("zero", .negativeBinomial(alpha: 1))]
    for (response, family) in cases {
      let mixed = try mixedglm("\(response) ~ x + (1 | g)", data, family: family).fit()
      let plain = try glm("\(response) ~ x", data, family: family).fit()
      for (converged, warnings) in [(mixed.converged, mixed.warnings), (plain.converged, plain.warnings)] {
        #expect(!converged, "\(family)")
        let told = warnings.contains {
          $0.message.contains("every response of '\(response)'") && $0.message.contains("coded")
        }
        #expect(told, "\(family): \(warnings)")
      }
    }
    var apart = data
    apart["win"] = data["x"] > 4.5
    let separated = try glm("win ~ x", apart, family: .binomial()).fit()
    #expect(!separated.converged)
    #expect(
      separated.warnings.contains {
        $0.category == "PerfectSeparationWarning" && $0.message.contains("coefficient of 'x' grows")
      })
  }

  /// A maximum beside which the likelihood rises higher as variances grow.
  @Test func risesElsewhere() throws {
    let rows = Self.rising.split(separator: ";").map {
      $0.split(separator: ",").map { String($0.filter { !$0.isWhitespace }) }
    }
    let data = try DataFrame([
      "g": rows.map { $0[0] }, "h": rows.map { $0[1] }, "x": rows.map { Double($0[2]) ?? .nan },
      "f": rows.map { $0[3] }, "y": rows.map { Double($0[4]) ?? .nan },
    ])
    let fit = try mixedglm("y ~ x * f + (1 | g/h)", data, family: .binomial(link: .cloglog)).fit()
    #expect(fit.warnings.contains { $0.message.contains("rises above the maximum printed") })
  }

  // g, h, x, f, y
  private static let rising = """
    8,3,0.28,c,1;1,2,0.60,c,1;5,3,0.39,b,1;12,1,1.63,b,1;11,2,0.67,b,1;3,0,0.86,c,1;7,4,0.38,a,0;
    5,1,-0.31,b,1;5,3,-0.35,c,0;5,1,0.16,c,0;5,2,-1.82,b,0;12,4,-0.43,b,0;10,4,-0.17,a,1;
    3,3,0.62,b,1;10,0,0.46,a,1;0,4,0.50,a,1;11,3,-1.36,a,0;11,3,1.04,a,1;0,3,-1.08,b,1;
    0,4,0.15,c,1;7,0,-0.79,b,1;0,0,0.68,a,1;9,3,1.51,b,1;2,3,-0.92,b,0;0,2,-1.34,c,1;
    12,0,-0.16,b,1;11,3,0.24,b,1;9,0,0.30,a,1;1,0,-0.08,a,1;10,3,-0.35,c,1;10,1,0.15,a,1;
    6,3,-0.15,b,1;6,2,-0.44,b,1;4,0,1.27,a,1;9,2,2.27,c,1;6,2,0.00,c,1;2,3,0.33,a,1;4,0,2.08,b,1;
    1,2,-0.79,c,1;11,0,-0.42,b,1
    """
  // g, h, x, z, y
  private static let large = """
    3,4,0.788,a,1;2,5,0.346,a,1;3,2,0.382,c,0;14,5,0.915,a,1;14,5,1.863,c,0;6,2,0.884,c,1;
    8,2,-0.638,c,0;17,1,-0.425,b,0;7,1,1.357,b,0;12,3,1.054,c,1;23,4,0.343,c,0;19,2,0.082,c,0;
    10,3,-0.307,a,1;7,3,0.335,c,1;17,1,0.022,a,0;3,2,0.776,a,1;4,1,0.228,a,1;5,5,0.124,b,1;
    6,1,-0.805,b,0;20,1,-1.313,c,0;17,3,-1.109,c,0;5,3,-0.705,a,1;21,5,-1.873,c,0;7,3,-0.063,b,1;
    12,4,0.452,a,1;21,3,0.057,a,0;8,3,0.53,b,1;21,4,-2.126,a,0;23,3,0.487,a,0;14,1,-1.343,c,0;
    13,1,-0.192,a,0;6,2,-0.258,c,1;9,4,-1.158,a,1;14,2,0.771,a,1;4,3,-0.96,a,0;12,2,0.728,b,1;
    22,2,2.091,b,1;22,3,1.391,c,1;1,4,-0.333,c,1;21,2,-1.008,b,1;5,1,-0.001,b,0;8,3,-0.62,c,0;
    18,5,0.729,a,1;21,2,-0.567,b,1;9,4,0.613,b,1;2,4,0.075,c,1;6,3,0.906,a,1;13,1,1.224,b,1;
    6,5,0.13,b,1;18,5,1.499,c,1;14,2,0.351,b,1;20,4,1.06,b,0;10,3,1.06,b,1;16,4,0.754,c,1;4,2,1.817,c,1;
    6,5,-0.837,a,0;16,1,1.597,a,1;16,3,-1.093,a,0;3,4,1.039,c,1;21,5,0.274,a,1
    """

  /// Responses below zero on average leave a log link no maximum.
  @Test func vanishingMeans() throws {
    let y = (0..<24).map { Double(($0 * 7) % 11) / 10 - 0.8 }
    let data = try DataFrame(["y": y, "g": (0..<24).map { $0 / 4 }])
    let fit = try mixedglm("y ~ 1 + (1 | g)", data, family: .gaussian(link: .log)).fit()
    #expect(!fit.converged)
    #expect(fit.warnings.contains { $0.message.contains("identity link") })
    #expect(!fit.warnings.contains { $0.message.contains("rows per level") })
  }
}
