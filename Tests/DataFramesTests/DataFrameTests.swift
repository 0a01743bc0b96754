import DataFrames
import Testing

@Suite struct DataFrameTests {
  @Test func buildsFromLiteralsInWrittenOrder() throws {
    let data = try DataFrame([
      "z": [1.0, nil], "a": ["u", "v"], "n": [1, 2], "flag": [true, false], "range": 3...4, "one": 1,
    ])
    #expect(data.columnNames == ["z", "a", "n", "flag", "range", "one"])
    #expect(data.columns.map(\.type) == [.double, .string, .integer, .boolean, .integer, .integer])
    #expect(data["z"].values == [1.0, nil])
    #expect(data["one"].integers == [1, 1])
    #expect(Array(data.rowLabels) == ["0", "1"])
  }

  @Test func buildsFromADictionarySortedByName() throws {
    let arrays: [String: [Double]] = ["b": [1, 2], "a": [3, 4]]
    let data = try DataFrame(arrays)
    #expect(data.columnNames == ["a", "b"])
    #expect(data["a"].doubles == [3, 4])
  }

  @Test func assignsArraysColumnsAndScalars() throws {
    var data = try DataFrame(["x": [1.0, 2.0]])
    data["one"] = 1
    data["half"] = 0.5
    data["g"] = ["a", "b"]
    let n = 7
    data["n"] = n
    data["copy"] = data["g"]
    try data.assign("late", [nil, "b"])
    #expect(data.columnNames == ["x", "one", "half", "g", "n", "copy", "late"])
    #expect(data["copy"].strings == ["a", "b"])
    #expect(data["copy"].name == "copy")
    #expect(data["n"].integers == [7, 7])
    #expect(throws: DataFrameError.self) { try data.assign("x", [1.0]) }
  }

  @Test func namesTheNearestColumns() throws {
    let data = try DataFrame(["weight": [1.0], "time": [2.0]])
    let error = try #require(throws: DataFrameError.self) { try data.column("wieght") }
    #expect(error.code == .unknownName)
    #expect(error.description == "no column 'wieght'; did you mean 'weight'?")
  }

  @Test(arguments: [
    (DataFrameError.Code.lengthMismatch, [Column(name: "a", [1, 2]), Column(name: "b", [1])]),
    (.repeatedName, [Column(name: "a", [1]), Column(name: "a", [1])]),
  ])
  func refusesColumnsThatDoNotFit(code: DataFrameError.Code, columns: [Column]) throws {
    let error = try #require(throws: DataFrameError.self) { try DataFrame(columns: columns) }
    #expect(error.code == code)
  }

  @Test func stopsWithAMessage() async throws {
    let wrongName = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = try DataFrame(["weight": [1.0]])["wieght"]
    }
    let wrongLength = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var data = try DataFrame(["x": [1.0, 2.0]])
      data["y"] = [1, 2, 3]
    }
    func message(_ result: ExitTest.Result?) -> String {
      String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    }
    #expect(message(wrongName).contains("no column 'wieght'; did you mean 'weight'?"))
    #expect(message(wrongLength).contains("column 'y': 3 values for 2 rows"))
  }
}
