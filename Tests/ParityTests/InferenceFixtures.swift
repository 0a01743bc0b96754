import StatsModels
import TestSupport

/// What lmerTest, pbkrtest, emmeans and car say of a model, at a θ that was polished to machine precision.
struct InferenceFixture: Decodable, Sendable, CustomStringConvertible {
  struct Call: Decodable, Sendable {
    var formula: String
    var reml: Bool
  }
  struct Coefficients: Decodable, Sendable {
    var estimate: [Double]
    var se: [Double]
    var df: [Double]
  }
  struct Anova: Decodable, Sendable {
    var type: Int
    var ddf: String
    var terms: [String]
    var sumSq: [Double]
    var numDf: [Double]
    var denDf: [Double]
    var f: [Double]
    var p: [Double]
  }
  struct Car: Decodable, Sendable {
    var test: String
    var terms: [String]
    var statistic: [Double]
    var denDf: [Double]?
  }
  struct Random: Decodable, Sendable {
    var statistic: [Double?]
    var df: [Double?]
    var p: [Double?]
  }
  struct Contrasts: Decodable, Sendable {
    var adjust: String
    var contrast: [String]
    var estimate: [Double]
    var se: [Double]
    var df: [Double]
    var t: [Double]
    var p: [Double]
    var lower: [Double?]
    var upper: [Double?]
  }
  struct Means: Decodable, Sendable {
    var of: [String]
    var by: [String]
    var at: [String: [Double]]?
    var weights: String
    var method: String
    var trend: String?
    var ddf: String
    var levels: [String: [String]]
    var mean: [Double]
    var se: [Double]
    var df: [Double]
    var lower: [Double]
    var upper: [Double]
    var contrasts: [Contrasts]
  }

  var name: String
  var data: String
  var drop: [Int]
  var call: Call
  var names: [String]
  var estimate: [Double]
  var se: [Double]
  var satterthwaite: [Double]
  var kenwardRoger: Coefficients?
  var anova: [Anova]?
  var car: [Car]?
  var ranova: Random?
  var means: [Means]?

  var description: String { name }

  /// All fixtures.
  static let all: [InferenceFixture] = Fixtures.names(in: "inference").map { name in
    do { return try Fixtures.load(InferenceFixture.self, "inference/\(name).json") } catch {
      fatalError("inference/\(name).json: \(error)")
    }
  }

  /// How near degrees of freedom must be: lmerTest's come from numerical derivatives, and where evaluations are dear the
  /// optimiser stops at 1e-8 of the deviance, 1e-4 standard errors of θ.
  var tolerance: Double { name == "insteval" ? 1e-4 : 2e-6 }

  /// The rows that R had.
  func frame() throws -> DataFrame {
    let frame = try DataFrame(csv: Fixtures.data(data))
    let dropped = Set(drop)
    return frame.rows((0..<frame.rowCount).filter { !dropped.contains($0 + 1) })
  }
}

/// Fits of the fixtures, each made once.
actor InferenceFits {
  static let shared = InferenceFits()
  private var known: [String: MixedLMResults] = [:]

  func fit(_ fixture: InferenceFixture) throws -> MixedLMResults {
    if let result = known[fixture.name] { return result }
    let result = try mixedlm(fixture.call.formula, fixture.frame()).fit(reml: fixture.call.reml)
    known[fixture.name] = result
    return result
  }
}
