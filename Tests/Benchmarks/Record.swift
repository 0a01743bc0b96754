import Foundation

/// One measurement, one line of JSON: what this tool and the scripts of the other systems print.
struct Record: Codable {
  /// The system that was measured: `ours`, `lme4`, `mixedlm`, …
  var system: String
  var version: String?
  var workload: String
  var rows: Int?
  var threads: Int?
  var repeats: Int?
  /// Least seconds on the clock by step: read, design, setup, optimize, fit (setup and optimize), call (design and
  /// fit), inference, summary, total.
  var seconds: [String: Double]?
  /// Least processor seconds by step.
  var cpuSeconds: [String: Double]?
  /// Mean processor seconds by step, for steps shorter than some clocks resolve.
  var meanCPUSeconds: [String: Double]?
  /// Median seconds on the clock by step.
  var medianSeconds: [String: Double]?
  var evaluations: Int?
  var gradients: Int?
  /// -2 log L reached.
  var criterion: Double?
  /// `REML` or `ML`.
  var criterionKind: String?
  var converged: Bool?
  var peakMegabytes: Double?
  /// Mean number of runnable processes in the last minute when the measurement began.
  var load: Double?
  /// Why there is no measurement.
  var error: String?

  enum CodingKeys: String, CodingKey {
    case system, version, workload, rows, threads, repeats, seconds
    case cpuSeconds = "cpu_seconds"
    case meanCPUSeconds = "mean_cpu_seconds"
    case medianSeconds = "median_seconds"
    case evaluations, gradients, criterion
    case criterionKind = "criterion_kind"
    case converged
    case peakMegabytes = "peak_mb"
    case load, error
  }

  /// Takes the times of a stopwatch.
  mutating func take(_ watch: Stopwatch) {
    let least = { (times: [Double]) in times.min() ?? .nan }
    let median = { (times: [Double]) in
      let sorted = times.sorted()
      guard !sorted.isEmpty else { return Double.nan }
      return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
    seconds = watch.wall.mapValues(least)
    cpuSeconds = watch.processor.mapValues(least)
    meanCPUSeconds = watch.processor.mapValues { $0.reduce(0, +) / Double(max($0.count, 1)) }
    medianSeconds = watch.wall.mapValues(median)
  }

  /// The record as one line.
  func line() throws -> String { try jsonLine(self) }

  /// All records of a file of lines; lines that are no records are passed over.
  static func read(_ path: String) throws -> [Record] {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw BenchmarkError.unreadable(path)
    }
    return records(in: text)
  }

  /// All records among the lines of a text.
  static func records(in text: String) -> [Record] {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return text.split(separator: "\n").compactMap { line in
      line.hasPrefix("{") ? try? decoder.decode(Record.self, from: Data(line.utf8)) : nil
    }
  }
}

/// A value as one line of JSON, non-finite numbers as text.
func jsonLine(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}
