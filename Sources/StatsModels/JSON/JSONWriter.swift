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

  private mutating func number(_ x: Double) {
    if x.isFinite {
      bytes += x.description.utf8
    } else if nonFinite == .null {
      bytes += "null".utf8
    } else {
      bytes += (x.isNaN ? "\"nan\"" : x < 0 ? "\"-inf\"" : "\"inf\"").utf8
    }
  }

  private mutating func string(_ text: String) { JSONText.append(text, to: &bytes) }
}
