import Foundation

/// Work that waits for a database. The threads that tasks share are as few as processors: those that wait would keep all
/// other tasks from running.
enum BlockingWork {
  /// Stack of the thread: that of a program's first one, on which drivers parse deep statements.
  private static let stackSize = 8 << 20

  /// Runs the body in a thread of its own, while the task waits.
  static func run<T>(_ body: () throws -> T) async throws -> T {
    try await withoutActuallyEscaping(body) { body in
      let call = Call(body)
      let outcome = await withUnsafeContinuation { continuation in
        let thread = Thread { continuation.resume(returning: call.make()) }
        thread.stackSize = stackSize
        thread.start()
      }
      return try outcome.result.get()
    }
  }

  /// The one call of a body, which nobody holds after it.
  private final class Call<T>: @unchecked Sendable {
    private var body: (() throws -> T)?

    init(_ body: @escaping () throws -> T) { self.body = body }

    @inline(never)
    func make() -> Outcome<T> {
      let body = self.body
      self.body = nil
      return Outcome(
        result: Result {
          guard let body else { throw CancellationError() }
          return try body()
        })
    }
  }

  /// What crosses from the thread to the task that waits for it.
  private struct Outcome<T>: @unchecked Sendable {
    let result: Result<T, any Error>
  }
}
