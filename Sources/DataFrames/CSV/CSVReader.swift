import Dispatch
import Foundation

extension DataFrame {
  /// Reads a file of comma-separated values with pandas' type inference.
  ///
  /// Columns become integers, numbers, truth values or texts; a column of integers with a missing value
  /// becomes numbers. A byte-order mark, blank lines, quoted fields, any line ends and short rows are
  /// understood; repeated names become `x`, `x.1`. When every row has one field more than the header, the
  /// first column is the row labels.
  ///
  /// Other than pandas: numbers are correctly rounded; a column of truth values keeps its type beside missing
  /// values; whole numbers beyond 64 bits signed that no `Double` holds exactly are texts.
  /// - Throws: ``DataFrameError`` with path, line and column.
  ///
  /// Python: pandas.read_csv
  public init(csv path: String, options: CSVOptions = CSVOptions()) throws(DataFrameError) {
    let file = try FileBytes(path: path)
    self = try withExtendedLifetime(file) { () throws(DataFrameError) in
      try CSVReader(file.bytes, isMapped: file.isMapped, path: path, options: options).read()
    }
  }

  /// Reads comma-separated values from a text, as ``init(csv:options:)`` does from a file.
  public init(csvText text: String, options: CSVOptions = CSVOptions()) throws(DataFrameError) {
    try self.init(csvBytes: Array(text.utf8), options: options)
  }

  /// Reads comma-separated values from bytes, as ``init(csv:options:)`` does from a file.
  public init(csvBytes bytes: [UInt8], options: CSVOptions = CSVOptions()) throws(DataFrameError) {
    let result = bytes.withUnsafeBytes { bytes in
      Result { () throws(DataFrameError) in
        try CSVReader(bytes, isMapped: false, path: nil, options: options).read()
      }
    }
    self = try result.get()
  }
}

/// One reading: header, chunks in parallel, types made one, columns put together.
struct CSVReader {
  private let start: UnsafePointer<UInt8>
  private let end: UnsafePointer<UInt8>
  private let isMapped: Bool
  private let options: CSVOptions
  private let location: CSVLocation

