import DataFrames
import Patsy
import Testing

/// Sizes that a formula asks for are known before anything is made: an error, no stop and no full memory.
@Suite struct FormulaLimitTests {
  private static let data = Result {
    let letters = Array("abcdefghij").map(String.init)
    var columns = letters.enumerated().map { position, name in
      Column(name: name, (0..<60).map { "l\(($0 / (position + 1) + position * $0) % 6)" })
    }
    columns.append(Column(name: "x", (0..<60).map { Double($0) / 7 }))
    columns.append(Column(name: "k", (0..<60).map { $0 - 30 }))
    return try DataFrame(columns: columns)
  }

  @Test(
    arguments: [
      "a.str.zfill(9223372036854775807)", "a.str.pad(2**62)", "a.str.center(2**40)", "a.str.repeat(10**9)",
      "a * 10**9", "'x' * 2**62", "np.arange(np.inf)", "np.arange(-np.inf, 0)", "np.arange(0, np.nan)",
      "np.arange(1e19)", "np.arange(0, 1, 1e-300)", "np.arange(-2**62, 2**62)", "np.zeros(2**40)",
      "np.ones((2**20, 2**20))", "np.full(2**62, 1)", "np.repeat(k, 2**61)", "np.tile(k, 10**9)",
      "np.outer(np.zeros(10**6), np.zeros(10**6))", "np.vander(np.zeros(10**7), 999)", "list(range(10**12))",
      "bs(x, 2**62)", "bs(x, df=2**31)", "bs(9223372036854775807, 2**31)", "bs(x, df=4, degree=2**40)",
      "cr(x, df=2**62)", "cc(x, df=2**40)", "2**10000 * x", "x + (1 << 10**6)", "x + (1 << -1)",
      "np.linspace(0, 1, 2**50)", "np.eye(2**31)",
    ])
  func refuses(code: String) throws {
    #expect(throws: PatsyError.self) { try dmatrix("I(\(code))", Self.data.get()) }
  }

  @Test(
    arguments: [
      "a.str.zfill(-9223372036854775808)", "a.str.pad(-2**63)", "a.str.ljust(-2**62)", "a.str.rjust(-1)",
      "a.str.repeat(-2**63)", "a * -9223372036854775807", "k.std(ddof=-9223372036854775808) + x",
      "k.var(ddof=9223372036854775807) + k", "x.sem(ddof=-2**62) + x", "k.shift(-9223372036854775808)",
      "k.head(-2**62).sum() + x", "k.round(-2**40)", "np.roll(k, -9223372036854775808)",
      "k.str", "np.arange(9223372036854775800, 9223372036854775807).sum() + x", "x // -9223372036854775808",
      "k % -9223372036854775808", "k ** 63", "-9223372036854775808 // -1 + x", "a.str[-9223372036854775808]",
    ])
  func survives(code: String) throws {
    do { _ = try dmatrix("I(\(code))", Self.data.get()) } catch { #expect(error is PatsyError) }
  }

  @Test func padsAsPython() throws {
    let data = try DataFrame(["t": ["-5", "+7", "12", "abcd"], "i": [0, 1, 2, 3]])
    #expect(try EvalFactor("t.str.zfill(4)").column(over: data).strings == ["-005", "+007", "0012", "abcd"])
    #expect(try EvalFactor("np.arange(3, -4, -2)[i]").column(over: data).integers == [3, 1, -1, -3])
  }

  @Test(arguments: ["a:b:c:d:e:f:g:h:i:j", "a*b*c*d*e*f*g*h", "x:(a*b*c*d*e*f*g*h)"])
  func refusesProductsOfCategories(formula: String) throws {
    let error = try #require(throws: PatsyError.self) { try dmatrix(formula, Self.data.get()) }
    #expect(error.description.contains("6 levels") && error.description.contains("1048576"), "\(error)")
    #expect(error.description.contains("a:b:c:"), "\(error)")
  }
}
