import ArgumentParser
import Foundation
import StatsModels

/// Where a command's result goes.
struct OutputOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "File for the result instead of standard output, such as fit.json; it appears complete or not at all.",
      valueName: "FILE"))
  var output: String?

  /// Stops early when the file's folder does not exist, before any work is done.
  func check() throws {
    guard let output else { return }
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
    let bytes = Array(text.utf8) + (text.utf8.last == 0x0A ? [] : [0x0A])
    guard let output else {
      let failure = Terminal.write(bytes, to: STDOUT_FILENO)
      if failure == EPIPE { throw BrokenPipe() }
      if failure != 0 { throw Self.failure("standard output", failure) }
      return
    }
    try AtomicFile(path: output).write(bytes)
  }

  fileprivate static func failure(_ name: String, _ number: Int32) -> StatsModelsError {
    StatsModelsError(.file, "cannot write \(name): \(String(cString: strerror(number)))", values: [name])
  }
}

/// A file that is replaced as a whole: a temporary file beside it takes its name once it is complete.
struct AtomicFile {
  let path: String

  func write(_ bytes: [UInt8]) throws {
    // Through a symbolic link, the file behind it is replaced.
    let target = realpath(path, nil).map { resolved in
      defer { free(resolved) }
      return String(cString: resolved)
    }
    var state = stat()
    let exists = stat(path, &state) == 0
    // Devices and pipes cannot be replaced; they are written to.
    if exists, state.st_mode & S_IFMT != S_IFREG { return try writeDirectly(bytes) }

    let file = URL(fileURLWithPath: target ?? path)
    let folder = file.deletingLastPathComponent().path
    var template = Array("\(folder)/.\(file.lastPathComponent.prefix(100)).XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw failure(errno) }
    let mask = umask(0)
    umask(mask)
    fchmod(descriptor, exists ? state.st_mode & 0o7777 : 0o666 & ~mask)
    var problem = Terminal.write(bytes, to: descriptor)
    if problem == 0, fsync(descriptor) != 0 { problem = errno }
    if close(descriptor) != 0, problem == 0 { problem = errno }
    if problem == 0, rename(template, file.path) != 0 { problem = errno }
    if problem != 0 {
      unlink(template)
      throw failure(problem)
    }
  }

  private func writeDirectly(_ bytes: [UInt8]) throws {
    let descriptor = open(path, O_WRONLY)
    guard descriptor >= 0 else { throw failure(errno) }
    let problem = Terminal.write(bytes, to: descriptor)
    close(descriptor)
    if problem == EPIPE { throw BrokenPipe() }
    if problem != 0 { throw failure(problem) }
  }

  private func failure(_ number: Int32) -> StatsModelsError {
    OutputOptions.failure("'\(path)'", number)
  }
}
