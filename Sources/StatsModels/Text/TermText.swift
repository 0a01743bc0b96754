extension ModelSpecification {
  /// A covariance block as lme4 writes it, `(1 + x | g)`, or `variance component 'plot'`: the name under which
  /// warnings, notes and captions speak of it.
  ///
  /// - Parameter independent: writes it without correlations, `(1 + x || g)`.
  func termText(_ block: Int, independent: Bool = false) -> String {
    let own = blocks[block]
    if own.isComponent { return "variance component '\(own.group)'" }
    let form = own.covariance.form
    let isPlain = independent || own.width == 1 || form.reportsEntries
    let isIndependent = own.width > 1 && (independent || form.reportsEntries && !own.hasCovariances)
    let bar = "(\(effectsText(block)) \(isIndependent ? "||" : "|") \(own.group))"
    return isPlain ? bar : (form.spelling ?? "") + bar
  }

  /// The model in one line: its formula, and the random effects that stand outside of it as bars, `(Time | Pig)`, or
  /// as named components, `(cask: 0 + C(cask))`.
  var caption: String {
    let fixed = source?.arguments.formula ?? "\(endogName) ~ \(exogNames.joined(separator: " + "))"
    let written = source?.plan.blocks.map { $0.position != nil } ?? []
    let outside = blocks.indices.filter { !written.indices.contains($0) || !written[$0] }
    return ([fixed] + outside.map(addedText)).joined(separator: " + ")
  }

  private func addedText(_ block: Int) -> String {
    guard blocks[block].isComponent else { return termText(block) }
    let name = blocks[block].group
    return source?.arguments.vcFormula?[name].map { "(\(name): \($0))" } ?? "(\(name))"
  }

  /// The effects of a block as they were written, else as their columns are called.
  private func effectsText(_ block: Int) -> String {
    if let plan = source?.plan, plan.blocks.indices.contains(block) { return plan.blocks[block].label }
    let names = blocks[block].names
    let first = names.first == "Intercept" ? "1" : "0"
    return ([first] + names.filter { $0 != "Intercept" }).joined(separator: " + ")
  }
}
