import DataFrames
import Foundation
import MixedModels

let directory = ProcessInfo.processInfo.environment["BENCH_DATA"] ?? "data"
let threads = Int(ProcessInfo.processInfo.environment["BENCH_THREADS"] ?? "")
let names = CommandLine.arguments.dropFirst()
for workload in Workload.all where names.isEmpty || names.contains(workload.name) {
  let clock = ContinuousClock()
  func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }
  var input: EngineInput!
  let read = try clock.measure {
    let data = try DataFrame(csv: "\(directory)/\(workload.file).csv")
    input = try EngineInput(workload, data: data)
  }
  func cpu() -> Double { Double(Foundation.clock()) / 1e6 }
  var best = Double.infinity
  var bestCPU = Double.infinity
  var setup = Double.infinity
  var estimate: Estimate!
  let repeats =
    input.response.count < 2000 ? 200 : (Int(ProcessInfo.processInfo.environment["REPEAT"] ?? "") ?? 3)
  for _ in 0..<repeats {
    let start = clock.now
    let cpuStart = cpu()
    let model = try MixedModel(
      response: input.response, fixed: input.fixed, terms: input.terms,
      options: EngineOptions(threads: threads))
    let middle = clock.now
    estimate = try model.fit(reml: true)
    let end = clock.now
    bestCPU = min(bestCPU, cpu() - cpuStart)
    if seconds(end - start) < best {
      best = seconds(end - start)
      setup = seconds(middle - start)
    }
  }
  print(
    workload.name, "read", String(format: "%.3f", seconds(read)), "fit", String(format: "%.5f", best),
    "cpu", String(format: "%.5f", bestCPU), "setup", String(format: "%.5f", setup), "evals",
    estimate.certificate.evaluations, "gradients",
    estimate.certificate.gradients, "criterion", String(format: "%.6f", -2 * estimate.logLikelihood), "conv",
    estimate.converged)
}
