import Foundation
import StatsModels
import Testing

/// What stops a program says why on standard error, and what was printed before is not lost.
@Suite struct StopTests {
  /// Source code that asks for what does not exist.
  enum Mistake: String, CaseIterable, Codable {
    case seriesLabel, seriesPosition, seriesLengths, matrixLabel, matrixPosition, matrixShape, matrixRow
    case emptyComponents, raggedRows, hugeMatrix, labels, frameColumn, columnRow, maskRow, designElement,
      varianceRow,
      covariance

    func make() {
      let series = Series(index: ["Intercept", "Time"], values: [1, 2])
      let matrix = Matrix([[1, 2], [3, 4]])
      let labelled = LabeledMatrix(index: ["Pig", "Time"], columns: ["Pig", "Time"], values: matrix)
      switch self {
      case .seriesLabel: _ = series["Tme"]
      case .seriesPosition: _ = series[2]
      case .seriesLengths: _ = Series(index: ["a"], values: [])
      case .matrixLabel: _ = labelled["Group", "Time"]
      case .matrixPosition: _ = labelled[0, 5]
      case .matrixShape: _ = Matrix(rows: 2, columns: 2, columnMajor: [1])
      case .matrixRow: _ = matrix.row(-1)
      case .raggedRows: _ = Matrix([[1], [2, 3]])
      case .hugeMatrix: _ = Matrix(rows: .max, columns: 2)
      case .labels: _ = LabeledMatrix(index: [], columns: [], values: matrix)
      case .frameColumn: _ = SyntheticData.schools()["agee"] as Column
      case .columnRow: _ = Column(name: "x", [1, 2])[7]
      case .maskRow: _ = Mask([true])[1]
      case .designElement: _ = DesignMatrix(matrix)[0, 9]
      case .varianceRow:
        _ = (try? mixedlm("age ~ 1", SyntheticData.schools(), groups: "school").fit())?.varianceComponents[9]
      case .emptyComponents:
        let formula = "age ~ 1 + (1 | school) + (1 | province)"
        _ = (try? mixedlm(formula, SyntheticData.schools()).fit())?.vcomp["school"]
      case .covariance: _ = MixedLMParams.fromComponents(covRe: Matrix(rows: 2, columns: 1))
      }
    }

    /// What the message says: what was asked, and what there is or whom to ask instead.
    var words: [String] {
      switch self {
      case .seriesLabel: ["'Tme'", "nearest 'Time'", "get(_:)"]
      case .seriesPosition: ["position 2", "0 to 1", "get(at:)"]
      case .seriesLengths: ["1 labels for 0 values"]
      case .matrixLabel: ["no row 'Group'", "'Pig', 'Time'", "get(_:_:)"]
      case .matrixPosition: ["row 0, column 5", "2 × 2", "get(_:_:)"]
      case .matrixShape: ["1 elements for 2 × 2", "init(rowsOf:)"]
      case .matrixRow: ["row -1", "2 × 2"]
      case .raggedRows: ["unequal length", "init(rowsOf:)"]
      case .hugeMatrix: ["more than memory"]
      case .labels: ["0 row labels", "2 × 2"]
      case .frameColumn: ["'agee'", "'age'"]
      case .columnRow: ["'x'", "position 7", "2 rows"]
      case .maskRow: ["position 1", "1 rows"]
      case .designElement: ["(0, 9)", "2 × 2", "get(_:_:)"]
      case .varianceRow: ["no row 9 among 2"]
      case .emptyComponents: ["'school'", "terms"]
      case .covariance: ["2 × 1", "square"]
      }
    }
  }

  @Test(arguments: Mistake.allCases) func messageArrives(_ mistake: Mistake) async throws {
    let exit = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent, \.standardOutputContent]
    ) { [mistake] in
      print("printed before")
      mistake.make()
    }
    let result = try #require(exit)
    let message = String(decoding: result.standardErrorContent, as: UTF8.self)
    for word in mistake.words { #expect(message.contains(word), "\(message)") }
    #expect(String(decoding: result.standardOutputContent, as: UTF8.self).contains("printed before"))
  }

  /// The twins that do not stop.
  @Test func twins() {
    let series = Series(index: ["a"], values: [1])
    #expect(series.get("b") == nil && series.get(at: 1) == nil && series.get(at: 0) == 1)
    let matrix = Matrix([[1, 2]])
    #expect(matrix.get(1, 0) == nil && matrix.get(0, -1) == nil && matrix.get(0, 1) == 2)
  }

  /// Models, results and long tables print a few lines, never the data.
  @Test func printedShort() throws {
    let data = SyntheticData.schools()
    let results = try mixedlm("test_score ~ age + (1 | school) + (1 | student_id)", data).fit()
    #expect("\(results.model)".split(separator: "\n").count == 1)
    #expect("\(results.model)".contains("360 rows, 12 levels of school, 90 levels of student_id"))
    let summary = try results.summary().description
    #expect("\(results)" == summary)
    var dumped = ""
    dump(results, to: &dumped)
    dump(results.model, to: &dumped)
    dump(results.snapshot(), to: &dumped)
    // The summary and three lines.
    #expect(dumped.count < 3000)
    for table in [
      try results.predict(data, interval: .confidence).description,
      try results.randomEffects(of: "student_id").description,
      LabeledMatrix(index: data.rowLabels.map { $0 }, columns: ["x"], values: Matrix(rows: 360, columns: 1))
        .description,
    ] {
      let lines = table.split(separator: "\n")
      #expect(lines.count == 13 && lines[6].hasPrefix("..."), "\(table)")
    }
    let mask = Mask([Bool](repeating: true, count: 100_000))
    #expect(mask.description.count < 200 && mask.description.contains("100000 rows"))
  }
}
