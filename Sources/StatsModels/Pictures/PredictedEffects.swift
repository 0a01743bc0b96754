import DataFrames
import MixedModels

/// The predicted effects of one factor or variance component, as pictures show them.
struct PredictedEffects {
  /// One effect of each level.
  struct Effect {
    let name: String
    let values: [Double]
    /// Conditional standard errors, the coefficients and variances taken as known; nan where they are not known.
    let errors: [Double]
    /// Estimated variance of the effect over the levels.
    let variance: Double

    /// Values over their standard deviations √(variance − error²): standard normal if the model holds, whatever the
    /// numbers of rows, by which unequal groups shrink unequally. Nil where errors or variances are not known.
    var standardized: [Double]? {
      guard variance > 0, errors.allSatisfy(\.isFinite) else { return nil }
      return zip(values, errors).map { value, error in
        let spread = variance - error * error
        // Rounding alone: a level that the data say nothing about.
        return spread > 1e-12 * variance ? value / spread.squareRoot() : .nan
      }
    }
  }

  let group: String
  let labels: [String]
  /// What the parts of the labels are, empty where labels have one part.
  let naming: String
  let effects: [Effect]

  /// - Parameter factor: a factor or variance component as the model names it; the first one when nil.
  init(_ results: any MixedModelFit, of factor: String?) throws {
    try results.specification.requireLevels("a picture of effects")
    let blocks = results.specification.blocks
    guard let name = factor ?? blocks.first?.group else {
      throw StatsModelsError(.notAvailable, "the model has no random effects to draw")
    }
    let positions = results.effectBlocks(named: name)
    guard let first = positions.first else {
      throw StatsModelsError(
        .invalidArgument,
        NearestNames.message("factor or variance component", name, among: blocks.map(\.group).uniqued()),
        values: [name])
    }
    if blocks[first].isComponent {
      let component = try Self.component(results, block: first)
      self.init(
        group: blocks[first].group, labels: component.labels, naming: component.naming,
        effects: [component.effect])
      return
    }
    let table = try results.effectTable(of: blocks[first].group)
    let variances = positions.flatMap { position in
      blocks[position].names.indices.map { results.effectCovarianceMatrices[position][$0, $0] }
    }
    self.init(
      group: table.group, labels: table.labels.map(\.description),
      effects: table.names.indices.map { column in
        Effect(
          name: DisplayText.name(table.names[column]), values: table.values.column(column),
          errors: table.standardErrors.column(column), variance: variances[column])
      })
  }

  private init(group: String, labels: [String], naming: String = "", effects: [Effect]) {
    self.group = DisplayText.name(group)
    self.labels = labels
    self.naming = naming
    self.effects = effects
  }

  /// Effects of a variance component in all groups, columns of zeros left out.
  private static func component(
    _ results: any MixedModelFit, block: Int
  ) throws -> (labels: [String], naming: String, effect: Effect) {
    let specification = results.specification
    let first = specification.firstTerm(of: block)
    let effects = try specification.blocks[block].parts.indices.map {
      try results.effects(ofEngineTerm: first + $0)
    }
    let rows = results.design.groupRows
    var names: [(group: String, level: String)] = []
    var values: [Double] = []
    var errors: [Double] = []
    for group in 0..<specification.grouping.levelCount {
      for effect in results.design.componentEffects(block, group: group, rows: rows) {
        guard let level = effect.level else { continue }
        let column = DisplayText.levels(ofColumn: effect.shortName)
        names.append((specification.grouping.label(group).description, column))
        let (modes, list) = effects[effect.term - first]
        values.append(modes[level])
        errors.append(level < list.count ? max(list[level], 0).squareRoot() : .nan)
      }
    }
    // The column alone where it says everything: crossed components, levels named anew in each group.
    let isUnique = Set(names.map(\.level)).count == names.count
    let labels = names.map { isUnique ? $0.level : "\($0.group) · \($0.level)" }
    let variance = results.effectCovarianceMatrices[block][0, 0]
    let factors = (specification.blocks[block].component?.factors ?? []).compactMap { factor -> String? in
      if case .categorical(let name, _) = factor { return DisplayText.name(name) }
      return nil
    }
    let parts = [DisplayText.name(specification.groupingName)] + factors
    let naming = isUnique || factors.isEmpty ? "" : parts.joined(separator: " · ")
    return (labels, naming, Effect(name: "effect", values: values, errors: errors, variance: variance))
  }
}

extension MixedModelFit {
  /// Positions of the blocks of a factor, or of the variance component of that name.
  func effectBlocks(named name: String) -> [Int] {
    let blocks = specification.blocks
    let ofFactor = blocks.indices.filter { position in
      guard !blocks[position].isComponent else { return false }
      let isFirst = position == 0 && specification.layout == .grouped
      return blocks[position].group == name || specification.levelName(ofBlock: position) == name
        || (isFirst && specification.groupName == name)
    }
    if !ofFactor.isEmpty { return ofFactor }
    return blocks.indices.filter { blocks[$0].isComponent && blocks[$0].group == name }
  }
}

extension Array where Element: Hashable {
  /// The elements without repetitions, in order.
  fileprivate func uniqued() -> [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
