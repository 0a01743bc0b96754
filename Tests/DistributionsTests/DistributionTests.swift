import Distributions
import Foundation
import Testing

/// Shapes for which series would take thousands of terms, against mpmath.
@Suite struct LargeShapeTests {
  @Test(arguments: [
    (2e5, -8.0, 4.22648666842e-16), (2e5, 0, 0.499702645972), (2e5, 2, 0.0228707242143),
    (2e5, 20, 8.82318701694e-87), (1e7, 0.1, 0.460130738994), (1e7, 6, 1.00922748118e-9),
  ])
  func incompleteGamma(_ a: Double, _ deviations: Double, _ tail: Double) {
    let found = SpecialFunctions.incompleteGamma(a, a + deviations * a.squareRoot())
    let value = deviations < 0 ? found.lower : found.upper
    #expect(abs(value / tail - 1) < 1e-11)
    let above = SpecialFunctions.incompleteGamma(1.000_000_1e5, 1.002e5)
    let below = SpecialFunctions.incompleteGamma(0.999_999_9e5, 1.002e5)
    #expect(above.upper > below.upper && above.upper < below.upper * 1.001)
  }

  @Test(arguments: [
    (0.0, 0.5), (1, 0.2615782918651234), (29.9, 0.01332767660038959), (30.1, 0.01323931566977158),
  ])
  func millsRatio(_ x: Double, _ ratio: Double) { #expect(abs(Normal.millsRatio(x) / ratio - 1) < 1e-11) }
}

/// One row of the reference table, which mpmath computed with 60 digits.
struct Reference: Sendable {
  let distribution: String
  let a, b, x: Double
  let pdf, cdf, sf: Double

  static func table(_ name: String) throws -> [Reference] {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/distributions.csv")
    return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").dropFirst().compactMap {
      let fields = $0.split(separator: ",")
      let numbers = fields.dropFirst().compactMap { Double($0) }
      guard numbers.count == 6, fields[0] == name else { return nil }
      return Reference(
        distribution: name, a: numbers[0], b: numbers[1], x: numbers[2], pdf: numbers[3],
        cdf: numbers[4], sf: numbers[5])
    }
  }

  var functions: Functions {
    switch distribution {
    case "normal": Functions(Normal.pdf, Normal.cdf, Normal.sf, Normal.ppf, Normal.isf)
    case "t": StudentT(a).functions
    case "f": FDistribution(a, b).functions
    default: ChiSquared(a).functions
    }
  }
}

struct Functions {
  let pdf, cdf, sf, ppf, isf: (Double) -> Double

  init(
    _ pdf: @escaping (Double) -> Double, _ cdf: @escaping (Double) -> Double,
    _ sf: @escaping (Double) -> Double, _ ppf: @escaping (Double) -> Double,
    _ isf: @escaping (Double) -> Double
  ) {
    (self.pdf, self.cdf, self.sf, self.ppf, self.isf) = (pdf, cdf, sf, ppf, isf)
  }
}

extension StudentT { var functions: Functions { Functions(pdf, cdf, sf, ppf, isf) } }
extension FDistribution { var functions: Functions { Functions(pdf, cdf, sf, ppf, isf) } }
extension ChiSquared { var functions: Functions { Functions(pdf, cdf, sf, ppf, isf) } }

func relativeError(_ value: Double, _ expected: Double) -> Double {
  let error = abs(value - expected) / abs(expected)
  return error.isNaN ? .infinity : error
}

@Suite struct DistributionTests {
  @Test(arguments: ["normal", "t", "f", "chi2"]) func densitiesAndTails(name: String) throws {
    let table = try Reference.table(name)
    #expect(table.count >= 12)
    for row in table {
      let f = row.functions
      // The magnitude of the exponent bounds what any evaluation in doubles can keep.
      let tolerance = 1e-14 * (4 - log(min(row.cdf, row.sf, 1)) / 30)
      #expect(relativeError(f.pdf(row.x), row.pdf) < 3 * tolerance, "pdf \(row)")
      #expect(relativeError(f.cdf(row.x), row.cdf) < tolerance, "cdf \(row) \(f.cdf(row.x))")
      #expect(relativeError(f.sf(row.x), row.sf) < tolerance, "sf \(row) \(f.sf(row.x))")
    }
  }

  @Test(arguments: ["normal", "t", "f", "chi2"]) func quantilesInvertTails(name: String) throws {
    for row in try Reference.table(name) where row.x != 0 {
      let f = row.functions
      // An error of one unit in the probability moves x by probability / (density · x) units.
      for (probability, quantile) in [(row.cdf, f.ppf), (row.sf, f.isf)] {
        let condition = probability / (row.pdf * abs(row.x))
        guard condition < 1e10 else { continue }
        #expect(
          relativeError(quantile(probability), row.x) < 1e-14 * (10 + 2 * condition),
          "\(row) \(quantile(probability))")
      }
    }
  }

  @Test func edges() {
    #expect(Normal.ppf(0) == -.infinity && Normal.ppf(1) == .infinity && Normal.ppf(0.5) == 0)
    #expect(Normal.ppf(-0.1).isNaN && Normal.ppf(.nan).isNaN && Normal.cdf(.nan).isNaN)
    #expect(Normal.sf(.infinity) == 0 && Normal.cdf(.infinity) == 1 && Normal.pdf(-.infinity) == 0)
    #expect(Normal.isf(1e-300) == -Normal.ppf(1e-300))
    for df in [0, -1, .nan] as [Double] {
      #expect(StudentT(df).sf(1).isNaN && ChiSquared(df).sf(1).isNaN && FDistribution(df, 1).sf(1).isNaN)
      #expect(StudentT(df).ppf(0.2).isNaN && ChiSquared(df).ppf(0.2).isNaN)
    }
    #expect(StudentT(.infinity).sf(1.5) == Normal.sf(1.5))
    #expect(relativeError(StudentT(.infinity).ppf(0.975), 1.959963984540054) < 1e-15)
    #expect(StudentT(3).cdf(.infinity) == 1 && StudentT(3).sf(.infinity) == 0)
    #expect(StudentT(3).ppf(0.5) == 0 && StudentT(3).ppf(1) == .infinity)
    #expect(StudentT(3).sf(0) == 0.5)
    #expect(ChiSquared(2).pdf(0) == 0.5 && ChiSquared(1).pdf(0) == .infinity)
    #expect(ChiSquared(2).sf(-1) == 1 && FDistribution(2, 3).cdf(-1) == 0)
    #expect(relativeError(FDistribution(3, .infinity).sf(2), ChiSquared(3).sf(6)) < 1e-14)
    #expect(StudentT(4).sf(1e300) > 0 || StudentT(4).sf(1e300) == 0)
    #expect(FDistribution(1, 5).isf(1) == 0 && FDistribution(1, 5).isf(0) == .infinity)
  }
}
