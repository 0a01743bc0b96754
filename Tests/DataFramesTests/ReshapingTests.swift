import DataFrames
import Testing

@Suite struct ReshapingTests {
  @Test func agreesWithPandas() throws {
    let differences = try PandasCases("reshaping").differences(Self.answer)
    #expect(differences.isEmpty, "\(differences.count): \(differences.prefix(12).joined(separator: "\n"))")
  }

  private static let functions: [String: Aggregation] = [
    "mean": .mean, "sum": .sum, "count": .count, "max": .max, "first": .first, "std": .std,
  ]

  private static func answer(_ entry: PandasCases.Case, _ data: DataFrame) throws -> DataFrame {
    let (index, columns, values) = (entry["index"].text, entry["columns"].text, entry["values"].text)
    let subset: [String]? = entry["subset"].items.isEmpty ? nil : entry["subset"].texts
    switch entry.op {
    case "melt":
      return try data.melt(
        idVars: entry["ids"].texts, valueVars: entry["values"].texts, varName: "which", valueName: "v")
    case "pivot": return try data.pivot(index: index, columns: columns, values: values)
    case "pivot_table":
      return try data.pivotTable(
        values: values, index: index, columns: columns, aggfunc: #require(functions[entry["function"].text]),
        fillValue: entry["fill"].level?.number, margins: entry["margins"].flag)
    case "crosstab":
      return try DataFrame.crosstab(
        data[index], data[columns],
        normalize: entry["normalize"].optionalText.flatMap(CrosstabNormalization.init),
        margins: entry["margins"].flag)
    case "sort_values":
      return try data.sortValues(
        by: entry["by"].texts, ascending: entry["ascending"].items.map(\.flag),
        naPosition: #require(MissingPosition(rawValue: entry["missing"].text)))
    case "drop_duplicates":
      return try data.dropDuplicates(
        subset: subset, keep: #require(DuplicateRule(rawValue: entry["keep"].text)))
    case "get_dummies":
      let names: [String]? = entry["columns"].items.isEmpty ? nil : entry["columns"].texts
      return try data.getDummies(names, dropFirst: entry["drop"].flag, dummyNa: entry["na"].flag)
    case "corr": return try data.corr(method: #require(CorrelationMethod(rawValue: entry["method"].text)))
    case "cov": return try data.cov()
    case "dropna":
      if let thresh = entry["thresh"].level?.number {
        return try data.dropna(subset: subset, thresh: Int(thresh))
      }
      return try data.dropna(subset: subset, how: #require(MissingRule(rawValue: entry["how"].text)))
    case "ffill": return data.ffill()
    case "nlargest": return try data.nlargest(3, ["y", "n"])
    case "nsmallest": return try data.nsmallest(4, ["n"])
    case "rows": return try DataFrame(columns: [rowSummary(entry, data)])
    default: throw DataFrameError(.unknownName, entry.op)
    }
  }

  private static func rowSummary(_ entry: PandasCases.Case, _ data: DataFrame) throws -> Column {
    let skipna = entry["skipna"].flag
    switch entry["function"].text {
    case "sum": return try data.sum(axis: 1, skipna: skipna)
    case "mean": return try data.mean(axis: 1, skipna: skipna)
    case "median": return try data.median(axis: 1, skipna: skipna)
    case "min": return try data.min(axis: 1, skipna: skipna)
    case "max": return try data.max(axis: 1, skipna: skipna)
    case "std": return try data.std(axis: 1, skipna: skipna)
    case "var": return try data.var(axis: 1, skipna: skipna)
    default: return try data.count(axis: 1)
    }
  }

  private let data: DataFrame
  init() throws {
    data = try DataFrame([
      "id": ["a", "a", "b"], "time": [0, 1, 0], "x": [1.0, 2.0, 3.0], "n": [4, nil, 6],
    ])
  }

  @Test func goesThroughRows() throws {
    var seen: [String] = []
    for (label, row) in data.iterrows() { seen.append("\(label) \(row["id"]!) \(row.double("n"))") }
    #expect(seen == ["0 a 4.0", "1 a nan", "2 b 6.0"])
    #expect(data.row(2).integer("n") == 6 && data.row(1)["n"] == nil && data.row(0).string("x") == "1.0")
    #expect(data.apply { $0.double("x") > 1 ? "high" : "low" }.strings == ["low", "high", "high"])
    #expect(data.row(1).label == "1" && data.row(1).values.count == 4)
  }

  @Test func choosesRowsAtRandom() throws {
    let once = try data.sample(n: 2, seed: 7)
    #expect(try once == data.sample(n: 2, seed: 7) && once.rowCount == 2)
    #expect(try Set(data.sample(frac: 1, seed: 1).rowLabels) == ["0", "1", "2"])
    #expect(try data.sample(n: 10, replace: true, seed: 3).rowCount == 10)
    var counts = [0, 0, 0]
    for seed in 0..<3000 {
      counts[try Int(#require(data.sample(seed: UInt64(seed)).rowLabels.first)) ?? 0] += 1
    }
    // Four standard deviations of a binomial count around 1000.
    #expect(counts.allSatisfy { abs($0 - 1000) < 104 }, "\(counts)")
  }

  @Test func arrangesRowsAndColumns() throws {
    let wide = try data.pivot(index: ["id"], columns: ["time"])
    #expect(wide.columnNames == ["id", "x_0", "x_1", "n_0", "n_1"] && wide["x_1"].values == [2.0, nil])
    #expect(try data.drop(labels: ["1"]).rowCount == 2)
    #expect(try data.reindex(["2", "9", "0"])["x"].values == [3.0, nil, 1.0])
    #expect(try data.assigning(["y": data["x"] * 2, "one": 1])["y"].doubles == [2, 4, 6])
    #expect(try data.rename { $0.uppercased() }.columnNames == ["ID", "TIME", "X", "N"])
    #expect(try data.setColumnNames(["a", "b", "c", "d"]).columnNames.last == "d")
    #expect(try data.rows([2, 0]).resetIndex(names: "row")["row"].integers == [2, 0])
    #expect(data.selectDtypes(include: [.integer]).columnNames == ["time", "n"])
    #expect(data.selectDtypes(exclude: [.string]).columnCount == 3)
    #expect(try data.idxmax("x") == "2" && data.idxmin("n") == "0" && Column([Double]()).argmax() == nil)
    #expect(data.rows([2, 0, 1]).sortIndex() == data)
    #expect(try data.valueCounts(["id"])["count"].integers == [2, 1])
    #expect(try data.fillna(["n": 0])["n"].integers == [4, 0, 6] && data.dropnaColumns().columnCount == 3)
    #expect(data.bfill()["n"].integers == [4, 6, 6] && data.notna()["n"].booleans == [true, false, true])
    var inserted = data
    try inserted.insert(1, "z", 5)
    #expect(inserted.columnNames == ["id", "z", "time", "x", "n"])
    #expect(try data["x"].corr(data["time"]) == data[["x", "time"]].corr()["x"].doubles![1])
  }

  @Test func namesWhatIsWrong() throws {
    let wrong: [(DataFrameError.Code, () throws -> Void)] = [
      (.repeatedKey, { _ = try self.data.pivot(index: "id", columns: "id", values: "x") }),
      (.unknownName, { _ = try self.data.melt(idVars: ["ids"]) }),
      (.repeatedName, { _ = try self.data.melt(idVars: ["id"], varName: "id") }),
      (.lengthMismatch, { _ = try self.data.sortValues(by: ["id", "x", "n"], ascending: [true, false]) }),
      (.wrongType, { _ = try self.data.sum(axis: 1) }),
      (.invalidArgument, { _ = try self.data[["x"]].sum(axis: 0) }),
      (.wrongType, { _ = try self.data.corr() }),
      (.invalidArgument, { _ = try self.data.sample(n: 4) }),
      (.invalidArgument, { _ = try self.data.sample(n: 1, frac: 1) }),
      (.invalidArgument, { _ = try self.data.sample(frac: -1) }),
      (.unknownName, { _ = try self.data.drop(labels: ["7"]) }),
      (.repeatedKey, { _ = try self.data.rows([0, 0]).reindex(["0"]) }),
      (.lengthMismatch, { _ = try self.data.setColumnNames(["a"]) }),
    ]
    for (code, action) in wrong {
      let error = #expect(throws: DataFrameError.self) { try action() }
      #expect(error?.code == code)
    }
  }

  /// Tables of several values, margins of missing values and of no rows, as pandas has them.
  @Test func tabulatesSeveralValues() throws {
    let data = try DataFrame([
      "g": ["a", "a", "b", "b", "c"], "k": ["x", "y", "x", "x", nil], "u": [1, 2, 3, 4, 5],
      "v": [0.5, nil, nil, nil, 2], "w": [1.0, 2, 3, 4, 5],
    ])
    let few = try DataFrame(["g": ["a", "a", "b"], "k": ["x", "y", "x"], "v": [1.0, nil, nil]])
    let cases: [(DataFrame, String)] = [
      (
        try data.pivotTable(values: ["v", "u"], index: ["g"], columns: ["k"]),
        "g,u_x,u_y,v_x a,1.0,2.0,0.5 b,3.5,,"
      ),
      (try data.pivotTable(values: ["v", "u"], index: ["g"]), "g,u,v a,1.5,0.5 b,3.5, c,5.0,2.0"),
      (
        try data.pivotTable(values: ["w", "u"], index: ["g"], columns: ["k"], aggfunc: .sum, margins: true),
        "g,u_x,u_y,u_All,w_x,w_y,w_All a,1.0,2.0,3,1.0,2.0,3.0 b,7.0,,7,7.0,,7.0 All,8.0,2.0,10,8.0,2.0,10.0"
      ),
      (
        try data.pivotTable(values: ["u", "w"], index: ["g", "k"], aggfunc: .sum, margins: true),
        "g,k,u,w a,x,1,1.0 a,y,2,2.0 b,x,7,7.0 All,,10,10.0"
      ), (try data.pivotTable(values: "u", index: ["g"], margins: true), "g,u a,1.5 b,3.5 c,5.0 All,3.0"),
      (
        try data.pivotTable(values: ["u"], index: ["g"], columns: ["k"], fillValue: 0),
        "g,u_x,u_y a,1.0,2.0 b,3.5,0.0"
      ),
      (
        try few.pivotTable(values: "v", index: "g", columns: "k", aggfunc: .sum, margins: true),
        "g,x,y,All a,1.0,0.0,1.0 b,0.0,, All,1.0,,1.0"
      ),
      (
        try few.pivotTable(values: "v", index: "g", columns: "k", aggfunc: .mean, margins: true),
        "g,x,All a,1.0,1.0 All,1.0,1.0"
      ), (try data.head(0).pivotTable(values: "u", index: "g", columns: "k", margins: true), "g"),
      (
        try few.tail(1).pivotTable(values: "v", index: "g", columns: "k", aggfunc: .count, margins: true),
        "g,x,All b,0.0, All,,0.0"
      ),
    ]
    for (found, expected) in cases {
      #expect(found.csvText(index: false).split(separator: "\n").joined(separator: " ") == expected)
    }
    #expect(throws: DataFrameError.self) { try data.pivotTable(values: ["u", "q"], index: ["g"]) }
  }
}
