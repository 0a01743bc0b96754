import COpenBLAS
import Foundation

/// The thread count of OpenBLAS, the one global state of this package.
///
/// The count is leased: it is set for the duration of a closure and the count found before is restored when the
/// last lease ends. While several leases overlap all run on one thread, because concurrent callers that each
/// spread over all cores slow one another down. A lease within a lease of the same thread is that lease.
package enum BLASThreads {
  private final class State: @unchecked Sendable {
    let lock = NSLock()
    /// Leases of each thread that holds any, the inner ones counted.
    var holders: [pthread_t: Int] = [:]
    var previous: Int32 = 1
  }
  private static let state = State()

  /// Runs `body` while OpenBLAS uses `count` threads (one, if another lease is held).
  package static func with<Result, Failure: Error>(
    _ count: Int = 1, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    acquire(count)
    defer { release() }
    return try body()
  }

  /// Runs `body`, a factorisation of a matrix of `size` entries, on one thread if it is small and no lease is held:
  /// threads that OpenBLAS wakes spin for a while after their work.
  static func small<Result>(_ size: Int, _ body: () -> Result) -> Result {
    guard size < 40_000, current > 1, state.lock.withLock({ state.holders.isEmpty }) else { return body() }
    return with(1, body)
  }

  /// The part of `count` threads that falls to each of the computations that hold a lease now.
  package static func share(of count: Int) -> Int {
    let leases = state.lock.withLock { state.holders.count }
    return max(1, count / max(1, leases))
  }

  /// Number of threads that OpenBLAS would use for a large product now.
  package static var current: Int { Int(openblas_get_num_threads()) }

  private static func acquire(_ count: Int) {
    state.lock.lock()
    defer { state.lock.unlock() }
    let holder = pthread_self()
    if state.holders.isEmpty { state.previous = openblas_get_num_threads() }
    state.holders[holder, default: 0] += 1
    if state.holders[holder] != 1 { return }
    let wanted = state.holders.count == 1 ? Int32(clamping: max(1, count)) : 1
    if wanted != openblas_get_num_threads() { openblas_set_num_threads(wanted) }
  }

  private static func release() {
    state.lock.lock()
    defer { state.lock.unlock() }
    let holder = pthread_self()
    state.holders[holder, default: 1] -= 1
    if state.holders[holder] == 0 { state.holders[holder] = nil }
    guard state.holders.isEmpty, state.previous != openblas_get_num_threads() else { return }
    openblas_set_num_threads(state.previous)
  }
}

/// The threads that this process may use.
package enum ProcessorCount {
  /// The active processors, at most OPENBLAS_NUM_THREADS or OMP_NUM_THREADS where one is set.
  package static let available: Int = {
    let count = ProcessInfo.processInfo.activeProcessorCount
    let environment = ProcessInfo.processInfo.environment
    for name in ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"] {
      if let limit = environment[name].flatMap(Int.init), limit > 0 { return min(count, limit) }
    }
    return count
  }()
}
