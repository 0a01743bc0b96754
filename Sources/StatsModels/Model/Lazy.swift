import Foundation

/// A value computed at most once, on first use, from any thread: keeps expensive attributes of an otherwise
/// immutable value out of the time that it takes to make it.
final class Lazy<Value: Sendable>: @unchecked Sendable {
  private let lock = NSRecursiveLock()
  private var stored: Value?

  init() {}

  init(_ value: Value) { stored = value }

  /// The value, if it has been computed.
  var known: Value? { lock.withLock { stored } }

  func value(_ make: () throws -> Value) rethrows -> Value {
    lock.lock()
    defer { lock.unlock() }
    if let stored { return stored }
    let made = try make()
    stored = made
    return made
  }
}
