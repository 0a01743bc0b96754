import StatsModels
import Testing

/// Summaries byte for byte as statsmodels writes them.
struct SummaryTests {
  @Test func summariesMatchStatsmodels() throws {
    let cases = textCases("summaries")
    #expect(cases.count == 40)
    for entry in cases {
      var summary = Summary()
      let info = try #require(entry["info"]?.elements).compactMap(\.elements)
      summary.addDict(info.map { ($0[0].text ?? "", $0[1].text ?? "") })
      summary.title = entry["title"]?.text
      let cells = try #require(entry["cells"]?.elements).map { $0.elements?.compactMap(\.text) ?? [] }
      summary.addDf(
        SummaryTable(index: entry.texts("names"), columns: entry.texts("headers"), cells: cells))
      for note in entry.texts("notes") { summary.addText(note) }
      #expect(summary.asText() == entry.string("text"))
      #expect(summary.asHtml() == entry.string("html"))
      #expect(summary.asLatex(label: "tab") == entry.string("latex"))
      #expect(summary.tables[1].index == entry.texts("names"))
    }
  }

  @Test func modelsSideBySideMatchStatsmodels() throws {
    let cases = textCases("columns")
    #expect(cases.count == 12)
    for entry in cases {
      let models = try #require(entry["models"]?.elements).map { model in
        let series = { (key: String) in Series(index: model.texts("names"), values: model.doubles(key)) }
        return SummaryColumns.Model(
          name: model.string("endog"), params: series("params"), bse: series("bse"),
          pvalues: series("pvalues"))
      }
      let summary = try SummaryColumns(
        models: models, floatFormat: entry.string("float_format"), modelNames: entry.texts("model_names"),
        stars: entry["stars"]?.truth ?? false, regressorOrder: entry.texts("regressor_order"),
        dropOmitted: entry["drop_omitted"]?.truth ?? false
      ).summary()
      #expect(summary.asText() == entry.string("text"))
      #expect(summary.asHtml() == entry.string("html"))
      #expect(summary.asLatex() == entry.string("latex"))
    }
  }

  @Test func wrongOptionsAreErrors() {
    #expect(throws: StatsModelsError.self) {
      try SummaryColumns(models: [], modelNames: ["a"]).summary()
    }
    #expect(throws: StatsModelsError.self) { try SummaryColumns(models: [], floatFormat: "four").summary() }
  }

  @Test func anEmptySummaryHasOnlyItsTitle() {
    #expect(Summary(title: "t").asText() == "t\n\n\n")
    #expect(Summary().tables.isEmpty)
  }

  @Test func tablesAreFrames() throws {
    let table = SummaryTable(
      index: ["a", "Group Var"], columns: ["Coef.", "z", "note"],
      cells: [["1.50", "-2.1", "x"], ["0.25", "", ""]])
    let frame = table.frame
    #expect(frame.columnNames == ["Coef.", "z", "note"] && Array(frame.rowLabels) == ["a", "Group Var"])
    #expect(frame["Coef."].doubles == [1.5, 0.25] && frame["z"].doubles?[1].isNaN == true)
    #expect(frame["note"].doubles == nil)
    #expect(SummaryTable(cells: [["a", "1"], ["b", "2"]]).frame.columnNames == ["0", "1"])
  }

  @Test func cellsAreFoundByName() {
    let table = SummaryTable(index: ["a", "b"], columns: ["x"], cells: [["1"], [" 2 "]])
    #expect(table.get("b", "x") == "2")
    #expect(table.get("b", "y") == nil)
  }
}
