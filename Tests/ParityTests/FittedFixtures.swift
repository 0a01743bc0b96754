import StatsModels
import TestSupport

/// Fixtures with their models and fits, each made once for all tests.
actor FittedFixtures {
  static let shared = FittedFixtures()

  struct Fitted: Sendable {
    var fixture: MixedLMFixture
    var result: MixedLMResults
  }

  private var fitted: [String: Fitted] = [:]
  private var frames: [String: DataFrame] = [:]

  func frame(_ name: String) throws -> DataFrame {
    if let known = frames[name] { return known }
    let frame = try DataFrame(csv: Fixtures.data(name))
    frames[name] = frame
    return frame
  }

  func model(_ fixture: MixedLMFixture) throws -> MixedLM {
    let data = try frame(fixture.data)
    let call = fixture.call
    let components = Dictionary(uniqueKeysWithValues: call.vcFormula.map { ($0.name, $0.formula) })
    let groups: any ColumnSpecifier = call.groups ?? [Int](repeating: 1, count: data.rowCount)
    return try MixedLM.fromFormula(
      formula: call.formula, data: data, groups: groups, reFormula: call.reFormula.map { ReFormula($0) },
      vcFormula: components.isEmpty ? nil : components, missing: call.missing == "drop" ? .drop : .none)
  }

  func fit(_ name: String) throws -> Fitted {
    if let known = fitted[name] { return known }
    let fixture = try Fixtures.load(MixedLMFixture.self, "mixedlm/\(name).json")
    let made = Fitted(fixture: fixture, result: try model(fixture).fit(reml: fixture.call.reml))
    fitted[name] = made
    return made
  }

  func fit(bars fixture: BarFixture) throws -> MixedLMResults {
    let call = fixture.call
    return try mixedlm(call.formula, frame(fixture.data), weights: call.weights, offset: call.offset).fit(
      reml: call.reml)
  }
}

extension Matrix {
  /// The entries row by row.
  var byRows: [Double] { (0..<rows).flatMap { row($0) } }
}

/// A covariance matrix divided by the deviations of the reference, row by row: errors in these entries are relative.
func standardised(_ matrix: [[Double]], by reference: [[Double]]) -> [Double] {
  matrix.indices.flatMap { i in
    matrix[i].indices.map { j in
      matrix[i][j] / max((reference[i][i] * reference[j][j]).magnitude.squareRoot(), 1e-300)
    }
  }
}

extension Matrix {
  /// The rows as arrays.
  var asRows: [[Double]] { (0..<rows).map { row($0) } }
}
