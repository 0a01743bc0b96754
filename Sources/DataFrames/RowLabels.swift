/// The labels of a data frame's rows: texts, or whole numbers that print as texts (`"0"`, `"1"`, …).
///
/// A fresh frame counts from 0; selecting rows keeps their labels.
/// Python: DataFrame.index
public struct RowLabels: Sendable, RandomAccessCollection {
  private enum Storage: Sendable {
    case range(Range<Int>)
    case integers([Int])
    /// Whole numbers in half the memory: places of rows that were numbered from 0.
    case places([UInt32])
    case texts([String])
  }
  private let storage: Storage

  /// The column that labels were made of.
  struct Source: Sendable {
    let name: String
    let type: ColumnType
  }
  let source: Source?

  /// The name of the column that the labels were made of, nil for others.
  /// Python: DataFrame.index.name
  public var name: String? { source?.name }

  private init(_ storage: Storage, _ source: Source? = nil) {
    (self.storage, self.source) = (storage, source)
  }

  /// `"0"`, `"1"`, … up to `count` labels.
  public init(count: Int) { self.init(.range(0..<count)) }
  /// Whole numbers as labels.
  public init(_ labels: [Int]) { self.init(.integers(labels)) }
  /// Places of rows as labels.
  init(places: [UInt32]) { self.init(.places(places)) }
  /// Texts as labels; they may repeat.
  public init(_ labels: [String]) { self.init(.texts(labels)) }

  /// The values of a column as labels: whole numbers as such, anything else as Python's `str`.
  ///
  /// - Parameter isNamed: whether they are to become a column of that name and type again.
  init(values column: Column, isNamed: Bool = false) {
    let source = isNamed ? Source(name: column.name, type: column.type) : nil
    if case .integer(let values, nil) = column.storage {
      self.init(.integers(values), source)
    } else {
      self.init(.texts(column.strings.map { $0 ?? "nan" }), source)
    }
  }

  /// 0.
  public var startIndex: Int { 0 }
  /// Number of rows.
  public var endIndex: Int {
    switch storage {
    case .range(let range): range.count
    case .integers(let labels): labels.count
    case .places(let places): places.count
    case .texts(let labels): labels.count
    }
  }

  /// The label of the row at a position; one out of range stops with a message.
  public subscript(position: Int) -> String {
    require(position >= 0 && position < count, "RowLabels: no position \(position) among \(count) rows")
    switch storage {
    case .range(let range):
      return String(range.lowerBound + position)
    case .integers(let labels): return String(labels[position])
    case .places(let places): return String(places[position])
    case .texts(let labels): return labels[position]
    }
  }

  /// Whether the labels are `"0"`, `"1"`, … in this order.
  public var areDefault: Bool {
    if case .range(let range) = storage { return range.lowerBound == 0 }
    return false
  }

  /// Whether the labels are whole numbers, printed as texts.
  var areNumbers: Bool { if case .texts = storage { false } else { true } }

  /// The labels of the rows at given positions.
  package func selecting(_ positions: [Int]) -> RowLabels { picked(positions) }

  /// The same at places of any type.
  func picked(_ positions: [some FixedWidthInteger]) -> RowLabels {
    switch storage {
    case .range(let range): RowLabels(.integers(positions.map { range.lowerBound + Int($0) }), source)
    case .integers(let labels): RowLabels(.integers(positions.map { labels[Int($0)] }), source)
    case .places(let places): RowLabels(.places(positions.map { places[Int($0)] }), source)
    case .texts(let labels): RowLabels(.texts(positions.map { labels[Int($0)] }), source)
    }
  }

  /// Positions by label; of repeated labels all positions.
  package func positions() -> [String: [Int]] {
    var result: [String: [Int]] = [:]
    for (position, label) in enumerated() { result[label, default: []].append(position) }
    return result
  }

  /// These labels followed by others.
  package func appending(_ other: RowLabels) -> RowLabels {
    switch (storage, other.storage) {
    case (.texts, _), (_, .texts): RowLabels(Array(self) + Array(other))
    default: RowLabels(numbers + other.numbers)
    }
  }

  var numbers: [Int] {
    switch storage {
    case .range(let range): Array(range)
    case .integers(let labels): labels
    case .places(let places): places.map(Int.init)
    case .texts: []
    }
  }
}

extension RowLabels: Equatable {
  /// Whether both have the same labels in the same order.
  public static func == (a: RowLabels, b: RowLabels) -> Bool {
    switch (a.storage, b.storage) {
    case (.range(let x), .range(let y)) where x.count == y.count: x.lowerBound == y.lowerBound || x.isEmpty
    default: a.elementsEqual(b)
    }
  }
}
