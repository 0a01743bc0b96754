import LinearAlgebra
import MixedModels
import Testing

/// Which way a model is computed, and why.
@Suite struct PlanTests {
  /// Rows whose levels in two factors of these sizes are drawn at random.
  private static func model(
    rows n: Int, levels: [Int], slope: Bool = false, weighted: Bool = false, nested: Bool = false,
    options: EngineOptions = .init()
  ) throws -> MixedModel {
    var g = TestGenerator(seed: 1)
    let x = (0..<n).map { _ in g.normal() }
    let terms = levels.enumerated().map { position, count in
      let codes = (0..<n).map { row in
        let finest = Int32(row % levels[0])
        return position == 0 ? finest : nested ? finest % Int32(count) : Int32(g.below(count))
      }
      return RandomTerm(codes: codes, levelCount: count, columns: slope ? [nil, x] : [nil])
    }
    return try MixedModel(
      response: (0..<n).map { _ in g.normal() }, fixed: Matrix(rows: n, columns: 1, repeating: 1),
      terms: terms,
      weights: weighted ? (0..<n).map { Double(1 + $0 % 7) } : nil, options: options)
  }

  struct Case: CustomTestStringConvertible {
    var testDescription: String
    let plan: @Sendable () throws -> Plan
    let factorization: Plan.Factorization
    let reason: Plan.Reason
    var start = Plan.Start.moments
    var searches = Plan.Searches.everywhere
  }

  static let cases: [Case] = [
    Case(
      testDescription: "one intercept, levels of one size",
      plan: { try model(rows: 1500, levels: [300]).plan },
      factorization: .pooled, reason: .levelsOfFewSizes, searches: .line),
    Case(
      testDescription: "the same with weights",
      plan: { try model(rows: 1500, levels: [300], weighted: true).plan },
      factorization: .levels, reason: .oneFactor, searches: .line),
    Case(
      testDescription: "a slope", plan: { try model(rows: 200, levels: [20], slope: true).plan },
      factorization: .levels, reason: .oneFactor),
    Case(
      testDescription: "a slope, many rows",
      plan: { try model(rows: 60_000, levels: [20], slope: true).plan },
      factorization: .levels, reason: .oneFactor, searches: .none),
    Case(
      testDescription: "nested", plan: { try model(rows: 400, levels: [40, 8], nested: true).plan },
      factorization: .chain, reason: .factorsNest),
    Case(
      testDescription: "crossed", plan: { try model(rows: 400, levels: [40, 8]).plan },
      factorization: .dense(order: 8), reason: .smallOrder),
    Case(
      testDescription: "crossed, sparse asked for",
      plan: { try model(rows: 400, levels: [40, 8], options: EngineOptions(trailing: .sparse)).plan },
      factorization: .sparse(order: 8), reason: .asked, searches: .none),
    Case(
      testDescription: "crossed, a thin block",
      plan: { try model(rows: 3000, levels: [1500, 1200]).plan },
      factorization: .sparse(order: 1200), reason: .sparseIsCheaper, searches: .none),
    Case(
      testDescription: "crossed, a full block",
      plan: { try model(rows: 30_000, levels: [1000, 700]).plan },
      factorization: .dense(order: 700), reason: .fullFactor, start: .roughStep, searches: .none),
    Case(
      testDescription: "crossed, a large full block",
      plan: { try model(rows: 60_000, levels: [2000, 1600]).plan },
      factorization: .dense(order: 1600), reason: .fullFactor, start: .anchoredSteps, searches: .none),
    Case(
      testDescription: "crossed, no factor asked for",
      plan: { try model(rows: 400, levels: [40, 8], options: EngineOptions(exact: false)).plan },
      factorization: .iterative, reason: .asked),
    Case(
      testDescription: "crossed, no memory for a factor",
      plan: { try model(rows: 400, levels: [200, 150], options: EngineOptions(memory: 300_000)).plan },
      factorization: .iterative, reason: .memoryIsShort, searches: .none),
    Case(
      testDescription: "crossed slopes have no way without a factor",
      plan: {
        try model(rows: 400, levels: [40, 8], slope: true, options: EngineOptions(exact: false)).plan
      },
      factorization: .dense(order: 16), reason: .smallOrder),
  ]

  @Test(arguments: cases) func thisModelThisPlan(_ expected: Case) throws {
    let plan = try expected.plan()
    #expect(plan.factorization == expected.factorization)
    #expect(plan.reason == expected.reason)
    #expect(plan.start == (Tuning.loopCost == 1 ? expected.start : .moments))
    #expect(plan.searches == expected.searches)
  }

  /// What one number takes for granted of another.
  @Test func numbersFitTogether() {
    // a block that may be inverted in single precision is exact at zero no more
    #expect(Tuning.keptOrder < Tuning.roughOrder)
    // the margin over the floor lies within reach of a variance in standard units
    #expect(Tuning.leastRoot * Tuning.roundingMargin < 1)
    #expect(Tuning.leastExtendedScale < Tuning.resolvedScale)
    #expect(Tuning.roughStepOrder <= Tuning.anchoredOrder && Tuning.threadedOrder <= Tuning.roughStepOrder)
    #expect(Tuning.searchedOrder < Tuning.threadedOrder && Tuning.searchedRows <= Tuning.cheapRows)
  }
}
