import Foundation

/// A text file read in parts that end with a row, so that files larger than memory can be passed over.
///
/// Every part is read by itself, with the header of the file. Compressed files, UTF-16 and files with lines before
/// their header are read whole.
package final class CSVChunks: Sequence, IteratorProtocol {
  private let path: String
  private var options: CSVOptions
  private let size: Int
  private var descriptor: Int32 = -1
  private var isDone = false
  /// The header line, and bytes of rows that are not read yet.
  private var header: [UInt8]?
  private var rest: [UInt8] = []
  private var rowCount = 0
  /// What ended the reading before the end of the file.
  package private(set) var failure: (any Error)?
  /// What was assumed without having been asked for.
  package private(set) var notes: [String] = []

  /// - Parameters:
  ///   - path: the file; `-` is standard input, which can be passed over once.
  ///   - size: about how many bytes a part has.
  package init(_ path: String, options: CSVOptions, size: Int = 1 << 26) {
    self.path = path
    self.options = options
    self.size = Swift.max(size, 1)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// - Throws: what ended the reading early.
  package func check() throws { if let failure { throw failure } }

  package func next() -> DataFrame? {
    guard !isDone, failure == nil else { return nil }
    do { return try part() } catch {
      failure = error
      return nil
    }
  }

  private var readsWhole: Bool {
    switch options.encoding {
    case .utf8, .utf8Sig, .latin1, .cp1252: options.needsWholeFile
    default: true
    }
  }

  private func part() throws -> DataFrame? {
    if readsWhole {
      isDone = true
      return try read(CSVReading(path, options: options))
    }
    if descriptor < 0 {
      descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
      if descriptor < 0 { throw failure(errno) }
      try fill(to: size)
      if rest.starts(with: [0x1F, 0x8B]) {
        // The file is read again from its start: standard input has none.
        while try fill(to: rest.count + size) {}
        isDone = true
        return try read(bytes: rest)
      }
    }
    // A record may be longer than a part.
    var wanted = size
    while true {
      let more = try fill(to: wanted)
      let end = more ? lastRowEnd() : rest.count
      if end > 0 || !more {
        isDone = !more
        return try take(end)
      }
      wanted = rest.count + size
    }
  }

  /// Reads until so many bytes are there.
  ///
  /// - Returns: false at the end of the file.
  @discardableResult
  private func fill(to count: Int) throws -> Bool {
    var block = [UInt8](repeating: 0, count: 1 << 20)
    while rest.count < count {
      let got = Foundation.read(descriptor, &block, block.count)
      if got < 0, errno == EINTR { continue }
      if got < 0 { throw failure(errno) }
      if got == 0 { return false }
      rest += block[..<got]
    }
    return true
  }

  private func failure(_ number: Int32) -> DataFrameError {
    DataFrameError(.file, "cannot read the file: \(String(cString: strerror(number)))", path: path)
  }

  /// Just after the last line end outside quotes; the first line after a header is kept with it.
  private func lastRowEnd() -> Int {
    var (inQuotes, atStart, justClosed, last) = (false, true, false, 0)
    var separates = [Bool](repeating: false, count: 256)
    for mark in options.separator.map({ [UInt8(truncatingIfNeeded: $0.value)] }) ?? Array("; \t|,".utf8) {
      separates[Int(mark)] = true
    }
    rest.withUnsafeBufferPointer { bytes in
      for (position, byte) in bytes.enumerated() {
        if byte == 34 {
          // A doubled quote closes and opens again.
          let opens = !inQuotes && (atStart || justClosed)
          justClosed = inQuotes
          inQuotes = opens
          atStart = false
          continue
        }
        justClosed = false
        if inQuotes { continue }
        atStart = byte == 10 || separates[Int(byte)]
        if byte == 10 { last = position + 1 }
      }
    }
    return last
  }

  /// Reads the rows up to a place, with the header before them.
  private func take(_ end: Int) throws -> DataFrame? {
    let rows = rest[..<end]
    defer { rest.removeFirst(end) }
    if let header {
      return rows.isEmpty ? nil : try read(bytes: header + rows)
    }
    let reading = try Self.reading(Array(rows), options, path)
    options.separator = reading.separator
    notes = reading.notes
    header = Self.headerLine(rows)
    return read(reading)
  }

  private static func headerLine(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var inQuotes = false
    for (offset, byte) in bytes.enumerated() {
      if byte == 34 { inQuotes.toggle() }
      // Blank lines before the names belong to the header.
      if byte == 10, !inQuotes, bytes.prefix(offset).contains(where: { $0 > 32 }) {
        return Array(bytes.prefix(offset + 1))
      }
    }
    return Array(bytes) + [10]
  }

  private func read(bytes: [UInt8]) throws -> DataFrame { read(try Self.reading(bytes, options, path)) }

  private static func reading(_ bytes: [UInt8], _ options: CSVOptions, _ path: String) throws -> CSVReading {
    let name = path == "-" ? "standard input" : path
    let result = bytes.withUnsafeBytes { bytes in
      Result { () throws(DataFrameError) in try CSVReading(bytes: bytes, path: name, options: options) }
    }
    return try result.get()
  }

  /// The frame of a reading, its rows counted from the start of the file.
  private func read(_ reading: CSVReading) -> DataFrame {
    if header == nil { notes = reading.notes }
    var frame = reading.frame
    if rowCount > 0, frame.rowLabels.areDefault {
      frame.rowLabels = RowLabels(Array(rowCount..<rowCount + frame.rowCount))
    }
    rowCount += frame.rowCount
    return frame
  }
}
