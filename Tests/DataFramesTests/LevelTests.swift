import DataFrames
import Testing

@Suite struct LevelTests {
  @Test(arguments: [
    (5.0, "5.0"), (-0.0, "-0.0"), (1e15, "1000000000000000.0"), (1e16, "1e+16"),
    (9007199254740994.0, "9007199254740994.0"), (123456789012345680.0, "1.2345678901234568e+17"),
    (0.0001, "0.0001"), (0.00001, "1e-05"), (0.1 + 0.2, "0.30000000000000004"), (.infinity, "inf"),
    (-.nan, "nan"),
  ])
  func printsNumbersAsPython(value: Double, text: String) {
    #expect(Level.double(value).description == text)
  }

  @Test func comparesAsPython() {
    #expect(Level.integer(1) == 1.0 && Level.boolean(true) == 1 && Level.string("1") != 1)
    #expect(Set<Level>([1, 1.0, true, "1"]).count == 2)
    #expect([Level]([1.5, "é", "a", "_", 2, "B", 1]).sorted() == [1, 1.5, 2, "B", "_", "a", "é"])
    #expect(Level.integer(.max) < .double(0x1p63) && Level.integer(.max) != .double(0x1p63))
    #expect(Level.string("e\u{301}") != .string("\u{e9}"))
  }

  @Test(arguments: [
    ("a", "'a'"), ("it's", "\"it's\""), ("a'\"b", "'a\\'\"b'"), ("a\nb\u{1}", "'a\\nb\\x01'"),
  ])
  func quotesTextsAsPython(text: String, quoted: String) {
    #expect(Level.string(text).debugDescription == quoted)
  }
}
