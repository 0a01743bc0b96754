import StatsModels
import TestSupport
import Testing

/// `mixedlm design`.
struct DesignCommandTests {
  private static let csv = "y,x,\"my, x\",g\n1.5,1,0.5,b\n,2,1,a\n2.5,3,1e-7,b\n4,6,NA,a\n"

  @Test func matrixWithMemory() throws {
    let scratch = try Scratch()
    let file = try scratch.write("d.csv", Self.csv)
    let new = try scratch.write("n.csv", "x,g\r\n10,a\r\n")
    let report = try Mixedlm.run([
      "design", file, "--formula", "y ~ center(x) + g", "--new", new, "--format", "json",
    ]).json()
    #expect(report.members?.map(\.key) == ["columns", "terms", "matrix", "new"])
    #expect(report["columns"]?.elements?.compactMap(\.text) == ["Intercept", "g[T.b]", "center(x)"])
    #expect(report["terms"]?.elements?.compactMap(\.text) == ["Intercept", "g", "center(x)"])
    // The response is missing in the second row, which takes no part in the matrix; the mean is over all rows.
    #expect(
      report["matrix"]?.elements?.compactMap(\.doubles) == [[1, 1, -2], [1, 1, 0], [1, 0, 3]])
    #expect(report["new"]?.elements?.compactMap(\.doubles) == [[1, 0, 7]])
  }

  @Test(arguments: [
    ("-1 + x", "x\n1.0\n2.0\n3.0\n6.0\n"), ("", "Intercept\n1.0\n1.0\n1.0\n1.0\n"),
    ("0 + Q('my, x')", "\"Q('my, x')\"\n0.5\n1.0\n1e-07\n"), ("y ~ 0 + x", "x\n1.0\n3.0\n6.0\n"),
  ])
  func formulasVerbatim(formula: String, expected: String) throws {
    let scratch = try Scratch()
    let outcome = try Mixedlm.run(["design", try scratch.write("d.csv", Self.csv), "--formula", formula])
    #expect(outcome.status == 0 && outcome.output == expected, "\(outcome.output)\(outcome.errors)")
  }

  @Test(arguments: ["---x", "-=x", "--x", "-x"]) func valuesLikeNoOptionReachTheFormula(formula: String)
    throws
  {
    let scratch = try Scratch()
    let outcome = try Mixedlm.run(["design", try scratch.write("d.csv", Self.csv), "--formula", formula])
    #expect(outcome.status == 1 && outcome.errors.contains("    " + formula), "\(outcome.errors)")
  }

  @Test func unseenLevelsAreErrors() throws {
    let scratch = try Scratch()
    let file = try scratch.write("d.csv", Self.csv)
    let new = try scratch.write("n.csv", "x,g\n10,zebra\n")
    let outcome = try Mixedlm.run(["design", file, "--formula", "x + g", "--new", new])
    #expect(outcome.status == 1 && outcome.output.isEmpty && outcome.errors.contains("zebra"))
  }
}
