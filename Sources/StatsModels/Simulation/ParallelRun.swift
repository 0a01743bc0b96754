import Foundation
import LinearAlgebra

/// Hands out numbered tasks to workers and collects what they find.
final class ParallelRun<Value: Sendable>: @unchecked Sendable {
  private let lock = NSLock()
  private let total: Int
  private let progress: (@Sendable (Int) -> Bool)?
  private var nextTask = 0
  private var done = 0
  private var stopped = false
  private var found: [Value?]

  init(total: Int, progress: (@Sendable (Int) -> Bool)?) {
    self.total = total
    self.progress = progress
    found = [Value?](repeating: nil, count: total)
  }

  /// The number of workers for a number of tasks; nil uses the cores there are.
  static func workers(_ threads: Int?, _ tasks: Int) -> Int {
    max(1, min(threads ?? ProcessorCount.available, tasks))
  }

  /// Does the tasks on several threads until all are done, `progress` says stop, or the task that called is cancelled.
  func perform(workers: Int, _ make: @Sendable (Int) -> Value) {
    withUnsafeCurrentTask { task in
      // Whether a task is cancelled may be asked from any thread while it lives, and it waits here.
      nonisolated(unsafe) let task = task
      DispatchQueue.concurrentPerform(iterations: workers) { _ in
        while task?.isCancelled != true, let number = next() { finish(number, make(number)) }
      }
    }
  }

  private func next() -> Int? {
    lock.withLock {
      guard !stopped, nextTask < total else { return nil }
      defer { nextTask += 1 }
      return nextTask
    }
  }

  private func finish(_ number: Int, _ value: Value) {
    let count = lock.withLock { () -> Int in
      found[number] = value
      done += 1
      return done
    }
    if let progress, !progress(count) { lock.withLock { stopped = true } }
  }

  /// What was found, in the order of the tasks; nil where a task was not begun.
  var all: [Value?] { lock.withLock { found } }
  /// What was found by the tasks that are done, in their order.
  var completed: [Value] { all.compactMap { $0 } }
}
