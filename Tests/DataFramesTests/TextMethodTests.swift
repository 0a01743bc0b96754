import DataFrames
import Testing

@Suite struct TextMethodTests {
  @Test func agreesWithPandas() throws {
    let differences = try PandasCases("texts").differences { entry, data in
      if entry.op == "extract" { return try data["s"].str.extract(entry["pattern"].text) }
      return try DataFrame(["s": Self.answer(entry, data["s"].str, data["s"])])
    }
    #expect(differences.isEmpty, "\(differences.count): \(differences.prefix(12).joined(separator: "\n"))")
  }

  private static func answer(
    _ entry: PandasCases.Case, _ texts: StringMethods, _ column: Column
  ) throws -> any ColumnConvertible {
    let (pattern, text, position) = (entry["pattern"].text, entry["text"].text, entry["position"].whole)
    func optional(_ name: String) -> Int? { entry[name].level.map { _ in entry[name].whole } }
    switch entry.op {
    case "lower": return texts.lower()
    case "upper": return texts.upper()
    case "title": return texts.title()
    case "capitalize": return texts.capitalize()
    case "strip": return texts.strip()
    case "lstrip": return texts.lstrip()
    case "rstrip": return texts.rstrip()
    case "len": return texts.len()
    case "isdigit": return texts.isdigit()
    case "isalpha": return texts.isalpha()
    case "contains": return try texts.contains(pattern, case: entry["case"].flag, regex: entry["regex"].flag)
    case "match": return try texts.match(pattern)
    case "fullmatch": return try texts.fullmatch(pattern)
    case "count": return try texts.count(pattern)
    case "replace": return try texts.replace(pattern, entry["with"].text, regex: entry["regex"].flag)
    case "startswith": return texts.startswith(text)
    case "endswith": return texts.endswith(text)
    case "slice": return texts.slice(optional("start"), optional("stop"), step: entry["step"].whole)
    case "get": return texts.get(position)
    case "split get": return texts.split(entry["separator"].optionalText, n: entry["n"].whole)[position]
    case "zfill": return texts.zfill(5)
    case "rjust": return texts.rjust(8, "*")
    case "removeprefix": return texts.removeprefix(text)
    case "removesuffix": return texts.removesuffix(text)
    case "cat": return texts.cat(column, sep: "/")
    default: throw DataFrameError(.unknownName, entry.op)
    }
  }

  @Test func splitsAndJoins() throws {
    let names = Column(name: "id", ["s1_a_x", nil, "s2"])
    #expect(names.str.split("_").expand()["1"].strings == ["a", nil, nil])
    #expect(names.str.split("_").len().values == [3, nil, 1] && names.str[1].strings == ["1", nil, "2"])
    #expect(names.str.cat(names, sep: "-", naRep: "?").strings == ["s1_a_x-s1_a_x", "?-?", "s2-s2"])
    #expect(names.str.ljust(3).strings == ["s1_a_x", nil, "s2 "] && names.str.repeat(2)[2] == "s2s2")
    #expect(Column(Categorical(["a", "b"])).str.upper().strings == ["A", "B"])
    #expect(try names.str.extract(#"s(?P<n>\d)_?(\w)?"#).columnNames == ["n", "1"])
    #expect(try names.str.replace(#"(?P<n>\d)"#, #"<\g<n>>"#, regex: true)[2] == "s<2>")
    for regex in [false, true] {
      #expect(try Column(["ab", "", nil]).str.replace("", "-", regex: regex).strings == ["-a-b-", "-", nil])
    }
  }
}
