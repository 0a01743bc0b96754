import Foundation
import StatsModels
import TestSupport
import Testing

/// The documentation page "A whole analysis", in its own words.
@Suite struct WorkflowTests {
  /// 40 schools with 4 classes of 10 pupils; effects of schools, classes and of study by school.
  private static func writeStudents(to path: String) throws {
    var state: UInt64 = 7
    func draw() -> Double {
      (0..<12).reduce(-6.0) { sum, _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return sum + Double(state >> 11) / 0x1p53
      }
    }
    var text = "test_score,study_hours,prior_gpa,school_id,class_id\n"
    for school in 1...40 {
      let (level, slope) = (4 * draw(), 0.4 * draw())
      for classroom in 1...4 {
        let mood = 2 * draw()
        for _ in 0..<10 {
          let (hours, gpa) = (10 + 3 * draw(), 3 + 0.4 * draw())
          let score = 40 + (1.5 + slope) * hours + 5 * gpa + level + mood + 4 * draw()
          text += "\(score),\(hours),\(gpa),\(school),\(classroom)\n"
        }
      }
    }
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }

  @Test func `the page runs from beginning to end`() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
    try Self.writeStudents(to: path("students.csv"))

    var data = try DataFrame(csv: path("students.csv"))
    #expect(data.rowCount == 1600 && data.describe().rowCount == 8)
    let model = try mixedlm("test_score ~ study_hours + prior_gpa", data, groups: data["school_id"])
    let result = try model.fit()
    #expect(try result.summary().asText().contains("Group Var"))
    #expect(try result.varianceShares().conditionalR2 > result.varianceShares().marginalR2)

    let slopes = try mixedlm(
      "test_score ~ study_hours + prior_gpa", data, groups: data["school_id"], reFormula: "~study_hours"
    ).fit()
    let powell = try slopes.model.fit(method: .powell)
    #expect(slopes.warnings.isEmpty && powell.converged && abs(powell.llf - slopes.llf) < 1e-4)

    data["school_class"] = data["school_id"].astype(.string) + "_" + data["class_id"].astype(.string)
    let nested = try mixedlm(
      "test_score ~ study_hours + prior_gpa", data, groups: data["school_id"], reFormula: "1",
      vcFormula: ["class": "0 + C(school_class)"]
    ).fit()
    let bars = try mixedlm("test_score ~ study_hours + prior_gpa + (1 | school_id/class_id)", data).fit()
    #expect(abs(bars.llf - nested.llf) < 1e-7)

    let aic = try [model, slopes.model, nested.model].map { try $0.fit(reml: false).aic }
    #expect(result.aic.isNaN && aic[2] < aic[0])
    let intercepts = try compare(result, nested)
    #expect(
      intercepts.rows[1].reference == "mixture of chi2(0) and chi2(1)" && intercepts.rows[1].pValue < 1e-6)
    let withoutGPA = try nested.update(formula: ". ~ . - prior_gpa")
    #expect(withoutGPA.params.index == ["Intercept", "study_hours", "Group Var", "class Var"])
    #expect(try compare(nested, withoutGPA).rows[1].pValue < 1e-6)

    let pictures: [(MixedLMResults, PlotKind)] = [
      (nested, .residualsAgainstFitted), (nested, .normalQuantiles), (slopes, .randomEffects()),
      (slopes, .fittedLines(along: "study_hours")), (nested, .randomEffects(of: "class")),
      (slopes, .residuals(along: "prior_gpa")), (slopes, .fittedLines(along: "study_hours", by: "prior_gpa")),
    ]
    for (number, (fit, kind)) in pictures.enumerated() {
      try fit.plot(kind).write(path("\(number).svg"))
      #expect(FileManager.default.fileExists(atPath: path("\(number).svg")))
    }
    let distances = try nested.cooksDistance()
    #expect(distances.filter { $0.1 > 0.5 }.count < 20)

    let newData = try DataFrame(["study_hours": [10], "prior_gpa": [3.5], "school_id": [5]])
    let population = try result.predict(newData)
    let school = try result.predict(newData, exogRe: newData[["school_id"]])
    let effect = try #require(result.randomEffects(for: 5))
    #expect(abs(school[0] - population[0] - effect[0]) < 1e-10)
    let known = try result.predict(newData, exogRe: newData[["school_id"]], interval: .prediction)
    let elsewhere = try DataFrame(["study_hours": [10], "prior_gpa": [3.5], "school_id": [999]])
    let unknown = try result.predict(
      elsewhere, exogRe: elsewhere[["school_id"]], newLevels: .population, interval: .prediction)
    #expect(unknown.se[0] > known.se[0] && unknown.predictions[0] == population[0])

    let bootstrap = try result.parametricBootstrap(count: 20, seed: 1)
    #expect(try bootstrap.confInt(.shortest).index == result.params.index + ["scale"])
  }
}
