import DataFrames
import Testing

@Suite struct SeriesTests {
  @Test func agreesWithPandas() throws {
    let differences = try PandasCases("columns").differences { entry, data in
      try DataFrame(columns: [Self.answer(entry, data[entry["column"].text], data)])
    }
    #expect(differences.isEmpty, "\(differences.count): \(differences.prefix(12).joined(separator: "\n"))")
  }

  private static func answer(_ entry: PandasCases.Case, _ column: Column, _ data: DataFrame) throws -> Column
  {
    func number(_ name: String) -> Double? { entry[name].level?.number }
    switch entry.op {
    case "cumsum": return column.cumsum()
    case "cumprod": return column.cumprod()
    case "cummax": return column.cummax()
    case "cummin": return column.cummin()
    case "ffill": return column.ffill()
    case "bfill": return column.bfill()
    case "diff": return column.diff()
    case "shift": return column.shift()
    case "rank":
      return try column.rank(
        method: #require(RankMethod(rawValue: entry["method"].text)), ascending: entry["ascending"].flag,
        pct: entry["pct"].flag)
    case "clip": return column.clip(lower: number("lower"), upper: number("upper"))
    case "round": return column.round(entry["decimals"].whole)
    case "rolling":
      return try column.rollingMean(entry["window"].whole, minPeriods: number("least").map { Int($0) })
    case "where": return column.where(data["flag"].mask)
    case "mask":
      let other = try #require(entry["other"].level)
      return column.mask(data["flag"].mask, other)
    case "cut": return try column.cut(bins: entry["bins"].whole, right: entry["right"].flag)
    case "cut edges":
      let (edges, right, lowest) = (
        entry["edges"].items.map(\.number), entry["right"].flag, entry["lowest"].flag
      )
      let whole = edges.compactMap { Int(exactly: $0) }
      if whole.count == edges.count {
        return try column.cut(bins: whole, right: right, includeLowest: lowest)
      }
      return try column.cut(bins: edges, right: right, includeLowest: lowest)
    case "qcut": return try column.qcut(entry["bins"].whole)
    default: throw DataFrameError(.unknownName, entry.op)
    }
  }

  @Test func computesWithNumbers() throws {
    let x = Column(name: "x", [1.0, nil, 100])
    #expect(x.log10().values == [0.0, nil, 2.0] && x.sqrt().name == "x" && Column([0]).exp().doubles == [1])
    #expect(
      Column([2.5, -0.5, 1e300]).round().doubles == [2, -0.0, 1e300]
        && Column([15]).round(-1).type == .integer)
    #expect(Column([1, 2, 2, 1, 3]).mode() == [1, 2] && Column([2, nil, 4]).prod() == 8)
    #expect(
      Column([1, 2, 3, 4]).quantile([0, 0.5]) == [1, 2.5] && Column([1.0, 3.0]).zscore().doubles == [-1, 1])
    #expect(
      Column([1, 3]).pctChange().values == [nil, 2.0] && Column([true, true]).cumsum().integers == [1, 2])
    let mask = Column([1, 5, 3]) > 2
    #expect(
      mask.choose("high", "low").strings == ["low", "high", "high"]
        && mask.choose(1, 0.5).doubles == [0.5, 1, 1])
    #expect(Column(["a", "b"]).replace(["b"], nil).strings == ["a", nil])
    #expect(Column([-999, 2]).replace([-999], nil).values == [nil, 2.0])
    let sizes = try Column([1, 20, 300]).cut(bins: [0, 10, 100], labels: ["small", "large"])
    #expect(sizes.strings == ["small", "large", nil] && (sizes < "large").values == [true, false, false])
    #expect(Column(["b", nil, "a"]).rank().values == [2.0, nil, 1.0])
  }

  /// Edges of bins at odd precisions, as pandas names them.
  @Test(arguments: [
    (-1, "(-3.0, -1.0]"), (3, "(-3.005, -1.333]"), (15, "(-3.005, -1.333333333333333]"),
    (20, "(-3.005, -1.3333333333333333]"), (400, "(-3.005, -1.3333333333333333]"),
  ])
  func namesBins(precision: Int, first: String) throws {
    #expect(try Column([1, 2, -3, 0]).cut(bins: 3, precision: precision).strings[2] == first)
  }

  @Test func stopsAtWrongArguments() async {
    await #expect(processExitsWith: .failure) { _ = Column([1, 2]).quantile(2) }
    await #expect(processExitsWith: .failure) { _ = try Column([1, 2]).rolling(2).quantile(-1) }
    await #expect(processExitsWith: .failure) { _ = Column([1, nil]).ffill(limit: -1) }
  }

  @Test func namesWhatIsWrong() throws {
    let wrong: [(DataFrameError.Code, () throws -> Void)] = [
      (.wrongType, { _ = try Column(["a"]).cut(bins: 2) }),
      (.invalidArgument, { _ = try Column([1, 2]).cut(bins: [2, 1]) }),
      (.invalidArgument, { _ = try Column([1, 2]).cut(bins: 0) }),
      (.lengthMismatch, { _ = try Column([1, 2]).cut(bins: 2, labels: ["a"]) }),
      (.invalidArgument, { _ = try Column([1, 1, 1]).qcut(2) }),
      (.invalidArgument, { _ = try Column([1, 2]).qcut([0, 2]) }),
      (.invalidArgument, { _ = try Column([1, 2]).qcut([-0.5, 1]) }),
      (.invalidArgument, { _ = try Column([1, nil]).interpolate(limit: 0) }),
      (.invalidArgument, { _ = try Column([1.0]).rollingMean(0) }),
      (.invalidArgument, { _ = try Column(["a"]).str.contains("(") }),
      (.invalidArgument, { _ = try Column(["a"]).str.extract("a") }),
    ]
    for (code, action) in wrong {
      let error = #expect(throws: DataFrameError.self) { try action() }
      #expect(error?.code == code)
    }
  }
}
