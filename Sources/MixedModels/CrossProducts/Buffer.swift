/// Zero-initialised storage that hot loops reach through a raw pointer.
///
/// Shared between threads only after it has been filled.
final class Storage<Element: BitwiseCopyable & ExpressibleByIntegerLiteral>: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<Element>
  let count: Int

  /// Storage of `count` zeros.
  init(_ count: Int) {
    self.count = count
    pointer = .allocate(capacity: max(count, 1))
    pointer.initialize(repeating: 0, count: max(count, 1))
  }

  /// Storage of the elements of an array.
  convenience init(_ elements: [Element]) {
    self.init(elements.count)
    for (i, element) in elements.enumerated() { pointer[i] = element }
  }

  deinit { pointer.deallocate() }

  /// Overwrites this buffer with the elements of one of the same size.
  func copy(from other: Storage) {
    pointer.update(from: other.pointer, count: min(count, other.count))
  }

  /// Overwrites every element.
  func fill(_ value: Element) { pointer.update(repeating: value, count: count) }

  /// The elements as an array.
  var array: [Element] { Array(UnsafeBufferPointer(start: pointer, count: count)) }
}

/// Doubles behind a raw pointer.
typealias Buffer = Storage<Double>
/// Indices behind a raw pointer.
typealias IndexBuffer = Storage<Int32>
