import DataFrames
import LinearAlgebra
import Patsy
import TestSupport
import Testing

/// Formulas over a data set with every type of column, held to patsy's own output.
@Suite struct FormulaFixtures {
  struct Design: Decodable, Sendable {
    var columns: [String]
    var terms: [String]
    var slices: [[Int]]
    var values: [[Double]]
    var rows: Int
  }
  struct Prediction: Decodable, Sendable {
    var rows: Int
    var values: [[Double]]
  }
  struct Success: Decodable, Sendable, CustomTestStringConvertible {
    var formula: String
    var designs: [Design]
    var kept: [Int]
    var new: [Prediction]?
    var newError: Failure.Reported?
    var testDescription: String { formula }
  }
  struct Failure: Decodable, Sendable, CustomTestStringConvertible {
    struct Reported: Decodable, Sendable {
      var type: String
      var inner: String?
      var text: String
    }
    /// A column that the new data have instead of their own, or lack.
    struct Replacement: Decodable, Sendable {
      var name: String
      var values: [Cell]?
    }
    var formula: String
    var replace: [Replacement]?
    var error: Reported
    var testDescription: String { formula }
  }
  enum Cell: Decodable, Sendable {
    case number(Double)
    case text(String)

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let number = try? value.decode(Double.self) {
        self = .number(number)
      } else {
        self = .text(try value.decode(String.self))
      }
    }

    var level: ColumnValue {
      switch self {
      case .number(let value): Int(exactly: value).map(ColumnValue.integer) ?? .double(value)
      case .text(let text): .string(text)
      }
    }
  }
  struct File: Decodable, Sendable {
    var good: [Success]
    var bad: [Failure]
    var predictions: [Failure]
  }

  static let file = try? Fixtures.load(File.self, "patsy/formulas.json")
  static let data = Result { try DataFrame(csv: Fixtures.path("patsy/mixed.csv")) }
  static let newData = Result { try DataFrame(csv: Fixtures.path("patsy/mixed_new.csv")) }

  @Test func thereAreManyFormulas() throws {
    let file = try #require(Self.file)
    #expect(file.good.count >= 300)
    #expect(file.bad.count >= 100)
  }

  private static func matrices(_ formula: String, outcome: Bool, _ data: DataFrame) throws -> [DesignMatrix] {
    guard outcome else { return [try dmatrix(formula, data)] }
    let (lhs, rhs) = try dmatrices(formula, data)
    return [lhs, rhs]
  }

  @Test(arguments: file?.good ?? []) func designsAndPredictions(test: Success) throws {
    let data = try Self.data.get()
    let found = try Self.matrices(test.formula, outcome: test.designs.count == 2, data)
    for (design, expected) in zip(found, test.designs) {
      #expect(design.columnNames == expected.columns)
      #expect(design.designInfo.termNames == expected.terms)
      #expect(
        design.designInfo.termNameSlices.map { [$0.slice.lowerBound, $0.slice.upperBound] } == expected.slices
      )
      #expect(design.rowCount == expected.rows)
      #expect(design.keptRows == test.kept)
      #expect(difference(design.matrix.columnLists, expected.values) < 1e-12)
    }
    let infos = found.map(\.designInfo)
    if let expected = test.newError {
      let error = #expect(throws: PatsyError.self) { try buildDesignMatrices(infos, Self.newData.get()) }
      Self.expectEqual(error, expected)
      return
    }
    let predicted = try buildDesignMatrices(infos, Self.newData.get())
    for (design, expected) in zip(predicted, try #require(test.new)) {
      #expect(design.rowCount == expected.rows)
      #expect(difference(design.matrix.columnLists, expected.values) < 1e-12)
    }
  }

  /// patsy's own messages hold to the letter; of Python's and numpy's the class and the carets.
  private static func expectEqual(_ found: PatsyError?, _ expected: Failure.Reported) {
    guard let found else { return }
    let lines = expected.text.split(separator: "\n", omittingEmptySubsequences: false)
    if let inner = expected.inner, !["PatsyError", "NotImplementedError"].contains(inner) {
      #expect(found.message.hasPrefix("Error evaluating factor: \(inner): "))
      let shown = found.description.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(shown.suffix(2) == lines.suffix(2))
    } else if ["PatsyError", "ValueError"].contains(expected.type) {
      #expect(found.description == expected.text)
    } else if expected.type == "SyntaxError" {
      // Python's wordings beside these are not copied.
      let isCopied = ["invalid syntax (", "invalid syntax. Perhaps", "closing"].contains {
        expected.text.hasPrefix($0)
      }
      let message = isCopied ? expected.text : ""
      #expect(found.message.hasPrefix("Error evaluating factor: SyntaxError: " + message))
    }
  }

  @Test(arguments: file?.bad ?? []) func refusals(test: Failure) throws {
    let data = try Self.data.get()
    let outcome = (try? ModelDesc.fromFormula(test.formula))?.lhsTermlist.isEmpty == false
    let error = #expect(throws: PatsyError.self) {
      try Self.matrices(test.formula, outcome: outcome, data)
    }
    Self.expectEqual(error, test.error)
  }

  @Test(arguments: file?.predictions ?? []) func refusedPredictions(test: Failure) throws {
    let outcome = test.formula.contains("~")
    let infos = try Self.matrices(test.formula, outcome: outcome, Self.data.get()).map(\.designInfo)
    let whole = try Self.newData.get()
    var columns = try whole.columnNames.map { name in
      try Column(name: name, whole.column(name).values.prefix(3).map { $0 })
    }
    for replacement in test.replace ?? [] {
      columns.removeAll { $0.name == replacement.name }
      if let values = replacement.values {
        columns.append(Column(name: replacement.name, values.map { Optional($0.level) }))
      }
    }
    let new = try DataFrame(columns: columns)
    let error = #expect(throws: PatsyError.self) { try buildDesignMatrices(infos, new) }
    Self.expectEqual(error, test.error)
  }
}

