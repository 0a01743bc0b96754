import GeneralizedModels
import LinearAlgebra

/// Columns whose coefficients run to infinity together, since they tell some responses without error: some of those of a
/// direction that ``Separation`` proves.
struct SeparatingColumns {
  let warning: FitWarning

  /// Products of the design up to which every set of separating columns is looked for.
  private static let mostProducts = 200_000_000

  /// nil where no columns separate.
  ///
  /// - Parameters:
  ///   - coefficients: those of the columns; nan where a column depends on others.
  ///   - counts: whether a row has any weight.
  ///   - remedies: what can be done beside leaving predictors out.
  init?(
    _ exog: Matrix, names: [String], endog: [Double], endogName: String, family: Family,
    coefficients: [Double],
    counts: (Int) -> Bool, remedies: [String] = []
  ) {
    let counted = endog.indices.filter(counts)
    let response = family.model
    let sides = counted.map { response.side(of: endog[$0]) }
    let x = counted.count == exog.rows ? exog : exog.selecting(rows: counted)
    guard sides.contains(where: { $0 != 0 }), let whole = Separation(x, sides: sides) else { return nil }
    if let side = sides.first, sides.allSatisfy({ $0 == side }) {
      warning = FitWarning(
        kind: .numerical,
        message:
          "separation: every response of '\(endogName)' is \(side < 0 ? 0 : 1), so that the likelihood rises without end as the "
          + "linear predictors \(side < 0 ? "fall" : "grow"). The estimates printed are only where the search stopped, and their "
          + "standard errors mean nothing: look at how the response is coded, or add rows with other responses"
      )
      return
    }
    let columns = Self.columns(x, sides, whole, coefficients)
    let quoted = shortList(columns.map { names[$0] })
    let (what, tells) =
      columns.count == 1
      ? ("coefficient of \(quoted) grows", "it tells") : ("coefficients of \(quoted) grow", "they tell")
    let all = ["merge levels", "leave the predictor out"] + remedies
    warning = FitWarning(
      kind: .numerical,
      message:
        "complete or quasi-complete separation: the likelihood of '\(endogName)' rises without end as the \(what), since \(tells) "
        + "some responses without error. The estimates printed are only where the search stopped, and their standard errors mean "
        + "nothing: \(all.dropLast().joined(separator: ", ")), or \(all[all.count - 1])")
  }

  private static func columns(
    _ x: Matrix, _ sides: [Int], _ whole: Separation, _ coefficients: [Double]
  ) -> [Int] {
    let ranges = (0..<x.columns).map { c in
      let values = x.column(c)
      return (values.max() ?? 0) - (values.min() ?? 0)
    }
    var found = Set<Int>()
    var left =
      x.columns * x.columns * x.columns * x.rows > mostProducts
      ? [] : (0..<x.columns).filter { !coefficients[$0].isNaN }
    // The least set of columns that separates, those of small effects left out first; then the next without these.
    while !left.isEmpty, Separation(x.selecting(columns: left), sides: sides) != nil {
      var set = left
      let order = left.sorted { a, b in
        (ranges[a] == 0 ? 1 : 0, abs(coefficients[a]) * ranges[a])
          < (ranges[b] == 0 ? 1 : 0, abs(coefficients[b]) * ranges[b])
      }
      for column in order {
        let rest = set.filter { $0 != column }
        if !rest.isEmpty, Separation(x.selecting(columns: rest), sides: sides) != nil { set = rest }
      }
      let varying = set.filter { ranges[$0] > 0 }
      found.formUnion(varying.isEmpty ? set : varying)
      left.removeAll { (varying.isEmpty ? set : varying).contains($0) }
    }
    if found.isEmpty { found.formUnion(whole.direction.indices.filter { whole.direction[$0] != 0 }) }
    return found.sorted()
  }
}
