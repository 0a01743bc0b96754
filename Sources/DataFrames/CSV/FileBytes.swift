import Dispatch
import Foundation

/// The bytes of a file, read whole into memory.
///
/// No mapping: a file that another program cuts meanwhile would end the process by a bus error.
final class FileBytes {
  /// The bytes.
  let bytes: UnsafeRawBufferPointer

  /// What one thread reads at a time: long enough that starting a read costs nothing.
  private static let pieceSize = 1 << 22

  /// Reads a file, or standard input for the path `-`.
  init(path: String) throws(DataFrameError) {
    func failure(_ action: String, _ number: Int32) -> DataFrameError {
      DataFrameError(.file, "cannot \(action) the file: \(String(cString: strerror(number)))", path: path)
    }
    guard !path.utf8.contains(0) else {
      throw DataFrameError(.file, "the path holds a zero byte", path: PythonText.quoted(path))
    }
    let descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw failure("open", errno) }
    defer { close(descriptor) }
    var status = stat()
    if fstat(descriptor, &status) != 0 { throw failure("inspect", errno) }
    if status.st_mode & S_IFMT == S_IFDIR {
      throw DataFrameError(.file, "is a directory, not a file", path: path)
    }
    let size = Int(status.st_size)
    // Files of /proc and the like say that they are empty, and a redirected input may be half read.
    guard path != "-", status.st_mode & S_IFMT == S_IFREG, size > 0 else {
      switch Self.stream(descriptor) {
      case .success(let content): bytes = Self.copy(content)
      case .failure(let error): throw failure("read", error.number)
      }
      return
    }
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 1 << 16)
    bytes = UnsafeRawBufferPointer(memory)
    let number = Self.fill(memory, from: descriptor)
    if number != 0 { throw failure("read", number) }
    var after = stat()
    if fstat(descriptor, &after) != 0 { throw failure("inspect", errno) }
    if after.st_size != status.st_size {
      throw DataFrameError(
        .file,
        "the file changed while it was read, from \(size) bytes to \(after.st_size): read it when it is "
          + "complete", path: path)
    }
  }

  deinit { bytes.deallocate() }

  /// Reads pieces in parallel; returns the number of an error, 0 for none. Bytes beyond the file's end stay 0.
  private static func fill(_ memory: UnsafeMutableRawBufferPointer, from descriptor: Int32) -> Int32 {
    let pieces = (memory.count + pieceSize - 1) / pieceSize
    let errors = UnsafeMutablePointer<Int32>.allocate(capacity: pieces)
    errors.initialize(repeating: 0, count: pieces)
    defer { errors.deallocate() }
    // Each piece writes its own bytes and its own error only.
    nonisolated(unsafe) let (bytes, numbers) = (memory, errors)
    DispatchQueue.concurrentPerform(iterations: pieces) { piece in
      var offset = piece * pieceSize
      let end = min(offset + pieceSize, bytes.count)
      while offset < end {
        let count = pread(
          descriptor, bytes.baseAddress.unsafelyUnwrapped + offset, end - offset, off_t(offset))
        if count < 0, errno == EINTR { continue }
        if count < 0 { numbers[piece] = errno }
        if count <= 0 { return }
        offset += count
      }
    }
    return (0..<pieces).lazy.map { errors[$0] }.first { $0 != 0 } ?? 0
  }

  private struct ReadError: Error { let number: Int32 }

  /// Everything that a pipe gives until it is closed.
  private static func stream(_ descriptor: Int32) -> Result<[UInt8], ReadError> {
    var content: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &block, block.count)
      if count < 0 {
        if errno == EINTR { continue }
        return .failure(ReadError(number: errno))
      }
      if count == 0 { return .success(content) }
      content.append(contentsOf: block[..<count])
    }
  }

  private static func copy(_ content: [UInt8]) -> UnsafeRawBufferPointer {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: content.count, alignment: 16)
    memory.copyBytes(from: content)
    return UnsafeRawBufferPointer(memory)
  }
}
