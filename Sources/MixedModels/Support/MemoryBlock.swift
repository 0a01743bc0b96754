import Foundation

/// Memory of zeros; where it is large, on large pages, and kept for the next matrix of its size.
///
/// On the usual pages of 4 kB a matrix of 100 MB takes 25,000 faults, and pages fresh from the system cost a fifth of
/// the standard errors of 3,706 crossed levels.
struct MemoryBlock: Sendable {
  nonisolated(unsafe) let start: UnsafeMutableRawPointer
  let bytes: Int

  /// Bytes of a large page, and from which a block takes them.
  private static let page = 2 << 20
  private static let smallest = 2 * page
  private static let kept = Pool()

  /// nil where there is no memory left.
  static func zeros(bytes: Int) -> MemoryBlock? {
    #if os(Linux)
      if bytes >= smallest { return large((bytes + page - 1) / page * page) }
    #endif
    return calloc(bytes, 1).map { MemoryBlock(start: $0, bytes: bytes) }
  }

  func release() {
    #if os(Linux)
      if bytes >= Self.smallest { return Self.kept.add(self) }
    #endif
    free(start)
  }

  #if os(Linux)
    private static func large(_ bytes: Int) -> MemoryBlock? {
      if let block = kept.take(bytes) {
        memset(block.start, 0, bytes)
        return block
      }
      let access = PROT_READ | PROT_WRITE
      guard let start = mmap(nil, bytes, access, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), start != MAP_FAILED
      else { return nil }
      madvise(start, bytes, Int32(MADV_HUGEPAGE))
      return MemoryBlock(start: start, bytes: bytes)
    }

    /// Released blocks, the oldest first.
    private final class Pool: @unchecked Sendable {
      private let lock = NSLock()
      private var blocks: [MemoryBlock] = []

      /// Bytes that are kept at most. The system may take them back when memory is short.
      private static let limit = 512 << 20

      /// The smallest block that will do, of at most twice the bytes.
      func take(_ bytes: Int) -> MemoryBlock? {
        lock.withLock {
          let fitting = blocks.indices.filter { (bytes...2 * bytes).contains(blocks[$0].bytes) }
          return fitting.min { blocks[$0].bytes < blocks[$1].bytes }.map { blocks.remove(at: $0) }
        }
      }

      func add(_ block: MemoryBlock) {
        lock.withLock {
          madvise(block.start, block.bytes, Int32(MADV_FREE))
          blocks.append(block)
          while blocks.reduce(0, { $0 + $1.bytes }) > Self.limit {
            let oldest = blocks.removeFirst()
            munmap(oldest.start, oldest.bytes)
          }
        }
      }
    }
  #endif
}
