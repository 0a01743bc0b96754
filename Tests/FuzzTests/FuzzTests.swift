import FuzzDrivers
import Testing

/// A bounded part of each driver; `make fuzz` runs them for hours.
@Suite struct FuzzTests {
  @Test func saved() throws { expectNone(FuzzRun(count: 300).run(try SavedDriver())) }
  @Test func csv() { expectNone(FuzzRun(count: 3000).run(CSVDriver())) }
  @Test func formulas() throws { expectNone(FuzzRun(count: 2000).run(try FormulaDriver())) }

  /// The first inputs, and some at which likelihoods without a maximum were told from others by the order of rows alone.
  @Test(arguments: [
    FuzzRun(count: 800), FuzzRun(seed: 78, first: 9328, count: 1), FuzzRun(seed: 78, first: 10484, count: 1),
    FuzzRun(seed: 78, first: 11181, count: 1), FuzzRun(seed: 78, first: 14992, count: 1),
    FuzzRun(seed: 78, first: 17485, count: 1), FuzzRun(seed: 78, first: 19682, count: 1),
    FuzzRun(seed: 78, first: 19876, count: 1), FuzzRun(seed: 302, first: 16405, count: 1),
  ])
  func fits(_ run: FuzzRun) { expectNone(run.run(SmallModelDriver())) }

  private func expectNone(_ report: FuzzReport) {
    for fault in report.faults { Issue.record("input \(fault.index): \(fault.message)\n\(fault.input)") }
    #expect(report.faultCount == 0)
  }
}