  /// A reading of bytes that live as long as it.
  init(_ bytes: UnsafeRawBufferPointer, isMapped: Bool, path: String?, options: CSVOptions)
    throws(DataFrameError)
  {
    guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
      throw DataFrameError(.emptyFile, CSVReader.noHeader, path: path)
    }
    let hasMark = bytes.count >= 3 && base[0] == 0xEF && base[1] == 0xBB && base[2] == 0xBF
    start = hasMark ? base + 3 : base
    end = base + bytes.count
    self.isMapped = isMapped
    self.options = options
    location = CSVLocation(start: start, end: end, path: path)
  }

  private static let noHeader = "no header: the file is empty or all its lines are blank"

  /// Reads everything.
  func read() throws(DataFrameError) -> DataFrame {
    guard options.separator.isASCII, ![10, 13, 34].contains(options.separator.value) else {
      throw DataFrameError(.file, "the separator must be one ASCII character, no quote and no line end")
    }
    let separator = UInt8(truncatingIfNeeded: options.separator.value)
    let fields = CSVFields(end: end, separator: separator)
    defer { fields.deallocate() }
    let header: CSVHeader?
    do { header = try CSVHeader(fields, from: start) } catch {
      throw location.error(error, fields, width: nil)
    }
    guard let header else {
      throw location.error(.emptyFile, CSVReader.noHeader, at: nil)
    }
    let width = max(header.names.count, header.firstRowWidth)
    if width > header.names.count + 1 {
      throw location.tooManyFields(header, fields)
    }
    let hasLabels = width > header.names.count
    let kinds = try kinds(header, hasLabels: hasLabels)

    var missing = ByteInterner()
    defer { missing.deallocate() }
    for marker in options.missingMarkers + [""] {
      var marker = marker
      marker.withUTF8 { bytes in
        _ = missing.code(for: bytes.baseAddress ?? start, bytes.count) { true }
      }
    }
    let hasNumericMarker = options.missingMarkers.contains { Level.string($0).parsedNumber != nil }
    let chunks = makeChunks(header, kinds)
    let failure = withUnsafePointer(to: missing) { missing in
      DecimalParser.withParser { parser in
        read(chunks) {
          CSVContext(
            fields: CSVFields(end: end, separator: separator), parser: parser, missing: missing, width: width,
            padsRows: !hasLabels, hasNumericMarker: hasNumericMarker, dropsPages: isMapped)
        }
      }
    }
    if let failure {
      if case .tooFewFields = failure { throw location.tooManyFields(header, fields) }
      throw location.error(failure, fields, width: width)
    }
    return try assemble(header, chunks, hasLabels: hasLabels, fields)
  }

  /// What each field is before any row has been read.
  private func kinds(_ header: CSVHeader, hasLabels: Bool) throws(DataFrameError) -> [ColumnBuilder.Kind] {
    for name in (options.columns ?? []).sorted() where !header.names.contains(name) {
      throw DataFrameError(
        .unknownName, NearestNames.message("column", name, among: header.names), path: location.path)
    }
    let kinds = header.names.map { name -> ColumnBuilder.Kind in
      if let wanted = options.columns, !wanted.contains(name) { return .skip }
      return options.types[name] == .string ? .text : .unknown
    }
    return hasLabels ? [.unknown] + kinds : kinds
  }

  /// Cuts the rows into as many chunks as threads are worth while; each but the first begins after a line
  /// feed.
  private func makeChunks(_ header: CSVHeader, _ kinds: [ColumnBuilder.Kind]) -> [CSVChunk] {
    let size = end - header.next
    let threads = max(1, options.threads ?? ProcessInfo.processInfo.activeProcessorCount)
    let count = max(1, min(threads, size >> 20, 64))
    let rowLength = meanRowLength(header.next)
    var starts = [header.next]
    for index in 1..<max(count, 2) where index < count {
      let guess = header.next + size / count * index
      guard let last = starts.last, guess > last, let found = memchr(guess, 10, end - guess) else { continue }
      let line = UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) + 1
      if line < end { starts.append(line) }
    }
    return starts.indices.map { index in
      CSVChunk(
        kinds: kinds, start: starts[index],
        end: index + 1 < starts.count ? starts[index + 1] : end, rowLength: rowLength)
    }
  }

  /// The mean length of the first rows, from a larger piece where these are long.
  private func meanRowLength(_ first: UnsafePointer<UInt8>) -> Int {
    for size in [1 << 16, 1 << 20, 1 << 24] {
      let sample = UnsafeBufferPointer(start: first, count: min(end - first, size))
      let lines = sample.reduce(0) { $0 + ($1 == 10 || $1 == 13 ? 1 : 0) }
      if lines >= 8 || sample.count < size { return sample.count / max(lines, 1) }
    }
    return end - first
  }

  /// Reads all chunks and makes their columns' types agree; returns the first failure in the file.
  private func read(_ chunks: [CSVChunk], _ context: () -> CSVContext) -> CSVRowScanner.Failure? {
    // Each iteration below touches its own chunk and its own context only.
    nonisolated(unsafe) let chunks = chunks
    nonisolated(unsafe) let contexts = chunks.map { _ in context() }
    defer { for context in contexts { context.fields.deallocate() } }
    DispatchQueue.concurrentPerform(iterations: chunks.count) { chunks[$0].read(contexts[$0]) }
    for (index, chunk) in chunks.enumerated() {
      if let failure = chunk.outcome.failure { return failure }
      if index + 1 < chunks.count, !chunks[index + 1].begins(at: chunk.outcome.next, contexts[0]) {
        chunks[index + 1].readAgain(from: chunk.outcome.next, contexts[index + 1])
      }
    }
    for field in 0..<contexts[0].width
    where chunks.contains(where: { $0.columns[field].kind != .unknown })
      && commonKind(chunks.map { $0.columns[field].kind }) == .text
    {
      for chunk in chunks { chunk.columns[field].becomeText(rows: chunk.outcome.rows) }
    }
    DispatchQueue.concurrentPerform(iterations: chunks.count) { chunks[$0].readOwedTexts(contexts[$0]) }
    return chunks.lazy.compactMap(\.outcome.failure).first
  }

  /// The type that holds the values of all chunks.
  private func commonKind(_ kinds: [ColumnBuilder.Kind]) -> ColumnBuilder.Kind {
    kinds.reduce(.unknown) { common, kind in
      switch (common, kind) {
      case (.unknown, _): kind
      case (_, .unknown), (_, common): common
      case (.integer, .double), (.double, .integer): .double
      default: .text
      }
    }
  }

  /// Joins the chunks' columns, field by field, freeing what has been joined.
  private func assemble(
    _ header: CSVHeader, _ chunks: [CSVChunk], hasLabels: Bool, _ fields: CSVFields
  ) throws(DataFrameError) -> DataFrame {
    let rows = chunks.reduce(0) { $0 + $1.outcome.rows }
    var columns: [Column] = []
    for field in 0..<header.names.count + (hasLabels ? 1 : 0) {
      let kind = commonKind(chunks.map { $0.columns[field].kind })
      if kind == .skip { continue }
      let name = hasLabels ? (field == 0 ? "" : header.names[field - 1]) : header.names[field]
      let column = Column(name: name, storage: CSVAssembly.storage(chunks, field, kind, rows: rows))
      for chunk in chunks { chunk.columns[field].releaseValues() }
      let isLabels = hasLabels && field == 0
      columns.append(isLabels ? column : options.types[name].map { column.astype($0) } ?? column)
    }
    guard hasLabels else { return try DataFrame(columns: columns) }
    if let last = columns.last, columns.count > 1, rows > 0, (0..<rows).allSatisfy(last.isMissing) {
      throw location.tooManyFields(header, fields)
    }
    return try DataFrame(columns: Array(columns.dropFirst()), rowLabels: RowLabels(values: columns[0]))
  }
}
