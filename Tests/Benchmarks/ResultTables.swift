import Foundation

/// Markdown tables with ratios from the records of one run.
struct ResultTables {
  /// The last record of each system for each workload.
  private let records: [String: [String: Record]]
  private let names: [String]
  private static let others = ["mixedlm", "glmm", "gpboost", "glmmTMB", "statsmodels"]

  init(_ all: [Record]) {
    var records: [String: [String: Record]] = [:]
    for record in all where record.error == nil {
      records[record.workload, default: [:]][record.system] = record
    }
    self.records = records
    names = Workload.all.map(\.name).filter { records[$0]?["ours"] != nil }
  }

  /// All tables.
  func markdown() -> String {
    let (large, small) = (names.filter { !isSmall($0) }, names.filter(isSmall))
    var parts = [header()]
    parts.append("### Engine: cross-products and optimisation\n\n" + engine(large))
    parts.append("### The whole call: data in memory to fitted model\n\n" + call(large))
    parts.append("### CSV file to printed summary\n\n" + total(large))
    parts.append("### Steps and memory of this package\n\n" + steps(large))
    if !small.isEmpty { parts.append("### One small fit within a process\n\n" + latency(small)) }
    return parts.joined(separator: "\n\n")
  }

  private func isSmall(_ name: String) -> Bool { Workload.named(name)?.isSmall ?? false }

  private func header() -> String {
    let versions = (["lme4"] + Self.others).compactMap { system in
      records.values.compactMap { $0[system]?.version }.first.map { "\(system) \($0)" }
    }
    let threads = Set(records.values.compactMap { $0["ours"]?.threads }).sorted().map(String.init)
    let loads = records.values.flatMap(\.values).compactMap(\.load)
    let date = ISO8601DateFormatter.string(from: Date(), timeZone: .gmt, formatOptions: [.withFullDate])
    return """
      \(date); \(Machine.summary); \(threads.joined(separator: " or ")) thread(s) for every system; mean load of the \
      machine \(loads.isEmpty ? "unknown" : Self.decimals(loads.min() ?? 0, 1) + " to " + Self.decimals(loads.max() ?? 0, 1)). \
      \(versions.joined(separator: ", ")).
      """
  }

  private func engine(_ names: [String]) -> String {
    var rows: [[String]] = []
    for name in names {
      guard let ours = records[name]?["ours"] else { continue }
      let lme4 = records[name]?["lme4"]
      let step = ours.seconds?["fit"] == nil ? "engine" : "fit"
      rows.append([
        name, count(ours.rows), time(ours, step), counts(ours.evaluations, ours.gradients),
        time(lme4, "fit"), counts(lme4?.evaluations, nil), ratio(lme4, "fit", ours, step), excess(name),
      ])
    }
    return table(
      [
        "workload", "rows", "ours", "values (gradients)", "lme4", "values", "ratio",
        "criterion above the best",
      ], rows)
  }

  private func call(_ names: [String]) -> String {
    let others = Self.others.filter { system in names.contains { records[$0]?[system] != nil } }
    let rows = names.compactMap { name -> [String]? in
      guard let all = records[name], let ours = all["ours"] else { return nil }
      return [name, time(ours, "call")]
        + (["lme4"] + others).map { system in
          guard let other = all[system] else { return "–" }
          return time(other, "call") + " = " + ratio(other, "call", ours, "call")
        }
    }
    return table(["workload", "ours", "lme4"] + others.map { $0 == "gpboost" ? "gpboost (ML)" : $0 }, rows)
  }

  private func total(_ names: [String]) -> String {
    let rows = names.compactMap { name -> [String]? in
      guard let ours = records[name]?["ours"], let lme4 = records[name]?["lme4"] else { return nil }
      return [
        name, time(ours, "total"), time(lme4, "read"), time(lme4, "call"), time(lme4, "summary"),
        time(lme4, "total"), ratio(lme4, "total", ours, "total"),
      ]
    }
    return table(["workload", "ours", "fread", "lmer", "summary", "sum", "ratio"], rows)
  }

