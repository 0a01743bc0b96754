import Dispatch
import Foundation

/// One reading: header, chunks in parallel, types made one, columns put together.
struct CSVReader {
  let start: UnsafePointer<UInt8>
  let end: UnsafePointer<UInt8>
  let options: CSVOptions
  let location: CSVLocation

  /// A reading of bytes that live as long as it.
  init(_ bytes: UnsafeRawBufferPointer, path: String?, options: CSVOptions) throws(DataFrameError) {
    guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
      throw DataFrameError(.emptyFile, CSVReader.noHeader, path: path)
    }
    let hasMark = bytes.count >= 3 && base[0] == 0xEF && base[1] == 0xBB && base[2] == 0xBF
    start = hasMark ? base + 3 : base
    end = base + bytes.count
    self.options = options
    location = CSVLocation(start: start, end: end, path: path)
  }

  private static let noHeader = "no header: the file is empty or all its lines are blank"

  /// Reads everything.
  func read() throws(DataFrameError) -> CSVReading {
    let mark =
      options.separator ?? SeparatorDetection.separator(from: start, to: end, decimal: options.decimal)
    let separator = UInt8(ascii: mark)
    let fields = CSVFields(end: end, separator: separator)
    defer { fields.deallocate() }
    let header: CSVHeader?
    do {
      if options.header == nil {
        header = try CSVHeader(headerless: fields, from: start, names: options.names)
      } else {
        let written = try CSVHeader(fields, from: start)
        header = options.names.flatMap { names in written.map { CSVHeader($0, names: names) } } ?? written
      }
    } catch {
      throw location.error(error, fields)
    }
    guard let header else {
      throw location.error(.emptyFile, CSVReader.noHeader, at: nil)
    }
    let width = max(header.names.count, header.firstRowWidth)
    let isTooWide = width > header.names.count + 1
    if isTooWide, options.onBadLines == .error { throw location.tooManyFields(header, fields) }
    if options.onBadLines != .error,
      let reading = try withoutBadLines(header, fields, isTooWide ? header.names.count : width)
    {
      return reading
    }
    let hasLabels = width > header.names.count
    let kinds = try kinds(header, hasLabels: hasLabels)

    let markers = MissingMarkers(options.missingMarkers, keepsEmpty: options.keepsEmptyTexts)
    defer { markers.deallocate() }
    let numbers = NumberStyle(decimal: options.decimal, thousands: options.thousands)
    let chunks = makeChunks(header, kinds)
    let failure = DecimalParser.withParser(numbers) { parser in
      read(chunks) {
        CSVContext(
          fields: CSVFields(end: end, separator: separator), parser: parser, missing: markers, width: width,
          padsRows: !hasLabels)
      }
    }
    if let failure {
      if case .tooFewFields = failure { throw location.tooManyFields(header, fields) }
      throw location.error(failure, fields, header, width: width)
    }
    let frame = try assemble(header, chunks, hasLabels: hasLabels)
    return CSVReading(
      frame: frame, separator: mark, notes: notes(frame, mark, hasLabels: hasLabels))
  }

  /// What was assumed without having been asked for.
  private func notes(_ frame: DataFrame, _ separator: Unicode.Scalar, hasLabels: Bool) -> [String] {
    var notes: [String] = []
    if options.separator == nil, separator != "," {
      notes.append("fields are taken to be separated by \(NearestNames.separatorName(String(separator)))")
    }
    if hasLabels, let last = frame.columns.last, frame.rowCount > 0, last.nonMissingCount == 0 {
      notes.append(
        "every row has one field more than the header, so the first one is taken for the row's label, "
          + "and column \(PythonText.quoted(last.name)) is empty")
    }
    return notes
  }

  /// What each field is before any row has been read.
  private func kinds(_ header: CSVHeader, hasLabels: Bool) throws(DataFrameError) -> [ColumnBuilder.Kind] {
    for name in (options.columns ?? []).sorted() where !header.names.contains(name) {
      throw DataFrameError(
        .unknownName, NearestNames.message("column", name, among: header.names), path: location.path)
    }
    if let position = options.columnPositions?.sorted().first(where: { !header.names.indices.contains($0) }) {
      throw DataFrameError(
        .positionOutOfRange, "usecols: no column at position \(position): there are \(header.names.count)",
        path: location.path)
    }
    let kinds = header.names.enumerated().map { position, name -> ColumnBuilder.Kind in
      if !options.keeps(name, at: position) { return .skip }
      return options.type(of: name) == .string ? .text : .unknown
    }
    return hasLabels ? [.unknown] + kinds : kinds
  }

  /// Cuts the rows into as many chunks as threads are worth while; each but the first begins after a line
  /// feed.
  private func makeChunks(_ header: CSVHeader, _ kinds: [ColumnBuilder.Kind]) -> [CSVChunk] {
    let size = end - header.next
    let threads = max(1, options.threads ?? ProcessInfo.processInfo.activeProcessorCount)
    let count = options.nrows == nil ? max(1, min(threads, size >> 20, 64)) : 1
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
        end: index + 1 < starts.count ? starts[index + 1] : end, rowLength: rowLength,
        most: options.nrows ?? .max)
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
    _ header: CSVHeader, _ chunks: [CSVChunk], hasLabels: Bool
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
      if let type = options.type(of: name), !isLabels {
        if type == .integer, let row = column.firstFraction {
          throw DataFrameError(
            .wrongType,
            "column \(PythonText.quoted(name)): \(column[row]?.description ?? "") in row \(row) is no whole number, as dtype "
              + "asks: take .double", path: location.path)
        }
        // digits are a date as it is written, not a number of seconds
        columns.append(type == .datetime ? try column.writtenDates() : try column.converted(to: type))
      } else {
        columns.append(isLabels ? column : column.withTruths(options.trueValues, options.falseValues))
      }
    }
    for name in options.parseDates {
      guard let place = columns.firstIndex(where: { $0.name == name }) else {
        throw DataFrameError(
          .unknownName, NearestNames.message("column", name, among: header.names), path: location.path)
      }
      if let dates = try? columns[place].writtenDates() { columns[place] = dates }
    }
    guard hasLabels else { return try labelled(DataFrame(columns: columns), header) }
    return try DataFrame(columns: Array(columns.dropFirst()), rowLabels: RowLabels(values: columns[0]))
  }

  /// The frame with the column as row labels that is asked for; one without a written name gives none.
  private func labelled(_ frame: DataFrame, _ header: CSVHeader) throws(DataFrameError) -> DataFrame {
    guard let wanted = options.indexColumn else { return frame }
    var name = wanted.description
    if case .integer(let position) = wanted {
      let place = position < 0 ? position + frame.columnCount : position
      guard frame.columns.indices.contains(place) else {
        throw DataFrameError(
          .positionOutOfRange, "indexCol: no column at position \(position): there are \(frame.columnCount)",
          path: location.path)
      }
      name = frame.columnNames[place]
    }
    let labels = try frame.column(name)
    let isUnnamed = header.names.firstIndex(of: name).map { name == "Unnamed: \($0)" } ?? false
    return try frame.drop(columns: [name]).labeled(RowLabels(values: labels, isNamed: !isUnnamed))
  }
}
