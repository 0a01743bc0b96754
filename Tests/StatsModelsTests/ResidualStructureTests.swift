import Foundation
import LinearAlgebra
import StatsModels
import TestSupport
import Testing

/// Residual variances and correlations against a dense V, and what results of such models do.
@Suite struct ResidualStructureTests {
  static let orthodont = Result { try DataFrame(csv: Fixtures.path("data/Orthodont.csv")) }

  /// A model, and the covariance of its residuals over σ² by the parameters that are printed.
  struct Case: Sendable, CustomStringConvertible {
    let description: String
    var variance: ResidualVariance?
    var residuals: ResidualStructure?
    var weights: String?
    /// δ of a row by the first parameter.
    var deviation: @Sendable (_ sex: String?, _ age: Double, _ parameter: Double) -> Double = { _, _, _ in 1 }
    /// Times between rows in years, by the unit of time.
    var unit = 2.0
  }

  static let cases = [
    Case(description: "variances", variance: .byGroup("Sex")) { sex, _, ratio in sex == "Male" ? ratio : 1 },
    Case(description: "power", variance: .power(of: "age")) { pow($1, $2) },
    Case(description: "exponential, weights", variance: .exponential(of: "age"), weights: "w") {
      exp($2 * $1)
    },
    Case(description: "autoregressive", residuals: .autoregressive()),
    Case(
      description: "autoregressive with gaps, weights", residuals: .autoregressive(time: "age"), weights: "w",
      unit: 1),
    Case(
      description: "both", variance: .byGroup("Sex"),
      residuals: .autoregressive(time: "visit", within: "Subject"),
      weights: "w"
    ) { sex, _, ratio in sex == "Male" ? ratio : 1 },
  ]

  static func data() throws -> DataFrame {
    var data = try orthodont.get()
    data["w"] = data["Subject"].strings.indices.map { 1 + Double($0 % 3) }
    data["visit"] = data["age"].doubles?.map { Int($0 / 2) } ?? []
    return data
  }

  static func fit(_ item: Case, reml: Bool = true) throws -> MixedLMResults {
    try mixedlm(
      "distance ~ age * Sex + (1 | Subject)", data(), weights: item.weights, variance: item.variance,
      residuals: item.residuals
    ).fit(reml: reml)
  }

