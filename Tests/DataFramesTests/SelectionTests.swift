import DataFrames
import Testing

@Suite struct SelectionTests {
  private let data: DataFrame
  init() throws {
    data = try DataFrame([
      "x": [1.5, nil, -2.25, 4], "g": ["a", "bb", nil, "a"], "n": [1, 20, 300, 4],
      "b": [true, nil, true, false],
    ])
  }

  private func labels(_ frame: DataFrame) -> [String] { Array(frame.rowLabels) }

  @Test func selectsRowsWithTheirLabels() throws {
    #expect(labels(data.filter(data["n"] > 3)) == ["1", "2", "3"])
    #expect(labels(data.filter([true, false, false, true])) == ["0", "3"])
    #expect(labels(data.rows([3, 0, 3])) == ["3", "0", "3"])
    #expect(labels(data.rows([2, 3]).rows([1])) == ["3"])
    #expect(labels(data[1..<3]) == ["1", "2"])
    #expect(try labels(data.filter(data["n"] > 3).rows(labels: ["3", "1"])) == ["3", "1"])
    #expect(try data.rows(where: data["g"] == "a")["n"].integers == [1, 4])
    #expect(labels(data.dropna()) == ["0", "3"])
    #expect(try labels(data.dropna(subset: ["x", "n"])) == ["0", "2", "3"])
    #expect(try labels(data.sorted(by: "n", ascending: false)) == ["2", "1", "3", "0"])
    #expect(data.rows([1]).columns.allSatisfy { $0.name == "n" || $0.isMissing(0) || $0.name == "g" })
    #expect(data.dropna()["b"].equals(Column([true, false])))
  }

  @Test(arguments: [(2, [0, 1]), (9, [0, 1, 2, 3]), (0, []), (-1, [0, 1, 2]), (-9, []), (.min, [])])
  func takesTheFirstRows(count: Int, positions: [Int]) {
    #expect(data.head(count) == data.rows(positions))
  }

  @Test(arguments: [(2, [2, 3]), (9, [0, 1, 2, 3]), (0, []), (-1, [1, 2, 3]), (-9, []), (.min, [])])
  func takesTheLastRows(count: Int, positions: [Int]) {
    #expect(data.tail(count) == data.rows(positions))
  }

  @Test func selectsColumns() throws {
    #expect(data[["n", "x"]].columnNames == ["n", "x"])
    #expect(try data.drop(columns: ["x", "b"]).columnNames == ["g", "n"])
    #expect(try data.rename(columns: ["x": "y", "none": "z"]).columnNames == ["y", "g", "n", "b"])
    #expect(data.filter(data["n"] > 3)[["n"]].rowLabels == RowLabels(["1", "2", "3"]))
    #expect(data.contains("g") && !data.contains("G") && data.columnCount == 4)
  }

  @Test func labelsRows() throws {
    let named = try data.setIndex("n")
    #expect(labels(named) == ["1", "20", "300", "4"] && !named.contains("n"))
    #expect(try named.rows(labels: ["300"])["x"].doubles == [-2.25])
    #expect(named.resetIndex().rowLabels.areDefault)
    #expect(try labels(data.labeled(RowLabels(["p", "q", "r", "s"])).tail(1)) == ["s"])
    #expect(throws: DataFrameError.self) { try data.labeled(RowLabels(count: 3)) }
  }

  @Test func makesValuesMissing() {
    var changed = data
    changed[data["n"] > 3, "x"] = nil
    changed[data["n"] == 1, "g"] = nil
    changed[data["n"] == 20, "n"] = nil
    changed["b"] = nil
    changed["new"] = nil
    #expect(changed["x"].values == [1.5, nil, nil, nil] && changed["g"].values == [nil, "bb", nil, "a"])
    #expect(changed["n"].type == .double && changed["n"].isna().positions == [1])
    #expect(changed["b"].type == .boolean && changed["b"].isna().all() && changed["new"].isna().all())
  }

  @Test func namesWhatIsWrong() {
    let wrong: [(DataFrameError.Code, () throws -> DataFrame)] = [
      (.unknownName, { try self.data.selecting(["x", "zz"]) }),
      (.repeatedName, { try self.data.selecting(["x", "x"]) }),
      (.unknownName, { try self.data.drop(columns: ["X"]) }),
      (.repeatedName, { try self.data.rename(columns: ["x": "n"]) }),
      (.unknownName, { try self.data.dropna(subset: ["y"]) }),
      (.unknownName, { try self.data.sorted(by: "y") }),
      (.unknownName, { try self.data.rows(labels: ["9"]) }),
      (.positionOutOfRange, { try self.data.rows(at: [4]) }),
      (.positionOutOfRange, { try self.data.rows(at: [-1]) }),
      (.lengthMismatch, { try self.data.rows(where: [true]) }),
      (.unknownName, { try self.data.setIndex("y") }),
    ]
    for (code, action) in wrong {
      let error = #expect(throws: DataFrameError.self) { try action() }
      #expect(error?.code == code)
    }
  }

  @Test func concatenatesByName() throws {
    let other = try DataFrame(["n": [0.5], "new": ["z"], "x": [2]])
    let both = DataFrame.concat([data, other])
    #expect(both.columnNames == ["x", "g", "n", "b", "new"])
    #expect(both.columns.map(\.type) == [.double, .string, .double, .boolean, .string])
    #expect(labels(both) == ["0", "1", "2", "3", "0"])
    #expect(both["n"].doubles == [1, 20, 300, 4, 0.5])
    #expect(both["b"].booleans == [true, nil, true, false, nil])
    #expect(DataFrame.concat([data, other], ignoreIndex: true).rowLabels.areDefault)
    #expect(DataFrame.concat([data, data])["n"].type == .integer)
    #expect(DataFrame.concat([]).rowCount == 0)
    let sizes = try DataFrame(["s": Categorical(["a"], levels: ["b", "a"])])
    let others = try DataFrame(["s": Categorical(["c"])])
    #expect(DataFrame.concat([sizes, sizes])["s"].factorized().levels == ["b", "a"])
    #expect(DataFrame.concat([sizes, others])["s"].strings == ["a", "c"])
    #expect(DataFrame.concat([sizes, others])["s"].type == .string)
  }

  @Test func comparesFrames() throws {
    var changed = data
    #expect(changed == data)
    changed["n"] = data["n"] + 1
    #expect(changed != data && data.head(2) != data.tail(2))
    #expect(data.resetIndex() == data && data.isna()["g"].booleans == [false, false, true, false])
    #expect(data.fillna(0)["x"].doubles == [1.5, 0, -2.25, 4])
  }
}
