import ArgumentParser
import Foundation
import StatsModels

/// Where a command's result goes.
struct OutputOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "File for the result instead of standard output, -; it appears complete or not at all. Example: --output result.txt",
      valueName: "FILE"))
  var output: String?

  /// Stops early when the file's folder does not exist, before any work is done.
  func check() throws { try Self.check(output) }

  /// Stops early when a file's folder does not exist; nil is no file.
  static func check(_ file: String?) throws {
    guard let output = file else { return }
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: output, isDirectory: &isFolder), isFolder.boolValue {
      throw StatsModelsError(.file, "cannot write '\(output)': it is a folder", values: [output])
    }
    let folder = URL(fileURLWithPath: output).deletingLastPathComponent().path
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
      throw StatsModelsError(
        .file, "cannot write '\(output)': there is no folder '\(folder)'", values: [output])
    }
  }

  /// Writes the result, ended by a newline.
  func write(_ text: String) throws {
    try write { sink in try sink(Array(text.utf8) + (text.utf8.last == 0x0A ? [] : [0x0A])) }
  }

  /// Writes the pieces that `body` hands over.
  func write(_ body: (_ sink: ([UInt8]) throws -> Void) throws -> Void) throws {
    guard let output, output != "-" else {
      try body { bytes in
        let failure = Terminal.write(bytes, to: STDOUT_FILENO)
        if failure == EPIPE { throw BrokenPipe() }
        if failure != 0 { throw Self.failure("standard output", failure) }
      }
      return
    }
    let file = try AtomicFile(path: output)
    try body { bytes in try file.write(bytes) }
    try file.finish()
  }

  private static func failure(_ name: String, _ number: Int32) -> StatsModelsError {
    StatsModelsError(.file, "cannot write \(name): \(String(cString: strerror(number)))", values: [name])
  }
}