  /// −2 log L and Φ = (X'V⁻¹X)⁻¹ by a dense V.
  static func dense(
    _ fit: MixedLMResults, _ item: Case, intercept: Double, scale: Double, parameters: [Double]
  ) throws -> (deviance: Double, covariance: Matrix) {
    let data = try data()
    let subjects = data["Subject"].strings
    let ages = data["age"].doubles ?? []
    let sexes = data["Sex"].strings
    let weights = item.weights == nil ? nil : data["w"].doubles
    let n = fit.nobs
    let first = item.variance == nil ? 0 : 1
    let rho = item.residuals == nil ? 0 : parameters[first]
    func deviation(_ i: Int) -> Double { item.deviation(sexes[i], ages[i], parameters[0]) }
    var v = Matrix(rows: n, columns: n)
    for i in 0..<n {
      for j in 0..<n where subjects[i] == subjects[j] {
        let root = deviation(i) * deviation(j) / ((weights?[i] ?? 1) * (weights?[j] ?? 1)).squareRoot()
        v[i, j] =
          intercept + scale * root
          * (i == j ? 1 : item.residuals == nil ? 0 : pow(rho, abs(ages[i] - ages[j]) / item.unit))
      }
    }
    let factor = try Cholesky(v)
    let x = fit.model.exog
    let columns = (0..<x.columns).map { factor.forwardSolve(x.column($0)) }
    let y = factor.forwardSolve(fit.model.endog)
    let design = Matrix(rows: n, columns: x.columns, columnMajor: columns.flatMap { $0 })
    let information = design.gram()
    let inverse = try LU(information).inverse
    let b = inverse * design.transposedTimes(y)
    let rest = zip(y, design * b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let constant = Double(fit.reml ? n - x.columns : n) * log(2 * Double.pi)
    let fixed = fit.reml ? try Cholesky(information).logDeterminant : 0
    return (factor.logDeterminant + rest + constant + fixed, inverse)
  }

  @Test(arguments: cases, [true, false])
  func `the likelihood is that of a dense covariance, and its maximum`(_ item: Case, _ reml: Bool) throws {
    let fit = try Self.fit(item, reml: reml)
    let found = try #require(fit.residualParameters())
    let intercept = fit.covRe.values[0, 0]
    func deviance(_ shift: [Double]) throws -> Double {
      let moved = zip(found.estimates, shift.dropFirst(2)).map { $0 + $1 }
      return try Self.dense(
        fit, item, intercept: intercept * exp(shift[0]), scale: fit.scale * exp(shift[1]), parameters: moved
      ).deviance
    }
    let origin = [Double](repeating: 0, count: 2 + found.estimates.count)
    let atEstimate = try deviance(origin)
    #expect(abs(atEstimate + 2 * fit.llf) < 1e-8)
    for i in origin.indices {
      let slope = try [-1e-4, 1e-4].map { step in
        var moved = origin
        moved[i] = step
        return try deviance(moved)
      }
      #expect(abs(slope[1] - slope[0]) / 2e-4 < 2e-3, "\(i)")
    }
  }

  @Test(arguments: cases)
  func `errors and degrees of freedom are those of a dense information`(_ item: Case) throws {
    let fit = try Self.fit(item)
    let found = try #require(fit.residualParameters())
    let values = [fit.covRe.values[0, 0], fit.scale] + found.estimates
    let steps = values.map { 2e-3 * max(abs($0), 0.2) }
    func at(_ shift: [Int: Double]) throws -> (deviance: Double, covariance: Matrix) {
      let moved = values.indices.map { values[$0] + (shift[$0] ?? 0) * steps[$0] }
      return try Self.dense(fit, item, intercept: moved[0], scale: moved[1], parameters: Array(moved[2...]))
    }
    var hessian = Matrix(rows: values.count, columns: values.count)
    for i in values.indices {
      for j in values.indices {
        if i == j {
          hessian[i, i] =
            try (at([i: 1]).deviance - 2 * at([:]).deviance + at([i: -1]).deviance) / (steps[i] * steps[i])
        } else {
          hessian[i, j] =
            try
            (at([i: 1, j: 1]).deviance - at([i: 1, j: -1]).deviance - at([i: -1, j: 1]).deviance
            + at([i: -1, j: -1]).deviance) / (4 * steps[i] * steps[j])
        }
      }
    }
    let covariance = try LU(hessian * 0.5).inverse
    for (i, error) in found.standardErrors.enumerated() {
      #expect(abs(error / covariance[2 + i, 2 + i].squareRoot() - 1) < 1e-2)
    }
    let variances = fit.varianceComponents.rows.map(\.standardError)
    #expect(abs(variances[0] / covariance[0, 0].squareRoot() - 1) < 1e-2)
    #expect(abs(variances[1] / covariance[1, 1].squareRoot() - 1) < 1e-2)
    let slopes = try values.indices.map { i in
      try (at([i: 1]).covariance - at([i: -1]).covariance) * (1 / (2 * steps[i]))
    }
    let plain = try at([:]).covariance
    let df = try fit.coefficients(ddf: .satterthwaite).df
    for k in 0..<plain.rows {
      let gradient = slopes.map { $0[k, k] }
      let expected = 2 * plain[k, k] * plain[k, k] / covariance.quadraticForm(gradient)
      #expect(abs(df[k] / expected - 1) < 1e-2, "\(k) \(df[k]) \(expected)")
    }
  }

  @Test(arguments: cases)
  func `results serve`(_ item: Case) throws {
    let fit = try Self.fit(item)
    let data = try Self.data()
    // normalised residuals of the simulated truth have variance one in the mean
    let normal = try fit.resid(normalized: true).values
    #expect(abs(normal.reduce(0) { $0 + $1 * $1 } / Double(normal.count) - 0.75) < 0.25)
    let text = try fit.summary().asText()
    for name in try #require(fit.residualParameters()).names { #expect(text.contains(name)) }
    let again = try fit.refit(response: fit.model.endog)
    #expect(abs(again.llf - fit.llf) < 1e-8)
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(
      "residuals-\(UUID().uuidString).json"
    ).path
    defer { try? FileManager.default.removeItem(atPath: file) }
    try fit.save(file)
    let loaded = try MixedLMResults.load(file)
    #expect(try loaded.summary().asText() == text)
    #expect(loaded.residualParameters()?.upper == fit.residualParameters()?.upper)
    let interval = try fit.predict(data, interval: .prediction)
    #expect(try loaded.predict(data, interval: .prediction).upper == interval.upper)
    #expect(!interval.upper.values.contains { !$0.isFinite })
    let draws = try fit.simulate(count: 400, seed: 3).values
    let spread = (0..<draws.rows).map { i -> Double in
      let row = draws.row(i)
      let mean = row.reduce(0, +) / 400
      return row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 399
    }
    // of the first row, a boy of eight years
    let parameter = try #require(fit.residualParameters()).estimates[0]
    let expected = fit.covRe.values[0, 0] + fit.scale * pow(item.deviation("Male", 8, parameter), 2)
    #expect(abs(spread[0] / expected - 1) < 0.35)
    #expect(throws: StatsModelsError.self) { try fit.coefficients(ddf: .kenwardRoger) }
    #expect(throws: StatsModelsError.self) { try fit.profile() }
    #expect(throws: StatsModelsError.self) { try fit.bootstrap(nrep: 2) }
    let null = try mixedlm("distance ~ age * Sex + (1 | Subject)", data, weights: item.weights).fit()
    let comparison = try compare(null, fit)
    #expect(comparison.rows[1].degreesOfFreedom == fit.residualParameters()?.names.count)
    #expect(comparison.rows[1].chiSquared >= 0)
    let robust = try fit.robustCovariance(.cr0, clusters: "Subject").covariance.values
    #expect(!robust.diagonal.contains { !($0 > 0) })
    #expect(
      try fit.update(formula: ". ~ age + (1 | Subject)").residualParameters()?.names
        == fit.residualParameters()?.names)
  }

