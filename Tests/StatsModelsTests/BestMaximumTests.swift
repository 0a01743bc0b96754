import Foundation
import StatsModels
import TestSupport
import Testing

/// Likelihoods with several maxima: the fit is the best of them, and another not far below is named.
@Suite struct BestMaximumTests {
  /// Groups whose slopes are large where the predictor is small; the log-likelihoods are those of a grid over the
  /// covariances, which lme4 reaches from some starts.
  static let designs: [(frame: @Sendable () -> DataFrame, formula: String, best: Double)] = [
    ({ lone }, "y ~ x + (0 + x | g)", -16.253815772),
    ({ correlated }, "y ~ x + (x | g)", -41.367841201),
    ({ correlated }, "y ~ x + (x || g)", -41.369694948),
  ]

  @Test(arguments: designs.indices)
  func unequalScales(index: Int) throws {
    let (frame, formula, best) = Self.designs[index]
    let results = try mixedlm(formula, frame()).fit()
    #expect(results.converged)
    #expect(abs(results.llf - best) < 1e-6, "\(formula): \(results.llf)")
  }

  /// A slope variance alone, the predictor far from its origin: the maximum of the whole line by a closed form.
  @Test(arguments: 0..<12)
  func loneSlope(seed: Int) throws {
    var noise = SyntheticData.Noise(UInt64(seed + 1))
    let origin = [1e3, 1e4, -2e3][seed % 3]
    let g = (0..<24).map { $0 % 6 }
    let effects = (0..<6).map { _ in 2 * noise.next() }
    let x = g.map { _ in (origin + 100 * noise.next()).rounded() }
    let y = zip(g, x).map { 0.5 * $1 + effects[$0] + noise.next() }
    let results = try mixedlm("y ~ 1 + (0 + x | g)", try DataFrame(["g": g, "x": x, "y": y])).fit()
    let line = ClosedForm(groups: g, x: x, y: y)
    let best = stride(from: -12.0, through: 4, by: 0.01).map { line.logLikelihood(pow(10, $0)) }.max() ?? .nan
    // The grid's best point is within its step of the maximum.
    #expect(results.llf > best - 1e-6 && results.llf < best + 0.01, "\(results.llf) \(best)")
  }

  /// Two perfect correlations of few levels, with a bump of 0.014 between them; the value is lme4's best from many starts.
  @Test func perfectCorrelations() throws {
    let cars = try DataFrame(csv: Fixtures.data("Cars93")).dropna().rename(columns: [
      "Luggage.room": "luggage", "MPG.highway": "mpg",
    ])
    let results = try mixedlm("luggage ~ 1 + (mpg | Cylinders)", cars).fit()
    #expect(abs(results.llf + 194.337773814) < 1e-6)
    #expect(results.warnings.contains { $0.message.contains("two maxima") && $0.message.contains("-194.35") })
  }

  /// A school's classes have numbers in one decade but for one school's two, of which each has its own percentage: effects
  /// can explain every row. The maximum beside that is lme4's.
  @Test func growthElsewhereIsNamed() throws {
    let results = try mixedlm(
      "percmino ~ 1 + classNR + (classNR | schoolNR)", DataFrame(csv: Fixtures.data("bdf"))
    ).fit()
    #expect(results.converged)
    #expect(results.warnings.contains { $0.message.contains("grows without end") })
  }

  /// A row per cell: effects describe what the residual does, and each model has the likelihood of another without such effects.
  @Test(arguments: [
    ("(1 | g) + (0 + t | g)", "(0 + t | g)", nil), ("(t | g) + (x | g)", "(t | g)", nil),
    ("(1 | g) + diag(0 + t | g)", "(1 | g)", ResidualVariance.byGroup("t")),
    ("(x | g) + diag(0 + t | g)", "(x | g)", .byGroup("t")),
  ])
  func effectsLikeResiduals(effects: String, others: String, variance: ResidualVariance?) throws {
    for seed in 0..<8 {
      var noise = SyntheticData.Noise(UInt64(seed + 1))
      let (g, t) = ((0..<32).map { $0 / 4 }, (0..<32).map { $0 % 4 })
      let means = (0..<8).map { _ in 50 + noise.next() }
      let y = g.indices.map { means[g[$0]] + [0.5, 1, 2, 3][t[$0]] * noise.next() }
      let frame = try DataFrame([
        "g": g, "t": t.map { "t\($0)" }, "x": t, "arm": g.map { $0 % 2 }, "y": y,
      ])
      let fit = try mixedlm("y ~ arm + \(effects)", frame).fit(reml: seed % 2 == 0)
      let other = try mixedlm("y ~ arm + \(others)", frame, variance: variance).fit(reml: seed % 2 == 0)
      // the other may end short of a maximum at its boundary
      #expect(fit.converged && fit.llf > other.llf - 1e-5, "seed \(seed)")
      #expect(!other.converged || fit.llf < other.llf + 1e-5, "seed \(seed)")
    }
  }

  /// Variances that change places: two maxima inside, of which lme4 finds the higher one from random starts.
  @Test func fourVariances() throws {
    let results = try mixedlm(
      "y ~ bs(x, df=4) + diag(0 + f | g)", DataFrame(csv: Fixtures.data("four_variances"))
    ).fit()
    #expect(results.llf > 25.54467)
    #expect(results.warnings.contains { $0.message.contains("two maxima") && $0.message.contains("24.9028") })
  }

