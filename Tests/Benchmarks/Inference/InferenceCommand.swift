import ArgumentParser
import DataFrames
import Foundation
import StatsModels

/// `mixedlm-bench inference`: tests and intervals after the fit; `peers/run_inference.R` does the same with R's packages.
struct InferenceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inference", abstract: "Measure degrees of freedom, profiles and bootstrap tests.")

  @Option(help: "Folder of the data files.")
  var data = ".build/bench-data"

  @Option(help: "Threads; by default as many as there are cores.")
  var threads: Int?

  @Option(name: .customLong("repeat"), help: "Repetitions; the fastest counts.")
  var repeats = 3

  @Argument(help: "What to measure: crossed W1 W4 W3 profile bootstrap; all by default.")
  var names: [String] = ["crossed", "W1", "W4", "W3", "profile", "bootstrap"]

  func run() throws {
    print("work                         seconds     of the fit")
    for name in names {
      switch name {
      case "crossed": try crossed()
      case "profile": try profile()
      case "bootstrap": try bootstrap()
      default:
        guard let workload = Workload.named(name) else {
          throw ValidationError("there is no workload '\(name)'")
        }
        try degrees(name, workload.formula, DataFrame(csv: "\(data)/\(workload.file).csv"))
      }
    }
  }

  /// 3,500 rows over 500 × 300 crossed levels, for which pbkrtest inverts a matrix of the rows.
  private func crossed() throws {
    var draws = Draws()
    let n = 3_500
    let (a, b) = ((0..<n).map { _ in draws.next(below: 500) }, (0..<n).map { _ in draws.next(below: 300) })
    let (u, v) = ((0..<500).map { _ in draws.normal() }, (0..<300).map { _ in draws.normal() })
    let x = (0..<n).map { _ in draws.normal() }
    let y = (0..<n).map { 1 + 0.1 * x[$0] + u[a[$0]] + 0.7 * v[b[$0]] + draws.normal() }
    let frame = try DataFrame(["y": y, "x": x, "a": a, "b": b])
    try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
    try frame.toCsv("\(data)/inference_crossed.csv", index: false)
    try degrees("crossed", "y ~ x + (1 | a) + (1 | b)", frame)
  }

  private func degrees(_ name: String, _ formula: String, _ frame: DataFrame) throws {
    let model = try mixedlm(formula, frame)
    let fit = try seconds { try model.fit(threads: threads) }
    show("\(name) fit", fit, nil)
    for ddf in [DegreesOfFreedom.satterthwaite, .kenwardRoger] {
      // a fresh result each time: tables are kept with it
      var best = Double.infinity
      for _ in 0..<max(repeats, 1) {
        let results = try model.fit(threads: threads)
        best = min(best, try once { try results.coefficients(ddf: ddf) })
      }
      show("\(name) \(ddf.rawValue)", best, best / fit)
    }
  }

  private func profile() throws {
    let frame = try DataFrame(csv: "\(data)/sleepstudy.csv")
    let model = try mixedlm("Reaction ~ Days + (Days | Subject)", frame)
    let results = try model.fit(reml: false, threads: threads)
    show("profile sleepstudy", try seconds { try results.profile() }, nil)
  }

  private func bootstrap() throws {
    let frame = try DataFrame(csv: "\(data)/dietox.csv")
    let small = try mixedlm("Weight ~ 1 + (1 | Pig)", frame).fit(reml: false, threads: threads)
    let large = try mixedlm("Weight ~ Time + (1 | Pig)", frame).fit(reml: false, threads: threads)
    show(
      "bootstrap dietox, 1000",
      try seconds { try compare(small, large, method: .parametricBootstrap(count: 1000, seed: 1)) }, nil)
  }

  private func seconds<T>(_ body: () throws -> T) rethrows -> Double {
    var best = Double.infinity
    for _ in 0..<max(repeats, 1) { best = min(best, try once(body)) }
    return best
  }

  private func once<T>(_ body: () throws -> T) rethrows -> Double {
    let start = DispatchTime.now().uptimeNanoseconds
    _ = try body()
    return Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
  }

  private func show(_ name: String, _ seconds: Double, _ ratio: Double?) {
    let padded = name.padding(toLength: 26, withPad: " ", startingAt: 0)
    print(
      "\(padded) \(String(format: "%9.5f", seconds))" + (ratio.map { String(format: "  %9.2f", $0) } ?? ""))
  }
}