/// Sets of terms over two factors and two numbers: the columns patsy chooses, and their rank.
@Suite struct RedundancyFixtures {
  struct File: Decodable {
    struct Variable: Decodable {
      var name: String
      var values: [String]
    }
    struct Case: Decodable {
      var formula: String
      var columns: [String]
      var checks: [Double]
    }
    var data: [Variable]
    var cases: [Case]

    var frame: DataFrame {
      get throws {
        try DataFrame(
          columns: data.map { variable in
            let numbers = variable.values.compactMap(Double.init)
            return numbers.count == variable.values.count
              ? Column(name: variable.name, numbers) : Column(name: variable.name, variable.values)
          })
      }
    }
  }

  @Test func columnsAreThoseOfPatsy() throws {
    let file = try Fixtures.load(File.self, "patsy/redundancy.json")
    let frame = try file.frame
    let weights = (0..<frame.rowCount).map { Double($0 + 1) }
    for test in file.cases {
      let design = try dmatrix(test.formula, frame)
      #expect(design.columnNames == test.columns, "\(test.formula)")
      let checks = design.matrix.columnLists.map { zip($0, weights).reduce(0) { $0 + $1.0 * $1.1 } }
      #expect(difference([checks], [test.checks]) < 1e-12, "\(test.formula)")
    }
  }

  /// The columns of any set of terms are independent, and span what the terms span in full coding.
  @Test func columnsAreIndependentAndSpanTheTerms() throws {
    let frame = try Fixtures.load(File.self, "patsy/redundancy.json").frame
    let names = ["a", "b", "x1", "x2"]
    let terms = (0..<16).map { bits in names.indices.filter { bits >> $0 & 1 == 1 }.map { names[$0] } }
    // Every 37th of the 65,536 sets: 37 and 65,536 have no common divisor, so all patterns come up.
    for set in stride(from: 1, to: 1 << 16, by: 37) {
      let chosen = terms.indices.filter { set >> $0 & 1 == 1 }.map { terms[$0] }
      let formula =
        "0 + " + chosen.map { $0.isEmpty ? "1" : $0.joined(separator: ":") }.joined(separator: " + ")
      let matrix = try dmatrix(formula, frame).matrix
      let full = try chosen.map { term -> Matrix in
        term.isEmpty
          ? Matrix(rows: frame.rowCount, columns: 1, repeating: 1)
          : try dmatrix("0 + " + term.joined(separator: ":"), frame).matrix
      }
      let span = full.dropFirst().reduce(full[0]) { $0.appending(columnsOf: $1) }
      #expect(try matrix.matrixRank() == matrix.columns, "\(formula)")
      #expect(try span.matrixRank() == matrix.columns, "\(formula)")
      #expect(try span.appending(columnsOf: matrix).matrixRank() == matrix.columns, "\(formula)")
    }
  }
}