  /// Levels of fewer rows than effects tell their covariances together; what they leave open is found from all of them.
  @Test(arguments: ["(x + z | g)", "(0 + f | g)", "diag(0 + f | g)"])
  func levelsMayHaveFewerRowsThanEffects(_ effects: String) throws {
    var noise = SyntheticData.Noise(31)
    let g = (0..<400).map { $0 / 2 }
    let f = g.map { $0 % 4 }.enumerated().map { ($1 + ($0 % 2) * (1 + $1 / 2)) % 4 }
    let x = g.map { _ in noise.next() }, z = g.map { _ in noise.next() }
    let u = (0..<200).map { _ in (noise.next(), 0.5 * noise.next(), noise.next()) }
    let y = g.indices.map { u[g[$0]].0 + u[g[$0]].1 * x[$0] + u[g[$0]].2 * z[$0] + 0.5 * noise.next() }
    let data = try DataFrame([
      "y": y, "x": x, "z": z, "f": f.map { "f\($0)" }, "g": g,
    ])
    let results = try mixedlm("y ~ x + z + \(effects)", data).fit()
    #expect(results.converged && results.llf.isFinite)
    #expect(results.bseFe.values.allSatisfy { $0.isFinite && $0 > 0 })
    if effects == "(x + z | g)" { #expect(results.warnings.isEmpty) }
  }

  @Test func aSecondMaximumIsNamed() throws {
    var found = 0
    for seed in 1...60 {
      var noise = SyntheticData.Noise(UInt64(seed))
      let g = (0..<15).map { $0 / 3 }
      let scale = [1.0, 1, 2, 6, 20]
      let x = g.map { scale[$0] * (1 + 0.3 * noise.next()) }
      let slopes = scale.map { noise.next() * 2 / $0 }
      let y = zip(g, x).map { slopes[$0] * $1 + noise.next() }
      let results = try mixedlm("y ~ 1 + (0 + x | g)", try DataFrame(["g": g, "x": x, "y": y])).fit()
      let line = ClosedForm(groups: g, x: x, y: y)
      let values = stride(from: -7.0, through: 5, by: 0.02).map { line.logLikelihood(pow(10, $0)) }
      let peaks = values.indices.filter {
        ($0 == 0 || values[$0] > values[$0 - 1]) && ($0 + 1 == values.count || values[$0] >= values[$0 + 1])
      }.map { values[$0] }.sorted(by: >)
      let warning = results.warnings.first { $0.message.contains("two maxima") }
      if peaks.count > 1, peaks[0] - peaks[1] < 9 {
        found += 1
        let named = warning?.message.matches(of: /-[0-9]+\.[0-9]+/).compactMap { Double($0.output) } ?? []
        // The grid's second peak is within its step of the maximum.
        #expect(named.contains { abs($0 - peaks[1]) < 0.01 }, "\(seed) \(peaks) \(named)")
      } else if peaks.count == 1 {
        #expect(warning == nil, "\(seed) \(peaks)")
      }
    }
    #expect(found > 3)
  }

  static let lone = frame(
    groups: [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3],
    x: [0.9, 0.5, 1.0, 0.9, 0.9, 0.8, 14.1, 22.4, 16.0, 38.3, 56.1, 51.5],
    y: [0.2, 0.7, -0.1, -6.0, -6.5, -5.4, 2.4, 3.1, 2.4, -2.9, -4.3, -4.3])
  static let correlated = frame(
    groups: [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3],
    x: [0.78, 0.62, 1.06, 1.32, 4.48, 4.37, 2.3, 3.7, 7.12, 6.84, 13.13, 12, 34.57, 46.47, 47.6, 28.14],
    y: [
      -42.86, -34.83, -58.51, -71.03, -15.83, -15.68, -11.91, -16.07, -8.18, -9.91, -16.95, -14.17, -12.88,
      -18.57, -18.5, -10.59,
    ])

  static func frame(groups: [Int], x: [Double], y: [Double]) -> DataFrame {
    (try? DataFrame(["g": groups.map { "g\($0)" }, "x": x, "y": y])) ?? DataFrame()
  }
}

/// The restricted log-likelihood of `y ~ 1 + (0 + x | g)` at a slope variance, in parts of the residual's.
private struct ClosedForm {
  /// Of each group n, Σx², Σx, Σy, Σxy, Σy².
  private var sums: [[Double]]

  init(groups: [Int], x: [Double], y: [Double]) {
    sums = [[Double]](repeating: [Double](repeating: 0, count: 6), count: (groups.max() ?? 0) + 1)
    let mean = y.reduce(0, +) / Double(y.count)
    for (g, (x, y)) in zip(groups, zip(x, y)) {
      let d = y - mean
      for (i, value) in [1, x * x, x, d, x * d, d * d].enumerated() { sums[g][i] += value }
    }
  }

  func logLikelihood(_ s: Double) -> Double {
    var (logarithms, xx, xy, yy) = (0.0, 0.0, 0.0, 0.0)
    var rows = 0.0
    for sum in sums {
      let h = s / (1 + s * sum[1])
      logarithms += log(1 + s * sum[1])
      rows += sum[0]
      xx += sum[0] - h * sum[2] * sum[2]
      xy += sum[3] - h * sum[2] * sum[4]
      yy += sum[5] - h * sum[4] * sum[4]
    }
    let nu = rows - 1
    return -0.5 * (logarithms + log(xx) + nu * (1 + log(2 * .pi * (yy - xy * xy / xx) / nu)))
  }
}
