import Foundation
import LinearAlgebra
import Patsy
import StatsModels
import TestSupport
import Testing

/// Covariance forms through the whole library: how they are written, named, saved and used.
@Suite struct CovarianceFormTests {
  private static let machines = Result { try DataFrame(csv: Fixtures.path("data/Machines.csv")) }
  private static let orthodont = Result { try DataFrame(csv: Fixtures.path("data/Orthodont.csv")) }

  private static func fit(_ formula: String, reml: Bool = true) throws -> MixedLMResults {
    let data = try formula.hasPrefix("score") ? machines.get() : orthodont.get()
    return try mixedlm(formula, data).fit(reml: reml)
  }

  static let spellings: [(form: String, structure: CovarianceStructure, names: [String])] = [
    ("cs", .compoundSymmetry, ["Worker: cs Var", "Worker: cs Corr"]),
    (
      "hetcs", .heterogeneousCompoundSymmetry,
      ["A", "B", "C"].map { "Worker: Machine[\($0)] Var" } + ["Worker: hetcs Corr"]
    ),
    ("ar1", .autoregressive, ["Worker: ar1 Var", "Worker: ar1 Corr"]),
    (
      "hetar1", .heterogeneousAutoregressive,
      ["A", "B", "C"].map { "Worker: Machine[\($0)] Var" } + ["Worker: hetar1 Corr"]
    ),
  ]

  @Test(arguments: spellings)
  func `a form is written before the bar, or beside the groups`(
    form: String, structure: CovarianceStructure, names: [String]
  ) throws {
    let bar = try Self.fit("score ~ Machine + \(form)(0 + Machine | Worker)")
    #expect(bar.bseRe.index == names && bar.params.index.suffix(names.count) == names[...])
    let data = try Self.machines.get()
    let groups = try mixedlm(
      "score ~ Machine", data, groups: "Worker", reFormula: "0 + Machine",
      reCovariance: ["Worker": structure]
    ).fit()
    let dictionary = try mixedlm(
      "score ~ Machine", data, reFormula: ["Worker": "0 + Machine"], reCovariance: ["Worker": structure]
    ).fit()
    for other in [groups, dictionary] {
      #expect(other.llf == bar.llf && other.bseRe.index == names)
      #expect(other.terms[0].covariance.values == bar.terms[0].covariance.values)
    }
    #expect("\(structure)" == form)
    // variances are reported in the response's units, correlations in none
    let own = bar.params.values.suffix(names.count)
    let covariance = bar.terms[0].covariance.values
    #expect(abs(own.first! * bar.scale - covariance[0, 0]) < 1e-9 * covariance[0, 0])
    let rho = covariance[1, 0] / (covariance[0, 0] * covariance[1, 1]).squareRoot()
    #expect(abs(own.last! - rho) < 1e-9)
    #expect(try bar.summary().asText().contains(names.last!))
    #expect(bar.varianceComponents.map(\.correlation).compactMap { $0 }.first == own.last)
  }

  @Test func `us and diag say what a bar and two say`() throws {
    let plain = try Self.fit("score ~ Machine + (0 + Machine | Worker)")
    let written = try Self.fit("score ~ Machine + us(0 + Machine | Worker)")
    #expect(plain.llf == written.llf && plain.params.index == written.params.index)
    let diagonal = try Self.fit("score ~ Machine + diag(0 + Machine | Worker)")
    let covariance = diagonal.terms[0].covariance.values
    #expect(covariance[0, 1] == 0 && covariance[0, 0] > 0 && diagonal.llf < plain.llf)
  }

  /// Of two effects there is one correlation: cs is then an unstructured matrix with one variance, and hetcs and hetar1 are
  /// the unstructured one.
  @Test func `two effects have one correlation`() throws {
    let pixel = try DataFrame(csv: Fixtures.path("data/Pixel.csv"))
    func llf(_ form: String) throws -> Double {
      try mixedlm("pixel ~ day + \(form)(0 + Side | Dog)", pixel).fit(reml: false).llf
    }
    #expect(try abs(llf("us") - llf("hetcs")) < 1e-8)
    #expect(try abs(llf("us") - llf("hetar1")) < 1e-8)
    #expect(try abs(llf("cs") - llf("ar1")) < 1e-8)
    #expect(try llf("cs") < llf("us"))
  }

