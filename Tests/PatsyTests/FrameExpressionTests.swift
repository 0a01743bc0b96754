import DataFrames
import Patsy
import Testing

/// `query` and `eval` against pandas 2.
@Suite struct FrameExpressionTests {
  private static func frame() throws -> DataFrame {
    try DataFrame([
      "x": [1.0, 2.5, .nan, 4, -1], "n": [1, 2, 3, 4, 5], "g": ["a", "b", "a", nil, "c d"] as [String?],
      "flag": [true, false, true, true, false], "body mass": [10, 20, 30, 40, 50],
    ])
  }

  private static func environment() -> EvalEnvironment {
    var environment = EvalEnvironment(["least": .integer(2)])
    environment.define("sites", ["a", "b"])
    return environment
  }

  @Test(arguments: [
    ("x > 1", [1, 3]), ("x > 1 and g == 'a'", []), ("x > 1 or n == 3", [1, 2, 3]), ("not flag", [1, 4]),
    ("~flag & n < 3", [1]), ("1 < n <= 3", [1, 2]), ("g in ['a', 'c d']", [0, 2, 4]),
    ("g not in ['a','b']", [3, 4]), ("n == [1, 5]", [0, 4]), ("n != [1, 5]", [1, 2, 3]),
    ("`body mass` > 20 and n != 4", [2, 4]), ("n > @least", [2, 3, 4]), ("g in @sites", [0, 1, 2]),
    ("index % 2 == 0", [0, 2, 4]), ("index >= 3", [3, 4]), ("x != x", [2]),
    ("flag and x > 0 | n == 5", [0, 3, 4]), ("sqrt(n) > 1.9", [3, 4]), ("n.isin([2, 4])", [1, 3]),
    ("x.isna()", [2]), ("g.str.startswith('c', na=False)", [4]), ("n % 2 == 0 and -x < 0", [1, 3]),
    ("g == \"c d\"", [4]), ("'a' in g", [0, 2]), ("flag", [0, 2, 3]), ("n > n.mean()", [3, 4]),
    ("abs(x) < 2", [0, 4]), ("x**2 + n > 7", [1, 3]), ("n // 2 == 1", [1, 2]), ("(1, 2) == n", [0, 1]),
    ("g == '@ & | `'", []),
  ])
  func rowsOfAQuery(_ query: String, _ rows: [Int]) throws {
    let found = try Self.frame().query(query, environment: Self.environment())
    #expect(Array(found.rowLabels) == rows.map(String.init))
  }

  @Test func labelsStay() throws {
    let rows = try Self.frame().query("flag").query("index >= 2").query("ilevel_0 < 3")
    #expect(Array(rows.rowLabels) == ["2"])
  }

  @Test(arguments: [
    ("x + n", [2, 4.5, .nan, 8, 4]), ("`body mass` / n", [10, 10, 10, 10, 10]), ("3", [3, 3, 3, 3, 3]),
    ("n - @least", [-1, 0, 1, 2, 3]), ("flag and n > 2", [0, 0, 1, 1, 0]),
  ])
  func valuesOfAnExpression(_ expression: String, _ values: [Double]) throws {
    let found = try Self.frame().eval(expression, environment: Self.environment()).doubles ?? []
    #expect(zip(found, values).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN } && found.count == 5)
  }

  @Test(arguments: [
    ("n > @most", "name '@most' is not defined"), ("nn > 1", "name 'nn' is not defined"),
    ("n", "is no condition"), ("m = n + 1", "assigns"), ("n > 1 if flag else 2", "np.where"),
    ("n is None", "isna()"), ("`n > 1", "backquotes"), ("n >", "invalid syntax"), ("", "syntax"),
  ])
  func refusals(_ query: String, _ words: String) throws {
    let frame = try Self.frame()
    let error = #expect(throws: (any Error).self) { try frame.query(query) }
    #expect(error.map { "\($0)".contains(words) } ?? false, "\(error.map { "\($0)" } ?? "")")
  }
}
