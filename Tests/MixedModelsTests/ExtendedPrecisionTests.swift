import Foundation
import LinearAlgebra
import MixedModels
import Testing

/// Effects that dwarf the residuals, in balanced layouts whose estimates have a closed form.
@Suite struct ExtendedPrecisionTests {
  static let sizes = [1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10]

  /// Estimates by mean squares.
  struct Reference {
    var scale: Double
    /// -2 log L.
    var deviance: Double
  }

  /// y = μ + u_g + [β x] + e, 14 groups of 6 rows; x sums to zero in each.
  struct OneWay {
    let groups = 14
    let rows = 6
    let x = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5]
    var response: [Double] = []
    /// Per group: mean less the first group's first value, slope, and sum of squares about the line or the mean.
    var means: [Double] = []
    var slopes: [Double] = []
    var aboutMean: [Double] = []
    var squaresOfX: Double { x.reduce(0) { $0 + $1 * $1 } }

    init(size: Double, slope: Double, seed: Int) {
      var g = TestGenerator(seed: UInt64(seed))
      for _ in 0..<groups {
        let (level, tilt) = (size * g.normal(), slope * g.normal())
        let values = x.map { level + (2 + tilt) * $0 + g.normal() }
        response += values
        // differences of neighbouring numbers are exact
        let differences = values.map { $0 - values[0] }
        let mean = differences.reduce(0, +) / Double(rows)
        means.append(values[0] - response[0] + mean)
        slopes.append(zip(differences, x).reduce(0) { $0 + $1.0 * $1.1 } / squaresOfX)
        aboutMean.append(differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) })
      }
    }

    var codes: [Int32] { (0..<groups * rows).map { Int32($0 / rows) } }
    var repeatedX: [Double] { (0..<groups * rows).map { x[$0 % rows] } }

    static func centred(_ values: [Double]) -> [Double] {
      let mean = values.reduce(0, +) / Double(values.count)
      return values.map { $0 - mean }
    }
    static func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

    /// (1 | g), with the slope as a fixed effect or without.
    func reference(reml: Bool, hasSlope: Bool) -> Reference {
      let (a, n) = (Double(groups), Double(groups * rows))
      let slope = slopes.reduce(0, +) / a
      let p = hasSlope ? 1.0 : 0
      let within = aboutMean.reduce(0, +) - p * slope * slope * a * squaresOfX
      let between = Double(rows) * Self.dot(Self.centred(means), Self.centred(means))
      let scale = within / (n - a - (reml ? p : 0))
      let top = between / (reml ? a - 1 : a)
      let logs = (n - a - (reml ? p : 0)) * log(scale) + (reml ? a - 1 : a) * log(top)
      let fixed = reml ? log(n) + p * log(a * squaresOfX) : 0
      let nu = reml ? n - 1 - p : n
      return Reference(scale: scale, deviance: logs + fixed + nu * (1 + log(2 * .pi)))
    }

    /// (x | g) with a fixed slope.
    func slopesReference(reml: Bool) -> Reference {
      let (a, n) = (Double(groups), Double(rows))
      let within = zip(aboutMean, slopes).reduce(0) { $0 + $1.0 - $1.1 * $1.1 * squaresOfX }
      let (m, s) = (Self.centred(means), Self.centred(slopes))
      let divisor = reml ? a - 1 : a
      let determinant =
        (Self.dot(m, m) * Self.dot(s, s) - Self.dot(m, s) * Self.dot(m, s)) / (divisor * divisor)
      let scale = within / (a * (n - 2))
      let logs = a * ((n - 2) * log(scale) + log(n * squaresOfX)) + divisor * log(determinant)
      let nu = a * n - (reml ? 2 : 0)
      return Reference(scale: scale, deviance: logs + (reml ? 2 * log(a) : 0) + nu * (1 + log(2 * .pi)))
    }
  }

  private static func fixed(_ columns: [[Double]]) -> Matrix {
    Matrix(rows: columns[0].count, columns: columns.count, columnMajor: columns.flatMap { $0 })
  }

  private static func expect(
    _ model: MixedModel, reml: Bool, _ expected: Reference, tolerance: Double = 1e-9,
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    let fit = try model.fit(reml: reml)
    #expect(fit.converged, sourceLocation: location)
    // So near the deviance, held below, tells no difference, and the search may stop.
    #expect(abs(fit.scale / expected.scale - 1) < max(5e-6, tolerance), sourceLocation: location)
    let deviance = -2 * fit.logLikelihood
    #expect(
      abs(deviance - expected.deviance) < tolerance * max(1, abs(expected.deviance)),
      "\(deviance) \(expected)",
      sourceLocation: location)
    // The same at the estimate, and residuals of the fitted values.
    let there = try model.estimate(at: fit.relativeCovariances, reml: reml)
    #expect(abs(there.logLikelihood - fit.logLikelihood) < 1e-6, sourceLocation: location)
  }

  @Test(arguments: sizes, [true, false])
  func oneFactor(size: Double, reml: Bool) throws {
    let data = OneWay(size: size, slope: 0, seed: 3)
    let ones = [Double](repeating: 1, count: data.response.count)
    let term = RandomTerm(codes: data.codes, levelCount: data.groups)
    for hasSlope in [false, true] {
      let x = Self.fixed(hasSlope ? [ones, data.repeatedX] : [ones])
      let model = try MixedModel(response: data.response, fixed: x, terms: [term])
      try Self.expect(model, reml: reml, data.reference(reml: reml, hasSlope: hasSlope))
    }
  }

  @Test(arguments: sizes, [true, false])
  func slopes(size: Double, reml: Bool) throws {
    let data = OneWay(size: size, slope: min(size, 1e3), seed: 5)
    let ones = [Double](repeating: 1, count: data.response.count)
    let term = RandomTerm(codes: data.codes, levelCount: data.groups, columns: [nil, data.repeatedX])
    let model = try MixedModel(
      response: data.response, fixed: Self.fixed([ones, data.repeatedX]), terms: [term])
    try Self.expect(model, reml: reml, data.slopesReference(reml: reml))
  }

  /// y = μ + a_i + b_j (in i, or beside it) + e: mean squares of a balanced layout.
  @Test(arguments: sizes, [(1.0, true), (1e3, true), (1e6, true), (1, false), (1e3, false), (1e6, false)])
  func twoFactors(size: Double, other: (size: Double, isNested: Bool)) throws {
    var g = TestGenerator(seed: 8)
    let (outer, inner, rows) = (9, 5, 4)
    let cells = outer * inner
    let tops = (0..<outer).map { _ in size * g.normal() }
    let subs = (0..<(other.isNested ? cells : inner)).map { _ in other.size * g.normal() }
    let response = (0..<cells * rows).map { i in
      tops[i / (inner * rows)] + subs[other.isNested ? i / rows : i / rows % inner] + g.normal()
    }
    // Cell means in two parts, the first exact; deviations of each cell.
    var means: [Double] = []
    var within = 0.0
    for cell in 0..<cells {
      let values = response[cell * rows..<(cell + 1) * rows].map { $0 - response[cell * rows] }
      let mean = values.reduce(0, +) / Double(rows)
      within += values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      means.append(mean)
    }
    func mean(_ cell: Int, less other: Int) -> Double {
      (response[cell * rows] - response[other * rows]) + (means[cell] - means[other])
    }
    let rowsOfCells = (0..<outer).map { i in (0..<inner).map { mean(i * inner + $0, less: i * inner) } }
    let rowMeans = rowsOfCells.indices.map { i in
      mean(i * inner, less: 0) + rowsOfCells[i].reduce(0, +) / Double(inner)
    }
    let centredRows = rowsOfCells.map { OneWay.centred($0) }
    let columnMeans = (0..<inner).map { j in centredRows.reduce(0) { $0 + $1[j] } / Double(outer) }
    let top = Double(inner * rows) * OneWay.dot(OneWay.centred(rowMeans), OneWay.centred(rowMeans))
    let columns = Double(outer * rows) * OneWay.dot(columnMeans, columnMeans)
    let insideRows = Double(rows) * centredRows.reduce(0) { $0 + OneWay.dot($1, $1) }
    let (a, b, n) = (Double(outer), Double(inner), Double(cells * rows))
    let expected: Reference
    if other.isNested {
      let scale = within / (n - a * b)
      let logs =
        (n - a * b) * log(scale) + a * (b - 1) * log(insideRows / (a * (b - 1))) + (a - 1)
        * log(top / (a - 1))
      expected = Reference(scale: scale, deviance: logs + log(n) + (n - 1) * (1 + log(2 * .pi)))
    } else {
      let residual = centredRows.reduce(0) { sum, row in
        sum + zip(row, columnMeans).reduce(0) { $0 + pow($1.0 - $1.1, 2) }
      }
      let scale = (within + Double(rows) * residual) / (n - a - b + 1)
      let logs =
        (n - a - b + 1) * log(scale) + (a - 1) * log(top / (a - 1)) + (b - 1) * log(columns / (b - 1))
      expected = Reference(scale: scale, deviance: logs + log(n) + (n - 1) * (1 + log(2 * .pi)))
    }
    let fine = (0..<cells * rows).map { Int32(other.isNested ? $0 / rows : $0 / rows % inner) }
    let terms = [
      RandomTerm(codes: (0..<cells * rows).map { Int32($0 / (inner * rows)) }, levelCount: outer),
      RandomTerm(codes: fine, levelCount: subs.count),
    ]
    let model = try MixedModel(
      response: response, fixed: Self.fixed([[Double](repeating: 1, count: cells * rows)]), terms: terms)
    // Where both effects are large, the rounding of the data remains.
    try Self.expect(
      model, reml: true, expected, tolerance: max(1e-9, 1e-16 * max(size, other.size) * 10))
  }

  /// Standard errors, effects and fitted values with effects of a hundred million residuals.
  @Test func inference() throws {
    let data = OneWay(size: 1e8, slope: 0, seed: 3)
    let ones = [Double](repeating: 1, count: data.response.count)
    let model = try MixedModel(
      response: data.response, fixed: Self.fixed([ones, data.repeatedX]),
      terms: [RandomTerm(codes: data.codes, levelCount: data.groups)])
    let fit = try model.fit(reml: true)
    let n = data.response.count
    let slope = data.slopes.reduce(0, +) / Double(data.groups)
    let error = (fit.scale / (Double(data.groups) * data.squaresOfX)).squareRoot()
    #expect(abs(fit.fixedEffects[1] - slope) < 1e-6 * error)
    #expect(abs(fit.fixedCovariance[1, 1].squareRoot() / error - 1) < 1e-6)
    let fitted = try model.fittedValues(fit)
    let squares = zip(fitted, data.response).reduce(0) { $0 + pow($1.0 - $1.1, 2) }
    #expect(abs(squares / (Double(n - data.groups - 1) * fit.scale) - 1) < 1e-6)
    let variance = try model.conditionalVariances(fit, term: 0)[0]
    #expect(abs(variance / (fit.scale / Double(data.rows)) - 1) < 1e-6)
    // d² log L / dS²: the group means are the data of S.
    let hessian = try model.jointHessian(at: fit.relativeCovariances, reml: true)
    let total = fit.relativeCovariances[0][0, 0] + 1 / Double(data.rows)
    let nu = Double(n - 2)
    let k = Double(data.groups - 1)
    let expected = 0.5 * k / (total * total) * (1 - 2 + k / nu)
    #expect(abs(hessian[2, 2] / expected - 1) < 1e-6)
  }

  /// Every kind of model, unbalanced, with effects that a dense V in doubles still resolves.
  @Test(arguments: RandomModel.Kind.allCases, [true, false])
  func unbalanced(kind: RandomModel.Kind, reml: Bool) throws {
    var random = RandomModel(kind, seed: 6)
    var g = TestGenerator(seed: 12)
    let first = random.terms[0]
    let effects = (0..<first.levelCount).map { _ in 4e3 * g.normal() }
    for (i, code) in first.codes.enumerated() where code >= 0 { random.response[i] += effects[Int(code)] }
    var covariances = random.covariances(&g)
    for (t, term) in random.terms.enumerated() where t == 0 || term.tie != nil && term.tie == first.tie {
      covariances[t] = 1e7 * covariances[t]
    }
    let model = try MixedModel(response: random.response, fixed: random.fixed, terms: random.terms)
    let value = try model.logLikelihood(at: covariances, reml: reml)
    let dense = try DenseReference(model: random).logLikelihood(covariances, reml: reml)
    #expect(abs(value - dense) < 1e-7 * abs(dense), "\(value) \(dense)")
    // d log L along S (1 + ε).
    let score = try model.score(at: covariances, reml: reml)
    let slope = zip(score.covariances, covariances).reduce(0) { sum, pair in
      sum + zip(pair.0.storage, pair.1.storage).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let step = 1e-4
    let ends = try [1 + step, 1 - step].map { factor in
      try model.logLikelihood(at: covariances.map { factor * $0 }, reml: reml)
    }
    #expect(abs(slope - (ends[0] - ends[1]) / (2 * step)) < 1e-5 * max(1, abs(slope)))
  }

  /// Other units of the response and of a column change nothing.
  @Test(arguments: [1e140, 1e-140, -1e3], [1e5, 1e8])
  func units(factor: Double, size: Double) throws {
    let data = OneWay(size: size, slope: size, seed: 7)
    let ones = [Double](repeating: 1, count: data.response.count)
    func fit(_ unit: Double, _ columnUnit: Double) throws -> Estimate {
      let x = data.repeatedX.map { $0 * columnUnit }
      return try MixedModel(
        response: data.response.map { $0 * unit }, fixed: Self.fixed([ones, x]),
        terms: [RandomTerm(codes: data.codes, levelCount: data.groups, columns: [nil, x])]
      ).fit(reml: true)
    }
    let (one, other) = (try fit(1, 1), try fit(factor, 1e4))
    #expect(one.converged && other.converged)
    let shift = -Double(ones.count - 2) * log(abs(factor)) - log(1e4)
    #expect(
      abs(other.logLikelihood - one.logLikelihood - shift) < 1e-9 * (abs(one.logLikelihood) + abs(shift)))
    #expect(abs(other.scale / (factor * factor) / one.scale - 1) < 1e-6)
  }

  /// Effects that explain every row: the likelihood grows without end, and no fit says that it has ended.
  @Test(arguments: [false, true], [false, true])
  func saturated(hasSlope: Bool, isCrossed: Bool) throws {
    var g = TestGenerator(seed: 9)
    let x = (0..<72).map { _ in g.normal() }
    let (a, b) = ((0..<12).map { _ in 3 * g.normal() }, (0..<6).map { _ in g.normal() })
    let response = (0..<72).map { a[$0 / 6] + (isCrossed ? b[$0 % 6] : 0) }
    var terms = [
      RandomTerm(codes: (0..<72).map { Int32($0 / 6) }, levelCount: 12, columns: hasSlope ? [nil, x] : [nil])
    ]
    if isCrossed { terms.append(RandomTerm(codes: (0..<72).map { Int32($0 % 6) }, levelCount: 6)) }
    let model = try MixedModel(
      response: response, fixed: Self.fixed([[Double](repeating: 1, count: 72), x]), terms: terms)
    for reml in [true, false] {
      let fit = try model.fit(reml: reml)
      #expect(!fit.converged)
    }
  }
}
