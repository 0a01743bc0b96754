import DataFrames
import Testing

@Suite struct FactorizeTests {
  @Test(
    arguments: [
      (Column([3, 1, nil, 3]), [1, 0, -1, 1], [1, 3]),
      (Column([Int.max, Int.min, 0]), [2, 0, 1], [.integer(.min), 0, .integer(.max)]),
      (Column([1_000_000_000, 5, nil]), [1, 0, -1], [5, 1_000_000_000]),
      (Column([-0.0, 0.0, 2.5, nil, -.infinity]), [1, 1, 2, -1, 0], [.double(-.infinity), 0.0, 2.5]),
      (Column([true, nil, true]), [0, -1, 0], [true]),
      (Column(["b", "a", nil, "b", "B", "é", "_"]), [3, 2, -1, 3, 0, 4, 1], ["B", "_", "a", "b", "é"]),
      (Column(Categorical(["b", nil], levels: ["c", "b", "a"])), [1, -1], ["c", "b", "a"]),
      (Column([Int]()), [], []),
      (Column(["e\u{301}", "\u{e9}"]), [0, 1], ["e\u{301}", "\u{e9}"]),
    ] as [(Column, [Int32], [ColumnValue])])
  func codesSortedLevels(column: Column, codes: [Int32], levels: [ColumnValue]) {
    let result = column.factorized()
    #expect(result.codes == codes)
    #expect(result.levels == levels)
  }

  @Test func agreesWithSortingForManyValues() {
    // A multiplicative generator; the ranges take the table and the hashing way.
    for modulus in [1000, 1_000_003, 1 << 40] {
      let values = (1...20_000).map { ($0 &* 2_654_435_761) % modulus - modulus / 2 }
      let expected = Array(Set(values)).sorted()
      for column in [Column(values), Column(values.map(Double.init))] {
        let (codes, levels) = column.factorized()
        #expect(levels == expected.map { ColumnValue.integer($0) })
        #expect(zip(codes, values).allSatisfy { expected[Int($0)] == $1 })
      }
    }
  }

  @Test func dropsTextsThatNoRowUses() {
    let column = Column(["c", "b", "a"]).rows([2, 0])
    #expect(column.factorized().levels == ["a", "c"])
  }

  @Test func turnsUnknownValuesIntoMissing() {
    let sizes = Categorical(["b", "a", nil, "z"], levels: ["b", "a", "b"])
    #expect(sizes.codes == [0, 1, -1, -1] && sizes.levels == ["b", "a"] && !sizes.ordered)
    #expect(sizes[1] == "a" && sizes[3] == nil && sizes.count == 4)
    #expect(Categorical(levels: ["x"], codes: [0, -1]) == Categorical(["x", nil]))
  }
}
