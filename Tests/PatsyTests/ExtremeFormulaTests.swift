import DataFrames
import Patsy
import Testing

/// Formulas whose numbers or terms would overflow: a result or a `PatsyError`, in bounded time.
@Suite struct ExtremeFormulas {
  private static let data = Result {
    try DataFrame(["x": [0.5, .nan, 2, -1], "k": [1, 2, 3, 4], "a": ["u", "v", "u", "w"]])
  }

  private static func isHandled(_ formula: String) throws -> Bool {
    let data = try Self.data.get()
    do {
      let design = try dmatrix(formula, data)
      return design.columnNames.count == design.matrix.columns
    } catch { return error is PatsyError && !"\(error)".isEmpty }
  }

  static let formulas = [
    "I(k + 9223372036854775807)", "I(k * 9223372036854775807)", "I(k - -9223372036854775808)",
    "I(-9223372036854775808 // -1 + x)", "I(k // -1)", "I((k - k - 9223372036854775807 - 1) // -1)",
    "I((k - k - 9223372036854775807 - 1) % -1)", "I(k ** 1000)", "I(2 ** 100 + x)",
    "np.abs(-9223372036854775808 + k)",
    "I(x * int(1e300))", "x.astype(int)", "k.shift(-9223372036854775808)", "a.str[9223372036854775807]",
    "a.str[-9223372036854775808:]", "np.arange(9223372036854775807)", "np.round(x, 9223372036854775807)",
    "bs(x, df=9223372036854775807)", "cr(k, df=1000000)", "pd.cut(x, 9223372036854775807)",
    "np.linspace(0, 1, 9223372036854775807)", "C(a, Treatment(-9223372036854775808))",
    "np.tile(k, 9223372036854775807)", "I('ab' * 9223372036854775807)", "a * 9223372036854775807",
    "np.vander(k, 9223372036854775807)", "k << 64", "I(k.values << 64)", "I(k.values >> -64)",
    "round(x, -9223372036854775808)", "I(range(9223372036854775807))",
    "I((k - k - 9223372036854775807 - 1) / x)", "np.sign(k - k - 9223372036854775807 - 1)",
    "(" + (0..<30).map { "v\($0)" }.joined(separator: " + ") + ")**30",
    (0..<30).map { "C(k + \($0))" }.joined(separator: ":"),
  ]

  @Test(arguments: formulas) func overflowIsNoTrap(formula: String) throws {
    #expect(try Self.isHandled(formula))
  }
}
