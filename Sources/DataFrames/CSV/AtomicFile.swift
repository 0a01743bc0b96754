import Foundation

/// A file that appears under its name only when it is complete.
///
/// The bytes go to a temporary file in the same folder, which ``finish()`` renames. A target that is no
/// ordinary file, such as `/dev/stdout`, is written directly, and so is one that is appended to.
package final class AtomicFile {
  private let path: String
  private let target: String
  private let temporary: String?
  private var descriptor: Int32

  /// Opens the file for writing.
  package init(path: String, appends: Bool = false) throws(DataFrameError) {
    guard !path.utf8.contains(0) else {
      throw DataFrameError(.file, "the path holds a zero byte", path: PythonText.quoted(path))
    }
    self.path = path
    var status = stat()
    let exists = stat(path, &status) == 0
    if exists, status.st_mode & S_IFMT == S_IFDIR {
      throw DataFrameError(.file, "is a directory, not a file", path: path)
    }
    if exists, appends || status.st_mode & S_IFMT != S_IFREG {
      target = path
      temporary = nil
      descriptor = open(path, O_WRONLY | O_CLOEXEC | (appends ? O_APPEND : 0))
    } else {
      // A link keeps pointing at the file it names.
      target =
        realpath(path, nil).map { text in
          defer { free(text) }
          return String(cString: text)
        } ?? path
      let unfinished = target + "." + String(UInt64.random(in: .min ... .max), radix: 36)
      descriptor = open(unfinished, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      temporary = unfinished
      if exists, descriptor >= 0 { fchmod(descriptor, status.st_mode & 0o7777) }
    }
    if descriptor < 0 { throw Self.failure(path, "create") }
  }

  deinit { abandon() }

  /// Appends bytes.
  package func write(_ bytes: [UInt8]) throws(DataFrameError) {
    var start = 0
    while start < bytes.count {
      let count = bytes[start...].withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { throw Self.failure(path, "write") }
      start += count
    }
  }

  /// Closes the file and gives it its name.
  package func finish() throws(DataFrameError) {
    // The bytes must be on the disk before the name is: a crash leaves the old file or the new one.
    if temporary != nil, fsync(descriptor) != 0 { throw Self.failure(path, "write") }
    let closed = close(descriptor)
    descriptor = -1
    if closed != 0 || (temporary.map { rename($0, target) } ?? 0) != 0 {
      let error = Self.failure(path, "write")
      if let temporary { unlink(temporary) }
      throw error
    }
  }

  /// Closes the file and removes what has been written, unless it is finished.
  package func abandon() {
    if descriptor < 0 { return }
    close(descriptor)
    descriptor = -1
    if let temporary { unlink(temporary) }
  }

  private static func failure(_ path: String, _ action: String) -> DataFrameError {
    DataFrameError(.file, "cannot \(action) the file: \(String(cString: strerror(errno)))", path: path)
  }
}
