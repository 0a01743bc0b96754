import LinearAlgebra

// What models and results look like in a log: a line or the summary, never the data.

extension MixedLM: CustomStringConvertible, CustomReflectable {
  /// One line: the formula, and how many rows and groups there are.
  public var description: String {
    let name = formula ?? "\(endogNames) ~ \(exogNames.joined(separator: " + "))"
    return "MixedLM: \(name), \(nobs) rows, \(factorCounts)"
  }

  /// Number of levels of each factor.
  private var factorCounts: String {
    var seen: Set<String> = []
    let factors =
      [(specification.groupName, nGroups)]
      + specification.blocks.compactMap { block in
        block.factor.map { (block.group, $0.levelCount) }
      }
    let own = [specification.groupName, specification.groupColumn ?? "", "Group"]
    return factors.filter { seen.insert(own.contains($0.0) ? own[0] : $0.0).inserted }
      .map { "\($0.1) levels of \($0.0)" }.joined(separator: ", ")
  }

  /// The line alone: `dump` and debuggers would show every row.
  public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}

extension MixedLMResults: CustomStringConvertible, CustomReflectable {
  /// The summary, or one line where it cannot be formed.
  public var description: String {
    if let summary = try? summary() { return summary.description }
    return "MixedLMResults: \(model), \(method), log-likelihood \(llf)"
  }

  /// The model's line and the log-likelihood: `dump` and debuggers would show every row.
  public var customMirror: Mirror {
    Mirror(self, children: ["model": model.description, "method": method, "llf": llf])
  }
}

extension MixedLMResults.Snapshot: CustomStringConvertible, CustomReflectable {
  /// One line: how many rows and groups there are, and whether there are numbers of single rows.
  public var description: String {
    "Snapshot: version \(version), \(nobs) rows, \(nGroups) groups, "
      + (fittedvalues == nil ? "without numbers of rows" : "with numbers of each row")
  }

  /// The line alone.
  public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}

extension BootstrapResult: CustomStringConvertible {
  /// Estimates and standard errors, and how many replicates there are.
  public var description: String {
    let table = LabeledMatrix(
      index: estimates.index, columns: ["estimate", "std. error"],
      values: Matrix(columns: [estimates.values, standardErrors.values], rows: estimates.count))
    return "\(table)\n\(replicates.index.count) replicates, \(failures) without a fit"
  }
}

extension NormalQuantiles: CustomStringConvertible {
  /// The values beside their quantiles, as a frame.
  public var description: String {
    LabeledMatrix(
      index: ordered.indices.map(String.init), columns: ["theoretical", "ordered"],
      values: Matrix(columns: [theoretical, ordered], rows: ordered.count)
    ).description
  }
}

extension VCSpec: CustomStringConvertible {
  /// The components, and for how many groups each has a matrix.
  public var description: String {
    "VCSpec: " + zip(names, mats).map { "\($0) (\($1.count) groups)" }.joined(separator: ", ")
  }
}
