/// A stretch of rows that one thread reads into its own builders.
final class CSVChunk {
  private let kinds: [ColumnBuilder.Kind]
  private let end: UnsafePointer<UInt8>
  private let capacity: Int
  /// The most rows that are read.
  private let most: Int
  private var start: UnsafePointer<UInt8>
  /// The builders, one a field.
  let columns: UnsafeMutablePointer<ColumnBuilder>
  /// How far the reading came.
  private(set) var outcome: CSVRowScanner.Outcome

  /// A stretch of rows that start from `start` and before `end`.
  init(
    kinds: [ColumnBuilder.Kind], start: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>,
    rowLength: Int, most: Int
  ) {
    self.kinds = kinds
    self.start = start
    self.end = end
    let rows = (end - start) / max(rowLength, 1)
    self.most = most
    capacity = min(rows + rows / 16, most) + 16
    columns = .allocate(capacity: kinds.count)
    outcome = .init(next: start)
    makeBuilders()
  }

  deinit {
    for index in kinds.indices { columns[index].deallocate() }
    columns.deallocate()
  }

  private func makeBuilders() {
    for (index, kind) in kinds.enumerated() {
      (columns + index).initialize(to: ColumnBuilder(kind: kind, capacity: capacity))
    }
  }

  /// Reads the rows.
  func read(_ context: CSVContext) {
    outcome = context.scanner(columns).scan(from: start, until: end, capacity: capacity, most: most)
  }

  /// Whether `position`, where the chunk before stopped, is the first row of this one.
  func begins(at position: UnsafePointer<UInt8>, _ context: CSVContext) -> Bool {
    context.fields.skippingBlankLines(start) == position
  }

  /// Reads the rows again from another start, because the first guess lay inside a quoted field.
  func readAgain(from position: UnsafePointer<UInt8>, _ context: CSVContext) {
    for index in kinds.indices { columns[index].deallocate() }
    makeBuilders()
    start = position
    read(context)
  }

  /// Reads the texts of rows that came before their columns turned out to be text.
  func readOwedTexts(_ context: CSVContext) {
    let owed = kinds.indices.reduce(0) { max($0, columns[$1].textRows) }
    if owed == 0 { return }
    let again = UnsafeMutablePointer<ColumnBuilder>.allocate(capacity: kinds.count)
    defer { again.deallocate() }
    for index in kinds.indices { (again + index).initialize(to: columns[index].forSecondReading()) }
    let second = context.scanner(again).scan(from: start, until: end, capacity: outcome.rows, most: owed)
    outcome.failure = second.failure
  }
}

/// What all chunks of one reading share.
struct CSVContext {
  /// Cuts the text into fields; has scratch memory, so that each thread needs its own.
  let fields: CSVFields
  /// Reads numbers.
  let parser: DecimalParser
  /// The markers of a missing value.
  let missing: MissingMarkers
  /// Fields of a complete row.
  let width: Int
  /// Whether a row may leave out its last fields.
  let padsRows: Bool

  /// A scanner into the given builders.
  func scanner(_ columns: UnsafeMutablePointer<ColumnBuilder>) -> CSVRowScanner {
    CSVRowScanner(
      fields: fields, parser: parser, missing: missing, columns: columns, width: width, padsRows: padsRows)
  }
}
