import Dispatch
import LinearAlgebra

/// Runs long computations on threads of their own, in the caller's task: the threads of Swift's concurrency stay free,
/// and the computation sees the task's cancellation.
actor FitWorker {
  private let executor = Executor()

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// Runs `body` when a processor is free for it.
  ///
  /// - Throws: ``StatsModelsError`` when the task is cancelled while it waits; what `body` throws.
  static func run<T: Sendable>(_ body: @Sendable () throws -> T) async throws -> T {
    try await FitPlaces.shared.enter()
    do {
      if Task.isCancelled { throw StatsModelsError.cancellation }
      let result = try await FitWorker().perform(body)
      await FitPlaces.shared.leave()
      return result
    } catch {
      await FitPlaces.shared.leave()
      throw error
    }
  }

  private func perform<T: Sendable>(_ body: @Sendable () throws -> T) throws -> T { try body() }

  private final class Executor: SerialExecutor {
    private static let queue = DispatchQueue(label: "StatsModels.fit", attributes: .concurrent)

    func enqueue(_ job: consuming ExecutorJob) {
      let job = UnownedJob(job)
      Self.queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
  }
}

/// As many places as there are processors; who finds none waits without a thread.
private actor FitPlaces {
  static let shared = FitPlaces(count: ProcessorCount.available)

  private var free: Int
  private var waiting: [(ticket: Int, continuation: CheckedContinuation<Void, any Error>)] = []
  private var tickets = 0

  init(count: Int) { free = count }

  func enter() async throws {
    if free > 0 {
      free -= 1
      return
    }
    tickets += 1
    let ticket = tickets
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        if Task.isCancelled {
          continuation.resume(throwing: StatsModelsError.cancellation)
        } else {
          waiting.append((ticket, continuation))
        }
      }
    } onCancel: {
      Task { await self.giveUp(ticket) }
    }
  }

  func leave() {
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().continuation.resume() }
  }

  private func giveUp(_ ticket: Int) {
    guard let place = waiting.firstIndex(where: { $0.ticket == ticket }) else { return }
    waiting.remove(at: place).continuation.resume(throwing: StatsModelsError.cancellation)
  }
}

extension StatsModelsError {
  /// The task was cancelled, or a progress callback returned false.
  static var cancellation: StatsModelsError { StatsModelsError(.cancelled, "the fit was cancelled") }
}
