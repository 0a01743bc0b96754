import DataFrames
import Testing

@Suite struct RecordTests {
  @Test func buildsFromRecords() throws {
    let data = try DataFrame(records: [["x": 1, "g": "a"], ["x": 2.5, "y": nil, "g": "b"], ["flag": true]])
    #expect(data.columnNames == ["x", "g", "y", "flag"] && data["x"].values == [1.0, 2.5, nil])
    #expect(data["y"].type == .double && data["flag"].booleans == [nil, nil, true])
    var records: [DataFrame.Record] = []
    for subject in 1...3 { records.append(["subject": subject, "label": "s\(subject)"]) }
    #expect(try DataFrame(records: records)["label"].strings == ["s1", "s2", "s3"])
    let dictionaries: [[String: any ColumnScalar]] = [["b": 1, "a": 2], ["c": "z"]]
    #expect(DataFrame(records: dictionaries).columnNames == ["a", "b", "c"])
    #expect(try DataFrame(records: []).rowCount == 0 && data.records[1]["x"] == 2.5)
    #expect(throws: DataFrameError.self) { try DataFrame(records: [["x": 1, "x": 2]]) }
  }

  private enum Sex: String, Codable { case female, male }
  private struct Visit: Codable, Equatable {
    var id: Int
    var sex: Sex
    var score: Double?
    var note: String?
    var done: Bool
    var dose: UInt8
  }

  @Test func carriesTypedRows() throws {
    let visits = [
      Visit(id: 1, sex: .female, score: 2.5, note: nil, done: true, dose: 7),
      Visit(id: 2, sex: .male, score: nil, note: "late", done: false, dose: 0),
    ]
    let data = try DataFrame(rows: visits)
    #expect(data.columnNames == ["id", "sex", "score", "note", "done", "dose"])
    #expect(data.columns.map(\.type) == [.integer, .string, .double, .string, .boolean, .integer])
    #expect(try data.rows(as: Visit.self) == visits)
    let (whole, fraction) = (try DataFrame(["id": [1.0, 2.0]]), try DataFrame(["id": [1.5]]))
    struct Row: Decodable, Equatable { var id: Int }
    #expect(try whole.rows(as: Row.self) == [Row(id: 1), Row(id: 2)])
    #expect(throws: DecodingError.self) { try fraction.rows(as: Row.self) }
    #expect(throws: DecodingError.self) { try DataFrame(["ID": [1]]).rows(as: Row.self) }
    #expect(throws: DecodingError.self) { try DataFrame(["id": [1, nil]]).rows(as: Row.self) }
    #expect(throws: DataFrameError.self) { try DataFrame(rows: [1, 2]) }
    #expect(throws: DataFrameError.self) { try DataFrame(rows: [["a": [1]]]) }
  }

  private let data: DataFrame
  init() throws {
    data = try DataFrame(["x": [1.5, nil], "n": [1, -20], "g": ["a&b", "c_\"d\""]])
  }

  @Test func writesJson() {
    #expect(data.toJson(orient: .records) == #"[{"x":1.5,"n":1,"g":"a&b"},{"x":null,"n":-20,"g":"c_\"d\""}]"#)
    #expect(data[["n"]].toJson() == #"{"n":{"0":1,"1":-20}}"#)
    #expect(data[["n"]].toJson(orient: .index) == #"{"0":{"n":1},"1":{"n":-20}}"#)
    #expect(data[["n"]].toJson(orient: .split) == #"{"columns":["n"],"index":[0,1],"data":[[1],[-20]]}"#)
    #expect(data[["n"]].toJson(orient: .values) == "[[1],[-20]]")
  }

  @Test func writesTables() {
    #expect(
      data.toMarkdown() == """
        |    |   x |   n | g     |
        |:---|----:|----:|:------|
        | 0  | 1.5 |   1 | a&b   |
        | 1  | NaN | -20 | c_"d" |
        """)
    #expect(data.toHtml(index: false).contains("<td>a&amp;b</td>"))
    #expect(
      data.toLatex().contains("0 & 1.5 & 1 & a\\&b \\\\")
        && data.toLatex().hasPrefix("\\begin{tabular}{lrrl}"))
    #expect(data.toLatex(caption: "C").hasPrefix("\\begin{table}\n\\caption{C}"))
    #expect(data.toString().split(separator: "\n").count == 3)
  }
}
