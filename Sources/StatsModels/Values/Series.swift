import LinearAlgebra

/// Numbers with a label each, in order: what pandas calls a series of floats.
///
/// ```swift
/// results.feParams["Time"]        // by label; a wrong label stops with a message
/// results.feParams[0]             // by position
/// results.feParams.get("Time")    // optional, for labels that come from users
/// ```
public struct Series: Sendable, Equatable {
  /// The labels.
  public let index: [String]
  /// The values, in the order of the labels.
  public let values: [Double]

  /// A series; `index` and `values` must have the same length.
  public init(index: [String], values: [Double]) {
    precondition(
      index.count == values.count, "Series: \(index.count) labels for \(values.count) values")
    self.index = index
    self.values = values
  }

  /// Number of values.
  public var count: Int { values.count }

  /// The value of the first entry labelled `label`; a label that does not exist stops the program.
  public subscript(label: String) -> Double {
    guard let value = get(label) else {
      preconditionFailure("Series: no label '\(label)'; labels are \(shortList(index))")
    }
    return value
  }

  /// The value at a position, from 0.
  public subscript(position: Int) -> Double {
    precondition(values.indices.contains(position), "Series: position \(position) of \(count)")
    return values[position]
  }

  /// The value of the first entry labelled `label`, nil when there is none.
  public func get(_ label: String) -> Double? {
    index.firstIndex(of: label).map { values[$0] }
  }
}

extension Series: Sequence {
  /// Iterates over (label, value) pairs in order.
  public func makeIterator() -> Zip2Sequence<[String], [Double]>.Iterator {
    zip(index, values).makeIterator()
  }
}

extension Series: CustomStringConvertible {
  /// The series as pandas prints it; more than 60 entries are cut to the first and last five.
  public var description: String { FrameText.series(self) }
}

/// Up to eight names for a message.
func shortList(_ names: [String]) -> String {
  let head = names.prefix(8).map { "'\($0)'" }.joined(separator: ", ")
  return names.count > 8 ? head + ", … (\(names.count))" : head
}
