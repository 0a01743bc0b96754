import DataFrames
import Testing

@Suite struct JoiningTests {
  @Test func agreesWithPandas() throws {
    let cases = try PandasCases("joining")
    let frames = try cases.frames.map { try $0.frame() }
    let differences = try cases.differences { entry, data in
      try Self.answer(entry, data, frames[entry["other"].whole])
    }
    #expect(differences.isEmpty, "\(differences.count): \(differences.prefix(12).joined(separator: "\n"))")
  }

  private static func answer(
    _ entry: PandasCases.Case, _ data: DataFrame, _ other: DataFrame
  ) throws -> DataFrame {
    switch entry.op {
    case "merge":
      let how = try #require(JoinType(rawValue: entry["how"].text))
      if entry.args["on"] == nil {
        return try data.merge(
          other, how: how, leftOn: entry["left_on"].texts, rightOn: entry["right_on"].texts)
      }
      let suffixes = entry["suffixes"].texts
      return try data.merge(
        other, on: entry["on"].texts, how: how, suffixes: (suffixes[0], suffixes[1]),
        validate: entry["validate"].optionalText.flatMap(JoinValidation.init),
        indicator: entry["indicator"].flag)
    case "cross": return try data.merge(other, how: .cross)
    case "concat": return DataFrame.concat([data, other])
    case "concat inner": return try DataFrame.concat([data, other], axis: 0, join: .inner)
    case "concat columns":
      let turned = try other.rename { "b." + $0 }.rows(Array((0..<other.rowCount).reversed()))
      return try DataFrame.concat(
        [data, turned], axis: 1, join: #require(ConcatJoin(rawValue: entry["join"].text)))
    default: throw DataFrameError(.unknownName, entry.op)
    }
  }

  private let people: DataFrame
  private let visits: DataFrame
  init() throws {
    people = try DataFrame(["id": [1, 2, 3], "name": ["Ada", "Bob", "Cy"]])
    visits = try DataFrame(["id": [2, 1, 2, 9], "score": [5.5, 6, 7, 8]])
  }

  @Test func mergesByCommonColumns() throws {
    let inner = try people.merge(visits)
    #expect(inner.columnNames == ["id", "name", "score"] && inner["score"].doubles == [6, 5.5, 7])
    let outer = try people.merge(visits, on: "id", how: .outer, indicator: true)
    #expect(outer["id"].integers == [1, 2, 2, 3, 9] && outer["_merge"].strings.last == "right_only")
    #expect(try people.merge(visits, on: "id", how: .left, validate: .oneToMany).rowCount == 4)
    let keyed = try visits.join(people.setIndex("id"), on: "id")
    #expect(keyed["name"].strings == ["Bob", "Ada", "Bob", nil] && keyed.rowLabels.count == 4)
    let labeled = try people.setIndex("id").join(visits.drop(columns: ["id"]), how: .outer)
    #expect(Array(labeled.rowLabels) == ["0", "1", "2", "3"])
  }

  @Test func keysOfManyTypesAreEqualAcrossThem() throws {
    let whole = try DataFrame(["k": [1, 0, 7], "a": [10, 20, 30]])
    let real = try DataFrame(["k": [7.0, 1.0, nil], "b": ["x", "y", "z"]])
    #expect(try whole.merge(real, on: "k")["b"].strings == ["y", "x"])
    let truth = try DataFrame(["k": [true, false], "c": ["t", "f"]])
    #expect(try whole.merge(truth, on: "k")["c"].strings == ["t", "f"])
    let category = try DataFrame(["k": Categorical(["x", "q"], levels: ["q", "x"]), "d": [1, 2]])
    #expect(try real.merge(category, leftOn: ["b"], rightOn: ["k"])["d"].integers == [1])
  }

  @Test func namesWhatIsWrong() throws {
    let texts = try DataFrame(["id": ["1", "2"]])
    let huge = try DataFrame(["id": [Int](repeating: 1, count: 50_000)])
    let wrong: [(DataFrameError.Code, () throws -> Void)] = [
      (.unknownName, { _ = try self.people.merge(self.visits, on: "Id") }),
      (.wrongType, { _ = try self.people.merge(texts, on: "id") }),
      (.repeatedKey, { _ = try self.people.merge(self.visits, on: "id", validate: .oneToOne) }),
      (.invalidArgument, { _ = try self.people.merge(self.visits, on: ["id"], how: .cross) }),
      (.invalidArgument, { _ = try self.people.merge(self.visits, leftOn: ["id"]) }),
      (.invalidArgument, { _ = try self.people.merge(texts.rename { $0 + "x" }) }),
      (.invalidArgument, { _ = try huge.merge(huge, on: "id") }),
      (.invalidArgument, { _ = try huge.merge(huge, how: .cross) }),
      (.repeatedName, { _ = try self.people.merge(self.people, on: "id", suffixes: ("", "")) }),
      (.repeatedName, { _ = try DataFrame.concat([self.people, self.people], axis: 1) }),
      (.invalidArgument, { _ = try DataFrame.concat([self.people], axis: 2) }),
    ]
    for (code, action) in wrong {
      let error = #expect(throws: DataFrameError.self) { try action() }
      #expect(error?.code == code)
    }
  }
}
