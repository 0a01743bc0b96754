import DataFrames
import Testing

/// Labels that were a column, masks that are one, and what ported scripts found missing. Values of pandas.
@Suite struct LabelTests {
  @Test func labelsBecomeTheirColumnAgain() throws {
    let dates = try Column(["2024-01-05", "2024-02-01", nil]).toDatetime()
    for column in [
      Column(["001", "010", "nan"]), Column([3, 1, 2]), Column([1.5, nil, -2]), Column([true, false, true]),
      dates,
    ] {
      let frame = try DataFrame(["k": column, "y": [1, 2, 3]])
      let labelled = try frame.setIndex("k")
      #expect(labelled.rowLabels.name == "k" && labelled.resetIndex() == frame)
      #expect(try labelled.resetIndex(names: "id").columns[0].strings == column.strings)
      #expect(labelled.resetIndex(drop: true).columnNames == ["y"])
      #expect(labelled[labelled["y"] > 1].resetIndex() == frame[frame["y"] > 1].resetIndex())
    }
    let frame = try DataFrame(["x": [9.5, 10.5, -1.25], "y": [1, 2, 3]]).setIndex("x")
    #expect(frame.sortIndex()["y"].integers == [3, 1, 2])
    #expect(frame.csvText() == "x,y\n9.5,1\n10.5,2\n-1.25,3\n")
    // A label like 001 is no number.
    #expect(
      try DataFrame(["y": [1]]).labeled(RowLabels(["001"])).resetIndex(names: "k")["k"].strings == ["001"])
  }

  @Test func joinsMatchNumbersByValue() throws {
    let left = try DataFrame(["fid": [1, nil, 2.0], "y": [1, 2, 3]])
    let right = try DataFrame(["id": [2, 1], "z": [20, 10]]).setIndex("id")
    #expect(try left.join(right, on: "fid")["z"].doubles?.map { $0.isNaN ? -1 : $0 } == [10, -1, 20])
    let long = try DataFrame(["a": Array(0..<12)])
    let other = try DataFrame(["b": [1, 2]]).labeled(RowLabels([11, 12]))
    #expect(try long.join(other, how: .outer).rowLabels.map { $0 } == (0..<13).map { String($0) })
  }

  @Test func masksAreColumns() throws {
    let x = Column([1, 5, 7, 2])
    let mask = x > 3
    #expect(mask.astype(.integer).integers == [0, 1, 1, 0] && mask.mean() == 0.5 && mask.sum() == 2)
    #expect((x * mask).integers == [0, 5, 7, 0] && (mask * x).integers == [0, 5, 7, 0])
    #expect(
      (mask.astype(.integer) + 1).integers == [1, 2, 2, 1] && (x + [1, 1, 1, 1]).integers == [2, 6, 8, 3])
    let means = try DataFrame(["x": x]).groupby(mask)["x"].mean()
    #expect(means["x"].doubles == [1.5, 6])
  }

  @Test func tablesOfShares() throws {
    let g = Column(name: "g", ["a", "a", "b", "b", "b"])
    let k = Column(name: "k", [0, 1, 0, 0, 1])
    func table(_ normalize: CrosstabNormalization) throws -> [[Double]] {
      try DataFrame.crosstab(g, k, normalize: normalize, margins: true).columns.dropFirst().map {
        $0.doubles ?? []
      }
    }
    #expect(try table(.index) == [[0.5, 2 / 3.0, 0.6], [0.5, 1 / 3.0, 0.4]])
    #expect(try table(.columns) == [[1 / 3.0, 2 / 3.0], [0.5, 0.5], [0.4, 0.6]])
    #expect(try table(.all) == [[0.2, 0.4, 0.6], [0.2, 0.2, 0.4], [0.4, 0.6, 1]])
  }

  @Test func smallThings() throws {
    let frame = try DataFrame(["g": ["a", "a", "b"], "x": [1.0, 3, 4]])
    let described = try frame.groupby("g")["x"].describe()
    #expect(described.columnNames == ["g", "count", "mean", "std", "min", "25%", "50%", "75%", "max"])
    #expect(described["50%"].doubles == [2, 4] && frame[1..<99].rowCount == 2 && frame[5..<9].rowCount == 0)
    #expect(try DataFrame(["k": [5, 2, 2, 9, 9, 5]]).valueCounts()["k"].integers == [5, 2, 9])
    // The lowest edge alone is included: pandas leaves the last one out of intervals that are open on the right.
    let cut = try Column([0.0, 1, 2]).cut(bins: [0.0, 1, 2], right: false, includeLowest: true)
    #expect(cut.isna().values == [false, false, true])
    #expect(throws: DataFrameError.self) {
      try DataFrame(csvText: "x\n1\n3.5\n", options: CSVOptions(types: ["x": .integer]))
    }
    #expect(
      try Column(["10/04/2022 12:33 PM", "Nov 2020", "02-Oct-19"]).toDatetime().strings
        == ["2022-10-04 12:33:00", "2020-11-01 00:00:00", "2019-10-02 00:00:00"])
    #expect(try Column(["05/12/24", "10:20:30"]).toDatetime(errors: .coerce).strings == ["2024-05-12", nil])
  }
}
