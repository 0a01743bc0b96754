import GeneralizedModels
import LinearAlgebra
import MixedModels
import Testing

@Suite struct CompressionTests {
  /// Rows of a random model many times, in turn, with other responses where these are summed.
  static func repeated(_ rows: GeneralizedRows, _ family: ResponseFamily, copies: Int = 20) -> GeneralizedRows
  {
    let n = rows.count
    func tiled<Value>(_ values: [Value]) -> [Value] { (0..<copies * n).map { values[$0 % n] } }
    var result = GeneralizedRows(
      response: tiled(rows.response),
      fixed: Matrix(columns: (0..<rows.fixed.columns).map { tiled(rows.fixed.column($0)) }),
      terms: rows.terms.map { term in
        RandomTerm(
          codes: tiled(term.codes), levelCount: term.levelCount, columns: term.columns.map { $0.map(tiled) })
      },
      offset: rows.offset.map(tiled), trials: rows.trials.map(tiled), precisions: rows.precisions.map(tiled))
    for i in 0..<result.count where (i / n) % 2 == 1 {
      if family == .poisson { result.response[i] = result.response[i] + Double(i % 3) }
      if family == .binomial { result.response[i] = 1 - result.response[i] }
    }
    return result
  }

  /// The deviance of equal rows put together is that of all rows, for every family and structure.
  @Test(arguments: RandomData.families.indices) func deviances(_ index: Int) throws {
    let (family, link) = RandomData.families[index]
    for structure in RandomData.Structure.allCases {
      let rows = Self.repeated(RandomData.rows(family, structure, seed: UInt64(index + 1)), family)
      let response = ResponseModel(family, link: link)
      let short = try GeneralizedModel(rows, response: response)
      let long = try GeneralizedModel(rows, response: response, compressing: false)
      #expect(short.rowCount * 10 < long.rowCount)
      let at = RandomData.point(rows, link, family)
      func deviance(_ model: GeneralizedModel) throws -> Double {
        let parameters = model.parameters(
          covariances: at.covariances, fixedEffects: at.coefficients, dispersion: at.dispersion)
        return try #require(model.derivatives(at: parameters)).deviance
      }
      let (one, other) = (try deviance(short), try deviance(long))
      #expect(abs(one - other) < 1e-10 * (1 + abs(other)), "\(family) \(link) \(structure)")
    }
  }

  /// So are estimates, their errors, and the linear predictors of all rows.
  @Test(arguments: [
    (ResponseFamily.binomial, LinkFunction.logit), (.poisson, .log), (.gamma, .log),
    (.negativeBinomial, .log),
  ])
  func fits(_ family: ResponseFamily, _ link: LinkFunction) throws {
    let rows = Self.repeated(RandomData.rows(family, .crossedSlopes, seed: 3), family)
    let response = ResponseModel(family, link: link)
    let short = try GeneralizedModel(rows, response: response).fit()
    let long = try GeneralizedModel(rows, response: response, compressing: false).fit()
    #expect(abs(short.deviance - long.deviance) < 1e-7)
    for i in short.fixedEffects.indices {
      let error = long.fixedCovariance[i, i].squareRoot()
      #expect(abs(short.fixedEffects[i] - long.fixedEffects[i]) < 1e-4 * error)
      #expect(abs(short.fixedCovariance[i, i].squareRoot() / error - 1) < 1e-5)
    }
    for (a, b) in zip(short.linearPredictor, long.linearPredictor) { #expect(abs(a - b) < 1e-5) }
  }

  /// Rows that differ stay apart, and so do those of few rows.
  @Test func distinctRows() throws {
    let response = ResponseModel(.binomial, link: .logit)
    let small = RandomData.rows(.binomial, .one, seed: 1)
    #expect(try GeneralizedModel(small, response: response).rowCount == small.count)
    var rows = Self.repeated(small, .binomial)
    rows.offset = (0..<rows.count).map { 1e-3 * Double($0) }
    #expect(try GeneralizedModel(rows, response: response).rowCount == rows.count)
  }
}
