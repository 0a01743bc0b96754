import StatsModels
import Testing

/// Numbers as Python prints them.
struct PythonFormatTests {
  @Test func numbersMatchPython() throws {
    let cases = textCases("numbers")
    #expect(cases.count > 250)
    for entry in cases {
      let x = try #require(Double(entry.string("x")))
      #expect(PythonFormat.repr(x) == entry.string("x"))
      #expect([0, 1, 3, 4, 12].map { PythonFormat.fixed(x, $0) } == entry.texts("f"))
      #expect([1, 3, 6, 17].map { PythonFormat.general(x, $0) } == entry.texts("g"))
      #expect([0, 6].map { PythonFormat.exponent(x, $0) } == entry.texts("e"))
      #expect(PythonFormat.general(x, 5, alternate: true) == entry.string("alternate"))
    }
  }

  @Test(arguments: [
    ("%.4f", "1.5000"), ("%8.2f", "    1.50"), ("%-7.1e|", nil), ("%-9.1e", "1.5e+00  "), ("%g", "1.5"),
    ("%.f", "2"), ("%d", nil), ("%.9999f", nil), ("%x.2f", nil), ("", nil), ("%", nil), ("%%f", nil),
  ])
  func parsedFormats(format: String, expected: String?) {
    #expect(PythonFormat.parse(format)?(1.5) == expected)
  }

  @Test(arguments: [
    ("ab", 5, "  ab ", "ab   ", "   ab"), ("ab", 6, "  ab  ", "ab    ", "    ab"),
    ("a", 4, " a  ", "a   ", "   a"), ("größe", 3, "größe", "größe", "größe"), ("", 3, "   ", "   ", "   "),
  ])
  func padding(text: String, width: Int, center: String, left: String, right: String) {
    #expect(PythonPadding.center(text, width) == center)
    #expect(PythonPadding.left(text, width) == left)
    #expect(PythonPadding.right(text, width) == right)
  }
}