  /// A positive correlation of all effects is an effect that they share.
  @Test func `compound symmetry is a nested intercept`() throws {
    for reml in [true, false] {
      let form = try Self.fit("score ~ Machine + cs(0 + Machine | Worker)", reml: reml)
      let nested = try Self.fit("score ~ Machine + (1 | Worker/Machine)", reml: reml)
      #expect(abs(form.llf - nested.llf) < 1e-8)
      let shared = nested.terms[0].covariance[0, 0]
      #expect(abs(form.terms[0].covariance[0, 1] - shared) < 1e-4 * shared)
      #expect(abs(form.bseFe["Intercept"] - nested.bseFe["Intercept"]) < 1e-4)
    }
  }

  static let errors: [(formula: String, words: String)] = [
    ("score ~ cs(1 | Worker)", "takes several effects"),
    ("distance ~ ar1(0 + age | Subject)", "0 + C(f) where the levels of f are numbers"),
    ("distance ~ ar1(C(age) | Subject)", "correlates the levels of one factor in their order"),
    ("score ~ cs(0 + Machine || Worker)", "both say how the effects vary together"),
    ("score ~ cs(0 + Machine | Worker):Machine", "can only be added"),
    ("score ~ cs(| Worker)", "no effects before the bar"),
    ("score ~ ar2(0 + Machine | Worker)", "ar2"),
  ]

