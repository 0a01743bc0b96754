import Foundation

/// Says which input stopped the process, or hangs it: the number is on standard error before the process ends.
package final class FuzzWatch: @unchecked Sendable {
  private let lock = NSLock()
  private var began: (index: Int, at: Date)?

  /// - Parameters:
  ///   - replay: the command that runs one input anew, without its number.
  ///   - limit: seconds after which an input hangs; the process ends then.
  package init(replay: String, limit: Double) {
    prefix = strdup("\nstopped at: \(replay) --count 1 --first ")
    for signal in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE] {
      Foundation.signal(signal) { number in
        FuzzWatch.report()
        // The default action ends the process with the signal's own status.
        Foundation.signal(number, SIG_DFL)
        raise(number)
      }
    }
    let thread = Thread { [weak self] in
      while let self {
        let late = lock.withLock { began.map { Date().timeIntervalSince($0.at) > limit } ?? false }
        if late {
          FuzzWatch.report()
          FileHandle.standardError.write(Data("no end after \(limit) seconds\n".utf8))
          _exit(124)
        }
        Thread.sleep(forTimeInterval: 1)
      }
    }
    thread.start()
  }

  func begin(_ index: Int) {
    current.pointee = index
    lock.withLock { began = (index, Date()) }
  }

  func end() { lock.withLock { began = nil } }

  /// Only what a signal handler may do: no allocation, no lock.
  private static func report() {
    if let prefix { write(2, prefix, strlen(prefix)) }
    var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)
    withUnsafeMutableBytes(of: &digits) { bytes in
      var position = bytes.count - 1
      bytes[position] = UInt8(ascii: "\n")
      var rest = current.pointee
      repeat {
        position -= 1
        bytes[position] = UInt8(ascii: "0") + UInt8(rest % 10)
        rest /= 10
      } while rest > 0
      if let base = bytes.baseAddress { write(2, base + position, bytes.count - position) }
    }
  }
}

/// The number of the input in use. A signal handler captures nothing, hence the globals.
nonisolated(unsafe) private let current: UnsafeMutablePointer<Int> = {
  let place = UnsafeMutablePointer<Int>.allocate(capacity: 1)
  place.initialize(to: 0)
  return place
}()
nonisolated(unsafe) private var prefix: UnsafeMutablePointer<CChar>?
