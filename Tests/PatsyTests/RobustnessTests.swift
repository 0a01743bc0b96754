import DataFrames
import Patsy
import TestSupport
import Testing

/// Any text as a formula gives a design or a `PatsyError`, never another error and never a crash.
@Suite struct Robustness {
  /// A fixed sequence of random numbers (Steele, Lea and Flood 2014).
  struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  static let frame = Result { try DataFrame(csv: Fixtures.path("patsy/mixed.csv")) }

  /// Whether building the design ends in a way that it may.
  private func isHandled(_ formula: String) throws -> Bool {
    let frame = try Self.frame.get()
    do {
      _ = try dmatrix(formula, frame)
    } catch {
      return error is PatsyError
    }
    return true
  }

  @Test func randomBytes() throws {
    var random = SplitMix(state: 1)
    for _ in 0..<2000 {
      let length = Int.random(in: 0...24, using: &random)
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
      let formula = String(decoding: bytes, as: UTF8.self)
      #expect(try isHandled(formula), "\(bytes)")
    }
  }

  /// Pieces of the formula language and of Python, in any order.
  @Test func randomTokens() throws {
    let pieces = [
      "x", "a", "m", "s", "flag", "k", "C(", "I(", "center(", "bs(x, ", "cr(x, ", "te(", "np.log(", "Q('",
      ")", "(", "[", "]",
      "+", "-", "*", "/", ":", "**", "~", "//", "%", "==", "<", "|", "&", ",", "=", ".", "'", "\"", "\\", "0",
      "1", "2", "1e999",
      "99999999999999999999", "-1", "df=", "knots=", "Treatment", "Poly", " if ", " else ", " not ", " in ",
      "lambda ", "None", "{",
      "}", ";", "@", "\n", "\u{0}", "é", "0x", "1_0", "...", "->", ":=", "x[", "::", ".astype(", "str", "x.",
      "np.",
    ]
    var random = SplitMix(state: 2)
    for _ in 0..<2000 {
      let count = Int.random(in: 1...9, using: &random)
      let formula = (0..<count).compactMap { _ in pieces.randomElement(using: &random) }.joined()
      #expect(try isHandled(formula), "\(formula)")
    }
  }

  /// Formulas that work, with characters lost, doubled, swapped or replaced.
  @Test func damagedFormulas() throws {
    let formulas = try Fixtures.load(FormulaFixtures.File.self, "patsy/formulas.json").good.map(\.formula)
    let replacements = Array("()[]+-*/:~,='0129.x a")
    var random = SplitMix(state: 3)
    for index in 0..<2000 {
      var characters = Array(formulas[index % formulas.count])
      for _ in 0..<Int.random(in: 1...2, using: &random) where !characters.isEmpty {
        let place = Int.random(in: 0..<characters.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: characters.remove(at: place)
        case 1: characters.insert(characters[place], at: place)
        case 2: characters.swapAt(place, characters.count - 1)
        default: characters[place] = replacements.randomElement(using: &random) ?? "("
        }
      }
      #expect(try isHandled(String(characters)), "\(String(characters))")
    }
  }

  static let nested: [(open: String, core: String, close: String)] = [
    ("(", "x", ")"), ("I(", "x", ")"), ("[", "x", "]"), ("C(", "a", ")"), ("center(", "x", ")"),
    ("-", "x", ""),
    ("I(-", "x", ")"), ("I(not ", "x", ")"), ("+", "x", ""), ("x + ", "x", ""), ("x:", "z", ""),
    ("", "x", " ** 2"),
    ("I(x", "", "[0]"), ("I(x", "", ".T"), ("I(x + ", "x", ")"), ("I(x ** ", "x", ")"),
    ("I(x if x else ", "x", ")"),
    ("x * (", "z", ")"), ("{", "", "}"), ("I(x, ", "x", ")"), ("a/", "b", ""), ("~", "x", ""),
    ("(a + b)*", "c", ""),
    ("I(x < ", "x", ")"), ("I(x and ", "x", ")"), ("I((lambda: ", "x", "))"), ("'", "x", "'"),
    ("I(1", "", "+1)"),
  ]

  @Test(arguments: nested.indices) func deepNesting(index: Int) throws {
    let (open, core, close) = Self.nested[index]
    func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }
    let deep = repeated(open, 10_000) + core + repeated(close, 10_000)
    #expect(try isHandled(deep))
    #expect(
      try isHandled("I(" + repeated(open.replacing("I(", with: ""), 3000) + "x" + repeated(close, 3000) + ")")
    )
  }

  static let extremes = [
    "bs(x, df=9223372036854775807)", "bs(x, df=-9223372036854775808)", "bs(x, df=10**9)",
    "bs(x, knots=[1e308, -1e308])",
    "cr(x, df=2**62)", "cc(x, df=100000000)", "te(x, constraints=[[]])", "te([[]])",
    "C(a, Treatment(9223372036854775807))",
    "C(a, Poly([]))", "C(a, [[]])", "C(a, levels=[None])", "x**9223372036854775807",
    "x**99999999999999999999",
    "(a + b + x + z + p + n)**6", "I(2 ** 100000 * x)", "I(9223372036854775807 + n)",
    "I(n // 0)",
    "I(n % 0)", "I(-9223372036854775808 // -1 + n)", "I(n << 70)", "I(n ** -1)", "np.clip(x, 'a', None)",
    "x[99]", "x[-99:99]",
    "x[9223372036854775807]", "x[::0]", "x[::-9223372036854775808]", "np.arange(9223372036854775807)",
    "np.zeros(10**12)", "np.linspace(0, 1, 10**10)", "np.round(x, 10**10)", "round(x, -10**10)",
    "I('a' * 10**10)",
    "I([1] * 10**10)", "np.repeat(x, 10**10)", "np.tile(x, 10**10)", "x.shift(10**18)",
    "x.astype(int) * 10**18", "int(1e300) + x",
    "int('9' * 5000) + x", "standardize(x, ddof=1e400)", "C(n, Diff) + C(n, Sum(-9223372036854775808))",
    "np.eye(10**9)",
    "a.str[10**18]", "a.str[-10**18]", "a.str.repeat(10**12)", "np.power(n, -1)", "n.pow(10**10)",
  ]

  @Test(arguments: extremes) func extremeNumbers(formula: String) throws {
    #expect(try isHandled(formula))
  }

  @Test func constraintsOfAnyText() {
    var random = SplitMix(state: 4)
    let pieces = [
      "x", "z", "x[1]", "=", "+", "-", "*", "/", ",", "(", ")", "1", "0", "2.5e3", ".", " ", "e", "\u{301}",
    ]
    for _ in 0..<3000 {
      let count = Int.random(in: 0...10, using: &random)
      let text = (0..<count).compactMap { _ in pieces.randomElement(using: &random) }.joined()
      do {
        _ = try LinearConstraint(.text(text), variableNames: ["x", "z", "x[1]"])
      } catch {
        #expect(error is PatsyError, "\(text)")
      }
    }
  }
}
