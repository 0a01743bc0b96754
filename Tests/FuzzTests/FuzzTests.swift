import FuzzDrivers
import Testing

/// A bounded part of each driver; `make fuzz` runs them for hours.
@Suite struct FuzzTests {
  @Test func saved() throws { expectNone(FuzzRun(count: 300).run(try SavedDriver())) }

  private func expectNone(_ report: FuzzReport) {
    for fault in report.faults { Issue.record("input \(fault.index): \(fault.message)\n\(fault.input)") }
    #expect(report.faultCount == 0)
  }
}
