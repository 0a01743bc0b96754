import DataFrames
import LinearAlgebra
import Patsy
import Testing

/// Codings as in R and in patsy's tests.
@Suite struct Contrasts {
  struct Case: Sendable {
    var contrast: any Contrast
    var levels: [ColumnValue] = ["a", "b", "c"]
    var full: (matrix: [[Double]], suffixes: [String])?
    var reduced: (matrix: [[Double]], suffixes: [String])
  }

  static let cases: [Case] = [
    Case(
      contrast: Treatment(),
      full: ([[1, 0, 0], [0, 1, 0], [0, 0, 1]], ["[a]", "[b]", "[c]"]),
      reduced: ([[0, 0], [1, 0], [0, 1]], ["[T.b]", "[T.c]"])),
    Case(contrast: Treatment(reference: 1), reduced: ([[1, 0], [0, 0], [0, 1]], ["[T.a]", "[T.c]"])),
    Case(contrast: Treatment(reference: -2), reduced: ([[1, 0], [0, 0], [0, 1]], ["[T.a]", "[T.c]"])),
    Case(contrast: Treatment(reference: "b"), reduced: ([[1, 0], [0, 0], [0, 1]], ["[T.a]", "[T.c]"])),
    Case(
      contrast: Treatment(), levels: [2, 1, 0], reduced: ([[0, 0], [1, 0], [0, 1]], ["[T.1]", "[T.0]"])),
    Case(
      contrast: Treatment(reference: 0), levels: [2, 1, 0],
      reduced: ([[1, 0], [0, 1], [0, 0]], ["[T.2]", "[T.1]"])),
    Case(
      contrast: Treatment(reference: true), levels: [1.0, 2.5],
      reduced: ([[0], [1]], ["[T.2.5]"])),
    Case(
      contrast: Sum(),
      full: ([[1, 1, 0], [1, 0, 1], [1, -1, -1]], ["[mean]", "[S.a]", "[S.b]"]),
      reduced: ([[1, 0], [0, 1], [-1, -1]], ["[S.a]", "[S.b]"])),
    Case(
      contrast: Sum(), levels: [-1, -2, -3], reduced: ([[1, 0], [0, 1], [-1, -1]], ["[S.-1]", "[S.-2]"])),
    Case(
      contrast: Sum(omit: 1),
      full: ([[1, 1, 0], [1, -1, -1], [1, 0, 1]], ["[mean]", "[S.a]", "[S.c]"]),
      reduced: ([[1, 0], [-1, -1], [0, 1]], ["[S.a]", "[S.c]"])),
    Case(
      contrast: Sum(omit: 1), levels: [1, 0, 2],
      reduced: ([[-1, -1], [1, 0], [0, 1]], ["[S.0]", "[S.2]"])),
    Case(contrast: Sum(omit: -3), reduced: ([[-1, -1], [1, 0], [0, 1]], ["[S.b]", "[S.c]"])),
    Case(
      contrast: Helmert(), levels: ["a", "b", "c", "d"],
      full: (
        [[1, -1, -1, -1], [1, 1, -1, -1], [1, 0, 2, -1], [1, 0, 0, 3]],
        ["[H.intercept]", "[H.b]", "[H.c]", "[H.d]"]
      ),
      reduced: ([[-1, -1, -1], [1, -1, -1], [0, 2, -1], [0, 0, 3]], ["[H.b]", "[H.c]", "[H.d]"])),
    Case(
      contrast: Diff(), levels: ["a", "b", "c", "d"],
      full: (
        [
          [1, -0.75, -0.5, -0.25], [1, 0.25, -0.5, -0.25], [1, 0.25, 0.5, -0.25], [1, 0.25, 0.5, 0.75],
        ], ["[D.a]", "[D.b]", "[D.c]", "[D.d]"]
      ),
      reduced: (
        [[-0.75, -0.5, -0.25], [0.25, -0.5, -0.25], [0.25, 0.5, -0.25], [0.25, 0.5, 0.75]],
        ["[D.a]", "[D.b]", "[D.c]"]
      )),
    // R: contr.poly(3), contr.poly(3, scores = c(0, 10, 11)) and c(0, 10, 12).
    Case(
      contrast: Poly(),
      full: (
        [
          [1, -7.07106781186548e-01, 0.408248290463863], [1, 0, -0.816496580927726],
          [1, 7.07106781186547e-01, 0.408248290463863],
        ], [".Constant", ".Linear", ".Quadratic"]
      ),
      reduced: (
        [
          [-7.07106781186548e-01, 0.408248290463863], [0, -0.816496580927726],
          [7.07106781186547e-01, 0.408248290463863],
        ], [".Linear", ".Quadratic"]
      )),
    Case(
      contrast: Poly(scores: [0, 10, 11]),
      reduced: (
        [
          [-0.813733471206735, 0.0671156055214024], [0.348742916231458, -0.7382716607354268],
          [0.464990554975277, 0.6711560552140243],
        ], [".Linear", ".Quadratic"]
      )),
    Case(
      contrast: Poly(scores: [0, 10, 12]),
      reduced: (
        [
          [-0.806559132617443, 0.127000127000191], [0.293294230042706, -0.762000762001143],
          [0.513264902574736, 0.635000635000952],
        ], [".Linear", ".Quadratic"]
      )),
    Case(
      contrast: ContrastMatrix(Matrix([[1, 0], [0, 1], [-1, -1]])),
      full: ([[1, 0], [0, 1], [-1, -1]], ["[custom0]", "[custom1]"]),
      reduced: ([[1, 0], [0, 1], [-1, -1]], ["[custom0]", "[custom1]"])),
  ]

