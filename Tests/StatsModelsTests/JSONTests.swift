import StatsModels
import Testing

/// The ordered JSON writer and the parser.
struct JSONTests {
  @Test func membersKeepTheirOrder() {
    let value: JSONValue = [
      "z": 1, "a": [true, nil, "t\"\\\n\u{1}é"], "m": ["y": 0.5, "b": [:]],
      "n": .numbers([1, .nan, -.infinity]),
    ]
    #expect(
      value.encoded()
        == "{\n  \"z\": 1,\n  \"a\": [true, null, \"t\\\"\\\\\\n\\u0001é\"],\n  \"m\": {\"y\": 0.5, \"b\": {}},\n"
        + "  \"n\": [1.0, null, null]\n}")
    #expect(
      JSONValue.numbers([.nan, .infinity, -.infinity]).encoded(nonFinite: .strings)
        == "[\"nan\", \"inf\", \"-inf\"]")
    #expect(value["m"]?["y"]?.double == 0.5 && value["q"] == nil && value["z"]?["x"] == nil)
  }

  @Test func streamsAreWrittenAsValuesAre() throws {
    let matrix = Matrix(rows: 3, columns: 2, columnMajor: [1, 2, 3, 0.5, .nan, -1])
    let value: JSONValue = ["a": ["x", "y"], "m": .rows(matrix), "none": []]
    for size in [1, 2, 3] {
      var bytes: [UInt8] = []
      let rows = JSONStreamMember.rows { body in
        for start in stride(from: 0, to: 3, by: size) {
          try body(matrix.selecting(rows: Array(start..<min(start + size, 3))))
        }
      }
      let none = JSONStreamMember.rows { try $0(Matrix(rows: 0, columns: 2)) }
      try JSONValue.write([("a", .value(["x", "y"])), ("m", rows), ("none", none)]) { bytes += $0 }
      #expect(String(decoding: bytes, as: UTF8.self) == value.encoded())
    }
  }

  @Test(arguments: [
    0.1, 1e300, -.leastNonzeroMagnitude, .greatestFiniteMagnitude, 123456789.123456789, 0, 1e16, 2,
  ])
  func numbersReadBackExactly(x: Double) throws {
    #expect(try JSONValue(parsing: JSONValue.number(x).encoded()).double == x)
  }

  @Test func documentsReadBack() throws {
    let text =
      "{\n  \"a\": [1, -2.5, \"x\\u00e9\\ud83d\\ude00\\/\", {}], \"b\": {\"c\": [null, true, false]}} "
    let value = try JSONValue(parsing: text)
    #expect(value["a"]?.elements?[2].text == "xé😀/")
    #expect(value["a"]?.elements?[0].whole == 1 && value["b"]?["c"]?.elements?.count == 3)
    #expect(try JSONValue(parsing: value.encoded()).encoded() == value.encoded())
    #expect(try JSONValue(parsing: "[\"nan\", 1, \"-inf\"]").doubles?.last == -.infinity)
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\"}", "{\"a\":1,}", "[1 2]", "\"a", "\"\\x\"", "\"\\ud800\"", "\"\\u12\"", "nul",
    "1-2", "[1]]",
    "\u{1}", "-", "\"\u{2}\"", "{1:2}",
  ])
  func badDocumentsAreErrors(text: String) {
    #expect(throws: StatsModelsError.self) { try JSONValue(parsing: text) }
  }

  @Test func nestingIsLimited() {
    #expect(throws: StatsModelsError.self) {
      try JSONValue(parsing: String(repeating: "[", count: 100_000))
    }
  }
}
