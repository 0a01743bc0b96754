import Patsy

extension AggregateDesign {
  /// Whether these are the arguments that the design was learned with.
  package func describes(
    formula: String, groups: String?, reFormula: ReFormula?, vcFormula: [String: String]?, weights: String?,
    offset: String?, missing: MissingHandling
  ) -> Bool {
    arguments
      == AggregateArguments(
        formula: formula, groups: groups, reFormula: reFormula, vcFormula: vcFormula, reCovariance: nil,
        weights: weights, offset: offset, missing: missing)
  }

  /// The arguments as the command's report repeats them.
  package var report: JSONValue {
    let components = (arguments.vcFormula ?? [:]).sorted { $0.key < $1.key }
    let effects =
      arguments.reFormula.map { JSONValue.string($0) }
      ?? arguments.reFormulas.map { list in
        .object(list.map { (key: $0.first ?? "", value: .string($0.last ?? "")) })
      } ?? .null
    return [
      "formula": .string(arguments.formula),
      "groups": arguments.isSingleGroup ? .null : arguments.groups.map { .string($0) } ?? .null,
      "re_formula": effects,
      "vc_formula": components.isEmpty
        ? .null : .object(components.map { (key: $0.key, value: .string($0.value)) }),
      "missing": .string(arguments.drops ? "drop" : "none"),
    ]
  }
}
