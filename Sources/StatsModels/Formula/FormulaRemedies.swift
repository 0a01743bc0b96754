import DataFrames
import Patsy

/// What can be done about an error of a formula: patsy's messages point at the place, but know nothing of the data.
package struct FormulaRemedies {
  /// The data on which the formula failed.
  let data: DataFrame
  /// What the caller wanted done with missing values; nil where that is no choice.
  let missing: Missing?
  /// What the message calls the data, nil for those of the model.
  let subject: String?

  package init(data: DataFrame, missing: Missing? = nil, subject: String? = nil) {
    self.data = data
    self.missing = missing
    self.subject = subject
  }

  /// Runs `body`, whose errors of formulas get a remedy.
  package func adding<T>(_ body: () throws -> T) throws -> T {
    do { return try body() } catch let error as PatsyError { throw error.withRemedy(remedy(for: error)) }
  }

  private func remedy(for error: PatsyError) -> String? {
    if let name = error.undefinedName {
      let prefix = subject.map { $0 + ": " } ?? ""
      return prefix + NearestNames.message("column", name, among: data.columnNames)
    }
    if error.message == NAAction.missingValues, let origin = error.origin {
      return missingValues(in: origin.relevantCode())
    }
    return nil
  }

  /// The columns of a factor that lack values, or why a factor lacks them all the same.
  private func missingValues(in code: String) -> String? {
    let terms = (try? ModelDesc.fromFormula(code))?.rhsTermlist ?? []
    let names = Set(terms.flatMap(\.factors).flatMap(\.variableNames)).filter(data.contains).sorted()
    let counts = names.map { name -> (name: String, count: Int) in
      let column: Column = data[name]
      return (name, (0..<column.count).count { column.isMissing($0) })
    }
    let lacking = counts.filter { $0.count > 0 }.map { "'\($0.name)' has no value in \($0.count)" }
    if lacking.isEmpty {
      let what =
        names.isEmpty ? "the factor" : "the factor, not " + names.map { "'\($0)'" }.joined(separator: ", ")
      return "it is \(what) that gives nan: its functions are not defined for all values"
    }
    let rows = lacking.joined(separator: ", ") + " of \(data.rowCount) rows: remove these rows"
    return missing == Missing.none || missing == .raise ? rows + ", or use missing: .drop" : rows
  }
}
