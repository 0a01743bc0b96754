import Dispatch
import Foundation
internal import LinearAlgebra

/// Spreads fixed chunks of rows over threads.
///
/// The chunks depend on the data alone and sums are taken chunk by chunk, so that the result has the same
/// bits for any number of threads.
package struct Workers: Sendable {
  package let count: Int

  package init(threads: Int?) { count = max(1, threads ?? ProcessorCount.available) }

  /// Threads that so many elementary operations pay for.
  package func threads(work: Int) -> Int {
    // Several fits at once share the cores: the sums are the same for any number of threads.
    min(BLASThreads.share(of: count), work / 20_000 + 1)
  }

  /// Calls `body` for every chunk, in parallel where that can pay.
  ///
  /// - Parameter work: rough number of elementary operations of all chunks together.
  package func forEach(chunks: Int, work: Int, _ body: (Int) -> Void) {
    let threads = min(threads(work: work), chunks)
    guard threads > 1 else {
      for chunk in 0..<chunks { body(chunk) }
      return
    }
    withoutActuallyEscaping(body) { body in
      // Chunks write to places of their own.
      nonisolated(unsafe) let body = body
      DispatchQueue.concurrentPerform(iterations: threads) { thread in
        for chunk in stride(from: thread, to: chunks, by: threads) { body(chunk) }
      }
    }
  }
}

/// Bounds of chunks of consecutive rows with about equal numbers of entries.
struct RowChunks: Sendable {
  /// First row of each chunk, and the number of rows at the end.
  let bounds: [Int]
  /// Rows and entries together.
  let work: Int
  var count: Int { bounds.count - 1 }

  /// Chunks of compressed rows; `also` counts further entries of the same rows.
  init(rowCount: Int, start: IndexBuffer, also: IndexBuffer? = nil) {
    let starts = start.pointer
    let others = also?.pointer
    func load(_ row: Int) -> Int { Int(starts[row]) + (others.map { Int($0[row]) } ?? 0) + row }
    let total = load(rowCount)
    let wanted = max(1, min(64, total / 4096))
    var bounds = [0]
    var row = 0
    for chunk in 1..<max(wanted, 1) {
      let target = total / wanted * chunk
      while row < rowCount, load(row) < target { row += 1 }
      if row > bounds[bounds.count - 1] { bounds.append(row) }
    }
    if rowCount > bounds[bounds.count - 1] || bounds.count == 1 { bounds.append(rowCount) }
    self.bounds = bounds
    work = total
  }

  subscript(chunk: Int) -> Range<Int> { bounds[chunk]..<bounds[chunk + 1] }
}
