import DataFrames
import Patsy

/// A variable of a model's data as an axis: numbers as they are, all else as positions of levels.
struct PictureVariable {
  let name: String
  /// The rows of the model.
  let column: Column
  /// Levels in order, nil for numbers.
  let levels: [ColumnValue]?
  /// The value of each row on the axis; nan where it is missing.
  let positions: [Double]

  /// Whether the positions are days since 1970.
  private let isDates: Bool

  var isLevels: Bool { levels != nil }

  /// - Throws: ``StatsModelsError`` with the nearest names when there is no such variable.
  init(_ results: any MixedModelFit, name: String) throws {
    let specification = results.specification
    try specification.requireRows("a picture along a variable")
    if specification.isRestored {
      throw StatsModelsError(
        .notAvailable, "a picture along '\(name)' needs the data, which these results no longer hold")
    }
    guard let source = specification.source else {
      guard let position = specification.exogNames.firstIndex(of: name) else {
        throw StatsModelsError(
          .missingColumn,
          NearestNames.message("column of the fixed design", name, among: specification.exogNames),
          values: [name])
      }
      self.init(Column(name: name, specification.exog.column(position)), isCategorical: false)
      return
    }
    guard source.data.contains(name) else {
      throw StatsModelsError(
        .missingColumn, NearestNames.message("column", name, among: source.data.columnNames), values: [name])
    }
    self.init(source.data[name], isCategorical: source.isCategorical(name))
  }

  /// A column by its levels, whatever it holds.
  init(levelsOf column: Column) { self.init(column, isCategorical: true) }

  /// A column of numbers or moments as such, any other by its levels.
  init(ofAny column: Column) {
    if case .time(let times) = column.storage, times.kind == .moment {
      self.init(column, days: DateAxis.days(times))
    } else if column.type == .timedelta {
      self.init(column.dt.totalSeconds(), isCategorical: false)
    } else {
      self.init(column, isCategorical: false)
    }
  }

  private init(_ column: Column, days: [Double]) {
    name = column.name
    self.column = column
    levels = nil
    positions = days
    isDates = true
  }

  private init(_ column: Column, isCategorical: Bool) {
    name = column.name
    self.column = column
    isDates = false
    if column.isNumeric, !isCategorical, let numbers = column.doubles {
      levels = nil
      positions = numbers
    } else {
      let (codes, levels) = column.factorized()
      // Levels that no row has, of categories, are no places to draw at.
      var counts = [Int](repeating: 0, count: levels.count)
      for code in codes where code >= 0 { counts[Int(code)] += 1 }
      let kept = levels.indices.filter { counts[$0] > 0 }
      var place = [Double](repeating: .nan, count: levels.count)
      for (position, level) in kept.enumerated() { place[level] = Double(position) }
      self.levels = kept.map { levels[$0] }
      positions = codes.map { $0 < 0 ? .nan : place[Int($0)] }
    }
  }

  /// The axis of the variable.
  var axis: Axis {
    let label = DisplayText.name(name)
    if let levels { return Axis(label, levels: levels.map(Self.text)) }
    if isDates { return DateAxis.axis(label, days: positions) }
    guard let few = FewValues(positions) else { return Axis(label) }
    return FewValues.axis(few.values, label: label)
  }

  /// A level as text: whole numbers without a fraction, whatever the type of their column.
  static func text(_ level: ColumnValue) -> String {
    switch level {
    case .double(let value): DisplayText.number(value)
    default: level.description
    }
  }

  /// A column with one row for each of some positions on the axis.
  func values(at places: [Double]) -> Column {
    guard let levels else { return Column(name: name, places) }
    var rows = [Int?](repeating: nil, count: levels.count)
    for (row, position) in positions.enumerated() where position.isFinite {
      if rows[Int(position)] == nil { rows[Int(position)] = row }
    }
    return column.rows(places.map { rows[Int($0)] ?? 0 })
  }
}

extension ModelSpecification.FormulaSource {
  /// The designs of fixed and random effects.
  private var infos: [DesignInfo] { [fixedInfo] + effectInfos.compactMap { $0 } }

  /// Whether a formula codes a variable by its levels: texts, truth values, `C(x)`.
  func isCategorical(_ name: String) -> Bool {
    infos.contains { info in
      info.factors.contains {
        info.factorInfos?[$0]?.type == .categorical && $0.variableNames.contains(name)
      }
    }
  }

  /// The columns of the data in the fixed part, in written order.
  var fixedVariables: [String] { variables(of: [fixedInfo]) }

  /// The columns of the data in the fixed part and the effects of the random part, in written order.
  var effectVariables: [String] { variables(of: infos) }

  private func variables(of infos: [DesignInfo]) -> [String] {
    var result: [String] = []
    for name in infos.flatMap(\.factors).flatMap(\.variableNames)
    where data.contains(name) && !result.contains(name) {
      result.append(name)
    }
    return result
  }
}
