import DataFrames
import Patsy

/// What can be done about an error of a formula: patsy's messages point at the place, but know nothing of the data.
package struct FormulaRemedies {
  /// The data on which the formula failed.
  let data: DataFrame
  /// What the caller wanted done with missing values; nil where that is no choice.
  let missing: MissingHandling?
  /// What the message calls the data, nil for those of the model.
  let subject: String?

  package init(data: DataFrame, missing: MissingHandling? = nil, subject: String? = nil) {
    self.data = data
    self.missing = missing
    self.subject = subject
  }

  /// Runs `body`, whose errors of formulas get a remedy.
  package func adding<T>(_ body: () throws -> T) throws -> T {
    do { return try body() } catch let error as PatsyError { throw error.withRemedy(remedy(for: error)) }
  }

  private func remedy(for error: PatsyError) -> String? {
    let code = error.origin?.relevantCode() ?? ""
    if let remedy = NameRemedies(columns: data.columnNames).remedy(for: error, code: code) { return remedy }
    if let name = error.undefinedName { return undefined(name, in: code) }
    if error.message == NAAction.missingValues { return missingValues(in: code) }
    if error.message.contains("all items must be hashable"), error.origin?.code.contains("|") ?? false {
      return "random effects are added: (1 + x | g)"
    }
    if error.origin?.code.contains("`") ?? false { return "names in backticks are R's: write Q('body mass')" }
    if code == "." { return "patsy has no '.': name the variables" }
    if code.contains("^"), error.message.hasPrefix("Error evaluating factor: TypeError") {
      return "'^' is Python's exclusive or: a power is I(x**2)"
    }
    return nil
  }

  /// R's calls that patsy has no function for, and how their work is written here.
  private static let waysWithout = [
    "poly": "write the powers, x + I(x**2), or a spline, bs(x, df=3)",
    "offset": "subtract it from the response, I(y - offset) ~ …",
    "relevel": "choose the reference by C(f, Treatment(reference='a'))",
    "interaction": "write a:b", "scale": "write standardize(x)",
  ]

  /// The names near an unknown one: functions where it is called, else columns.
  private func undefined(_ name: String, in code: String) -> String {
    if code.contains(name + "(") || code.contains(name + ".") {
      return "no function '\(name)'; "
        + (Self.waysWithout[name] ?? FunctionCounterparts.of(name).map { "did you mean '\($0)'?" }
          ?? "formulas know patsy's functions, and numpy's as np.…")
    }
    return (subject.map { $0 + ": " } ?? "") + NearestNames.message("column", name, among: data.columnNames)
  }

  /// The columns of a factor that lack values, or why the factor lacks some all the same.
  private func missingValues(in code: String) -> String? {
    let terms = (try? ModelDesc.fromFormula(code))?.rhsTermlist ?? []
    let names = Set(terms.flatMap(\.factors).flatMap(\.variableNames)).filter(data.contains).sorted()
    let counts = names.map { name -> (name: String, count: Int) in
      let column: Column = data[name]
      return (name, (0..<column.count).count { column.isMissing($0) })
    }
    let lacking = counts.filter { $0.count > 0 }.map { "'\($0.name)' has no value in \($0.count)" }
    if lacking.isEmpty {
      return "its functions give nan for values outside of their domain: choose rows or functions that do not"
    }
    let rows = lacking.joined(separator: ", ") + " of \(data.rowCount) rows: remove these rows"
    return missing == MissingHandling.none || missing == .raise ? rows + ", or use missing: .drop" : rows
  }
}
