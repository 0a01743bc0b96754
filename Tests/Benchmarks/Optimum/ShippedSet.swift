import DataFrames
import Foundation

/// A data set that R ships, with the combinations of its columns that slopes by group can be fitted to.
struct ShippedSet {
  /// The file's name, without its ending.
  var name: String
  private var folder: String
  private var combinations: [(response: String, slope: String, factor: String)] = []

  /// The sets that `sets.txt` in a folder lists, in its order.
  static func all(in folder: String) throws -> [ShippedSet] {
    guard let text = try? String(contentsOfFile: "\(folder)/sets.txt", encoding: .utf8) else {
      throw BenchmarkError.unreadable("\(folder)/sets.txt")
    }
    var sets: [ShippedSet] = []
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: "\t").map(String.init)
      guard fields.count >= 4 else { throw BenchmarkError.unreadable("\(folder)/sets.txt: \(line)") }
      if sets.last?.name != fields[0] { sets.append(ShippedSet(name: fields[0], folder: folder)) }
      sets[sets.count - 1].combinations.append((fields[1], fields[2], fields[3]))
    }
    return sets
  }

  /// Slopes with and without intercepts, with and without the fixed slope, of every so many combinations; the rows
  /// without missing values.
  func models(every step: Int) throws -> [OptimumCase] {
    let frame = try DataFrame(csv: "\(folder)/\(name).csv")
    return try stride(from: 0, to: combinations.count, by: step).flatMap { i -> [OptimumCase] in
      let names = combinations[i]
      let data = try frame.selecting([names.response, names.slope, names.factor]).dropna()
        .rename(columns: [names.response: "y", names.slope: "x", names.factor: "g"])
      func distinct(_ name: String) throws -> Int { Set(try data.column(name).factorized().codes).count }
      let levels = try distinct("g")
      guard levels >= 3, 2 * levels <= data.rowCount, try distinct("x") > 1, try distinct("y") > 1 else {
        return []
      }
      return [RandomPart.slope, .correlated].flatMap { part in
        [true, false].map { OptimumCase(part, fixedSlope: $0, data: data, reml: true) }
      }
    }
  }
}
