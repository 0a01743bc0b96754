import DataFrames
import Foundation
import LinearAlgebra

/// Fitted curves along one variable: all other variables at their means or most frequent values.
struct FittedLines {
  let chart: Chart

  /// Number of groups above which only some, evenly spaced, get a line.
  private static let shownGroups = 60

  init(_ results: MixedLMResults, along variable: String?, by factor: String?) throws {
    guard let source = results.specification.source else {
      chart = try Self.arrayChart(results, along: variable)
      return
    }
    if results.specification.isRestored {
      throw StatsModelsError(.notAvailable, "fitted lines need the data, which these results no longer hold")
    }
    let data = source.data
    let name = try variable.map { try Self.numeric($0, in: data) } ?? Self.firstVariable(results, data)
    let xs = data[name].doubles ?? []
    let finite = xs.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else {
      throw StatsModelsError(.notAvailable, "'\(name)' has no values to draw fitted lines along")
    }
    let steps = 41
    let grid = (0..<steps).map { low + (high - low) * Double($0) / Double(steps - 1) }
    let used = Set(source.plan.variableNames).union([results.specification.groupColumn].compactMap { $0 })
    let columns = data.columns.filter { used.contains($0.name) }
    let typical = try DataFrame(columns: columns.map { Self.typical($0) })
    let population = try results.predict(
      Self.repeated(typical, rows: [Int](repeating: 0, count: steps), column: name, grid),
      interval: .confidence)
    var lines: [(x: [Double], y: [Double])] = []
    var hidden = 0
    let block = try Self.block(results, named: factor)
    if let block, let codes = results.specification.blocks[block].factor?.codes {
      let blockName = results.specification.blocks[block].group
      let levels = results.specification.blocks[block].levelCount
      let shown = min(levels, Self.shownGroups)
      hidden = levels - shown
      let chosen = (0..<shown).map { $0 * levels / max(shown, 1) }
      var firstRow = [Int32: Int]()
      for (row, code) in codes.enumerated() where firstRow[code] == nil { firstRow[code] = row }
      let representatives = chosen.compactMap { firstRow[Int32($0)] }
      let frame = try Self.groupFrame(columns, typical: typical, rows: representatives)
      let rows = representatives.indices.flatMap { [Int](repeating: $0, count: steps) }
      let values = representatives.indices.flatMap { _ in grid }
      let predicted = try results.predict(
        Self.repeated(frame, rows: rows, column: name, values), randomEffects: .factors([blockName]))
      lines = representatives.indices.map { (grid, Array(predicted.values[$0 * steps..<($0 + 1) * steps])) }
    }
    chart = DiagnosticCharts.fittedLines(
      points: (xs, results.model.endog), groups: lines,
      population: (grid, population.predictions.values, population.lower.values, population.upper.values),
      xLabel: name, yLabel: results.model.endogNames,
      groupName: block.map { results.specification.blocks[$0].group } ?? "", hiddenGroups: hidden,
      subtitle: results.subtitle)
  }

  /// The block whose levels get lines: the one named, or the first that is no variance component.
  private static func block(_ results: MixedLMResults, named factor: String?) throws -> Int? {
    if let factor {
      let found = try results.blocks(.factors([factor])).filter {
        results.specification.blocks[$0].factor != nil
      }
      return found.min()
    }
    return results.specification.blocks.firstIndex { $0.factor != nil }
  }

  private static func numeric(_ name: String, in data: DataFrame) throws -> String {
    let known = data.columns.filter(\.isNumeric).map(\.name)
    guard known.contains(name) else {
      throw StatsModelsError(
        .missingColumn, "there is no numeric column '\(name)' to draw along; there are \(shortList(known))",
        values: [name])
    }
    return name
  }

  /// The first numeric variable in the fixed effects.
  private static func firstVariable(_ results: MixedLMResults, _ data: DataFrame) throws -> String {
    let factors = results.specification.source?.fixedInfo.factors ?? []
    for name in factors.flatMap(\.variableNames) where data.contains(name) && data[name].isNumeric {
      return name
    }
    throw StatsModelsError(
      .notAvailable,
      "the fixed effects have no numeric variable to draw fitted lines along: name one, along: \"…\""
    )
  }

  /// A column of one row: the mean of numbers, the most frequent of other values.
  private static func typical(_ column: Column) -> Column {
    if let numbers = column.doubles, column.isNumeric {
      let finite = numbers.filter(\.isFinite)
      let mean = finite.isEmpty ? 0 : finite.reduce(0, +) / Double(finite.count)
      // A value that occurs: categorical codes written as numbers have no mean.
      let isWhole = finite.prefix(10_000).allSatisfy { $0 == $0.rounded() }
      let nearest = finite.min { abs($0 - mean) < abs($1 - mean) } ?? mean
      let position = isWhole ? numbers.firstIndex(of: nearest) : nil
      if let position { return column.rows([position]) }
      return Column(name: column.name, [mean])
    }
    let (codes, levels) = column.factorized()
    var counts = [Int](repeating: 0, count: levels.count)
    for code in codes where code >= 0 { counts[Int(code)] += 1 }
    let most = counts.indices.max { counts[$0] < counts[$1] }
    let row = most.flatMap { level in codes.firstIndex { Int($0) == level } } ?? 0
    return column.rows(codes.isEmpty ? [] : [row])
  }

  /// One row per group: its own values where they are no numbers, or where they name levels; typical values else.
  private static func groupFrame(_ columns: [Column], typical: DataFrame, rows: [Int]) throws -> DataFrame {
    try DataFrame(
      columns: columns.map { column in
        let isMeasured = column.type == .double
        return isMeasured
          ? typical[column.name].rows([Int](repeating: 0, count: rows.count)) : column.rows(rows)
      })
  }

  /// Rows of a frame with one column replaced.
  private static func repeated(
    _ frame: DataFrame, rows: [Int], column: String, _ values: [Double]
  ) throws -> DataFrame {
    var result = try frame.rows(at: rows).resetIndex()
    try result.assign(column, values)
    return result
  }

  /// For a model of arrays: fitted values along a column of the fixed design.
  private static func arrayChart(_ results: MixedLMResults, along name: String?) throws -> Chart {
    let model = results.model
    let design = model.exog
    let found =
      name.map { wanted in model.exogNames.firstIndex(of: wanted) }
      ?? model.exogNames.indices.first { j in Set(design.column(j).prefix(10_000)).count > 1 }
    guard let column = found else {
      throw StatsModelsError(
        .missingColumn,
        "there is no column to draw fitted lines along; the fixed design has \(shortList(model.exogNames))",
        values: name.map { [$0] } ?? [])
    }
    let xs = design.column(column)
    let (fitted, rows) = (results.fitted, model.groupRows)
    let shown = min(rows.count, shownGroups)
    let lines = (0..<shown).map { position -> (x: [Double], y: [Double]) in
      let points = rows[position * rows.count / max(shown, 1)].map { (xs[Int($0)], fitted[Int($0)]) }
        .sorted { $0.0 < $1.0 }
      return (points.map(\.0), points.map(\.1))
    }
    let smooth = Smoother(x: xs, y: results.predict().values)
    return DiagnosticCharts.fittedLines(
      points: (xs, model.endog), groups: lines, population: (smooth.x, smooth.y, [], []),
      xLabel: model.exogNames[column], yLabel: model.endogNames, groupName: "group",
      hiddenGroups: rows.count - shown, subtitle: results.subtitle)
  }
}
