/// Zero-initialised storage that hot loops reach through a raw pointer.
///
/// Shared between threads only after it has been filled.
///
/// The folder: memory, threads and numbers of other precision; nothing here knows of models.
package final class Storage<Element: BitwiseCopyable & ExpressibleByIntegerLiteral>: @unchecked Sendable {
  package let pointer: UnsafeMutablePointer<Element>
  package let count: Int
  private let block: MemoryBlock

  /// Storage of `count` zeros.
  init(_ count: Int) {
    self.count = count
    guard let block = MemoryBlock.zeros(bytes: max(count, 1) * MemoryLayout<Element>.stride) else {
      preconditionFailure("out of memory: \(count) elements")
    }
    self.block = block
    pointer = block.start.bindMemory(to: Element.self, capacity: max(count, 1))
  }

  /// Storage of the elements of an array.
  convenience init(_ elements: [Element]) {
    self.init(elements.count)
    copy(from: elements)
  }

  deinit { block.release() }

  /// Overwrites this buffer with the elements of one of the same size.
  func copy(from other: Storage) {
    pointer.update(from: other.pointer, count: min(count, other.count))
  }

  /// Overwrites this buffer with the elements of an array of the same size.
  func copy(from elements: [Element]) {
    elements.withUnsafeBufferPointer { source in
      guard let start = source.baseAddress else { return }
      pointer.update(from: start, count: min(count, source.count))
    }
  }

  /// Overwrites every element.
  func fill(_ value: Element) { pointer.update(repeating: value, count: count) }

  /// The elements as an array.
  package var array: [Element] { Array(UnsafeBufferPointer(start: pointer, count: count)) }
}

/// Doubles behind a raw pointer.
package typealias Buffer = Storage<Double>
/// Indices behind a raw pointer.
typealias IndexBuffer = Storage<Int32>
