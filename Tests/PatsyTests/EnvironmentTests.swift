import DataFrames
import LinearAlgebra
import Patsy
import Testing

/// Values, functions and stateful transforms that the caller brings.
@Suite struct EnvironmentTests {
  let data = ["x": [1.0, 2, 4], "y": [3.0, 1, 2]]

  private func columns(_ formula: String, _ environment: EvalEnvironment) throws -> [[Double]] {
    let matrix = try dmatrix("0 + " + formula, data, environment: environment).matrix
    return (0..<matrix.columns).map(matrix.column)
  }

  @Test func valuesAndFunctions() throws {
    var environment = EvalEnvironment(["two": .integer(2)])
    environment.define("weights", [1.0, 0.5, 0.25])
    environment.define("half", elementwise: { $0 / 2 })
    environment.define("powers") { arguments in
      let x = try arguments.bound(to: ["x"], in: "powers")["x"]?.doubles() ?? []
      return .matrix(Matrix(rows: x.count, columns: 2, columnMajor: x + x.map { $0 * $0 }))
    }
    #expect(try columns("I(x * two)", environment) == [[2, 4, 8]])
    #expect(try columns("I(x * weights)", environment) == [[1, 1, 1]])
    #expect(try columns("half(x)", environment) == [[0.5, 1, 2]])
    #expect(try columns("powers(x)", environment) == [[1, 2, 4], [1, 4, 16]])
    #expect(
      try dmatrix("powers(x)", data, environment: environment).columnNames == [
        "Intercept", "powers(x)[0]", "powers(x)[1]",
      ])
  }

  @Test func callersNamesHidePatsys() throws {
    var environment = EvalEnvironment()
    environment.define("scale", elementwise: { $0 + 100 })
    #expect(try columns("scale(x)", environment) == [[101, 102, 104]])
    environment.define("x", [7.0, 7, 7])
    #expect(try columns("x", environment) == [[1, 2, 4]], "data come first")
  }

  /// Subtracts the largest value seen.
  struct FromMaximum: StatefulTransform {
    var maximum = -Double.infinity
    mutating func memorizeChunk(_ arguments: FunctionArguments) throws {
      for value in try arguments.positional[0].doubles() { maximum = max(maximum, value) }
    }
    func transform(_ arguments: FunctionArguments) throws -> FormulaValue {
      .vector(FormulaVector(try arguments.positional[0].doubles().map { $0 - maximum }))
    }
  }

  @Test func statefulTransforms() throws {
    var environment = EvalEnvironment()
    environment.define("below", transform: { FromMaximum() })
    let design = try dmatrix("0 + below(x) + below(below(y) * 2)", data, environment: environment)
    #expect((0..<2).map(design.matrix.column) == [[-3, -2, 0], [0, -4, -2]])
    let new = try buildDesignMatrices([design.designInfo], ["x": [10.0], "y": [10.0]])[0]
    #expect((0..<2).map(new.matrix.column) == [[6], [14]])
  }

  @Test func errorsOfFunctionsAreWrapped() throws {
    var environment = EvalEnvironment()
    environment.define("f") { _ in throw EvaluationError("KeyError", "'q'") }
    let error = #expect(throws: PatsyError.self) { try dmatrix("x + f(x)", data, environment: environment) }
    #expect(error?.description == "Error evaluating factor: KeyError: 'q'\n    x + f(x)\n        ^^^^")
  }
}