  @Test(arguments: errors)
  func `what makes no sense is refused in so many words`(formula: String, words: String) throws {
    do {
      _ = try Self.fit(formula)
      Issue.record("\(formula) was fitted")
    } catch { #expect("\(error)".contains(words), "\(error)") }
  }

  @Test func `dictionaries that contradict are refused`() throws {
    let data = try Self.machines.get()
    #expect(throws: StatsModelsError.self) {
      try mixedlm(
        "score ~ ar1(0 + Machine | Worker)", data, reCovariance: ["Worker": .compoundSymmetry])
    }
    #expect(throws: StatsModelsError.self) {
      try mixedlm("score ~ (0 + Machine | Worker)", data, reCovariance: ["Shop": .compoundSymmetry])
    }
  }

  @Test func `a function of the user's hides a form`() throws {
    var environment = EvalEnvironment()
    environment.define("cs", elementwise: { $0 * 2 })
    let data = try Self.orthodont.get()
    let fit = try mixedlm(
      "distance ~ cs(age) + (1 | Subject)", data, environment: environment
    ).fit()
    #expect(fit.feParams.index.contains("cs(age)"))
    #expect(throws: (any Error).self) {
      try mixedlm("distance ~ cs(0 + C(age) | Subject)", data, environment: environment)
    }
  }

  @Test(arguments: ["cs", "hetcs", "ar1", "hetar1"])
  func `saved, simulated, predicted, searched`(form: String) throws {
    let formula = "distance ~ age + \(form)(0 + C(age) | Subject)"
    let fit = try Self.fit(formula, reml: false)
    let path = NSTemporaryDirectory() + "forms-\(UUID().uuidString).json"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try fit.save(path)
    let read = try MixedLMResults.load(path)
    #expect(read.params.values == fit.params.values && read.bseRe.index == fit.bseRe.index)
    #expect(try read.summary().asText() == fit.summary().asText())
    let data = try Self.orthodont.get()
    for results in [fit, read] {
      let table = try results.predict(data, exogRe: data[["Subject"]], interval: .confidence)
      #expect(table.se.values.allSatisfy { $0 > 0 && $0 < 5 })
      #expect(zip(table.predictions.values, fit.fittedvalues.values).allSatisfy { abs($0 - $1) < 1e-9 })
    }
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let key = try #require(text.firstRange(of: /"covariance": ?"[A-Za-z]+"/))
    try text.replacingCharacters(in: key, with: "\"covariance\": \"fractal\"")
      .write(toFile: path, atomically: true, encoding: .utf8)
    #expect(throws: StatsModelsError.self) { try MixedLMResults.load(path) }

    let draws = try fit.simulate(count: 400, seed: 3)
    let spread = (0..<draws.values.columns).reduce(0.0) { $0 + pow(draws.values[0, $1] - 21.99, 2) } / 400
    let variance = fit.terms[0].covariance[0, 0] + fit.scale
    #expect(abs(spread / variance - 1) < 0.35)
    let bootstrap = try fit.bootstrap(nrep: 4, seed: 1)
    #expect(bootstrap.estimates.index.contains(fit.bseRe.index[0]))

    let named = try fit.model.fit(reml: false, method: .bfgs)
    #expect(abs(named.llf - fit.llf) < 1e-5)
    #expect(try abs(fit.model.loglike(fit.params, reml: false) - fit.llf) < 1e-6)
  }

  /// A mask holds a correlation or a variance, and the rest is estimated.
  @Test func `held parameters`() throws {
    let fit = try Self.fit("score ~ Machine + cs(0 + Machine | Worker)", reml: false)
    var start = fit.paramsObject
    start.vcomp[1] = 0.25
    let free = MixedLMParams.fromComponents(vcomp: [1, 0])
    let held = try fit.model.fit(startParams: start, reml: false, free: free)
    #expect(abs(held.params["Worker: cs Corr"] - 0.25) < 1e-9)
    #expect(held.llf < fit.llf && held.llf > fit.llf - 5)
    #expect(held.bseRe["Worker: cs Corr"] == 0 && held.bseRe["Worker: cs Var"] > 0)
    let back = try fit.model.fit(
      startParams: fit.paramsObject, reml: false, free: MixedLMParams.fromComponents(vcomp: [0, 1]))
    #expect(abs(back.llf - fit.llf) < 1e-6)
  }

  /// Standard errors in the response's units against curvature of a dense likelihood in them, by differences.
  @Test(arguments: ["cs", "hetcs", "ar1", "hetar1"])
  func `standard errors are those of the likelihood`(form: String) throws {
    let fit = try Self.fit("score ~ Machine + \(form)(0 + Machine | Worker)", reml: false)
    let components = fit.varianceComponents
    let point = components.map(\.estimate)
    let steps = point.map { 1e-3 * abs($0) }
    var hessian = Matrix(rows: point.count, columns: point.count)
    for i in point.indices {
      for j in point.indices {
        func corner(_ a: Double, _ b: Double) throws -> Double {
          var moved = point
          moved[i] += a * steps[i]
          moved[j] += b * steps[j]
          return try Self.logLikelihood(moved, fit: fit, isSerial: form.hasSuffix("ar1"))
        }
        hessian[i, j] =
          try -(corner(1, 1) - corner(1, -1) - corner(-1, 1) + corner(-1, -1)) / (4 * steps[i] * steps[j])
      }
    }
    #expect(try abs(Self.logLikelihood(point, fit: fit, isSerial: form.hasSuffix("ar1")) - fit.llf) < 1e-8)
    let expected = try LU(hessian).inverse
    for (i, row) in components.enumerated() {
      let error = expected[i, i].squareRoot()
      #expect(abs(row.standardError - error) < 1e-3 * error, "\(row.name) \(row.standardError) \(error)")
    }
  }

  /// The likelihood of variances, a correlation and σ² with the fixed effects profiled out, from V itself.
  private static func logLikelihood(
    _ parameters: [Double], fit: MixedLMResults, isSerial: Bool
  ) throws -> Double {
    let data = try machines.get()
    let (workers, kinds) = (data["Worker"].strings, data["Machine"].strings)
    let count = parameters.count
    let n = fit.nobs
    func place(_ row: Int) -> Int { ["A", "B", "C"].firstIndex(of: kinds[row]) ?? 0 }
    func deviation(_ row: Int) -> Double { parameters[count == 3 ? 0 : place(row)].squareRoot() }
    var v = Matrix(rows: n, columns: n)
    for i in 0..<n {
      v[i, i] = parameters[count - 1]
      for j in 0..<n where workers[i] == workers[j] {
        let distance = abs(place(i) - place(j))
        let power = isSerial ? distance : min(distance, 1)
        v[i, j] += deviation(i) * deviation(j) * pow(parameters[count - 2], Double(power))
      }
    }
    let factor = try Cholesky(v)
    let (x, y) = (factor.forwardSolve(fit.model.exog), factor.forwardSolve(fit.model.endog))
    let b = try Cholesky(x.transposed * x).solve(x.transposed * y)
    let rest = zip(y, x * b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return -0.5 * (Double(n) * log(2 * .pi) + factor.logDeterminant + rest)
  }
}
