import DataFrames
import LinearAlgebra
import Patsy
import Testing

/// Linear constraints in all their spellings.
@Suite struct LinearConstraints {
  struct Case: Sendable {
    var input: ConstraintLike
    var names = ["a", "b"]
    var coefs: [[Double]]
    var constants: [Double]
  }

  static let cases: [Case] = [
    Case(input: ["a": 2], coefs: [[1, 0]], constants: [2]),
    Case(input: ["a": 2, "b": 3], coefs: [[1, 0], [0, 1]], constants: [2, 3]),
    Case(input: ["a": 2, "b": 3], names: ["b", "a"], coefs: [[0, 1], [1, 0]], constants: [2, 3]),
    Case(input: [0: 2], coefs: [[1, 0]], constants: [2]),
    Case(input: ["a": 2, 1: 3], coefs: [[1, 0], [0, 1]], constants: [2, 3]),
    Case(input: [-1: 3], coefs: [[0, 1]], constants: [3]),
    Case(input: .matrix(Matrix([[2, 3], [4, 5]])), coefs: [[2, 3], [4, 5]], constants: [0, 0]),
    Case(input: .matrix(Matrix([[10, 20]]), constants: [30]), coefs: [[10, 20]], constants: [30]),
    Case(input: "a = 2", coefs: [[1, 0]], constants: [2]),
    Case(input: "a - 2", coefs: [[1, 0]], constants: [2]),
    Case(input: "a + 1 = 3", coefs: [[1, 0]], constants: [2]),
    Case(input: "a + b = 3", coefs: [[1, 1]], constants: [3]),
    Case(input: "a = 2, b = 3", coefs: [[1, 0], [0, 1]], constants: [2, 3]),
    Case(input: "b = 3, a = 2", coefs: [[0, 1], [1, 0]], constants: [3, 2]),
    Case(input: ["a = 2", "b = 3"], coefs: [[1, 0], [0, 1]], constants: [2, 3]),
    Case(
      input: "2 * (a + b/3) + b + 2*3/4 = 1 + 2*3", coefs: [[2, 2.0 / 3 + 1]], constants: [7 - 6.0 / 4]),
    Case(input: "+2 * -a", coefs: [[-2, 0]], constants: [0]),
    Case(input: "a - b, a + b = 2", coefs: [[1, -1], [1, 1]], constants: [0, 2]),
    Case(input: "a = 1, a = 2, a = 3", coefs: [[1, 0], [1, 0], [1, 0]], constants: [1, 2, 3]),
    Case(input: "a * 2", coefs: [[2, 0]], constants: [0]),
    Case(input: "-a = 1", coefs: [[-1, 0]], constants: [1]),
    Case(input: "(2 + a - a) * b", coefs: [[0, 2]], constants: [0]),
    Case(input: "a = 1 = b", coefs: [[1, 0], [0, -1]], constants: [1, -1]),
    Case(input: "a = (1 = b)", coefs: [[0, -1], [1, 0]], constants: [-1, 1]),
    Case(
      input: "a = 1, a = b = c", names: ["a", "b", "c"],
      coefs: [[1, 0, 0], [1, -1, 0], [0, 1, -1]], constants: [1, 0, 0]),
    Case(input: "a + 1 = 2", names: ["a", "a + 1"], coefs: [[0, 1]], constants: [2]),
    Case(input: "x[1,1] = Pig Var", names: ["x[1,1]", "Pig Var"], coefs: [[1, -1]], constants: [0]),
    Case(input: "aa = a", names: ["a", "aa"], coefs: [[-1, 1]], constants: [0]),
    Case(input: "1.5e1*a = .5E-1", coefs: [[15, 0]], constants: [0.05]),
    Case(input: "é\u{a0}= 1", names: ["é", "b"], coefs: [[1, 0]], constants: [1]),
  ]

