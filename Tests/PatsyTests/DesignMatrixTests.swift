import DataFrames
import LinearAlgebra
import Patsy
import Testing

/// Matrices held in compact form: elements, columns, blocks of rows and products before and after the whole matrix
/// is made; rows left out while columns are written; values held by reference.
@Suite struct DesignMatrixTests {
  private static func frame() throws -> DataFrame {
    let rows = 0..<23
    let y: [Double?] = rows.map { $0 == 3 ? nil : Double($0) }
    let x: [Double?] = rows.map { row in row % 7 == 5 ? nil : Double((row * row) % 11) }
    let a: [String?] = rows.map { $0 == 8 ? nil : ["u", "v", "w"][$0 % 3] }
    return try DataFrame(["y": y, "x": x, "a": a, "b": rows.map { $0.isMultiple(of: 2) }])
  }

  static let formulas = [
    "y ~ x * a", "y ~ 0 + a:b + np.log(x + 1)", "y ~ 1", "y ~ 0", "y ~ C(a, Sum):x", "y ~ b",
  ]

  @Test(arguments: formulas, [1, 4, 100]) func blocksAreRowsOfTheMatrix(formula: String, size: Int) throws {
    let data = try Self.frame()
    let whole = try dmatrices(formula, data).rhs
    let compact = try dmatrices(formula, data).rhs
    var rows: [[Double]] = []
    compact.forEachBlock(rows: size) { block in
      #expect(block.columns == whole.columnNames.count && block.rows <= size)
      rows += (0..<block.rows).map(block.row)
    }
    #expect(rows == (0..<whole.rowCount).map(whole.matrix.row))
  }

  /// Rows picked while writing are the rows of the matrix built from the kept rows alone.
  @Test(arguments: formulas) func rowsLeftOut(formula: String) throws {
    let data = try Self.frame()
    let (y, whole) = try dmatrices(formula, data)
    let part = data.rows(whole.keptRows)
    let again = try buildDesignMatrices([y.designInfo, whole.designInfo], part)
    #expect(again[0].matrix == y.matrix)
    #expect(again[1].matrix == whole.matrix)
  }

  @Test(arguments: formulas) func compactAndWholeAgree(formula: String) throws {
    let whole = try dmatrices(formula, Self.frame()).rhs
    let matrix = whole.matrix
    let beta = (0..<matrix.columns).map { Double($0) - 1.5 }
    let compact = try dmatrices(formula, Self.frame()).rhs
    let text = compact.description
    for design in [compact, whole] {
      for j in 0..<matrix.columns {
        #expect(design.column(at: j) == matrix.column(j))
        #expect(try design.column(design.columnNames[j]) == matrix.column(j))
        for i in 0..<matrix.rows { #expect(design[i, j] == matrix[i, j]) }
      }
      #expect(design.description == text)
      #expect(closeness(design * beta, matrix * beta) < 1e-14)
      #expect(closeness(design.gram().storage, matrix.gram().storage) < 1e-14)
    }
    #expect(compact.matrix == matrix && compact.matrix == matrix)
  }

  private func closeness(_ a: [Double], _ b: [Double]) -> Double {
    a.count == b.count ? zip(a, b).map { abs($0 - $1) / max(1, abs($1)) }.max() ?? 0 : .infinity
  }

  /// Bytes per row beyond the data's own: none for columns of the data, four for a factor that had to be coded,
  /// eight for a column that had to be computed, whatever the number of columns.
  @Test(arguments: [
    ("x", 0, 2), ("x + x2", 0, 3), ("x + C(b)", 4, 11), ("x * C(b)", 4, 20), ("x + a", 0, 6),
    ("C(b):a + x", 4, 51), ("x + np.exp(x)", 8, 3), ("0 + C(b, Sum):x", 4, 10), ("1", 0, 1),
  ]) func storageOfACompactDesign(formula: String, bytes: Int, columns: Int) throws {
    let n = 1000
    let x = (0..<n).map { Double($0 % 17) }
    let data = try DataFrame([
      "x": x, "x2": x, "b": (0..<n).map { $0 % 10 }, "a": (0..<n).map { "a\($0 % 5)" },
    ])
    let design = try dmatrix(formula, data)
    #expect(design.columnCount == columns)
    let own = data.columnNames.flatMap { Self.addresses(data[$0].storage) }
    // the data must live on, or their addresses are used again
    withExtendedLifetime(data) {
      #expect(design.storedBytes(exceptAt: Set(own)) == bytes * n)
      #expect(design.matrix.columns == columns)
      #expect(design.storedBytes(exceptAt: Set(own)) == columns * 8 * n)
    }
  }

  /// Where a column's elements lie in memory.
  private static func addresses(_ storage: Column.Storage) -> [UnsafeRawPointer] {
    switch storage {
    case .double(let values): values.withUnsafeBytes { $0.baseAddress }.map { [$0] } ?? []
    case .string(let texts): texts.codes.withUnsafeBytes { $0.baseAddress }.map { [$0] } ?? []
    default: []
    }
  }

  @Test func emptyDataGiveOneEmptyBlock() throws {
    let info = try dmatrix("x + b", Self.frame()).designInfo
    let design = try buildDesignMatrices([info], Self.frame().rows([]))[0]
    var shapes: [[Int]] = []
    design.forEachBlock { shapes.append([$0.rows, $0.columns]) }
    #expect(shapes == [[0, 3]])
  }

  @Test func tooLargeAMatrixIsRefused() throws {
    let levels = (0..<200_000).map { $0 }
    let data = try DataFrame(["g": levels])
    let info = try #require(try DesignInfo.learn([[Term([try EvalFactor("C(g)")])]], over: data).first)
    #expect(throws: PatsyError.self) { try buildDesignMatrices([info], data) }
  }

  @Test func aMissingValueThatARuleKeepsIsRefused() throws {
    let keepAll = NAAction { _, rows in Array(0..<rows) }
    let error = #expect(throws: PatsyError.self) { try dmatrix("x + a", Self.frame(), NAAction: keepAll) }
    #expect(
      error?.description == "can't build a design matrix containing missing values\n    x + a\n        ^")
  }
}