  private func steps(_ names: [String]) -> String {
    let rows = names.compactMap { name -> [String]? in
      guard let ours = records[name]?["ours"] else { return nil }
      return [name] + ["read", "design", "setup", "optimize", "inference", "summary"].map { time(ours, $0) }
        + [ours, records[name]?["lme4"], records[name]?["mixedlm"]].map { record in
          record?.peakMegabytes.map { Self.decimals($0, 0) } ?? "–"
        }
    }
    return table(
      [
        "workload", "read", "design", "cross-products", "optimisation", "inference", "summary", "peak MB",
        "lme4 peak MB", "mixedlm peak MB",
      ], rows)
  }

  private func latency(_ names: [String]) -> String {
    func cell(_ record: Record?, _ step: String) -> String {
      guard let cpu = record?.meanCPUSeconds?[step], let wall = record?.medianSeconds?[step] else {
        return "–"
      }
      return "\(Self.significant(cpu * 1000)) (\(Self.significant(wall * 1000)))"
    }
    let rows = names.compactMap { name -> [String]? in
      guard let all = records[name], let ours = all["ours"]?.meanCPUSeconds?["call"], ours > 0 else {
        return nil
      }
      return [name, cell(all["ours"], "call"), cell(all["ours"], "engine")]
        + (["lme4"] + Self.others).map { system in
          guard let cpu = all[system]?.meanCPUSeconds?["call"] else { return "–" }
          return "\(cell(all[system], "call")) = \(Self.times(cpu / ours))"
        }
    }
    return "Mean processor milliseconds of a whole call, the median on the clock in brackets.\n\n"
      + table(["data", "ours", "of which engine", "lme4"] + Self.others, rows)
  }
}

// MARK: - Cells

extension ResultTables {
  private func table(_ head: [String], _ rows: [[String]]) -> String {
    ([head, head.map { _ in "---" }] + rows).map { "| " + $0.joined(separator: " | ") + " |" }
      .joined(separator: "\n")
  }

  /// Processor seconds, and seconds on the clock in brackets.
  private func time(_ record: Record?, _ step: String) -> String {
    guard let cpu = record?.cpuSeconds?[step], let wall = record?.seconds?[step] else { return "–" }
    return "\(Self.significant(cpu)) (\(Self.significant(wall)))"
  }

  /// Ratio of processor seconds.
  private func ratio(_ other: Record?, _ step: String, _ ours: Record, _ own: String) -> String {
    guard let theirs = other?.cpuSeconds?[step], let mine = ours.cpuSeconds?[own], mine > 0 else {
      return "–"
    }
    return Self.times(theirs / mine)
  }

  /// How far this package's criterion lies above the lowest that any system with the same criterion reached.
  private func excess(_ name: String) -> String {
    guard let all = records[name], let ours = all["ours"], let criterion = ours.criterion else { return "–" }
    let others = all.values.filter { $0.system != "ours" && $0.criterionKind == ours.criterionKind }
    guard let best = others.compactMap(\.criterion).min() else { return "–" }
    return String(format: "%+.1e", criterion - best)
  }

  private func counts(_ values: Int?, _ gradients: Int?) -> String {
    (values.map(String.init) ?? "–") + (gradients.map { " (\($0))" } ?? "")
  }

  private func count(_ n: Int?) -> String { n.map(String.init) ?? "–" }

  private static func times(_ x: Double) -> String { (x < 10 ? decimals(x, 1) : decimals(x, 0)) + "×" }

  private static func decimals(_ x: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", x) }

  /// Three significant digits.
  private static func significant(_ x: Double) -> String {
    guard x > 0, x.isFinite else { return "0" }
    let digits = max(0, 2 - Int(log10(x).rounded(.down)))
    return decimals(x, min(digits, 6))
  }
}
