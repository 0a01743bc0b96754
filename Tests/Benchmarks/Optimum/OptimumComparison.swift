import DataFrames
import Foundation
import StatsModels

/// A fit beside the best that the reference finds.
struct OptimumComparison {
  enum Verdict: String {
    case reached, short, unbounded, silent, refused
  }

  var verdict: Verdict
  /// log L of the reference less that of the fit.
  var shortfall = 0.0
  var fit: OptimumCase.Fit?
  var best = Double.nan
  var error = ""

  init(_ model: OptimumCase, seed: UInt64) throws {
    let found = try model.searched(seed: seed)
    best = found.best.logLikelihood
    do {
      let fit = try model.fitted()
      self.fit = fit
      shortfall = best - fit.logLikelihood
      if found.isUnbounded {
        verdict = fit.warnings.isEmpty && fit.converged ? .silent : .unbounded
      } else {
        verdict = shortfall <= 1e-6 * max(1, abs(best).squareRoot()) ? .reached : .short
      }
    } catch {
      verdict = .refused
      self.error = "\(error)"
    }
  }

  /// One line: both log-likelihoods and what the fit says of itself.
  var sentence: String {
    guard let fit else { return "refused: \(error.split(separator: "\n").first ?? "")" }
    let warnings = Set(fit.warnings.map(\.kind.rawValue)).sorted().joined(separator: ",")
    return verdict.rawValue
      + String(format: ": fit %.8f best %.8f short %.2e", fit.logLikelihood, best, shortfall)
      + " converged \(fit.converged ? "yes" : "no") warnings \(warnings.isEmpty ? "none" : warnings)"
  }
}

/// The table of comparisons by kind, and the files of those that failed.
struct OptimumTable {
  private struct Entry {
    var kind: String
    var index: Int
    var comparison: OptimumComparison
    var arguments: String
  }

  let folder: String?
  private var entries: [Entry] = []
  /// How many models of the rows printed were short, or without bound in silence.
  private(set) var failures = 0
  private var list = ""

  init(folder: String?) {
    self.folder = folder
    print("kind                 models  short  worst      at     above  unbounded  silent  refused  ms/fit")
  }

  mutating func add(_ comparison: OptimumComparison, of model: OptimumCase, kind: String, index: Int) throws {
    entries.append(Entry(kind: kind, index: index, comparison: comparison, arguments: model.arguments))
    guard let folder, comparison.verdict != .reached, comparison.verdict != .unbounded else { return }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let file = "\(kind)-\(index).csv"
    try model.data.toCsv("\(folder)/\(file)", index: false)
    list += "\(file)\t\(model.arguments)\t\(comparison.sentence)\n"
    try list.write(toFile: "\(folder)/INDEX.txt", atomically: true, encoding: .utf8)
  }

  /// The line of a kind.
  mutating func printRow(_ kind: String) {
    let own = entries.filter { $0.kind == kind }
    func number(_ verdict: OptimumComparison.Verdict) -> Int {
      own.count { $0.comparison.verdict == verdict }
    }
    let short = own.filter { $0.comparison.verdict == .short }
    let worst = short.max { $0.comparison.shortfall < $1.comparison.shortfall }
    // Where the fit is better the reference's search is at fault.
    let above = own.count {
      $0.comparison.verdict == .reached
        && $0.comparison.shortfall < -1e-6 * max(1, abs($0.comparison.best).squareRoot())
    }
    let times = own.compactMap { $0.comparison.fit?.seconds }
    failures += short.count + number(.silent)
    let (shortfall, place) = (worst?.comparison.shortfall ?? 0.0, worst?.index ?? -1)
    print(
      kind.padding(toLength: 20, withPad: " ", startingAt: 0)
        + String(
          format: "%7d%7d  %-9.2e%6d%8d%11d%8d%9d%8.2f", own.count, short.count,
          shortfall, place, above, number(.unbounded), number(.silent), number(.refused),
          1e3 * times.reduce(0, +) / Double(max(times.count, 1))))
    fflush(nil)
  }
}
