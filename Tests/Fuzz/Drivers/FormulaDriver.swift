import DataFrames
import Patsy
import TestSupport

/// Formulas of a grammar that reaches for every function and for numbers at the limits, some with letters changed.
package struct FormulaDriver: FuzzDriver {
  private let data: DataFrame
  private let newData: DataFrame

  /// Makes the data that the formulas are evaluated on.
  package init() throws {
    let columns: [Column] = [
      Column(name: "x", [1.0, 2.5, -3, 0.25, 7, 100]), Column(name: "z", [1.0, nil, 3, .infinity, 5, -0.0]),
      Column(name: "k", [3, -2, 0, 5, Int.max, Int.min]), Column(name: "g", ["u", "v", "w", "u", nil, "v"]),
      Column(name: "f", [true, false, true, true, false, false]), Column(name: "h", [1, 1, 2, 2, 3, 3]),
      Column(
        name: "d", ["2020-01-31", "2021-12-01", "2020-02-29", "2019-03-05", "2000-06-15", "1999-11-07"]),
      Column(
        name: "c", Categorical(["lo", "hi", "lo", nil, "hi", "lo"], levels: ["lo", "hi"], ordered: true)),
    ]
    data = try DataFrame(columns: columns)
    newData = try DataFrame(columns: columns.map { $0.rows([5, 0, 2]) })
  }

  private static let names = ["x", "z", "k", "g", "f", "h", "d", "c"]
  private static let numbers = [
    "0", "1", "2", "-1", "3", "0.5", "1e300", "1e19", "2**62", "2**63", "-2**63", "9223372036854775807",
    "-9223372036854775808", "np.inf", "-np.inf", "np.nan", "10**9", "1e-300", "None", "True", "'a'", "''",
  ]
  private static let operators = [
    "+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^", "@", "<", "<=", "==", "!=", " and ",
    " or ",
    " in ", " is ", ",",
  ]
  private static let functions = [
    "I", "C", "Q", "bs", "cr", "cc", "te", "center", "scale", "standardize", "np.log", "np.exp", "np.arange",
    "np.where", "np.round", "np.repeat", "np.tile", "np.zeros", "np.linspace", "np.outer", "np.clip",
    "np.roll",
    "np.percentile", "np.digitize", "np.searchsorted", "np.vander", "np.eye", "np.diff", "np.std", "np.sum",
    "pd.cut", "pd.qcut", "pd.to_datetime", "pd.Timestamp", "pd.Timedelta", "pd.to_timedelta", "np.datetime64",
    "np.timedelta64", "pd.Categorical", "pd.get_dummies", "pd.factorize", "Treatment", "Poly", "Sum", "Diff",
    "len", "range", "round", "abs", "int", "float", "str", "min", "max", "sum", "list", "pow", "divmod",
    "slice",
  ]
  private static let methods = [
    "mean", "std", "var", "sem", "sum", "min", "max", "shift", "diff", "rank", "round", "clip", "astype",
    "map",
    "fillna", "quantile", "rolling", "expanding", "ewm", "groupby", "head", "tail", "cumsum", "between",
    "where",
    "str.zfill", "str.pad", "str.center", "str.ljust", "str.repeat", "str.slice", "str.get", "str.split",
    "dt.days",
    "dt.year", "dt.total_seconds", "iloc", "values", "cat.codes", "isin", "replace", "to_numpy", "reshape",
  ]
  private static let keywords = [
    "df", "degree", "knots", "ddof", "axis", "unit", "bins", "periods", "window", "decimals", "days",
    "constraints",
  ]
  private static let separators = [" + ", ":", "*", "/", " - ", "**2", "**", " + 0 + ", "~"]

  package func input(using generator: inout SeededGenerator) -> String {
    var formula = ""
    for term in 0..<Int.random(in: 1...4, using: &generator) {
      if term > 0 { formula += pick(Self.separators, &generator) }
      formula += factor(3, &generator)
    }
    if Int.random(in: 0..<4, using: &generator) == 0 { damage(&formula, &generator) }
    return formula
  }

  private func pick(_ texts: [String], _ generator: inout SeededGenerator) -> String {
    texts[Int.random(in: texts.indices, using: &generator)]
  }

  private func factor(_ depth: Int, _ generator: inout SeededGenerator) -> String {
    if depth == 0 {
      return pick(Int.random(in: 0..<3, using: &generator) == 0 ? Self.numbers : Self.names, &generator)
    }
    switch Int.random(in: 0..<8, using: &generator) {
    case 0, 1: return pick(Self.names, &generator)
    case 2:
      return "(" + factor(depth - 1, &generator) + pick(Self.operators, &generator)
        + factor(depth - 1, &generator) + ")"
    case 3: return pick(Self.names, &generator) + "[" + factor(depth - 1, &generator) + "]"
    case 4:
      return factor(depth - 1, &generator) + "." + pick(Self.methods, &generator)
        + arguments(depth, &generator)
    default: return pick(Self.functions, &generator) + arguments(depth, &generator)
    }
  }

  private func arguments(_ depth: Int, _ generator: inout SeededGenerator) -> String {
    let items = (0..<Int.random(in: 0...3, using: &generator)).map { position in
      let value = factor(depth - 1, &generator)
      let isNamed = position > 0 && Int.random(in: 0..<3, using: &generator) == 0
      return isNamed ? pick(Self.keywords, &generator) + "=" + value : value
    }
    return "(" + items.joined(separator: ", ") + ")"
  }

  /// Removes, repeats or exchanges a few characters.
  private func damage(_ formula: inout String, _ generator: inout SeededGenerator) {
    var characters = Array(formula)
    for _ in 0..<Int.random(in: 1...3, using: &generator) where !characters.isEmpty {
      let place = Int.random(in: characters.indices, using: &generator)
      switch Int.random(in: 0..<3, using: &generator) {
      case 0: characters.remove(at: place)
      case 1: characters.insert(characters[place], at: place)
      default: characters[place] = Array("()[]{}'\"~+-*:.,=|^é0 ").randomElement(using: &generator) ?? "x"
      }
    }
    formula = String(characters)
  }

  package func use(_ input: String) -> FuzzOutcome {
    do {
      let matrix = try dmatrix(input, data)
      do { _ = try buildDesignMatrices([matrix.designInfo], newData) } catch {
        return error is PatsyError ? .served : .fault("\(error)")
      }
      return .served
    } catch {
      return error is PatsyError ? .refused : .fault("no PatsyError: \(error)")
    }
  }

  package func describe(_ input: String) -> String { input }
}
