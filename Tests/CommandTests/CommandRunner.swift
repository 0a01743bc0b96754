import Foundation
import StatsModels
import TestSupport

/// What a run of the command left behind.
struct Outcome {
  let status: Int32
  let output: String
  let errors: String

  /// The output as JSON.
  func json() throws -> JSONValue { try JSONValue(parsing: output) }
}

/// Runs the `mixedlm` that was built beside the tests.
enum Mixedlm {
  /// The command: beside the test runner, else in the build folder of this checkout.
  static let path: String = {
    let runner = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    let build = Fixtures.root.deletingLastPathComponent().appendingPathComponent(".build")
    let folders = [runner, build.appendingPathComponent("release"), build.appendingPathComponent("debug")]
    let candidates = folders.map { $0.appendingPathComponent("mixedlm").path }
    return candidates.first { FileManager.default.isExecutableFile(atPath: $0) } ?? "mixedlm"
  }()

  static func run(_ arguments: [String]) throws -> Outcome {
    try run(executable: path, arguments)
  }

  /// Runs a line of shell in which `$MIXEDLM` is the command.
  static func shell(_ line: String) throws -> Outcome {
    try run(executable: "/bin/bash", ["-c", line], environment: ["MIXEDLM": path])
  }

  private static func run(
    executable: String, _ arguments: [String], environment: [String: String] = [:]
  ) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    // Files instead of pipes: nothing can fill up and block.
    let folder = try Scratch()
    let (output, errors) = (folder.path("out"), folder.path("err"))
    for name in ["out", "err"] { _ = try folder.write(name, "") }
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationReason == .exit
        ? process.terminationStatus : 128 + process.terminationStatus,
      output: try folder.read("out"), errors: try folder.read("err"))
  }
}

/// A folder of its own for one test, removed at the end.
final class Scratch {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("mixedlm-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  /// Writes a file and returns its path.
  func write(_ name: String, _ text: String) throws -> String {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
    return path(name)
  }

  func read(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: path(name))), as: UTF8.self)
  }

  /// The names of all files, hidden ones too, sorted.
  var files: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()) ?? []
  }
}