  @Test func `a correlation is equal variances' twin of a random intercept`() throws {
    // compound symmetry of the residuals beside a slope is a random intercept where it is positive
    let data = try DataFrame(csv: Fixtures.path("data/BodyWeight.csv"))
    let a = try mixedlm("weight ~ Time + (0 + Time | Rat)", data, residuals: .compoundSymmetry).fit()
    let b = try mixedlm("weight ~ Time + (1 + Time || Rat)", data).fit()
    #expect(abs(a.llf - b.llf) < 1e-7)
    let rho = try #require(a.covStruct).depParams
    #expect(abs(a.scale * rho / b.terms[0].covariance.values[0, 0] - 1) < 1e-4)
    #expect(abs(a.scale * (1 - rho) / b.scale - 1) < 1e-4)
  }

  /// Beside a random intercept of the same series the likelihood is the same whatever the correlation.
  @Test(arguments: 0..<6)
  func `a correlation and a random intercept of one series are told to be the same`(_ seed: Int) throws {
    var noise = SyntheticData.Noise(UInt64(seed))
    let g = (0..<60).map { $0 / 5 }
    let effects = (0..<12).map { _ in noise.next() }
    let x = g.map { _ in noise.next() }
    let y = g.indices.map { effects[g[$0]] + x[$0] + noise.next() }
    let fit = try mixedlm(
      "y ~ x", DataFrame(["y": y, "x": x, "g": g]), groups: "g", residuals: .compoundSymmetry
    )
    .fit()
    #expect(fit.warnings.contains { $0.kind == .notIdentifiable })
    #expect(try fit.residualParameters()?.standardErrors.allSatisfy { $0.isNaN } ?? false)
  }

  @Test(
    arguments: [
      ("Sex", nil, nil, "'Sex' is the same"), ("Nobody", nil, nil, "Nobody"),
      (nil, "age2", nil, "same 'age2'"), (nil, "Sex", nil, "holds texts"), (nil, nil, "row", "one row"),
      (nil, nil, "Sex", "different levels of 'Subject'"),
    ] as [(String?, String?, String?, String)])
  func `what admits no such model is said`(
    _ by: String?, _ time: String?, _ within: String?, _ message: String
  ) throws {
    var data = try Self.data()
    data["age2"] = data["age"].doubles?.map { $0 > 9 ? 10.0 : 8.0 } ?? []
    data["row"] = Array(0..<data.rowCount)
    if by == "Sex" { data["Sex"] = [String](repeating: "M", count: data.rowCount) }
    do {
      _ = try mixedlm(
        "distance ~ age + (1 | Subject)", data, variance: by.map { .byGroup($0) },
        residuals: by == nil ? .autoregressive(time: time, within: within) : nil)
      Issue.record("no error")
    } catch {
      let text = "\(error)"
      #expect(text.contains(message) || text.contains("all rows have the same value of"), "\(text)")
    }
  }

