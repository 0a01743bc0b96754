import Foundation
import StatsModels
import TestSupport
import Testing

/// Covariance forms against nlme, glmmTMB and maxima of a dense likelihood, all of them R's.
@Suite struct CovarianceFormParityTests {
  struct Reference: Decodable, Sendable, CustomStringConvertible {
    struct Package: Decodable, Sendable {
      let package: String
      let llf: Double
    }
    let data: String
    let rows: Int?
    let formula: String
    let reml: Bool
    let llf: Double
    let scale: Double
    let variances: OneOrMore
    let correlation: Double
    let package: Package?

    var description: String { "\(data) \(formula) \(reml ? "REML" : "ML")" }
  }

  /// What R writes as a number where a vector has one element.
  struct OneOrMore: Decodable, Sendable {
    let values: [Double]
    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      values = try (try? container.decode([Double].self)) ?? [container.decode(Double.self)]
    }
  }

  static let cases: [Reference] = {
    do {
      let data = try Data(contentsOf: URL(fileURLWithPath: Fixtures.path("covariance-forms.json")))
      return try JSONDecoder().decode([Reference].self, from: data)
    } catch {
      Issue.record(error)
      return []
    }
  }()

  @Test(arguments: cases)
  func `the maximum is that of R`(_ reference: Reference) throws {
    var data = try DataFrame(csv: Fixtures.path("data/\(reference.data).csv"))
    if let rows = reference.rows { data = data.head(rows) }
    let fit = try mixedlm(reference.formula, data).fit(reml: reference.reml)
    #expect(fit.converged)
    #expect(abs(fit.llf - reference.llf) < 1e-6)
    if let package = reference.package { #expect(package.llf < fit.llf + 1e-4, "\(package)") }
    let covariance = fit.terms[0].covariance.values
    let variances = covariance.diagonal.prefix(reference.variances.values.count)
    let largest = reference.variances.values.max() ?? 0
    for (own, known) in zip(variances, reference.variances.values) {
      #expect(abs(own - known) < 2e-3 * largest, "\(own) \(known)")
    }
    let correlation = covariance[1, 0] / (covariance[0, 0] * covariance[1, 1]).squareRoot()
    #expect(abs(correlation - reference.correlation) < 1e-4)
    #expect(abs(fit.scale - reference.scale) < 1e-3 * max(reference.scale, 1e-2 * largest))
  }
}
