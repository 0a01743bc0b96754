import ArgumentParser
import DataFrames
import Foundation
import StatsModels

/// `mixedlm-bench size`: how often tests at 5 % reject what is true, in designs of few groups.
struct SizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "size", abstract: "Simulate the size of tests of fixed effects.")

  @Option(help: "Replicates of each design.")
  var count = 2_000

  /// A design: groups, rows to a group, and what differs between groups or within them.
  private struct Design: Sendable {
    let name: String
    let groups: Int
    let sizes: @Sendable (Int) -> Int
    let formula: String
    let slope: Double
  }

  private static let designs = [
    Design(
      name: "6 groups of 5, between", groups: 6, sizes: { _ in 5 }, formula: "y ~ b + (1 | g)", slope: 0),
    Design(
      name: "8 groups of 2 to 9, between", groups: 8, sizes: { 2 + $0 }, formula: "y ~ b + (1 | g)", slope: 0),
    Design(
      name: "12 groups of 4, between", groups: 12, sizes: { _ in 4 }, formula: "y ~ b + (1 | g)", slope: 0),
    Design(
      name: "8 groups of 6, slopes", groups: 8, sizes: { _ in 6 }, formula: "y ~ x + (1 + x | g)", slope: 0.7),
    Design(
      name: "12 groups of 3 to 8, slopes", groups: 12, sizes: { 3 + $0 % 6 }, formula: "y ~ x + (1 + x | g)",
      slope: 0.7),
  ]

  func run() throws {
    print("design                        none   Satterthwaite   Kenward–Roger   (rejected at 5 %)")
    for (position, design) in Self.designs.enumerated() {
      var draws = Draws(seed: 7 + position)
      var rejected = [0, 0, 0]
      var done = 0
      for _ in 0..<count {
        guard let p = try? pValues(design, &draws) else { continue }
        done += 1
        for (i, value) in p.enumerated() where value < 0.05 { rejected[i] += 1 }
      }
      let shares = rejected.map { String(format: "%12.4f", Double($0) / Double(max(done, 1))) }
      print(design.name.padding(toLength: 28, withPad: " ", startingAt: 0) + shares.joined(separator: "  "))
    }
  }

  /// p-values of the effect that is not there.
  private func pValues(_ design: Design, _ draws: inout Draws) throws -> [Double] {
    var (y, x, b, g): ([Double], [Double], [Double], [Int]) = ([], [], [], [])
    for group in 0..<design.groups {
      let (u, v, between) = (draws.normal(), design.slope * draws.normal(), Double(group % 2))
      for _ in 0..<design.sizes(group) {
        let own = draws.normal()
        x.append(own)
        b.append(between)
        g.append(group)
        y.append(u + v * own + draws.normal())
      }
    }
    let fit = try mixedlm(design.formula, DataFrame(["y": y, "x": x, "b": b, "g": g])).fit(threads: 1)
    return try [DegreesOfFreedom.infinite, .satterthwaite, .kenwardRoger].map {
      try fit.coefficients(ddf: $0).p[1]
    }
  }
}
