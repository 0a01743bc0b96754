import DataFrames
import Foundation
import Testing

@Suite struct CSVTests {
  private func temporaryPath(_ name: String) -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("frames-\(UUID().uuidString)-\(name)").path
  }

  @Test func writesAsPandas() throws {
    let data = try DataFrame([
      "x": [1.5, nil, -2.25], "group": ["a", "bb", nil], "n": [1, 20, 300], "b": [true, false, true],
    ])
    #expect(data.csvText() == ",x,group,n,b\n0,1.5,a,1,True\n1,,bb,20,False\n2,-2.25,,300,True\n")
    #expect(try DataFrame(["x": [nil, 1.0]]).csvText(index: false) == "x\n\"\"\n1.0\n")
  }

  @Test func readsBackWhatItWrites() throws {
    let data = try DataFrame([
      "plain": ["a", nil, "é"], "odd, \"name\"": ["x,y", "say \"hi\"", "two\nlines\r\n"],
      "digits": [0.1 + 0.2, 1e-307, 1.7976931348623157e308], "whole": [Int.min, 0, Int.max],
      "flag": [true, nil, false],
      "accent": ["\"\u{301}", " ", "\0"],
    ])
    #expect(try DataFrame(csvText: data.csvText(index: false)) == data)
    let path = temporaryPath("round.csv")
    defer { try? FileManager.default.removeItem(atPath: path) }
    for _ in 0..<2 {
      try data.toCsv(path, index: false)
      #expect(try DataFrame(csv: path) == data)
    }
    let folder = (path as NSString).deletingLastPathComponent
    let name = (path as NSString).lastPathComponent
    let left = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix(name) }
    #expect(left == [name])
  }

  @Test func writesThroughLinksOnly() throws {
    let path = temporaryPath("target.csv")
    let link = temporaryPath("link.csv")
    let data = try DataFrame(["x": [1]])
    try data.toCsv(path)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
    defer {
      try? FileManager.default.removeItem(atPath: path)
      try? FileManager.default.removeItem(atPath: link)
    }
    try DataFrame(["x": [2]]).toCsv(link, index: false)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == path)
    #expect(try DataFrame(csv: path)["x"].integers == [2])
    for wrong in [FileManager.default.temporaryDirectory.path, path + "/x.csv", "a\0b"] {
      #expect(throws: DataFrameError.self) { try data.toCsv(wrong) }
    }
  }

  /// Texts of more than a megabyte whose chunks disagree about a column's type or begin inside quotes.
  @Test(arguments: ["types", "quotes", "late text", "late error", "missing first"], [1, 2, 3, 8])
  func givesTheSameForAnyNumberOfThreads(kind: String, threads: Int) throws {
    let rows = 60_000
    var text = "id,value,name,late,flag\n"
    for row in 0..<rows {
      let isLast = row == rows - 1
      let value =
        switch kind {
        case "types": row < rows / 2 ? "\(row)" : "\(row).5"
        case "missing first": row < rows / 2 ? "" : "\(row)"
        default: "\(row)"
        }
      let name = kind == "quotes" ? "\"line\nof \"\"\(row % 7)\"\",\r\n1,2,3\n\n\"" : "name\(row % 1000)"
      let late = kind == "late text" && isLast ? "end" : "00\(row)"
      let flag = kind == "missing first" && row < rows / 2 ? "NA" : (row % 3 == 0 ? "True" : "False")
      text += "\(row),\(value),\(name),\(late),\(flag)\(kind == "late error" && isLast ? ",too,much" : "")\n"
    }
    var options = CSVOptions()
    options.threads = threads
    if kind == "late error" {
      let error = try #require(throws: DataFrameError.self) { try DataFrame(csvText: text, options: options) }
      #expect(error.code == .tooManyFields && error.line == rows + 1)
      return
    }
    let data = try DataFrame(csvText: text, options: options)
    #expect(data.rowCount == rows)
    #expect(data["id"].integers?.last == rows - 1)
    #expect(data["name"].nunique() == (kind == "quotes" ? 7 : 1000))
    let eighth = kind == "quotes" ? "line\nof \"1\",\r\n1,2,3\n\n" : "name8"
    #expect(data["name"][8] == .string(eighth))
    #expect(data["value"].type == (kind == "types" || kind == "missing first" ? .double : .integer))
    #expect(data["value"].isMissing(0) == (kind == "missing first"))
    #expect(data["flag"].booleans?[rows / 2] == true)
    #expect(data["flag"].isMissing(1) == (kind == "missing first"))
    if kind == "late text" {
      let late = data["late"].rows([0, rows - 2, rows - 1])
      #expect(late.strings == ["000", "00\(rows - 2)", "end"])
    } else {
      #expect(data["late"].integers?[7] == 7)
    }
  }

  @Test func takesOptions() throws {
    var options = CSVOptions()
    options.separator = ";"
    options.types = ["id": .string, "g": .categorical, "n": .double]
    options.columns = ["id", "g", "n"]
    options.missingMarkers = ["-99"]
    let data = try DataFrame(csvText: "id;skip;g;n\n007;\"a;\"\"b\";NA;1\n-99;2;u;-99\n", options: options)
    #expect(data.columnNames == ["id", "g", "n"])
    #expect(data["id"].strings == ["007", nil])
    #expect(data["g"].type == .categorical && data["g"].strings == ["NA", "u"])
    #expect(data["n"].values == [1.0, nil])
    for separator: Unicode.Scalar in ["\n", "\"", "é"] {
      options.separator = separator
      #expect(throws: DataFrameError.self) { try DataFrame(csvText: "a\n1\n", options: options) }
    }
    options = CSVOptions()
    options.separator = "\t"
    #expect(try DataFrame(csvText: "a\tb\n\t1\n \t\n", options: options)["b"].values == [1.0, nil])
  }

  @Test func readsManyColumnsAndLongLines() throws {
    let count = 20_000
    let header = (0..<count).map { "c\($0)" }.joined(separator: ",")
    let row = (0..<count).map { "\($0 % 10)" }.joined(separator: ",")
    let wide = try DataFrame(csvText: header + "\n" + row + "\n" + row)
    #expect(wide.columnCount == count && wide["c19999"].integers == [9, 9])
    let repeated = try DataFrame(csvText: String(repeating: "x,", count: count) + "x\n")
    #expect(repeated.columnNames.last == "x.\(count)")
    let long = String(repeating: "é\"\"", count: 500_000)
    let data = try DataFrame(csvText: "a,b\n\"\(long)\",1\n")
    #expect(data["a"].strings.first??.utf8.count == 1_500_000)
  }
}