  @Test(arguments: cases.indices) func coding(index: Int) throws {
    let test = Self.cases[index]
    let reduced = try test.contrast.codeWithoutIntercept(levels: test.levels)
    #expect(reduced.columnSuffixes == test.reduced.suffixes)
    #expect(
      difference(reduced.matrix.columnLists, Matrix(test.reduced.matrix).columnLists) < 1e-13)
    let full = try test.contrast.codeWithIntercept(levels: test.levels)
    guard let expected = test.full else { return }
    #expect(full.columnSuffixes == expected.suffixes)
    #expect(difference(full.matrix.columnLists, Matrix(expected.matrix).columnLists) < 1e-13)
  }

  @Test func polynomialsBeyondTheThirdAreNumbered() throws {
    let coded = try Poly().codeWithIntercept(levels: (0..<6).map { .integer($0) })
    #expect(
      coded.columnSuffixes == [".Constant", ".Linear", ".Quadratic", ".Cubic", "^4", "^5"])
  }

  @Test(arguments: [Treatment(), Sum(), Helmert(), Diff(), Poly()] as [any Contrast])
  func oneLevelAndNone(contrast: any Contrast) throws {
    #expect(try contrast.codeWithIntercept(levels: ["a"]).matrix == Matrix([[1]]))
    let reduced = try contrast.codeWithoutIntercept(levels: ["a"])
    #expect((reduced.matrix.rows, reduced.matrix.columns) == (1, 0))
    #expect(reduced.columnSuffixes.isEmpty)
    #expect(throws: PatsyError.self) { try contrast.codeWithoutIntercept(levels: []) }
  }

  static let errors: [(any Contrast, [ColumnValue], String)] = [
    (Treatment(reference: 2), ["a", "b"], "specified level 2 is out of range"),
    (Treatment(reference: -3), ["a", "b"], "specified level -1 is out of range"),
    (Treatment(reference: .integer(.min)), ["a"], "specified level -9223372036854775807 is out of range"),
    (Treatment(reference: "c"), ["a", "b"], "specified level 'c' not found"),
    (Treatment(reference: 2.5), [1, 2], "specified level 2.5 not found"),
    (Sum(omit: "q"), ["a", "b"], "specified level 'q' not found"),
    (Poly(scores: [0, 1]), ["a", "b", "c"], "number of levels (3) does not match number of scores (2)"),
  ]

  @Test(arguments: errors.indices) func refusal(index: Int) {
    let (contrast, levels, expected) = Self.errors[index]
    #expect(message { try contrast.codeWithoutIntercept(levels: levels) } == expected)
  }

  /// More levels than a matrix of levels × levels has room for are an error, not the end of the program.
  @Test(arguments: [Sum(), Helmert(), Diff(), Poly()] as [any Contrast]) func tooManyLevels(
    contrast: any Contrast
  ) {
    let levels = (0..<3_000_000).map(ColumnValue.integer)
    #expect(
      message { try contrast.codeWithoutIntercept(levels: levels) }
        == "the contrast matrix of 3000000 levels is too large")
  }

  @Test func suffixesMustFitTheMatrix() {
    #expect(
      message { try ContrastMatrix(Matrix([[1], [0]]), ["a", "b"]) }
        == "matrix and column_suffixes don't conform")
  }
}
