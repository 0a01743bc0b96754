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

  /// `"0"`, `"1"`, … up to `count` labels.
  public init(count: Int) { storage = .range(0..<count) }
  /// Whole numbers as labels.
  public init(_ labels: [Int]) { storage = .integers(labels) }
  /// Places of rows as labels.
  init(places: [UInt32]) { storage = .places(places) }
  /// Texts as labels; they may repeat.
  public init(_ labels: [String]) { storage = .texts(labels) }

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
    case .range(let range): RowLabels(positions.map { range.lowerBound + Int($0) })
    case .integers(let labels): RowLabels(positions.map { labels[Int($0)] })
    case .places(let places): RowLabels(places: positions.map { places[Int($0)] })
    case .texts(let labels): RowLabels(positions.map { labels[Int($0)] })
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

  private var numbers: [Int] {
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
