import DataFrames
import Testing

@Suite struct ColumnTests {
  private static let numbers = Column(name: "x", [3.5, 1, nil, 2, 2])

  @Test(arguments: [
    ("mean", numbers.mean(), 2.125), ("std", numbers.std(), 1.0307764064044151),
    ("var", numbers.var(), 1.0625),
    ("var0", numbers.var(ddof: 0), 0.796875), ("median", numbers.median(), 2),
    ("0.3", numbers.quantile(0.3), 1.9),
    ("sum", numbers.sum(), 8.5), ("min", numbers.min(), 1), ("max", numbers.max(), 3.5),
    ("bool", Column([true, false, nil]).mean(), 0.5), ("int", Column([1, 2]).sum(), 3),
    ("empty sum", Column([Double]()).sum(), 0), ("compensated", Column([1e100, 1, -1e100]).sum(), 1),
    ("infinite", Column([1, Double.infinity]).mean(), .infinity),
  ])
  func summarisesAsPandas(name: String, value: Double, expected: Double) {
    #expect(value == expected, "\(name)")
  }

  @Test func hasNoMeanOfNothing() {
    let empty = Column([Double]())
    let none = [empty.mean(), empty.max(), empty.median(), Column([1.0]).std(), empty.quantile(1)]
    #expect(none.filter(\.isNaN).count == 5)
  }

  @Test func countsValues() {
    #expect(Self.numbers.nonMissingCount == 4 && Self.numbers.nunique() == 3)
    #expect(Self.numbers.unique() == [3.5, 1, 2])
    #expect(Self.numbers.valueCounts().map(\.level) == [2, 3.5, 1])
    #expect(Self.numbers.valueCounts().map(\.count) == [2, 1, 1])
    let unused = Column(Categorical(["a"], levels: ["b", "a"]))
    #expect(unused.unique() == ["a"])
  }

  @Test(
    arguments: [
      (Column([5, nil]), ColumnType.string, ["5", nil]),
      (Column([5.0, nil, 0.1]), .string, ["5.0", nil, "0.1"]),
      (Column([true, false]), .string, ["True", "False"]),
      (Column(Categorical([2, 1])), .string, ["2", "1"]),
      (Column(["1", " 2", "1e3", nil]), .double, [1.0, 2.0, 1000.0, nil]),
      (Column(["9007199254740993", nil]), .integer, [.integer(9_007_199_254_740_993), nil]),
      (Column([2.9, -2.9, nil]), .integer, [2, -2, nil]),
      (Column([0, 2, nil]), .boolean, [false, true, nil]),
      (Column(["True", "false", nil]), .boolean, [true, false, nil]),
      (Column(["b", "a", nil]), .categorical, ["b", "a", nil]), (Column([true, nil]), .double, [1.0, nil]),
    ] as [(Column, ColumnType, [ColumnValue?])])
  func convertsAsPandas(column: Column, type: ColumnType, expected: [ColumnValue?]) {
    let converted = column.astype(type)
    #expect(converted.type == type)
    #expect(converted.values == expected)
    #expect(converted.values.map { $0?.description } == expected.map { $0?.description })
  }

  @Test func fillsAndDropsMissing() {
    #expect(Self.numbers.isna().positions == [2] && Self.numbers.notna().trueCount == 4)
    #expect(Self.numbers.fillna(0).doubles == [3.5, 1, 0, 2, 2])
    #expect(Column([1, nil]).fillna(7).integers == [1, 7])
    #expect(Column([1, nil]).fillna(0.5).doubles == [1, 0.5])
    #expect(Column(["a", nil]).fillna("z").strings == ["a", "z"])
    #expect(Column(Categorical(["a", nil], levels: ["a", "z"])).fillna("z").type == .categorical)
    #expect(Column([true, nil]).fillna(false).booleans == [true, false])
    #expect(Self.numbers.dropna().doubles == [3.5, 1, 2, 2])
    #expect(Column([1, nil]).dropna().equals(Column([1])))
  }

  @Test func mapsValues() {
    #expect(Self.numbers.map { $0 * 2 }.values == [7, 2, nil, 4, 4])
    #expect(Column(["a", nil]).mapTexts { $0 + "!" }.strings == ["a!", nil])
    #expect(Column(["a", "b", nil]).map(["a": 1]).values == [1, nil, nil])
    #expect(Column([1, 2]).replace([1: 9]).integers == [9, 2])
    #expect(Column([1, 2]).map([1: "one", 2: "two"]).strings == ["one", "two"])
  }

  @Test func sortsWithMissingLast() {
    #expect(Self.numbers.sortedPositions() == [1, 3, 4, 0, 2])
    #expect(Self.numbers.sortedPositions(ascending: false) == [0, 3, 4, 1, 2])
    #expect(Column(["b", nil, "B", "é", "a"]).sorted().strings == ["B", "a", "b", "é", nil])
    #expect(Column(Categorical(["lo", "hi"], levels: ["lo", "hi"])).sorted().strings == ["lo", "hi"])
  }

  @Test func givesPlainArrays() {
    #expect(
      Column([1.0, 2.0]).integers == [1, 2] && Column([1.5]).integers == nil && Column(["1"]).integers == nil)
    #expect(Column(["1"]).doubles == nil && Column([1, 2] as [Int32]).integers == [1, 2])
    #expect(Column(Categorical([10, 20, nil])).doubles?.prefix(2) == [10, 20])
    #expect(Column([Float(0.5)]).doubles == [0.5] && Column(2..<4).integers == [2, 3])
    #expect(Column([1, "a"] as [ColumnValue]).strings == ["1", "a"])
    #expect(Column([1, 2.5, true] as [ColumnValue]).doubles == [1, 2.5, 1])
    #expect(Column(["x", "y"][1...]).strings == ["y"])
    #expect(Column("a b".split(separator: " ")).strings == ["a", "b"])
    #expect(Column([1, nil] as [UInt8?]).integers == [1, nil] && Column([-1] as [Int64]).integers == [-1])
  }
}
