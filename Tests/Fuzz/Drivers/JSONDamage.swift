import StatsModels
import TestSupport

/// One change to a JSON document: a node deleted, replaced, repeated, or cut.
struct JSONDamage {
  /// Values that stand where another belongs: of other types, too large, negative, not finite.
  private static let strangers: [JSONValue] = [
    .null, .boolean(true), .integer(0), .integer(-1), .integer(1), .integer(Int(Int32.max)), .integer(.max),
    .integer(.min), .number(0.5), .number(-0.5), .number(1e-308), .number(1e300), .number(-1e300),
    .string("nan"), .string("inf"), .string("-inf"), .string(""), .string("x"), .array([]),
    .array([.null]), .numbers([1, 2]), .array([.numbers([1, 2]), .numbers([3])]), .object([]),
  ]

  /// The document with one node changed.
  static func apply(to value: JSONValue, using generator: inout SeededGenerator) -> JSONValue {
    // Objects and lists are passed on to a member mostly, so that every depth has its share.
    let isLeaf = value.members?.isEmpty ?? value.elements?.isEmpty ?? true
    if isLeaf || Int.random(in: 0..<8, using: &generator) == 0 { return replaced(value, &generator) }
    if var members = value.members {
      let place = Int.random(in: 0..<members.count, using: &generator)
      if Int.random(in: 0..<12, using: &generator) == 0 {
        members.remove(at: place)
      } else {
        members[place].value = apply(to: members[place].value, using: &generator)
      }
      return .object(members)
    }
    var elements = value.elements ?? []
    let place = Int.random(in: 0..<elements.count, using: &generator)
    switch Int.random(in: 0..<12, using: &generator) {
    case 0: elements.remove(at: place)
    case 1: elements.insert(elements[place], at: place)
    case 2: elements.removeLast(elements.count - place)
    case 3: elements.swapAt(place, Int.random(in: 0..<elements.count, using: &generator))
    default: elements[place] = apply(to: elements[place], using: &generator)
    }
    return .array(elements)
  }

  private static func replaced(_ value: JSONValue, _ generator: inout SeededGenerator) -> JSONValue {
    if let number = value.double, Bool.random(using: &generator) {
      let factors = [-1, 0, 1 + 1e-9, 1.5, 1e3, 1e12]
      let changed = number * factors[Int.random(in: 0..<factors.count, using: &generator)]
      return Int(exactly: changed).map { .integer($0) } ?? .number(changed)
    }
    return strangers[Int.random(in: 0..<strangers.count, using: &generator)]
  }
}
