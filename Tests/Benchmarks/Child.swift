import Dispatch
import Foundation

/// A program that runs beside this one.
enum Child {
  /// Runs a program, found on the search path unless a path is given; returns its exit status and standard output.
  ///
  /// After `limit` seconds it is ended.
  static func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:], limit: Double? = nil
  ) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program.contains("/") ? program : "/usr/bin/env")
    process.arguments = (program.contains("/") ? [] : [program]) + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let watchdog = DispatchWorkItem { if process.isRunning { process.terminate() } }
    if let limit { DispatchQueue.global().asyncAfter(deadline: .now() + limit, execute: watchdog) }
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    watchdog.cancel()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}
