import Foundation

/// The bytes of a file in memory: mapped for an ordinary file, read for a pipe.
final class FileBytes {
  /// The bytes.
  let bytes: UnsafeRawBufferPointer
  /// Whether the bytes are a mapping, whose pages can be dropped and come back from the file.
  let isMapped: Bool

  /// Opens a file.
  init(path: String) throws(DataFrameError) {
    func failure(_ action: String) -> DataFrameError {
      DataFrameError(.file, "cannot \(action) the file: \(String(cString: strerror(errno)))", path: path)
    }
    guard !path.utf8.contains(0) else {
      throw DataFrameError(.file, "the path holds a zero byte", path: PythonText.quoted(path))
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw failure("open") }
    defer { close(descriptor) }
    var status = stat()
    if fstat(descriptor, &status) != 0 { throw failure("inspect") }
    if status.st_mode & S_IFMT == S_IFDIR {
      throw DataFrameError(.file, "is a directory, not a file", path: path)
    }
    let size = Int(status.st_size)
    if status.st_mode & S_IFMT == S_IFREG, size > 0,
      let memory = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), memory != MAP_FAILED
    {
      madvise(memory, size, MADV_SEQUENTIAL)
      bytes = UnsafeRawBufferPointer(start: memory, count: size)
      isMapped = true
      return
    }
    var content: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &block, block.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw failure("read")
      }
      if count == 0 { break }
      content.append(contentsOf: block[..<count])
    }
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: content.count, alignment: 16)
    memory.copyBytes(from: content)
    bytes = UnsafeRawBufferPointer(memory)
    isMapped = false
  }

  deinit {
    if isMapped {
      munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    } else {
      bytes.deallocate()
    }
  }
}
