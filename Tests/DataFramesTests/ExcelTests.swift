import DataFrames
import Foundation
import TestSupport
import Testing

@Suite struct ExcelTests {
  private let path = Fixtures.path("frames/sheets.xlsx")

  @Test func readsSheets() throws {
    let data = try DataFrame(excel: path)
    #expect(data.columnNames == ["id", "when", "score", "g", "Unnamed: 4", "done", "mixed", "id.1"])
    #expect(
      data.columns.map(\.type) == [
        .integer, .datetime, .double, .string, .double, .boolean, .string, .integer,
      ])
    #expect(data["when"].strings == ["2020-02-29 12:30:00", "1999-12-31 00:00:00", nil])
    #expect(data["g"].strings == ["a", "größe <b>", nil] && data["score"].values == [1.5, 2.0, nil])
    #expect(data["mixed"].strings == ["x", "3", nil] && data["done"].booleans == [true, false, nil])
    #expect(try DataFrame.sheetNames(excel: path) == ["Visits & more", "wide"])
    let wide = try DataFrame(excel: path, sheet: "wide", header: 1)
    #expect(wide.columnCount == 28 && wide["x"].doubles == [0.1] && wide["far"].nonMissingCount == 0)
    #expect(try DataFrame(excel: path, sheet: 1, header: nil).rowCount == 3)
    #expect(try DataFrame(excel: path, usecols: ["g", "id"]).columnNames == ["g", "id"])
  }

  @Test func refusesWhatIsNoWorkbook() throws {
    let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("excel-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("x.xlsx")
    for damaged in [
      [], Array("x,y\n".utf8), Array(bytes.dropLast(30)), Array(bytes[..<200]) + Array(bytes[260...]),
    ] {
      try Data(damaged).write(to: file)
      #expect(throws: DataFrameError.self) { try DataFrame(excel: file.path) }
    }
    #expect(throws: DataFrameError.self) { try DataFrame(excel: path, sheet: "none") }
    #expect(throws: DataFrameError.self) { try DataFrame(excel: path, sheet: 7) }
    #expect(throws: DataFrameError.self) { try DataFrame(excel: path, header: 99) }
    #expect(throws: DataFrameError.self) { try DataFrame(excel: "/none.xlsx") }
  }

  /// Calls a test with the path of a workbook to be written.
  private func withPath(_ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.path + "/written-\(UUID()).xlsx"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  @Test func writesWhatItReads() throws {
    let moments = try Column(["2020-02-29 12:30:00.500000", "1900-01-01 00:00:00", nil]).toDatetime()
    let data = try DataFrame([
      "n": [1, 2, -3], "x": [0.1, 1e300, nil], "g": [" a & <b>", "two\nlines\r\t\"", nil],
      "b": [true, false, true],
      "when": moments, "day": try Column(["1900-02-28", "1900-03-01", "9999-12-31"]).toDatetime(),
      "c": Categorical(["u", "v", "u"]),
    ])
    try withPath { path in
      try data.toExcel(path, index: false)
      let back = try DataFrame(excel: path)
      #expect(back.columnNames == data.columnNames)
      for name in data.columnNames where name != "c" {
        #expect(back[name].equals(data[name]), "\(back[name])")
      }
      try data.toExcel(path, sheetName: "Größe & so", naRep: "-", columns: ["x"], indexLabel: "row")
      let named = try DataFrame(excel: path, sheet: "Größe & so")
      #expect(named["row"].integers == [0, 1, 2] && named["x"].strings == ["0.1", "1e+300", "-"])
      let wide = try DataFrame(columns: (0..<800).map { Column(name: "c\($0)", [$0]) })
      try DataFrame.toExcel(
        path, sheets: ["first": data.setIndex("c"), "wide": wide, "none": DataFrame()], index: true)
      #expect(try DataFrame.sheetNames(excel: path) == ["first", "wide", "none"])
      #expect(try DataFrame(excel: path)["c"].strings == ["u", "v", "u"])
      #expect(try DataFrame(excel: path, sheet: 1)["c799"].integers == [799])
      #expect(try DataFrame(excel: path, sheet: "none").isEmpty)
    }
  }

  /// Old dates are texts, spans days, infinite numbers their names.
  @Test func writesWhatExcelLacks() throws {
    let data = try DataFrame([
      "old": try Column(["1850-05-05", nil]).toDatetime(),
      "span": try Column(["36:00:00", nil]).toTimedelta(),
      "x": [Double.infinity, nil], "long": [String(repeating: "ä", count: 32_767), nil],
    ])
    try withPath { path in
      try data.toExcel(path, header: false, index: false)
      let back = try DataFrame(excel: path, header: nil)
      #expect(
        back["0"].strings[0] == "1850-05-05" && back["1"].doubles?[0] == 1.5 && back["2"].strings[0] == "inf")
      #expect(back["3"].strings == [data["long"].strings[0]])
      // More than the ten megabytes that an XML parser takes at once.
      try DataFrame(["long": [String](repeating: String(repeating: "x", count: 30_000), count: 400)]).toExcel(
        path)
      #expect(try DataFrame(excel: path).rowCount == 400)
    }
  }

  @Test func refusesWhatNoWorkbookHolds() throws {
    let data = try DataFrame(["a": [1, 2]])
    try withPath { path in
      let wrong: [() throws -> Void] = [
        { try data.toExcel(path + ".csv") }, { try data.toExcel(path, sheetName: "a/b") },
        { try data.toExcel(path, sheetName: "") },
        { try data.toExcel(path, sheetName: String(repeating: "x", count: 32)) },
        { try data.toExcel(path, columns: ["b"]) }, { try DataFrame(["a": ["\u{1}"]]).toExcel(path) },
        { try DataFrame(["a": [String(repeating: "x", count: 32_768)]]).toExcel(path) },
        { try DataFrame.toExcel(path, sheets: ["a": data, "A": data]) },
        { try DataFrame.toExcel(path, sheets: [:]) },
        { try data.toExcel("/none/x.xlsx") },
      ]
      for body in wrong { #expect(throws: DataFrameError.self) { try body() } }
      #expect(!FileManager.default.fileExists(atPath: path))
    }
  }
}
