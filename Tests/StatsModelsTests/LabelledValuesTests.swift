import StatsModels
import Testing

/// Series, labelled matrices, group labels, warnings.
struct LabelledValuesTests {
  @Test func printedAsPandasPrintsThem() throws {
    let cases = textCases("frames")
    #expect(cases.count == 12)
    for entry in cases {
      let names = entry.texts("names")
      #expect(Series(index: names, values: entry.doubles("values")).description == entry.string("series"))
      let rows = try #require(entry["square"]?.elements).map { $0.doubles ?? [] }
      let frame = LabeledMatrix(index: names, columns: names, values: Matrix(rows))
      #expect(frame.description == entry.string("frame"))
    }
  }

  @Test func seriesAccess() {
    let series = Series(index: ["a", "b", "a"], values: [1, 2, 3])
    #expect(series["a"] == 1 && series[2] == 3 && series.get("c") == nil && series.count == 3)
    #expect(series.map { "\($0.0)\(Int($0.1))" } == ["a1", "b2", "a3"])
    #expect(Series(index: [], values: []).description == "Series([], dtype: float64)")
    let long = Series(index: (0..<61).map(String.init), values: (0..<61).map(Double.init)).description
    #expect(long.hasPrefix("0      0.0\n1      1.0\n"))
    #expect(
      long.hasSuffix(
        "\n...\n56    56.0\n57    57.0\n58    58.0\n59    59.0\n60    60.0\nLength: 61, dtype: float64"))
  }

  @Test func matrixAccess() {
    let matrix = LabeledMatrix(index: ["r", "s"], columns: ["x", "y"], values: Matrix([[1, 2], [3, 4]]))
    #expect(matrix["s", "x"] == 3 && matrix[0, 1] == 2 && matrix.get("r", "z") == nil)
    #expect(matrix.column("y")?.values == [2, 4] && matrix.row("s")?["y"] == 4)
    #expect(matrix.diagonal == Series(index: ["r", "s"], values: [1, 4]))
    let none = LabeledMatrix(index: [], columns: [], values: Matrix(rows: 0, columns: 0))
    #expect(none.description == "Empty DataFrame\nColumns: []\nIndex: []")
  }

  @Test func arithmeticByLabel() throws {
    let (a, b) = (Series(index: ["x", "y"], values: [2, 8]), Series(index: ["y", "x"], values: [2, 1]))
    #expect((a / b).values == [2, 4] && (a - b).values == [1, 6] && (b * a).index == ["y", "x"])
    #expect(
      a.mean() == 5 && abs(a.log().exp().sum() - 10) < 1e-12 && a.mapPointwise { -$0 }.abs() == a
        && a.pow(2)["y"] == 64)
    #expect((Column([3.0, 4]) - a).doubles == [1, -4] && (a + Column([1, 1])).doubles == [3, 9])
    let frame = try DataFrame(["g": ["a", nil, "a"], "x": [1.0, 2, nil]])
    #expect(
      frame.isna().sum() == Series(index: ["g", "x"], values: [1, 1]) && frame.nunique().values == [1, 2])
    #expect(frame.mean() == Series(index: ["x"], values: [1.5]) && frame.count().values == [2, 2])
    let matrix = LabeledMatrix(index: ["r", "s"], columns: ["x", "y"], values: Matrix([[1, 2], [3, 4]]))
    #expect(matrix.frame.csvText() == ",x,y\nr,1.0,2.0\ns,3.0,4.0\n")
    let corrected = try multipletests(Series(index: ["p", "q"], values: [0.01, 0.5]), method: "bonferroni")
    #expect(corrected.pvalsCorrected == [0.02, 1] && corrected.reject == [true, false])
  }

  @Test func groupLabelsFollowPython() {
    let five: GroupLabel = 5
    #expect(five == 5.0 && five.hashValue == GroupLabel(5.0).hashValue && GroupLabel(true) == 1)
    #expect(five != "5" && GroupLabel("a") < "b" && GroupLabel(7) < "7" && GroupLabel("B") < "a")
    #expect([GroupLabel(5), 5.0, true, "x"].map(\.description) == ["5", "5.0", "True", "x"])
    // Canonically equivalent texts are different labels.
    #expect(Set([GroupLabel("\u{E9}"), GroupLabel("e\u{301}")]).count == 2)
  }

  @Test func warningsAndErrorsDescribeThemselves() {
    let warning = FitWarning(kind: .convergence, message: "stopped")
    #expect(warning.description == "ConvergenceWarning: stopped")
    #expect(FitWarning(kind: .numerical, message: "", category: "FutureWarning").category == "FutureWarning")
    #expect(FitWarning.Kind.allCases.allSatisfy { $0.category.hasSuffix("Warning") })
    let error = StatsModelsError(.missingColumn, "no column 'x'", values: ["x"])
    #expect(
      "\(error)" == "no column 'x'" && error.code == .missingColumn && "\(error.code)" == "missingColumn")
  }
}
