import Foundation

/// Ends the statement that a driver waits for when the driver's task is cancelled.
package final class StatementCancellation: @unchecked Sendable {
  private let lock = NSLock()
  private var stop: (@Sendable () -> Void)?
  private var isCancelled = false

  /// Seconds between two attempts to end a statement.
  private static let interval = 0.01

  /// One that never comes.
  package init() {}

  /// Runs blocking work in a thread of its own; a task that is cancelled ends the statements that it says it waits for.
  package static func run<T>(_ body: (StatementCancellation) throws -> T) async throws -> T {
    let cancellation = StatementCancellation()
    return try await withTaskCancellationHandler {
      try await BlockingWork.run { try body(cancellation) }
    } onCancel: {
      cancellation.cancel()
    }
  }

  /// Runs blocking work that no cancellation ends: what ends a transaction must run after one too.
  package static func finish(_ body: (StatementCancellation) throws -> Void) async {
    try? await BlockingWork.run { try body(StatementCancellation()) }
  }

  /// Runs a statement.
  ///
  /// - Parameter stop: ends the statement, from another thread; it is not called after the body.
  /// - Throws: `CancellationError` if the task is cancelled, before or while the body runs.
  package func run<T>(stop: @escaping @Sendable () -> Void, _ body: () throws -> T) throws -> T {
    try lock.withLock {
      if isCancelled { throw CancellationError() }
      self.stop = stop
    }
    defer { lock.withLock { self.stop = nil } }
    do { return try body() } catch {
      throw lock.withLock { isCancelled } ? CancellationError() : error
    }
  }

  private func cancel() {
    lock.withLock { isCancelled = true }
    // A statement that has not begun takes no notice: it is told until the body ends.
    Thread.detachNewThread { while self.stopOnce() { Thread.sleep(forTimeInterval: Self.interval) } }
  }

  private func stopOnce() -> Bool {
    lock.withLock {
      stop?()
      return stop != nil
    }
  }
}
