import DataFrames
import Foundation
import LinearAlgebra
import Patsy
import Testing

/// `center` and `standardize`, whole and in chunks.
@Suite struct CenterAndStandardize {
  private static let scores: [Double] = [1, -2, 3.5, 10, 4]

  @Test(arguments: 1...5) func chunksDoNotMatter(size: Int) throws {
    let x = Self.scores
    let mean = 3.3
    let deviation = (x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 5).squareRoot()
    let centered = x.map { $0 - mean }
    #expect(difference(try transformed({ CenterTransform() }, x, size: size), [centered]) < 1e-15)
    func standardized(_ keywords: [(name: String, value: FormulaValue)]) throws -> [[Double]] {
      try transformed({ StandardizeTransform() }, x, size: size, keywords: keywords)
    }
    #expect(difference(try standardized([]), [centered.map { $0 / deviation }]) < 1e-15)
    #expect(difference(try standardized([("rescale", .boolean(false))]), [centered]) < 1e-15)
    #expect(
      difference(try standardized([("center", .boolean(false))]), [x.map { $0 / deviation }]) < 1e-15)
    let sample = deviation * (5.0 / 4).squareRoot()
    #expect(difference(try standardized([("ddof", .integer(1))]), [centered.map { $0 / sample }]) < 1e-15)
  }

  @Test func eachColumnStandsForItself() throws {
    let input = FunctionArguments([.matrix(Matrix([[1, 30], [2, 10], [6, 20]]))])
    var center = CenterTransform()
    try center.memorizeChunk(input)
    #expect(try center.transform(input).columnLists == [[-2, -1, 3], [10, -10, 0]])
    #expect(
      message { try center.transform(FunctionArguments([.numbers([1])])) }?.hasPrefix("ValueError: ") == true)
  }

  @Test func offsetsLoseNoDigits() throws {
    let x = (0..<1000).map { 1e8 + Double($0 % 10) }
    let found = try transformed({ StandardizeTransform() }, x, size: 100)
    let expected = x.map { ($0 - 1e8 - 4.5) / 8.25.squareRoot() }
    #expect(difference(found, [expected]) < 1e-14)
  }

  @Test func missingValuesSpread() throws {
    let found = try transformed({ CenterTransform() }, [1, .nan, 3], size: 3)
    #expect(found[0].allSatisfy { $0.isNaN })
  }

  @Test func onlyNumbersAreAccumulated() {
    var center = CenterTransform()
    var scale = StandardizeTransform()
    let text = FormulaValue.vector(FormulaVector(.string(StringColumn(["a", "b"]))))
    let flags = FormulaValue.vector(FormulaVector(.boolean([true, false], missing: nil)))
    #expect(
      message { try center.memorizeChunk(FunctionArguments([text])) }
        == "ValueError: cannot widen a non-numeric type dtype('O')")
    #expect(
      message { try scale.memorizeChunk(FunctionArguments([flags])) }
        == "ValueError: cannot widen a non-numeric type dtype('bool')")
    #expect(
      message { try center.memorizeChunk(FunctionArguments()) }?.hasPrefix("TypeError: Center.memor") == true)
  }
}
