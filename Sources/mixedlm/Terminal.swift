import ArgumentParser
import Foundation
import StatsModels

/// Standard output and standard error.
enum Terminal {
  /// Writes a line to standard error; failures there go unnoticed.
  static func complain(_ message: String) {
    _ = write(Array((message + "\n").utf8), to: STDERR_FILENO)
  }

  /// Writes what the library has to say of a result: a note or a warning.
  static func tell(_ kind: String, _ message: String) { complain("\(kind): \(inOptions(message))") }

  /// Writes a usage error as the parser reports a wrong option of a command.
  static func complain(usageError message: String, of command: any ParsableCommand.Type) {
    let usage = MixedLMCommand.usageString(for: command)
    let name = command.configuration.commandName ?? ""
    complain("Error: \(message)\nUsage: \(usage)\n  See 'mixedlm \(name) --help' for more information.")
  }

  /// Runs the work of a command. Errors become one message on standard error and the exit status: 64 when the
  /// arguments contradict each other or give no grouping, else 1.
  static func reporting<Command: ParsableCommand>(_ command: Command.Type, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch let exit as ExitCode {
      throw exit
    } catch let error as StatsModelsError
      where error.code == .noGroups || error.code == .contradictoryArguments
    {
      // An error thrown from here would bring the usage of the whole program.
      complain(usageError: inOptions(error.message), of: command)
      throw ExitCode.validationFailure
    } catch let error as StatsModelsError where error.code == .cancelled {
      complain("interrupted: \(error.message)")
      throw ExitCode(interrupted)
    } catch is BrokenPipe {
      throw ExitCode.failure
    } catch {
      complain("error: \(inOptions("\(error)"))")
      throw ExitCode.failure
    }
  }

  /// Exit status of programs that SIGINT ended, as shells give it.
  static let interrupted: Int32 = 128 + SIGINT

  /// A message of the library with its arguments spelt as this program's options.
  private static func inOptions(_ message: String) -> String {
    [
      (
        "'groups' is a required keyword argument in MixedLM.from_formula: name the grouping column,",
        "no groups: give --groups COL or --single-group,"
      ),
      ("name the column that divides the rows, groups: \"…\"", "give --groups COL"),
      ("use groups: \"…\"", "give --groups COL or --single-group"),
      ("name one, along: \"…\"", "choose another --kind"),
      ("missing: .drop", "--missing drop"), ("newLevels: .population", "--new-levels population"),
      ("leave the effects out, randomEffects: .none,", "leave out --exog-re,"),
      ("Raise maxiter, leave method out, or", "Leave --method out, or"),
      ("fit again from other starting values (startParams), or with method: nil", "leave --method out"),
      (" A fit with startParams there leads to it", ""), ("nAGQ: 1", "--nagq 1"), ("nAGQ", "--nagq"),
      ("save with rows: true", "save without --no-rows"),
      ("exogRe", "--exog-re"), ("reFormula", "--re-formula"), ("vcFormula", "--vc-formula"),
      ("randomEffects: .factors([…]) with interval: .confidence", "with --interval confidence"),
    ].reduce(message) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
  }

  /// Writes all bytes; returns the error number, 0 when all went well.
  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let count = Foundation.write(descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done)
        if count >= 0 {
          done += count
        } else if errno != EINTR {
          return errno
        }
      }
      return 0
    }
  }
}

/// The reader of standard output has gone; there is nobody to tell.
struct BrokenPipe: Error {}

/// A line on standard error that tells what is going on, from the second second on, on terminals only.
final class ProgressLine: @unchecked Sendable {
  private let lock = NSLock()
  private var timer: (any DispatchSourceTimer)?
  private var current = ""
  private var shown = false
  private let start = ContinuousClock.now

  init(enabled: Bool) {
    guard enabled, isatty(STDERR_FILENO) == 1 else { return }
    let timer = DispatchSource.makeTimerSource(queue: .global())
    timer.schedule(deadline: .now() + 1, repeating: 0.5)
    timer.setEventHandler { [weak self] in self?.show() }
    timer.resume()
    self.timer = timer
  }

  /// What is being done now.
  var step: String {
    get { lock.withLock { current } }
    set { lock.withLock { current = newValue } }
  }

  private func show() {
    lock.withLock {
      guard timer != nil else { return }
      let seconds = start.duration(to: .now).components.seconds
      _ = Terminal.write(Array("\r\u{1B}[K\(current), \(seconds) s".utf8), to: STDERR_FILENO)
      shown = true
    }
  }

  /// Clears the line and stops.
  func finish() {
    lock.withLock {
      timer?.cancel()
      timer = nil
      if shown { _ = Terminal.write(Array("\r\u{1B}[K".utf8), to: STDERR_FILENO) }
      shown = false
    }
  }
}
