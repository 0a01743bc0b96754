/// Models side by side: what `summaryCol` does once the numbers are taken from the results.
package struct SummaryColumns: Sendable {
  /// One model: a name and its parameters, and text for additional rows.
  package struct Model: Sendable {
    let name: String
    let params: Series
    let bse: Series
    let pvalues: Series
    let info: [(String, String)]

    package init(name: String, params: Series, bse: Series, pvalues: Series, info: [(String, String)] = []) {
      self.name = name
      self.params = params
      self.bse = bse
      self.pvalues = pvalues
      self.info = info
    }
  }

  let models: [Model]
  var floatFormat = "%.4f"
  var modelNames: [String] = []
  var stars = false
  var regressorOrder: [String] = []
  var dropOmitted = false

  package init(
    models: [Model], floatFormat: String = "%.4f", modelNames: [String] = [], stars: Bool = false,
    regressorOrder: [String] = [], dropOmitted: Bool = false
  ) {
    self.models = models
    self.floatFormat = floatFormat
    self.modelNames = modelNames
    self.stars = stars
    self.regressorOrder = regressorOrder
    self.dropOmitted = dropOmitted
  }

  /// The table with its notes.
  package func summary() throws(StatsModelsError) -> Summary {
    guard modelNames.isEmpty || modelNames.count == models.count else {
      throw StatsModelsError(
        .lengthMismatch, "modelNames has \(modelNames.count) names for \(models.count) models")
    }
    guard let format = PythonFormat.parse(floatFormat) else {
      throw StatsModelsError(
        .invalidArgument, "'\(floatFormat)' is no number format; give one such as '%.4f' or '%.3g'",
        values: [floatFormat])
    }
    var index: [String] = []
    var cells: [[String]] = []
    for name in orderedNames() {
      index += [name, ""]
      cells.append(models.map { coefficient($0, name, format) })
      cells.append(models.map { $0.bse.get(name).map { "(" + format($0) + ")" } ?? "" })
    }
    var rows: [String] = []
    for model in models {
      for (name, _) in model.info where !rows.contains(name) { rows.append(name) }
    }
    for row in rows {
      index.append(row)
      cells.append(models.map { $0.info.first { $0.0 == row }?.1 ?? "" })
    }
    var result = Summary()
    let names = Self.unique(modelNames.isEmpty ? models.map(\.name) : modelNames)
    result.addDf(SummaryTable(index: index, columns: names, cells: cells, alignment: .left))
    result.addText("Standard errors in parentheses.")
    if stars { result.addText("* p<.1, ** p<.05, ***p<.01") }
    return result
  }

  private func orderedNames() -> [String] {
    var names: [String] = []
    for model in models {
      for name in model.params.index where !names.contains(name) { names.append(name) }
    }
    guard !regressorOrder.isEmpty else { return names }
    let first = regressorOrder.filter(names.contains)
    return dropOmitted ? first : first + names.filter { !regressorOrder.contains($0) }
  }

  private func coefficient(_ model: Model, _ name: String, _ format: (Double) -> String) -> String {
    guard let value = model.params.get(name) else { return "" }
    let p = model.pvalues.get(name) ?? .nan
    let count = stars ? [0.1, 0.05, 0.01].filter { p < $0 }.count : 0
    return format(value) + String(repeating: "*", count: count)
  }

  /// Names made distinct by Roman strokes when any occurs twice: `y I`, `y II`.
  private static func unique(_ names: [String]) -> [String] {
    guard Set(names).count < names.count else { return names }
    var seen: [String: Int] = [:]
    return names.map { name in
      seen[name, default: 0] += 1
      return name + " " + String(repeating: "I", count: seen[name] ?? 1)
    }
  }
}

extension PythonFormat {
  /// A formatter for `%[#][-][width][.precision](f|e|g)`; nil for anything else.
  package static func parse(_ format: String) -> (@Sendable (Double) -> String)? {
    guard format.first == "%", let kind = format.last, "feg".contains(kind) else { return nil }
    let body = format.dropFirst().dropLast()
    let flags = body.prefix { "#-".contains($0) }
    let parts = body.dropFirst(flags.count).split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, let first = parts.first else { return nil }
    guard let width = first.isEmpty ? 0 : Int(first), (0...1000).contains(width) else { return nil }
    guard let precision = parts.count < 2 ? 6 : parts[1].isEmpty ? 0 : Int(parts[1]),
      (0...1000).contains(precision)
    else { return nil }
    let (alternate, left) = (flags.contains("#"), flags.contains("-"))
    return { x in
      let text =
        switch kind {
        case "f": fixed(x, precision)
        case "e": exponent(x, precision)
        default: general(x, precision, alternate: alternate)
        }
      return left ? PythonPadding.left(text, width) : PythonPadding.right(text, width)
    }
  }
}
