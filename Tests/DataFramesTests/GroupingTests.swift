import DataFrames
import Testing

@Suite struct GroupingTests {
  @Test func agreesWithPandas() throws {
    let differences = try PandasCases("grouping").differences { entry, data in
      let groups = try data.groupby(
        entry["keys"].texts, sort: entry["sort"].flag, dropna: entry["dropna"].flag)
      return try Self.answer(entry, groups)
    }
    #expect(differences.isEmpty, "\(differences.count): \(differences.prefix(12).joined(separator: "\n"))")
  }

  private static let aggregations: [String: Aggregation] = Dictionary(
    uniqueKeysWithValues: [
      .mean, .sum, .std, .var, .sem, .min, .max, .median, .first, .last, .size, .count, .nunique, .prod, .any,
      .all,
    ].map { (function: Aggregation) in (function.name, function) })

  private static func answer(_ entry: PandasCases.Case, _ groups: GroupBy) throws -> DataFrame {
    let name = entry["column"].text
    func single(_ column: Column) throws -> DataFrame { try DataFrame(columns: [column]) }
    switch entry.op {
    case "size": return try groups.size()
    case "agg":
      return try groups.agg(named: ["result of": (name, #require(aggregations[entry["function"].text]))])
    case "transform":
      return try single(groups.transform(name, #require(aggregations[entry["function"].text])))
    case "quantile": return try groups[name].quantile(entry["q"].number)
    case "head": return groups.head(entry["count"].whole)
    case "tail": return groups.tail(entry["count"].whole)
    case "nth": return groups.nth(entry["count"].whole)
    case "cumcount": return try single(groups.cumcount())
    case "ngroup": return try single(groups.ngroup())
    case "cumsum": return try single(groups[name].cumsum())
    case "cumprod": return try single(groups[name].cumprod())
    case "cummax": return try single(groups[name].cummax())
    case "cummin": return try single(groups[name].cummin())
    case "shift": return try single(groups[name].shift(entry["periods"].whole))
    case "diff": return try single(groups[name].diff())
    case "pct_change": return try single(groups[name].pctChange())
    case "ffill": return try single(groups[name].ffill())
    case "bfill": return try single(groups[name].bfill())
    case "rank":
      let method = try #require(RankMethod(rawValue: entry["method"].text))
      return try single(groups[name].rank(method: method, ascending: entry["ascending"].flag))
    default: throw DataFrameError(.unknownName, entry.op)
    }
  }

  private let data: DataFrame
  init() throws {
    data = try DataFrame([
      "g": ["b", "a", nil, "b", "a"], "n": [1, 2, 3, 4, 4], "y": [1.5, nil, 2, 4.5, -1],
      "t": ["x", "y", "z", "x", nil],
    ])
  }

  @Test func iteratesOverGroups() throws {
    var seen: [String] = []
    for (key, part) in try data.groupby("g") {
      seen.append("\(key): \(Array(part.rowLabels))")
      #expect((key == "a") == (key.value == "a") && key.count == 1 && key.number == nil)
    }
    #expect(seen == ["a: [\"1\", \"4\"]", "b: [\"0\", \"3\"]"])
    let several = try data.groupby(["g", "n"])
    #expect(several.map { "\($0.key)" } == ["('a', 2)", "('a', 4)", "('b', 1)", "('b', 4)"])
    #expect(several.groupKeys[1] == ["a", 4.0] && several.groupKeys[1][1] == 4 && several.ngroups == 4)
    #expect(several.getGroup(["b", 4])?["y"].doubles == [4.5] && several.getGroup(["b", 5]) == nil)
    let all = try data.groupby("g", sort: false, dropna: false).map { "\($0.key)" }
    #expect(all == ["b", "a", "nan"])
    for (key, part) in try data.groupby("n") where key == 4 { #expect(part.rowCount == 2) }
  }

  @Test func appliesFunctions() throws {
    let groups = try data.groupby("g")
    let spread = try groups.apply(named: "spread") { $0["y"].max() - $0["y"].min() }
    #expect(spread["spread"].doubles == [0, 3] && spread.columnNames == ["g", "spread"])
    let means = try groups.apply { part in try DataFrame(["m": part["n"].mean(), "rows": part.rowCount]) }
    #expect(means.columnNames == ["g", "m", "rows"] && means["m"].doubles == [3, 2.5])
    #expect(try groups.apply { $0.head(1) }["n"].integers == [2, 1])
    #expect(try groups.filter { part in part["n"].sum() > 5 }["n"].integers == [2, 4])
    #expect(try groups["y"].transform { $0 - $0.mean() }.values == [-1.5, nil, nil, 1.5, 0])
    #expect(try groups["n"].apply { $0.max() }["n"].doubles == [4, 4])
    #expect(try groups.agg(["y": .custom { Double($0.count) }])["y"].doubles == [2, 2])
  }

  @Test func namesResults() throws {
    let groups = try data.groupby("g")
    #expect(try groups.agg(["y": .mean, "n": .max]).columnNames == ["g", "y", "n"])
    #expect(
      try groups.agg(["y": [.mean, .std], "n": [.size]]).columnNames == ["g", "y_mean", "y_std", "n_size"])
    #expect(try groups[["n"]].agg([.min, .max]).columnNames == ["g", "n_min", "n_max"])
    #expect(try groups["n"].agg([.min, .max]).columnNames == ["g", "min", "max"])
    #expect(try groups.mean(numericOnly: true).columnNames == ["g", "n", "y"])
    #expect(try groups.sum()["t"].strings == ["y", "xx"])
    #expect(try groups[["n", "y"]].describe().columnCount == 17)
    #expect(try data.groupby(Column(name: "big", data["n"] > 3))["y"].count()["y"].integers == [2, 2])
  }

  @Test func namesWhatIsWrong() throws {
    let groups = try data.groupby("g")
    let wrong: [(DataFrameError.Code, () throws -> Void)] = [
      (.unknownName, { _ = try self.data.groupby("G") }),
      (.repeatedName, { _ = try self.data.groupby(["g", "g"]) }),
      (.invalidArgument, { _ = try self.data.groupby([String]()) }),
      (.lengthMismatch, { _ = try self.data.groupby(Column([1, 2])) }),
      (.unknownName, { _ = try groups.agg(["z": .mean]) }),
      (.unknownName, { _ = try groups.transform("z", .mean) }),
      (.wrongType, { _ = try groups.mean() }),
      (.invalidArgument, { _ = try groups[["y"]].quantile(1.5) }),
      (.repeatedName, { _ = try groups.agg(named: ["g": ("y", .mean)]) }),
      (.lengthMismatch, { _ = try groups["y"].transform { $0.dropna() } }),
    ]
    for (code, action) in wrong {
      let error = #expect(throws: DataFrameError.self) { try action() }
      #expect(error?.code == code)
    }
  }
}
