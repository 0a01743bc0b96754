/// A level as JSON keeps it apart: numbers with a decimal point stay such.
struct SnapshotLabel: Codable, Sendable {
  let level: GroupLabel

  init(_ level: GroupLabel) { self.level = level }

  private enum Key: String, CodingKey { case double }

  init(from decoder: any Decoder) throws {
    if let container = try? decoder.container(keyedBy: Key.self) {
      level = .double(try container.decode(Double.self, forKey: .double))
      return
    }
    let container = try decoder.singleValueContainer()
    if let truth = try? container.decode(Bool.self) {
      level = .boolean(truth)
    } else if let number = try? container.decode(Int.self) {
      level = .integer(number)
    } else {
      level = .string(try container.decode(String.self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    if case .double(let number) = level {
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(number, forKey: .double)
      return
    }
    var container = encoder.singleValueContainer()
    switch level {
    case .string(let text): try container.encode(text)
    case .integer(let number): try container.encode(number)
    case .boolean(let truth): try container.encode(truth)
    case .double(let number): try container.encode(number)
    }
  }
}
