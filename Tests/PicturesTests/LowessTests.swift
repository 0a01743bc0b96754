import Foundation
import StatsModels
import TestSupport
import Testing

@Suite struct LowessTests {
  private struct File: Decodable { let cases: [Case] }
  private struct Case: Decodable {
    let x: [Double]
    let y: [Double]
    let frac: Double
    let it: Int
    let delta: Double
    let smooth: [Double]
  }

  @Test func agreesWithStatsmodels() throws {
    let file = try Fixtures.load(File.self, "pictures/lowess.json")
    for (number, entry) in file.cases.enumerated() {
      let found = try lowess(entry.y, entry.x, frac: entry.frac, it: entry.it, delta: entry.delta)
      #expect(found.column(0) == entry.x.sorted())
      let spread = (entry.y.max() ?? 0) - (entry.y.min() ?? 0)
      let worst = zip(found.column(1), entry.smooth).map { abs($0 - $1) }.max() ?? .infinity
      #expect(worst <= 1e-9 * spread, "case \(number): \(worst)")
    }
  }

  /// Lines are smoothed to themselves, in any unit; one outlying point does not move a robust smooth.
  @Test func keepsLines() throws {
    for unit in [1e-9, 1, 1e12] {
      let x = (0..<50).map { Double($0 * $0 % 53) * unit }
      let line = x.map { 3 - 2 * $0 / unit }
      let smooth = try lowess(line, x)
      for (x, y) in zip(smooth.column(0), smooth.column(1)) { #expect(abs(y - (3 - 2 * x / unit)) < 1e-9) }
      var bent = line
      bent[20] += 1000
      let robust = try lowess(bent, x)
      for (x, y) in zip(robust.column(0), robust.column(1)) { #expect(abs(y - (3 - 2 * x / unit)) < 1e-6) }
    }
    #expect(try lowess([], []).rows == 0)
    #expect(try lowess([1, .nan, 3], [1, 2, 1]).column(1) == [2, 2])
    // Of one x, which tricubes of equal weights average to its neighbour.
    for x in [3, 0.1, 1e9] {
      let flat = try lowess([Double](repeating: 5, count: 10), [Double](repeating: x, count: 10)).column(1)
      #expect(flat.max().map { abs($0 - 5) < 1e-12 } == true && flat.min() == flat.max())
    }
    #expect(throws: StatsModelsError.self) { try lowess([1], [1, 2]) }
    #expect(throws: StatsModelsError.self) { try lowess([1], [1], frac: 1.5) }
  }
}