  @Test(arguments: cases.indices) func reading(index: Int) throws {
    let test = Self.cases[index]
    let found = try LinearConstraint(test.input, variableNames: test.names)
    #expect(found.variableNames == test.names)
    #expect(found.coefs == Matrix(test.coefs))
    #expect(found.constants == test.constants)
    #expect(try LinearConstraint(.constraint(found), variableNames: test.names) == found)
  }

  /// Texts with the span between `<` and `>` that the error points at.
  static let errors = [
    ("a + <f>oo", "unrecognized token in constraint"),
    ("a = 1, <1 = 1>, b = 1", "no variables appear in constraint"),
    ("a = 1, <b * 2 - b + (-2/2 * b)>", "term is constant, with no variables"),
    ("a = 1, <1>, b = 2", "term is constant, with no variables"),
    ("a = 1, <2 * b = b + b>, c", "no variables appear in constraint"),
    ("a + <a * b> + c", "Can't multiply one variable by another in a linear constraint"),
    ("a + 2 / <b> + c", "Can't divide by a variable in a linear constraint"),
    ("a = 1, 2 * <(a = b)>, c", "unexpected constraint object"),
    ("a = 1, a + <(a = b)>, c", "unexpected constraint object"),
    ("a = 1, <(a, b)> + 2, c", "unexpected constraint object"),
    ("a = <,> b", "expected a noun, not ','"),
    ("a <b>", "expected an operator, not 'b'"),
    ("<(>a = b", "Unmatched '('"),
    ("a<)> = b", "missing '(' or extra ')'"),
    ("a <=>", "expected a noun, but instead the expression ended"),
    ("1<.>5.2 * a", ""),
  ]

  @Test(arguments: errors) func caret(marked: String, expected: String) {
    let text = marked.filter { $0 != "<" && $0 != ">" }
    let found = #expect(throws: PatsyError.self) {
      try LinearConstraint(.text(text), variableNames: ["a", "b", "c"])
    }
    guard !expected.isEmpty else { return }
    let start = Array(marked).firstIndex(of: "<") ?? 0
    let end = (Array(marked).firstIndex(of: ">") ?? 1) - 1
    #expect(found == PatsyError(expected, origin: Origin(code: text, start: start, end: end)))
  }

  static let refusals: [(ConstraintLike, String)] = [
    (["q": 1], "unrecognized variable name/index 'q'"),
    ([5: 1], "unrecognized variable name/index 5"),
    (["a": 1, 0: 2], "duplicated constraint on 'a'"),
    (.texts([]), "no constraints specified"),
    (.matrix(Matrix([[1, 2, 3]])), "wrong shape for coefs"),
    (.matrix(Matrix(rows: 0, columns: 2)), "must have at least one row in constraint matrix"),
    (.matrix(Matrix([[1, 2]]), constants: [3, 4]), "shape mismatch between coefs and constants"),
    (.text(""), "expected a noun, but instead the expression ended"),
  ]

  @Test(arguments: refusals.indices) func refusal(index: Int) throws {
    let (input, expected) = Self.refusals[index]
    #expect(message { try LinearConstraint(input, variableNames: ["a", "b"]) } == expected)
  }

  @Test func namesMustAgree() throws {
    let one = try LinearConstraint("a", variableNames: ["a", "b"])
    let other = try LinearConstraint("a", variableNames: ["b", "a"])
    #expect(message { try LinearConstraint.combine([one, other]) } == "variable names don't match")
    #expect(
      message { try LinearConstraint(.constraint(other), variableNames: ["a", "b"]) }
        == "LinearConstraint has wrong variable_names (got ['b', 'a'], expected ['a', 'b'])")
  }

  @Test func longAndDeepTextsAreRead() throws {
    let chain = Array(repeating: "a = 1", count: 2000).joined(separator: ", ")
    #expect(try LinearConstraint(.text(chain), variableNames: ["a"]).constants.count == 2000)
    let deep = String(repeating: "(", count: 10_000) + "a" + String(repeating: ")", count: 10_000)
    #expect(try LinearConstraint(.text(deep), variableNames: ["a"]).coefs == Matrix([[1]]))
  }
}
