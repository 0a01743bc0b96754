import Distributions
import Foundation
import LinearAlgebra

extension MixedLMResults {
  /// A diagnostic picture. Not in statsmodels.
  ///
  /// - Throws: ``StatsModelsError`` when there is no such factor or column.
  public func plot(_ kind: PlotKind) throws -> Plot {
    switch kind {
    case .residualsAgainstFitted: residualPlot()
    case .normalQuantiles: quantilePlot()
    case .randomEffects(let factor): try effectsPlot(of: factor)
    case .fittedLines(let column): try linesPlot(along: column)
    }
  }

  private func residualPlot() -> Plot {
    let (fitted, residuals) = (fittedvalues.values, resid.values)
    let figure = PlotFigure(
      title: "Residuals against fitted values",
      x: Axis(label: "fitted values of \(model.endogNames)", values: fitted),
      y: Axis(label: "residuals", values: residuals, including: [0]))
    return figure.plot { panel, canvas in
      panel.drawPoints(fitted, residuals, on: &canvas)
      panel.drawLine([(panel.x.low, 0), (panel.x.high, 0)], "zero", on: &canvas)
      panel.drawLine(PlotFigure.runningMean(fitted, residuals), "line", on: &canvas)
    }
  }

  private func quantilePlot() -> Plot {
    let residuals = resid.values.filter(\.isFinite).sorted()
    let n = residuals.count
    // Filliben's estimate of the medians of order statistics, as scipy's probplot.
    let quantiles = (0..<n).map { i -> Double in
      let end = pow(0.5, 1 / Double(max(n, 1)))
      let p = i == n - 1 ? end : i == 0 ? 1 - end : (Double(i + 1) - 0.3175) / (Double(n) + 0.365)
      return Normal.ppf(p)
    }
    let figure = PlotFigure(
      title: "Normal quantiles of residuals", x: Axis(label: "normal quantiles", values: quantiles),
      y: Axis(label: "ordered residuals", values: residuals))
    let count = Double(max(n, 1))
    let (mx, my) = (quantiles.reduce(0, +) / count, residuals.reduce(0, +) / count)
    let sxx = quantiles.reduce(0) { $0 + ($1 - mx) * ($1 - mx) }
    let slope = sxx > 0 ? zip(quantiles, residuals).reduce(0) { $0 + ($1.0 - mx) * ($1.1 - my) } / sxx : 0
    return figure.plot { panel, canvas in
      panel.drawPoints(quantiles, residuals, on: &canvas)
      let ends = [quantiles.first ?? 0, quantiles.last ?? 0]
      panel.drawLine(ends.map { ($0, my + slope * ($0 - mx)) }, "line", on: &canvas)
    }
  }

  private func effectsPlot(of factor: String?) throws -> Plot {
    guard let factor = factor ?? terms.first?.group else {
      throw StatsModelsError(.notAvailable, "the model has no random effects to draw")
    }
    return EffectsFigure(table: try randomEffects(of: factor)).plot()
  }

  private func linesPlot(along name: String?) throws -> Plot {
    let design = model.exog
    let varying = model.exogNames.indices.filter { j in Set(design.column(j).prefix(10_000)).count > 1 }
    guard let column = try name.map(columnPosition) ?? varying.first else {
      throw StatsModelsError(
        .notAvailable, "there is no column to draw fitted values along: the fixed design is constant")
    }
    let (xs, fitted) = (design.column(column), fittedvalues.values)
    let figure = PlotFigure(
      title: "Observations and fitted values", x: Axis(label: model.exogNames[column], values: xs),
      y: Axis(label: model.endogNames, values: model.endog + fitted))
    let rows = model.groupRows
    return figure.plot { panel, canvas in
      // More lines than this are a blot; every k-th group stands for its neighbours.
      let stride = max(1, rows.count / 200)
      for group in Swift.stride(from: 0, to: rows.count, by: stride) {
        let points = rows[group].map { (xs[Int($0)], fitted[Int($0)]) }.sorted { $0.0 < $1.0 }
        panel.drawLine(points, rows.count > 1 ? "thin" : "line", on: &canvas)
      }
      panel.drawPoints(xs, model.endog, on: &canvas)
    }
  }

  private func columnPosition(_ name: String) throws -> Int {
    guard let position = model.exogNames.firstIndex(of: name) else {
      throw StatsModelsError(
        .missingColumn, "the fixed design has no column '\(name)'; there are \(shortList(model.exogNames))",
        values: [name])
    }
    return position
  }
}
