import Foundation
import StatsModels
import Synchronization
import Testing

/// Fits that are awaited: same results, no thread of Swift's concurrency taken, cancellation.
@Suite struct AsyncFitTests {
  static let data = SyntheticData.schools()

  @Test func `many at once equal those one by one`() async throws {
    let formulas = [
      "test_score ~ age", "test_score ~ age + sex", "test_score ~ pretest", "test_score ~ age * pretest",
      "test_score ~ age + (1 | province)", "test_score ~ sex", "test_score ~ age + pretest + sex",
      "test_score ~ 1",
    ]
    let models = try formulas.map { try mixedlm($0 + " + (1 | school) + (1 | student_id)", Self.data) }
    let found = try await withThrowingTaskGroup(of: (Int, MixedLMResults).self) { group in
      for (position, model) in models.enumerated() { group.addTask { (position, try await model.fit()) } }
      return try await group.reduce(into: [Int: MixedLMResults]()) { $0[$1.0] = $1.1 }
    }
    for (position, model) in models.enumerated() {
      let alone: MixedLMResults = try Self.now { try model.fit() }
      let fit = try #require(found[position])
      try await fit.prepare()
      // a parameter at its bound has no error: nan
      #expect(fit.params == alone.params)
      #expect(fit.bse.values.map(\.bitPattern) == alone.bse.values.map(\.bitPattern))
    }
    // The same model, several times at once, before its cross-products exist.
    let shared = try mixedlm("test_score ~ age + (1 | school) + (1 | student_id)", Self.data)
    async let (a, b, c) = (shared.fit(), shared.fit(exact: false), shared.fit(reml: false))
    let fits = try await [a, b, c]
    #expect(fits[0].monteCarlo == nil && fits[1].monteCarlo != nil && !fits[2].reml)
  }

  /// The synchronous form, within an asynchronous function.
  private static func now<T>(_ body: () throws -> T) throws -> T { try body() }

  /// Holds fits at their first iteration, and counts them.
  final class Gate: Sendable {
    private let open = Mutex(false)
    private let held = Mutex(0)
    var count: Int { held.withLock { $0 } }

    func release() { open.withLock { $0 = true } }

    /// A progress callback; gives up, and so cancels the fit, should nobody ever release it.
    func wait(_: FitProgress) -> Bool {
      held.withLock { $0 += 1 }
      for _ in 0..<30_000 {
        if open.withLock({ $0 }) { return true }
        usleep(1000)
      }
      return false
    }
  }

  @Test func `fits leave the threads of tasks alone, and those that wait can be cancelled`() async throws {
    let model = try mixedlm("test_score ~ age + (1 | school) + (1 | student_id)", Self.data)
    let gate = Gate()
    let processors = ProcessInfo.processInfo.activeProcessorCount
    // As many fits as there are threads for tasks, all of which stand still; and more, which have not begun.
    let fits = (0..<processors + 2).map { _ in
      Task { try await model.fit(progress: { gate.wait($0) }) }
    }
    while gate.count == 0 { try await Task.sleep(for: .milliseconds(1)) }
    let waiting = Task { try await model.fit() }
    waiting.cancel()
    await #expect(throws: StatsModelsError.self) { try await waiting.value }
    gate.release()
    for fit in fits { #expect(try await fit.value.converged) }
  }

  @Test(arguments: [nil, .lbfgs] as [OptimizationMethod?], [nil, false] as [Bool?])
  func `cancelling ends a fit and leaves the model usable`(method: OptimizationMethod?, exact: Bool?)
    async throws
  {
    let model = try mixedlm("test_score ~ age + (1 | school) + (1 | student_id)", Self.data)
    let gate = Gate()
    let task = Task { try await model.fit(method: method, exact: exact, progress: { gate.wait($0) }) }
    while gate.count == 0 { try await Task.sleep(for: .milliseconds(1)) }
    task.cancel()
    gate.release()
    let error = await #expect(throws: StatsModelsError.self) { try await task.value }
    #expect(error?.code == .cancelled)
    let halted = await #expect(throws: StatsModelsError.self) {
      try await model.fit(method: method, exact: exact, progress: { _ in false })
    }
    #expect(halted?.code == .cancelled)
    #expect(try await model.fit(method: method, exact: exact).converged)
  }

  @Test func `a bootstrap ends with its task`() async throws {
    let result = try await mixedlm("test_score ~ age", Self.data, groups: "school").fit()
    let handle = Mutex<Task<BootstrapResult, any Error>?>(nil)
    let task = Task.detached {
      try result.parametricBootstrap(count: 1_000_000, seed: 1) { count in
        if count > 3 { handle.withLock { $0?.cancel() } }
        return true
      }
    }
    handle.withLock { $0 = task }
    let bootstrap = try await task.value
    #expect((1..<1_000_000).contains(bootstrap.replicates.index.count))
  }
}
