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
}
