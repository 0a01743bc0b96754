import DataFrames
import Testing

/// Methods of one column, with pandas 3.1's answers.
@Suite struct ColumnMethodTests {
  private static let whole = Column(name: "n", [1, 2, -3, 0])
  private static let numbers = Column(name: "x", [1.5, -2.5, nil, 0.0])
  private static let texts = Column(name: "g", ["a", nil, "", "b"])

  private static func expectSame(_ found: Column, _ expected: some ColumnConvertible, at place: String) {
    #expect(found.equals(Column(expected)), "\(place): \(found.values)")
  }

  @Test func mapsWithAndWithoutMissingValues() {
    let x = Self.numbers
    let cases: [(Column, any ColumnConvertible)] = [
      (x.map { $0 > 0 ? 1 : 0 }, [1.0, 0, nil, 0]),
      (x.map(naAction: nil) { $0 > 0 ? 1 : 0 }, [1.0, 0, 0, 0]),
      (x.map { $0 > 1 ? "high" : "low" }, ["high", "low", nil, "low"]),
      (x.map(naAction: nil) { $0.isNaN ? "none" : "some" }, ["some", "some", "none", "some"]),
      (x.map { $0 > 0 }, [true, false, nil, false]), (x.map { Int($0) }, [1, -2, nil, 0]),
      (x.map(\.magnitude), [1.5, 2.5, nil, 0]),
    ]
    for (place, (found, expected)) in cases.enumerated() {
      #expect(found.equals(Column(storage: expected.columnStorage(broadcastTo: 4))), "\(place): \(found)")
    }
  }

  @Test func choosesValues() throws {
    let (n, x) = (Self.whole, Self.numbers)
    Self.expectSame(n[n > 0], [1, 2], at: "mask")
    Self.expectSame(n[[true, false, true, false]], [1, -3], at: "literal")
    #expect(n[3] == 0 && n[n > 9].count == 0 && n[n > 0].name == "n")
    for (count, first, last) in [
      (2, [1, 2], [-3, 0]), (-1, [1, 2, -3], [2, -3, 0]), (9, [1, 2, -3, 0], [1, 2, -3, 0]),
    ] {
      Self.expectSame(n.head(count), first, at: "head \(count)")
      Self.expectSame(n.tail(count), last, at: "tail \(count)")
    }
    Self.expectSame(n.sortValues(ascending: false), [2, 1, 0, -3], at: "descending")
    Self.expectSame(x.sortValues(naPosition: .first), [nil, -2.5, 0, 1.5], at: "missing first")
    let frame = try DataFrame(["n": n])
    Self.expectSame(try n.sample(n: 3, seed: 7), try frame.sample(n: 3, seed: 7)["n"], at: "sample")
    #expect(throws: DataFrameError.self) { try n.sample(n: 5) }
  }

  @Test(arguments: [
    (whole, true, false), (numbers, true, false), (texts, true, false), (Column([Double]()), false, true),
    (Column([Double.nan]), false, true), (Column([true, nil]), true, true), (Column([0, 0]), false, false),
  ])
  func asksForTruth(column: Column, any: Bool, all: Bool) {
    #expect(column.any() == any && column.all() == all)
  }

  /// Remainders and whole quotients.
  @Test func dividesAsPython() throws {
    let (n, x, inf) = (Self.whole, Self.numbers, Double.infinity)
    let cases: [(Column, any ColumnConvertible, any ColumnConvertible, any ColumnConvertible)] = [
      (n, 2, [1, 0, 1, 0], [0, 1, -2, 0]), (n, -2, [-1, 0, -1, 0], [-1, -1, 1, 0]),
      (n, 0, [nil, nil, nil, nil] as [Double?], [inf, inf, -inf, nil]),
      (n, 2.5, [1.0, 2, 2, 0], [0.0, 0, -2, 0]), (x, 2, [1.5, 1.5, nil, 0], [0.0, -2, nil, 0]),
      (x, 0, [nil, nil, nil, nil] as [Double?], [inf, -inf, nil, nil]),
      (Column([5, 5, 5, 5]), n, [0, 1, -1, nil] as [Double?], [5, 2, -2, inf]),
      (Column([-7, 7]), [2, -2], [1, -1], [-4, -4]),
      (
        Column([-7.0, 7, inf, -5]), [2, -2, 3, inf], [1, -1, nil, inf] as [Double?],
        [-4, -4, nil, -1] as [Double?]
      ),
      (Column([Int.min]), -1, [0], [Int.min]),
      (Column([0.3, 1]), 0.1, [0.09999999999999998, 0.09999999999999995], [2.0, 9]),
    ]
    for (place, (column, divisor, rest, quotient)) in cases.enumerated() {
      let found = [try column.mod(divisor), try column.floordiv(divisor)]
      for (found, expected) in zip(found, [rest, quotient]) {
        let expected = Column(storage: expected.columnStorage(broadcastTo: column.count))
        let isSame = zip(found.doubles ?? [], expected.doubles ?? []).allSatisfy {
          $0 == $1 || ($0.isNaN && $1.isNaN) || abs($0 - $1) < 1e-15
        }
        #expect(found.type == expected.type && isSame, "\(place): \(found.values)")
      }
    }
    let spans = try Column(["5 days", "-9 days", nil]).toTimedelta()
    #expect(try spans.floordiv(Timedelta(days: 7)).values == [0.0, -2.0, nil])
    #expect(try spans.mod(Timedelta(days: 7)).strings == ["5 days", "5 days", nil])
    #expect(throws: DataFrameError.self) { try Self.texts.mod(2) }
    // Zeros have the sign of the divisor, those of whole numbers none.
    #expect(try Column([-4.0, 5]).mod(Column([2, -5])).strings == ["0.0", "-0.0"])
    #expect(try Column([-4, 5, 1]).mod(Column([2, -5, 0])).strings == ["0.0", "0.0", nil])
    Self.expectSame(n.sign(), [1, 1, -1, 0], at: "sign")
    Self.expectSame(x.sign(), [1.0, -1, nil, 0], at: "sign")
    #expect(Column([0.0]).cos().doubles == [1] && Column([0.0]).sin().tan().tanh().doubles == [0])
  }

  @Test(
    arguments: [
      (Categorical([5, -3, 0, nil, 7], levels: [7, 5, 0, -3]), [3, 1, 2, nil, 4]),
      (Categorical([5, -3, 0, nil, 7], levels: [7, 5, 0, -3], ordered: true), [2, 4, 3, nil, 1]),
      (Categorical(["b", "a", "c"], levels: ["c", "b", "a"]), [2, 1, 3]),
    ] as [(Categorical, [Double?])])
  func ranksCategories(values: Categorical, ranks: [Double?]) {
    Self.expectSame(Column(values).rank(), ranks, at: "rank")
  }
}
