import Foundation
import LinearAlgebra
import StatsModels
import Testing

/// Standard errors that can be printed: never blank, never dependent on the origin or unit of a predictor, and those of
/// (X'V⁻¹X)⁻¹ where covariances are on their boundary.
@Suite struct StandardErrorTests {
  /// Small random fits of correlated slopes, most of them singular.
  static func small(seed: Int) throws -> DataFrame {
    var noise = SyntheticData.Noise(UInt64(seed + 1))
    let g = (0..<16).map { $0 / 4 }
    let x = g.map { _ in (2.5 + 2 * noise.next()).rounded() }
    let effects = g.map { _ in 0.6 * noise.next() }
    let y = g.indices.map { x[$0] + effects[g[$0]] + noise.next() }
    return try DataFrame(["g": g, "x": x, "y": y])
  }

  @Test(arguments: 0..<40, ["y ~ x + (x | g)", "y ~ x + (x || g)", "y ~ x + (1 | g) + (0 + x | g)"])
  func boundariesHaveTheErrorsOfKnownCovariances(seed: Int, formula: String) throws {
    let frame = try Self.small(seed: seed)
    let results = try mixedlm(formula, frame).fit()
    #expect(results.bseFe.values.allSatisfy { $0 > 0 && $0.isFinite }, "\(results.bseFe)")
    guard results.warnings.contains(where: { $0.kind == .boundary }) else { return }
    let x = try #require(try frame.column("x").doubles)
    let g = try #require(try frame.column("g").doubles)
    let n = x.count
    let regressors = [[Double](repeating: 1, count: n), x]
    var v = Matrix.identity(n)
    for term in results.terms {
      let columns = term.names.map { regressors[$0 == "Intercept" ? 0 : 1] }
      for i in 0..<n {
        for j in 0..<n where g[i] == g[j] {
          for a in columns.indices {
            for b in columns.indices {
              v[i, j] += columns[a][i] * term.covariance.values[a, b] / results.scale * columns[b][j]
            }
          }
        }
      }
    }
    let design = Matrix(columns: regressors)
    let information = try design.transposed * LinearAlgebra.solve(v, design)
    let expected = try LinearAlgebra.solve(information, Matrix.identity(2)).diagonal.map {
      (results.scale * $0).squareRoot()
    }
    for (own, value) in zip(results.bseFe.values, expected) { #expect(abs(own / value - 1) < 1e-6) }
  }

  /// Effects that leave next to no residual variance: curvature is beyond precision there, errors of coefficients are not.
  @Test func errorsWithoutResidualVariance() throws {
    let frame = try DataFrame([
      "g": ["g2", "g1", "g2", "g2", "g2", "g1", "g1"], "h": ["h5", "h7", "h4", "h6", "h6", "h6", "h5"],
      "y": [16.73, 15.09, 43.06, 15.780000000000001, 20.61, 31.84, 10.81],
      "x": [11.63, 28.33, 27.98, 18.36, 33.64, 19.61, 28.02],
    ])
    let results = try mixedlm("y ~ x + (x | g) + (1 | h)", frame).fit(reml: false)
    #expect(results.bseFe.values.allSatisfy { $0 > 0 && $0.isFinite }, "\(results.bseFe)")
  }

  /// A year, a Julian day and a time stamp have the errors of the centred predictor.
  @Test(
    arguments: [2017.0, 2_459_000, 1.7e9, -3e5], ["y ~ t + (t | g)", "y ~ t + (1 | g)", "y ~ t + (t || g)"])
  func originsDoNotMatter(origin: Double, formula: String) throws {
    var noise = SyntheticData.Noise(10)
    let g = (0..<96).map { $0 / 8 }
    let levels = (0..<12).map { _ in (noise.next(), 0.3 * noise.next()) }
    let days = g.map { _ in (2 * noise.next()).rounded() }
    let y = zip(g, days).map { (0.3 + levels[$0].1) * $1 + levels[$0].0 + 0.5 * noise.next() }
    func errors(_ shift: Double) throws -> (slope: Double, variance: Double) {
      let frame = try DataFrame(["g": g, "t": days.map { $0 + shift }, "y": y])
      let results = try mixedlm(formula, frame).fit()
      return (results.bseFe["t"], results.bseRe.values.last ?? .nan)
    }
    // Without a correlation the origin is part of the model: there the errors need only be numbers.
    if formula.contains("||") {
      let (slope, _) = try errors(origin)
      #expect(slope > 0 && slope.isFinite)
      return
    }
    let (moved, centred) = (try errors(origin), try errors(0))
    #expect(abs(moved.slope / centred.slope - 1) < 1e-6, "\(moved) \(centred)")
    if formula.contains("(t |") { #expect(abs(moved.variance / centred.variance - 1) < 1e-6) }
  }

  /// Covariance parameters at their bound have no standard error, the others keep theirs.
  @Test func parametersAtTheirBound() throws {
    let frame = try Self.small(seed: 3)
    var noise = SyntheticData.Noise(4)
    var wide = frame
    let h = (0..<frame.rowCount).map { $0 % 3 }
    try wide.assign("h", h)
    try wide.assign("z", h.map { 3 * Double($0) + 0.1 * noise.next() })
    let results = try mixedlm("z ~ x + (1 | h) + (1 | g)", wide).fit()
    let errors = results.bseRe
    #expect(errors["h: Intercept Var"].isFinite)
    #expect(results.terms[1].covariance.values[0, 0] > 0 || errors["g: Intercept Var"].isNaN)
  }
}

/// What no data determine is said, with the smallest covariances of the effects.
@Suite struct IdentificationTests {
  static let frame: DataFrame = {
    var noise = SyntheticData.Noise(7)
    let s = (0..<60).map { $0 / 5 }
    let levels = (0..<12).map { _ in (noise.next(), 0.7 * noise.next(), 0.5 * noise.next()) }
    let x = s.map { _ in noise.next() }
    let z = s.map { _ in noise.next() }
    let y = s.indices.map {
      1 + levels[s[$0]].0 + (1 + levels[s[$0]].1) * x[$0] + (0.5 + levels[s[$0]].2) * z[$0] + 0.5
        * noise.next()
    }
    let pair = (0..<60).map { $0 / 2 }
    let visit = (0..<60).map { $0 % 2 }
    let values: KeyValuePairs<String, any ColumnConvertible> = [
      "s": s, "x": x, "z": z, "y": y, "pair": pair, "visit": visit, "arm": visit.map { ["a", "b"][$0] },
    ]
    return (try? DataFrame(values)) ?? DataFrame()
  }()

  static let cases: [(formula: String, terms: [String], open: Int)] = [
    ("y ~ arm + (arm | pair)", ["(arm | pair)", "residual variance"], 3),
    ("y ~ arm + (0 + arm | pair)", ["(0 + arm | pair)", "residual variance"], 3),
    ("y ~ visit + (visit | pair)", ["(visit | pair)", "residual variance"], 3),
    ("y ~ x + z + (x | s) + (z | s)", ["(x | s) and (z | s)"], 2),
    ("y ~ C(s) + (1 | s)", ["(1 | s)"], 1),
    ("y ~ x + C(s) + (x | s)", ["(x | s)"], 2),
    // identified, though nearly as large
    ("y ~ x + z + (x + z | s)", [], 0),
    ("y ~ arm + (1 | pair)", [], 0),
    ("y ~ x + (x || s) + (0 + z | s)", [], 0),
  ]

  @Test(arguments: cases.indices, [true, false])
  func flatDirections(index: Int, reml: Bool) throws {
    let (formula, terms, open) = Self.cases[index]
    let results = try mixedlm(formula, Self.frame).fit(reml: reml)
    // Without the restriction a variance that the fixed effects explain is zero.
    if formula.contains("C(s)"), !reml { return }
    let warnings = results.warnings.filter { $0.kind == .notIdentifiable }
    #expect(results.converged)
    #expect(warnings.count == (open > 0 ? 1 : 0), "\(warnings)")
    for term in terms { #expect(warnings.first?.message.contains(term) == true, "\(warnings)") }
    if open > 0 { #expect(results.bseRe.values.count { $0.isNaN } == open, "\(results.bseRe)") }
    #expect(results.bseFe.values.allSatisfy { $0 > 0 && $0.isFinite })
  }

  /// Effects that the fixed effects describe do not vary, and all else is as without them: some 40 % of such fits ended far out
  /// on the ridge.
  @Test(arguments: [
    ("y ~ x + h + (1 | g) + (1 | h)", "y ~ x + h + (1 | g)"),
    ("y ~ x + h + (1 | h) + (x | g)", "y ~ x + h + (x | g)"),
    ("y ~ x + h + (x | h)", "y ~ x + h + (0 + x | h)"),
    ("y ~ x + h + (1 | g) + (x || h)", "y ~ x + h + (1 | g) + (0 + x | h)"),
    ("y ~ x * h + (1 | g) + (x | h)", "y ~ x * h + (1 | g)"),
  ])
  func describedEffects(formula: String, rest: String) throws {
    for seed in 0..<8 {
      var noise = SyntheticData.Noise(UInt64(seed))
      let (g, h) = ((0..<80).map { $0 * 7 % 8 }, (0..<80).map { $0 / 2 % 4 })
      let effects = (0..<8).map { _ in (1.3 * noise.next(), 0.5 * noise.next()) }
      let x = g.map { _ in noise.next() }
      let y = x.indices.map { 100 + effects[g[$0]].0 + (0.4 + effects[g[$0]].1) * x[$0] + noise.next() }
      let frame = try DataFrame(["g": g, "h": h.map { "level \($0)" }, "x": x, "y": y])
      let (full, reduced) = (try mixedlm(formula, frame).fit(), try mixedlm(rest, frame).fit())
      #expect(full.converged && abs(full.llf - reduced.llf) < 1e-7, "seed \(seed)")
      #expect(full.warnings.contains { $0.kind == .notIdentifiable && $0.message.contains("| h)") })
      for (a, b) in zip(full.feParams.values, reduced.feParams.values) {
        #expect(abs(a - b) < 1e-4, "seed \(seed)")
      }
      #expect(full.bseFe.values.allSatisfy { $0 > 0 && $0.isFinite })
      for term in full.terms where term.group == "h" && term.names[0] == "Intercept" {
        #expect(abs(term.covariance.values[0, 0]) < 1e-12)
      }
      if formula.contains("(1 | h)") {
        let tests = try (full.coefficients(ddf: .kenwardRoger), reduced.coefficients(ddf: .kenwardRoger))
        for (a, b) in zip(tests.0.df, tests.1.df) { #expect(abs(a - b) < 1e-4 * b, "seed \(seed)") }
      }
    }
  }

  @Test func describedAlone() throws {
    let fit = try mixedlm("y ~ C(s) + (1 | s)", Self.frame).fit()
    let plain = try ols("y ~ C(s)", Self.frame).fit()
    #expect(fit.terms[0].covariance.values[0, 0] == 0 && abs(fit.scale - plain.scale) < 1e-10)
    for (a, b) in zip(fit.bseFe.values, plain.bse.values) { #expect(abs(a - b) < 1e-10) }
  }

  /// Every split between effects and residuals has the likelihood that is printed.
  @Test func theSmallestCovarianceIsGiven() throws {
    let results = try mixedlm("y ~ arm + (arm | pair)", Self.frame).fit()
    let covariance = results.terms[0].covariance.values
    let determinant = covariance[0, 0] * covariance[1, 1] - covariance[0, 1] * covariance[1, 0]
    #expect(abs(determinant) < 1e-6 * covariance[0, 0] * covariance[1, 1])
  }

  /// A covariance matrix of hundreds of parameters is announced.
  @Test(arguments: [(39, false), (40, true)]) func manyParametersAreAnnounced(width: Int, isWide: Bool) throws
  {
    let rows = 0..<6 * width
    let columns: KeyValuePairs<String, any ColumnConvertible> = [
      "g": rows.map { $0 / (2 * width) }, "k": rows.map { $0 % width },
      "y": rows.map { Double($0 * $0 % 17) },
    ]
    let model = try mixedlm("y ~ 1 + (0 + C(k) | g)", DataFrame(columns))
    #expect(model.costNote?.contains("(0 + C(k) | g) has 820 variances and covariances") ?? false == isWide)
  }

  /// A covariance matrix of thousands of parameters is refused before any of it is formed.
  @Test func tooManyParametersAreRefused() throws {
    let k = (0..<240).map { $0 % 80 }
    let frame = try DataFrame(["g": (0..<240).map { $0 / 80 }, "k": k, "y": k.map { Double($0 * $0 % 17) }])
    let error = #expect(throws: (any Error).self) { try mixedlm("y ~ 1 + (C(k) | g)", frame) }
    #expect(error.map { "\($0)".contains("3240 variances and covariances") } == true)
  }
}
