import Foundation

/// Zero-initialised storage that hot loops reach through a raw pointer: in this module, where access costs nothing.
///
/// Shared between threads only after it has been filled.
final class RawBuffer<Element: BitwiseCopyable & ExpressibleByIntegerLiteral>: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<Element>
  let count: Int

  /// `count` zeros.
  init(_ count: Int) {
    self.count = count
    guard let memory = calloc(max(count, 1), MemoryLayout<Element>.stride) else {
      preconditionFailure("out of memory: \(count) elements")
    }
    pointer = memory.bindMemory(to: Element.self, capacity: max(count, 1))
  }

  /// The elements of an array.
  convenience init(_ elements: [Element]) {
    self.init(elements.count)
    for (i, element) in elements.enumerated() { pointer[i] = element }
  }

  deinit { free(pointer) }

  /// Overwrites this buffer with the elements of one of the same size.
  func copy(from other: RawBuffer) { pointer.update(from: other.pointer, count: min(count, other.count)) }

  /// Overwrites every element.
  func fill(_ value: Element) { pointer.update(repeating: value, count: count) }

  /// The elements as an array.
  var array: [Element] { Array(UnsafeBufferPointer(start: pointer, count: count)) }
}

/// Doubles behind a raw pointer.
typealias Buffer = RawBuffer<Double>
/// Indices behind a raw pointer.
typealias IndexBuffer = RawBuffer<Int32>
