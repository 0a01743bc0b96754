import DataFrames
import Foundation
import Testing

@Suite struct DecimalTests {
  private func parse(_ texts: [String]) throws -> [Double] {
    // A fraction first, so that all are read as doubles.
    try #require(
      try DataFrame(csvText: "x\n0.5\n" + texts.joined(separator: "\n"))["x"].doubles?.dropFirst().map { $0 })
  }

  /// Hard cases: halfway points, subnormals, the largest double, many digits, exponents at the edge of the
  /// tables.
  @Test func roundsHardCasesCorrectly() throws {
    let texts = [
      "9007199254740993.0", "9007199254740992.999999999999999999", "1.00000000000000011102230246251565",
      "1.00000000000000011102230246251566", "2.2250738585072011e-308", "2.2250738585072014e-308",
      "4.9406564584124654e-324",
      "2.4703282292062327e-324", "2.4703282292062328e-324", "1.7976931348623157e308",
      "1.7976931348623159e308",
      "0.000000000000000000000000000000000000000000000000001", "123456789012345678901234567890.5",
      "8.98846567431158e307",
      "6.02214076e23", "1e22", "1e23", "1e-22", "1e-23", "9.5367431640625e-7", "7.2057594037927933e16",
      "1e64", "1e65",
      "1e-64", "1e-65", "1e-70", "3.0e-400", "0.0e999999999999", "-0.0", "1e+0000000000000000000005",
      "12345.",
      "9223372036854775807.5", "18446744073709551615.0", "18446744073709551616.0", "0.1", ".1e1", "1.e1",
    ]
    for (text, value) in zip(texts, try parse(texts)) {
      #expect(value.bitPattern == strtod(text, nil).bitPattern, "\(text)")
    }
  }

  @Test func agreesWithTheCLibraryOnRandomNumbers() throws {
    var generator = SplitMix(state: 20)
    let texts = (0..<40_000).map { index -> String in
      let bits = generator.next()
      switch index % 4 {
      case 0: return Double(bitPattern: bits & 0x7FEF_FFFF_FFFF_FFFF).description
      case 1: return "\(bits >> (bits & 63)).\(generator.next() % 1000)e\(Int(generator.next() % 80) - 40)"
      case 2: return "0.\(bits)"
      default: return (Double(bits >> 11) / 0x1p53).description
      }
    }
    let wrong = zip(texts, try parse(texts)).filter { $1.bitPattern != strtod($0, nil).bitPattern }
    #expect(wrong.isEmpty, "\(wrong.prefix(3))")
  }

  private struct SplitMix {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }
}
