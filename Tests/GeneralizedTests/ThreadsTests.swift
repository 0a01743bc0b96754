import GeneralizedModels
import LinearAlgebra
import MixedModels
import TestSupport
import Testing

/// Fits over parts of the rows, levels and parameters have the same bits for any number of threads.
@Suite struct ThreadsTests {
  enum Structure: String, CaseIterable { case slope, crossed, crossedSlopes, manyColumns }

  private static func rows(_ structure: Structure) -> GeneralizedRows {
    var generator = SeededGenerator(seed: 5)
    func uniform() -> Double { Double.random(in: -1..<1, using: &generator) }
    let (n, people) = (30_000, structure == .manyColumns ? 500 : 900)
    let items = structure == .manyColumns ? 400 : 30
    let effects = (0..<people + items).map { _ in uniform() }
    var (y, x) = ([Double](), [Double]())
    var (first, second) = ([Int32](), [Int32]())
    for i in 0..<n {
      // some rows belong to no person
      first.append(i % 97 == 0 ? -1 : Int32(Double(people) * (0.5 + 0.5 * uniform())))
      second.append(Int32(Double(items) * (0.5 + 0.5 * uniform())))
      x.append(uniform())
      let own = first[i] < 0 ? 0 : effects[Int(first[i])] * (1 + 0.5 * x[i])
      y.append(own + effects[people + Int(second[i])] + 2 * uniform() > 0 ? 1 : 0)
    }
    let hasSlopes = structure == .slope || structure == .crossedSlopes
    var terms = [RandomTerm(codes: first, levelCount: people, columns: hasSlopes ? [nil, x] : [nil])]
    if structure != .slope { terms.append(RandomTerm(codes: second, levelCount: items)) }
    return GeneralizedRows(
      response: y, fixed: Matrix(columns: [[Double](repeating: 1, count: n), x]), terms: terms)
  }

  @Test(arguments: Structure.allCases) func theSameBits(_ structure: Structure) throws {
    let model = try GeneralizedModel(
      Self.rows(structure), response: ResponseModel(.binomial, link: .logit))
    let fits = try [1, 2, 5].map { try model.fit(threads: $0) }
    #expect(fits[0].converged && fits[0].hasJointCovariance)
    for other in fits.dropFirst() {
      #expect(other.deviance == fits[0].deviance)
      #expect(other.covariances == fits[0].covariances && other.fixedEffects == fits[0].fixedEffects)
      #expect(other.fixedCovariance == fits[0].fixedCovariance)
      #expect(other.effects == fits[0].effects && other.effectCovariances == fits[0].effectCovariances)
      #expect(other.certificate.evaluations == fits[0].certificate.evaluations)
    }
  }
}
