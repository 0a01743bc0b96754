import DataFrames
import LinearAlgebra
import Patsy
import Testing

/// Matrices in blocks of rows, rows left out while the matrix is written, values held by reference.
@Suite struct DesignBlocksTests {
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
    let (y, whole) = try dmatrices(formula, data)
    let blocks = try DesignBlocks([y.designInfo, whole.designInfo], data)
    var rows: [[Double]] = []
    blocks.forEach(rows: size) { block in
      #expect(block.columns == whole.columnNames.count && block.rows <= size)
      rows += (0..<block.rows).map(block.row)
    }
    #expect(rows == (0..<whole.rowCount).map(whole.matrix.row))
    #expect(blocks.rowCount == whole.rowCount)
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

  @Test func emptyDataGiveOneEmptyBlock() throws {
    let info = try dmatrix("x + b", Self.frame()).designInfo
    let blocks = try DesignBlocks([info], Self.frame().rows([]))
    var shapes: [[Int]] = []
    blocks.forEach { shapes.append([$0.rows, $0.columns]) }
    #expect(shapes == [[0, 3]])
  }

  @Test func tooLargeAMatrixIsRefused() throws {
    let levels = (0..<200_000).map { $0 }
    let data = try DataFrame(["g": levels])
    let info = try #require(try DesignInfo.learn([[Term([try Factor("C(g)")])]], over: data).first)
    #expect(throws: PatsyError.self) { try DesignBlocks([info], data) }
  }

  @Test func aMissingValueThatARuleKeepsIsRefused() throws {
    let keepAll = NAAction { _, rows in Array(0..<rows) }
    let error = #expect(throws: PatsyError.self) { try dmatrix("x + a", Self.frame(), NAAction: keepAll) }
    #expect(
      error?.description == "can't build a design matrix containing missing values\n    x + a\n        ^")
  }
}
