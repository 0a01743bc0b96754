import DataFrames
import LinearAlgebra

extension JSONValue {
  /// The document as text: the members of the outermost object one a line, everything below on one line.
  ///
  /// Numbers have the shortest form that reads back exactly.
  package func encoded(nonFinite: NonFinite = .null) -> String {
    var writer = JSONWriter(nonFinite: nonFinite)
    if case .object(let members) = self, !members.isEmpty {
      writer.bytes += "{\n".utf8
      for (i, member) in members.enumerated() {
        writer.bytes += "  ".utf8
        writer.member(member)
        writer.bytes += (i + 1 < members.count ? ",\n" : "\n").utf8
      }
      writer.bytes += "}".utf8
    } else {
      writer.value(self)
    }
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}

/// A member of a JSON object that is written piece by piece.
package enum JSONStreamMember {
  /// A value held in memory.
  case value(JSONValue)
  /// A matrix as a list of rows, that comes in blocks of rows.
  case rows(_ blocks: (_ body: (Matrix) throws -> Void) throws -> Void)
}

extension JSONValue {
  /// Writes an object as ``encoded(nonFinite:)`` does, in pieces that `sink` takes.
  package static func write(
    _ members: [(key: String, value: JSONStreamMember)], nonFinite: NonFinite = .null,
    to sink: ([UInt8]) throws -> Void
  ) throws {
    var writer = JSONWriter(nonFinite: nonFinite)
    for (i, member) in members.enumerated() {
      writer.bytes += (i == 0 ? "{\n  " : ",\n  ").utf8
      switch member.value {
      case .value(let value): writer.member((member.key, value))
      case .rows(let blocks):
        writer.member((member.key, .array([])))
        writer.bytes.removeLast()
        var isFirst = true
        try blocks { block in
          for row in 0..<block.rows {
            if !isFirst { writer.bytes += ", ".utf8 }
            isFirst = false
            writer.value(.numbers(block.row(row)))
          }
          try sink(writer.bytes)
          writer.bytes.removeAll(keepingCapacity: true)
        }
        writer.bytes += "]".utf8
      }
    }
    writer.bytes += (members.isEmpty ? "{}" : "\n}").utf8
    try sink(writer.bytes)
  }
}

private struct JSONWriter {
  let nonFinite: JSONValue.NonFinite
  var bytes: [UInt8] = []

  init(nonFinite: JSONValue.NonFinite) { self.nonFinite = nonFinite }

  mutating func value(_ value: JSONValue) {
    switch value {
    case .null: bytes += "null".utf8
    case .boolean(let truth): bytes += (truth ? "true" : "false").utf8
    case .integer(let i): bytes += String(i).utf8
    case .number(let d): number(d)
    case .string(let text): string(text)
    case .array(let elements): list(elements, open: "[", close: "]") { $0.value($1) }
    case .numbers(let numbers): list(numbers, open: "[", close: "]") { $0.number($1) }
    case .object(let members): list(members, open: "{", close: "}") { $0.member($1) }
    }
  }

  mutating func member(_ member: (key: String, value: JSONValue)) {
    string(member.key)
    bytes += ": ".utf8
    value(member.value)
  }

  private mutating func list<Element>(
    _ elements: [Element], open: String, close: String, write: (inout JSONWriter, Element) -> Void
  ) {
    bytes += open.utf8
    for (i, element) in elements.enumerated() {
      if i > 0 { bytes += ", ".utf8 }
      write(&self, element)
    }
    bytes += close.utf8
  }

  private static let one = Array("1.0".utf8)
  private static let zero = Array("0.0".utf8)

  private mutating func number(_ x: Double) {
    // Most elements of a design are indicators.
    if x == 1 {
      bytes += Self.one
    } else if x.bitPattern == 0 {
      bytes += Self.zero
    } else if x.isFinite {
      bytes += x.description.utf8
    } else if nonFinite == .null {
      bytes += "null".utf8
    } else {
      bytes += (x.isNaN ? "\"nan\"" : x < 0 ? "\"-inf\"" : "\"inf\"").utf8
    }
  }

  private mutating func string(_ text: String) { JSONText.append(text, to: &bytes) }
}
