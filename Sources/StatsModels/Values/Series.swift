import DataFrames
import LinearAlgebra
import ProgramStop

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
  /// Where to look for what is not here, for the message of a stop.
  var elsewhere: String?

  /// A series; `index` and `values` must have the same length, else the program stops with a message.
  public init(index: [String], values: [Double]) {
    require(index.count == values.count, "Series: \(index.count) labels for \(values.count) values")
    self.index = index
    self.values = values
  }

  /// Number of values.
  public var count: Int { values.count }

  /// Whether labels and values are equal; nan equals nothing.
  public static func == (a: Series, b: Series) -> Bool { a.index == b.index && a.values == b.values }

  /// The value of the first entry labelled `label`; a label that does not exist stops with a message that lists the
  /// nearest ones.
  public subscript(label: String) -> Double {
    guard let value = get(label) else {
      stop("Series: \(noLabel("label", label, among: index, elsewhere: elsewhere)). get(_:) is nil there")
    }
    return value
  }

  /// The value at a position, from 0; one out of range stops with a message.
  public subscript(position: Int) -> Double {
    require(position: position, below: count, of: "Series", twin: "get(at:)")
    return values[position]
  }

  /// The value at a position, from 0, nil when there is none.
  public func get(at position: Int) -> Double? {
    values.indices.contains(position) ? values[position] : nil
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

/// What a message says of a label that is none of those there are.
func noLabel(_ kind: String, _ label: String, among labels: [String], elsewhere: String? = nil) -> String {
  let nearest = NearestNames.of(label, among: labels)
  let known = labels.isEmpty ? "there is none" : "there are \(shortList(labels))"
  return "no \(kind) '\(label)'" + (nearest.isEmpty ? "" : ", nearest \(shortList(nearest))") + "; \(known)"
    + (elsewhere.map { ". \($0)" } ?? "")
}

/// Up to eight names for a message.
func shortList(_ names: [String]) -> String {
  let head = names.prefix(8).map { "'\($0)'" }.joined(separator: ", ")
  return names.count > 8 ? head + ", … (\(names.count))" : head
}
