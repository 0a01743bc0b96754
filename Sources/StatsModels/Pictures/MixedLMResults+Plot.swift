import DataFrames
import LinearAlgebra
import MixedModels

extension MixedLMResults {
  /// A diagnostic picture. Not in statsmodels.
  ///
  /// - Parameters:
  ///   - kind: what to draw.
  ///   - theme: colours; by default those of the viewer's light or dark setting.
  /// - Throws: ``StatsModelsError`` when there is no such factor or variable.
  public func plot(_ kind: PlotKind, theme: PictureTheme = .automatic) throws -> Plot {
    switch kind {
    case .residualsAgainstFitted:
      let chart = DiagnosticCharts.residuals(
        fitted: fitted, residuals: residuals, fittedLabel: "fitted values of \(model.endogNames)",
        residualLabel: "residuals of \(model.endogNames)", subtitle: subtitle)
      return Plot(svg: chart.svg(theme: theme))
    case .normalQuantiles:
      let chart = DiagnosticCharts.normalQuantiles(
        residuals, name: "residuals", label: "residuals of \(model.endogNames)", subtitle: subtitle)
      return Plot(svg: chart.svg(theme: theme))
    case .randomEffectQuantiles(let factor):
      return try effectQuantilePlot(of: factor, theme: theme)
    case .randomEffects(let factor):
      return try caterpillarPlot(of: factor, theme: theme)
    case .fittedLines(let variable, let factor):
      return Plot(svg: try FittedLines(self, along: variable, by: factor).chart.svg(theme: theme))
    case .profile(let values, let logLikelihoods, let name, let estimate):
      guard values.count == logLikelihoods.count else {
        throw StatsModelsError(
          .lengthMismatch,
          "the profile has \(values.count) values, but \(logLikelihoods.count) log-likelihoods"
        )
      }
      let chart = DiagnosticCharts.profile(
        values: values, logLikelihoods: logLikelihoods, name: name, estimate: estimate, level: 0.95,
        subtitle: subtitle)
      return Plot(svg: chart.svg(theme: theme))
    }
  }

  private var residuals: [Double] { zip(specification.endog, fitted).map { $0 - $1 } }

  /// The model in a line.
  var subtitle: String {
    let rows = nobs == 1 ? "1 row" : "\(Self.grouped(nobs)) rows"
    return (model.formula ?? "\(model.endogNames) ~ \(model.exogNames.joined(separator: " + "))")
      + ", \(method), \(rows)"
  }

  /// A count with commas between thousands.
  private static func grouped(_ count: Int) -> String {
    var result = ""
    for (position, digit) in String(count).reversed().enumerated() {
      if position > 0, position % 3 == 0 { result.append(",") }
      result.append(digit)
    }
    return String(result.reversed())
  }

  /// The factor that a picture is about, and its effects; of a variance component, those of all groups.
  private func effects(of factor: String?) throws -> RandomEffectsTable {
    guard let name = factor ?? specification.blocks.first?.group else {
      throw StatsModelsError(.notAvailable, "the model has no random effects to draw")
    }
    let position = specification.blocks.firstIndex { $0.group == name && $0.isComponent }
    guard let position, !specification.blocks.contains(where: { $0.group == name && !$0.isComponent }) else {
      return try randomEffects(of: name)
    }
    return try componentEffects(ofBlock: position)
  }

  /// Effects of a variance component with conditional standard errors.
  private func componentEffects(ofBlock position: Int) throws -> RandomEffectsTable {
    let block = specification.blocks[position]
    let first = specification.firstTerm(of: position)
    let variances = try block.parts.indices.map { try conditionalVariances(term: first + $0) }
    let rows = model.groupRows
    var labels: [GroupLabel] = []
    var values: [Double] = []
    var errors: [Double] = []
    for group in 0..<rows.count {
      for effect in model.componentEffects(position, group: group, rows: rows) {
        guard let level = effect.level else { continue }
        labels.append(.string("\(specification.grouping.label(group)) \(effect.shortName)"))
        values.append(modes[effect.term][level, 0])
        let list = variances[effect.term - first]
        errors.append(level < list.count ? max(list[level], 0).squareRoot() : .nan)
      }
    }
    return RandomEffectsTable(
      group: block.group, labels: labels, names: block.names,
      values: Matrix(rows: values.count, columns: 1, columnMajor: values),
      standardErrors: Matrix(rows: errors.count, columns: 1, columnMajor: errors))
  }

  private func caterpillarPlot(of factor: String?, theme: PictureTheme) throws -> Plot {
    let table = try effects(of: factor)
    let columns = table.names.indices
    let chart = CaterpillarChart(
      title: "Random effects of \(table.group)", subtitle: subtitle, labels: table.labels.map(\.description),
      names: table.names, values: columns.map { table.values.column($0) },
      margins: columns.map { table.standardErrors.column($0).map { 1.959_963_984_540_054 * $0 } },
      axisLabel: "predicted effect and 95 % interval, units of \(model.endogNames)")
    return Plot(svg: chart.svg(theme: theme))
  }

  private func effectQuantilePlot(of factor: String?, theme: PictureTheme) throws -> Plot {
    let table = try effects(of: factor)
    let name = table.names.first ?? "effects"
    let chart = DiagnosticCharts.normalQuantiles(
      table.values.column(0), name: "random effects of \(table.group)", label: "\(name) of \(table.group)",
      subtitle: subtitle)
    return Plot(svg: chart.svg(theme: theme))
  }
}
