import DataFrames
import Testing

@Suite struct ColumnValueTests {
  @Test(arguments: [
    (5.0, "5.0"), (-0.0, "-0.0"), (1e15, "1000000000000000.0"), (1e16, "1e+16"),
    (9007199254740994.0, "9007199254740994.0"), (123456789012345680.0, "1.2345678901234568e+17"),
    (0.0001, "0.0001"), (0.00001, "1e-05"), (0.1 + 0.2, "0.30000000000000004"), (.infinity, "inf"),
    (-.nan, "nan"),
  ])
  func printsNumbersAsPython(value: Double, text: String) {
    #expect(ColumnValue.double(value).description == text)
  }

  @Test func comparesAsPython() {
    #expect(ColumnValue.integer(1) == 1.0 && ColumnValue.boolean(true) == 1 && ColumnValue.string("1") != 1)
    #expect(Set<ColumnValue>([1, 1.0, true, "1"]).count == 2)
    #expect([ColumnValue]([1.5, "é", "a", "_", 2, "B", 1]).sorted() == [1, 1.5, 2, "B", "_", "a", "é"])
    #expect(ColumnValue.integer(.max) < .double(0x1p63) && ColumnValue.integer(.max) != .double(0x1p63))
    #expect(ColumnValue.string("e\u{301}") != .string("\u{e9}"))
  }

  @Test(arguments: [
    ("a", "'a'"), ("it's", "\"it's\""), ("a'\"b", "'a\\'\"b'"), ("a\nb\u{1}", "'a\\nb\\x01'"),
  ])
  func quotesTextsAsPython(text: String, quoted: String) {
    #expect(ColumnValue.string(text).debugDescription == quoted)
  }
}
