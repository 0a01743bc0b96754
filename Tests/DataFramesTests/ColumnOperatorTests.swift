import DataFrames
import Testing

@Suite struct ColumnOperatorTests {
  private let data: DataFrame
  init() throws {
    data = try DataFrame([
      "x": [1.0, 2.5, nil, -3.0], "n": [1, 2, 3, 4], "m": [1, nil, 3, 4], "g": ["b", "a", nil, "c"],
      "flag": [true, false, true, nil],
      "size": Categorical(["lo", "hi", nil, "lo"], levels: ["lo", "hi"], ordered: true),
    ])
  }

  @Test func comparesWithValues() {
    #expect((data["x"] > 1).positions == [1])
    #expect((data["x"] != 1).positions == [1, 2, 3])
    #expect((data["n"] >= 2.5).positions == [2, 3])
    #expect((data["n"] == 3).positions == [2])
    #expect((data["m"] <= 3).positions == [0, 2])
    #expect((data["g"] == "a").positions == [1])
    #expect((data["g"] != "a").positions == [0, 2, 3])
    #expect((data["g"] < "b").positions == [1])
    #expect((data["g"] == 1).positions.isEmpty && (data["g"] != 1).all())
    #expect((data["flag"] == true).positions == [0, 2])
    #expect((data["size"] < "hi").positions == [0, 3])
    #expect((data["size"] == "none").positions.isEmpty)
    #expect((data["x"] > Double.nan).positions.isEmpty)
    #expect(data["g"].isin(["a", "c"]).positions == [1, 3])
    #expect(data["n"].between(2, 3).positions == [1, 2])
  }

  @Test func comparesColumns() {
    #expect((data["x"] > data["n"]).positions == [1])
    #expect((data["n"] == data["m"]).positions == [0, 2, 3])
    #expect((data["g"] != data["g"]).positions == [2])
    #expect((data["size"] >= data["size"]).positions == [0, 1, 3])
  }

  @Test func combinesMasks() {
    let positive = data["x"] > 0
    let many = data["n"] > 1
    #expect((positive & many).positions == [1])
    #expect((positive | many).all())
    #expect((positive ^ many).positions == [0, 2, 3])
    #expect((!positive).positions == [2, 3] && ~positive == !positive)
    #expect(data["flag"].mask.positions == [0, 2])
    #expect(data[positive & many]["g"].strings == ["a"])
    #expect(positive.trueCount == 2 && positive.any() && !positive.all())
  }

  @Test func calculates() {
    #expect((data["n"] + 1).integers == [2, 3, 4, 5])
    #expect((data["n"] * data["m"]).integers == [1, nil, 9, 16])
    #expect((data["n"] / 2).doubles == [0.5, 1, 1.5, 2])
    #expect((1 - data["x"]).values == [0, -1.5, nil, 4])
    #expect((-data["n"]).integers == [-1, -2, -3, -4])
    #expect((data["n"] + 0.5).type == .double)
    #expect((data["flag"] + data["n"]).integers == [2, 2, 4, nil])
    #expect((data["n"] * Int.max).integers?[1] == -2)
    #expect((data["n"] / 0).doubles == [.infinity, .infinity, .infinity, .infinity])
    #expect(data["x"].pow(2).values == [1, 6.25, nil, 9])
    #expect(data["x"].abs().values == [1, 2.5, nil, 3])
    #expect((data["n"] - 3).abs().integers == [2, 1, 0, 1])
    #expect((data["x"] + 1).name == "x" && (data["x"] + data["n"]).name == "")
  }

  @Test func joinsTexts() {
    let joined = data["g"].astype(.string) + "_" + data["n"].astype(.string)
    #expect(joined.strings == ["b_1", "a_2", nil, "c_4"])
    #expect(("id" + data["g"]).strings == ["idb", "ida", nil, "idc"])
    #expect((data["size"].astype(.string) + "!").strings == ["lo!", "hi!", nil, "lo!"])
  }
}