  @Test func `missing groups are errors or dropped`() throws {
    var data = try Self.data()
    var sexes = data["Sex"].strings
    sexes[3] = nil
    data["Sex2"] = sexes
    func model(_ missing: MissingHandling) throws -> MixedLM {
      try mixedlm("distance ~ age + (1 | Subject)", data, variance: .byGroup("Sex2"), missing: missing)
    }
    #expect(throws: StatsModelsError.self) { try model(.none) }
    #expect(try model(.drop).nobs == data.rowCount - 1)
  }
}

/// Long series, of which the search keeps sums: the same as from rows.
@Suite struct ResidualSumsTests {
  static func data(rows n: Int = 2400) throws -> DataFrame {
    var g = SeededGenerator(seed: 12)
    func uniform() -> Double { Double.random(in: -1...1, using: &g) }
    let levels = (0..<n).map { $0 / 60 }
    let effects = (0..<n / 60).map { _ in uniform() }
    let x = (0..<n).map { _ in uniform() }
    var noise = 0.0
    var y: [Double] = []
    for i in 0..<n {
      noise = i % 60 == 0 ? uniform() : 0.6 * noise + 0.8 * uniform()
      y.append(1 + x[i] + effects[levels[i]] + (i % 2 == 0 ? 1 : 1.7) * noise)
    }
    // times with two distances
    let time = (0..<n).map { $0 % 60 + ($0 % 60) / 3 }
    return try DataFrame([
      "y": y, "x": x, "g": levels, "t": time, "h": (0..<n).map { $0 % 2 },
      "w": (0..<n).map { 1 + Double($0 % 3) },
    ])
  }

  @Test(arguments: [0, 1, 2, 3])
  func `the search on sums ends where one over rows does`(_ kind: Int) throws {
    let data = try Self.data()
    let weights: String? = kind == 3 ? "w" : nil
    let variance: ResidualVariance? = kind == 0 ? .byGroup("h") : nil
    let residuals: ResidualStructure? =
      switch kind {
      case 1: .autoregressive(time: "t")
      case 2: .compoundSymmetry
      case 3: .autoregressive()
      default: nil
      }
    let formula = kind == 2 ? "y ~ x + (0 + x | g)" : "y ~ x + (1 | g)"
    let fit = try mixedlm(formula, data, weights: weights, variance: variance, residuals: residuals).fit()
    #expect(fit.converged)
    // the maximum over rows at the estimate is the estimate's, and higher than beside it
    let found = try #require(fit.residualParameters())
    #expect(found.standardErrors.allSatisfy { $0 > 0 && $0 < 0.1 })
    if kind == 0 { #expect(abs(found.estimates[0] - 1.7) < 4 * found.standardErrors[0] + 0.1) }
    // a thousandth of the rows makes no difference to the road, ten rows to a series do: searched over rows
    let again = try fit.refit(response: fit.model.endog)
    #expect(abs(again.llf - fit.llf) < 1e-7)
    let engine = fit.model
    let value = try engine.loglike(fit.paramsObject, profileFe: true)
    #expect(abs(value - fit.llf) < 1e-6)
  }

  /// From the residuals of the model without them a search of the variances ends at -112.889; nlme has this one, too.
  @Test func bestOfTwoMaxima() throws {
    let data = try DataFrame(csv: Fixtures.data("two_spreads"))
    let fit = try mixedlm("y ~ 1 + x + sx + (1 + t | g)", data, variance: .byGroup("sx")).fit(reml: false)
    #expect(fit.converged && abs(fit.llf + 110.22664) < 1e-4)
    #expect(abs(fit.feParams["Intercept"] - 3.2761) < 1e-3)
  }
}
