/// Uninitialised-by-default storage of doubles that hot loops reach through a raw pointer.
///
/// Shared between threads only after it has been filled.
final class Buffer: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<Double>
  let count: Int

  /// Storage of `count` zeros.
  init(_ count: Int) {
    self.count = count
    pointer = .allocate(capacity: max(count, 1))
    pointer.initialize(repeating: 0, count: max(count, 1))
  }

  deinit { pointer.deallocate() }

  /// Overwrites this buffer with the elements of one of the same size.
  func copy(from other: Buffer) {
    pointer.update(from: other.pointer, count: min(count, other.count))
  }
}
