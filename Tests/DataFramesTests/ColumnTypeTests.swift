import DataFrames
import Testing

/// Which operations know which types, as pandas 3.1 answers; `-` is an error.
///
/// Two differences are meant: truth values count as 0 and 1 (pandas makes `+` an or and refuses `-` and `/`), and
/// a whole number does not repeat texts.
@Suite struct ColumnTypeTests {
  private static let columns: [(name: String, column: Column)] = [
    ("bool", Column(name: "b", [true, false])), ("int", Column(name: "i", [1, 2])),
    ("float", Column(name: "f", [0.5, nil])), ("str", Column(name: "s", ["3", "."])),
    ("cat", Column(name: "c", Categorical(["a", "b"]))),
    ("ord", Column(name: "o", Categorical(["a", "b"], ordered: true))),
  ]
  private static let scalars: [any ColumnScalar & Sendable] = [true, 2, 2.5, "b"]

  /// For each column on the left: `+`, `*`, `<` and `==` with each column, then with each scalar, on the right.
  @Test(
    arguments: [
      ("bool", ["iif---", "iif---", "mmm---", "mmmmmm"], ["iif-", "iif-", "mmm-", "mmmm"]),
      ("int", ["iif---", "iif---", "mmm---", "mmmmmm"], ["iif-", "iif-", "mmm-", "mmmm"]),
      ("float", ["fff---", "fff---", "mmm---", "mmmmmm"], ["fff-", "fff-", "mmm-", "mmmm"]),
      ("str", ["---s--", "------", "---m--", "mmmmmm"], ["---s", "----", "---m", "mmmm"]),
      ("cat", ["------", "------", "------", "mmmmmm"], ["----", "----", "----", "mmmm"]),
      ("ord", ["------", "------", "-----m", "mmmmmm"], ["----", "----", "---m", "mmmm"]),
    ])
  func knowsTheTypes(left: String, byColumn: [String], byScalar: [String]) throws {
    let column = try #require(Self.columns.first { $0.name == left }).column
    let scalars = Self.scalars.map { $0 as any ColumnConvertible }
    for (right, expected) in [(Self.columns.map(\.column), byColumn), (scalars, byScalar)] {
      #expect(right.map { value in kind { try column.add(value) } }.joined() == expected[0])
      #expect(right.map { value in kind { try column.sub(value) } }.joined() == expected[1])
      #expect(right.map { value in kind { try column.mul(value) } }.joined() == expected[1])
      let quotient = expected[1].map { $0 == "i" ? "f" : String($0) }.joined()
      #expect(right.map { value in kind { try column.truediv(value) } }.joined() == quotient)
      #expect(right.map { value in maskKind { try column.lt(value) } }.joined() == expected[2])
      #expect(right.map { value in maskKind { try column.le(value) } }.joined() == expected[2])
      #expect(right.map { value in maskKind { try column.gt(value) } }.joined() == expected[2])
      #expect(right.map { value in maskKind { try column.ge(value) } }.joined() == expected[2])
      #expect(right.map { value in maskKind { try column.eq(value) } }.joined() == expected[3])
      #expect(right.map { value in maskKind { try column.ne(value) } }.joined() == expected[3])
    }
  }

  private func kind(_ body: () throws -> Column) -> String {
    guard let column = try? body() else { return "-" }
    return ["double": "f", "integer": "i", "string": "s"][column.type.rawValue] ?? "?"
  }

  private func maskKind(_ body: () throws -> Mask) -> String { (try? body()) == nil ? "-" : "m" }

  @Test func namesColumnAndText() throws {
    let text = Column(name: "x", ["1", "2", ".", nil])
    for body in [
      { _ = try text.mul(2) }, { _ = try text.gt(3) }, { _ = try Column([1, 2, 3, 4]).lt(text) },
      { _ = try text.converted(to: .double) }, { _ = try text.converted(to: .integer) },
      { _ = try text.converted(to: .boolean) }, { _ = try text.toNumeric() },
    ] as [() throws -> Void] {
      let error = try #require(throws: DataFrameError.self) { try body() }
      #expect(error.code == .wrongType)
      #expect(error.description.contains("'x'"), "\(error)")
      #expect(
        error.description.contains("'.' in row 2") || error.description.contains("'1' in row 0"), "\(error)")
    }
    let age = try #require(throws: DataFrameError.self) { try Column(name: "age", [10]).gt("ten") }
    #expect(age.description.contains("'age'") && age.description.contains("'ten'"))
    #expect(throws: DataFrameError.self) { try Column([1, 2]).add(Column([1])) }
    #expect(throws: DataFrameError.self) { try Column(["1.5"]).converted(to: .integer) }
    #expect(throws: DataFrameError.self) { try Column([1e300]).converted(to: .integer) }
  }

  @Test func convertsTextsThatAreNumbers() throws {
    #expect(try Column(["1", "2"]).toNumeric().integers == [1, 2])
    #expect(try Column(["1", ".", nil]).toNumeric(errors: .coerce).values == [1, nil, nil])
    #expect(try Column(["1", ""]).toNumeric().values == [1, nil])
    #expect(try Column(["1.5", "x"]).toNumeric(errors: .coerce).mean() == 1.5)
    // A column without any text fits every operation.
    let none = Column([nil, nil] as [String?])
    #expect(try none.mul(2).isna().all() && none.mean().isNaN && !(none < 1).any())
  }

  @Test func stopsWithTheMessage() async {
    await #expect(processExitsWith: .failure) { _ = Column(name: "x", ["1", "."]) * 2.0 }
    await #expect(processExitsWith: .failure) { _ = Column(name: "x", ["1", "."]).mean() }
    await #expect(processExitsWith: .failure) { _ = Column(name: "x", ["1", "."]) > 3 }
    await #expect(processExitsWith: .failure) { _ = Column(name: "x", ["1", "."]).astype(.double) }
  }
}
