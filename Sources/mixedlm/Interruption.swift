import Dispatch
import Foundation

/// What Ctrl-C does in place of ending the program at once; a second one ends it.
final class Interruption {
  private let source: any DispatchSourceSignal

  init(_ body: @escaping @Sendable () -> Void) {
    #if canImport(Darwin)
      // There the source hears of signals beside their ordinary action; elsewhere in place of it.
      signal(SIGINT, SIG_IGN)
    #endif
    source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    let isFirst = Flag()
    source.setEventHandler {
      if !isFirst.take() { _exit(Terminal.interrupted) }
      body()
    }
    source.resume()
  }

  /// Ctrl-C ends the program again.
  func end() {
    source.cancel()
    signal(SIGINT, SIG_DFL)
  }

  /// True once; signals come one at a time.
  private final class Flag: @unchecked Sendable {
    private var isSet = true

    func take() -> Bool {
      defer { isSet = false }
      return isSet
    }
  }
}
