import TestSupport

/// Something that makes inputs from random bits and uses each as a user would.
///
/// Input number i depends on the seed and on i alone, so that a failing one can be made again by itself.
package protocol FuzzDriver: Sendable {
  associatedtype Input
  /// The input that these random bits give.
  func input(using generator: inout SeededGenerator) -> Input
  /// Uses the input in every way a user may.
  func use(_ input: Input) -> FuzzOutcome
  /// The input as text, for the report of a failure.
  func describe(_ input: Input) -> String
}

/// What became of one input.
package enum FuzzOutcome: Sendable {
  /// It was taken, and everything asked of it gave an answer or an error.
  case served
  /// It was refused with an error.
  case refused
  /// Something is wrong with the answer.
  case fault(String)
}

/// A run of one driver over consecutive inputs.
package struct FuzzRun: Sendable {
  /// Random bits of all inputs derive from it.
  package var seed: UInt64
  /// Number of the first input.
  package var first: Int
  /// How many inputs.
  package var count: Int
  /// Seconds that one input may take before it counts as a hang.
  package var limit: Double

  package init(seed: UInt64 = 1, first: Int = 0, count: Int, limit: Double = 60) {
    self.seed = seed
    self.first = first
    self.count = count
    self.limit = limit
  }

  /// Runs the inputs in order.
  ///
  /// - Parameters:
  ///   - driver: makes and uses them.
  ///   - watch: is told of each input before it is used; nil watches nothing.
  ///   - progress: is called after each input with its number.
  package func run<Driver: FuzzDriver>(
    _ driver: Driver, watch: FuzzWatch? = nil, progress: (Int) -> Void = { _ in }
  ) -> FuzzReport {
    var report = FuzzReport()
    for index in first..<(first + count) {
      watch?.begin(index)
      let input = self.input(index, of: driver)
      let start = ContinuousClock.now
      let outcome = driver.use(input)
      let elapsed = (ContinuousClock.now - start).components
      let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
      switch outcome {
      case .served: report.served += 1
      case .refused: report.refused += 1
      case .fault(let message): report.add(index, message, driver.describe(input))
      }
      if seconds > limit { report.add(index, "took \(seconds) seconds", driver.describe(input)) }
      if seconds > report.slowest { (report.slowest, report.slowestIndex) = (seconds, index) }
      progress(index)
    }
    watch?.end()
    return report
  }

  /// Input number `index`.
  package func input<Driver: FuzzDriver>(_ index: Int, of driver: Driver) -> Driver.Input {
    // The generator mixes its state, so that neighbouring seeds give unrelated bits.
    var generator = SeededGenerator(seed: seed &* 0x2545_F491_4F6C_DD1D &+ UInt64(truncatingIfNeeded: index))
    return driver.input(using: &generator)
  }
}

/// Counts and failures of a run.
package struct FuzzReport: Sendable {
  /// One input that was answered wrongly.
  package struct Fault: Sendable {
    package let index: Int
    package let message: String
    package let input: String
  }

  package var served = 0
  package var refused = 0
  package var slowest = 0.0
  /// The input that took longest.
  package var slowestIndex = 0
  package var faultCount = 0
  /// The first failures, each with its input.
  package var faults: [Fault] = []
  /// Failures that are kept in full; the rest is counted.
  private static let kept = 20

  fileprivate mutating func add(_ index: Int, _ message: String, _ input: String) {
    faultCount += 1
    if faults.count < Self.kept { faults.append(Fault(index: index, message: message, input: input)) }
  }
}
