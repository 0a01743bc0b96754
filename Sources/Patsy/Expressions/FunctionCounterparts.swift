/// What functions of numpy, of Python's math module and of R are called in formulas.
package enum FunctionCounterparts {
  private static let ofOtherLanguages = [
    "factor": "C", "ordered": "C", "ifelse": "np.where", "ln": "np.log", "log1": "np.log1p", "ns": "cr",
    "s": "cr",
    "pmin": "np.minimum", "pmax": "np.maximum", "cut": "pd.cut", "math": "np",
  ]

  /// The name that a formula must use, nil when there is none.
  package static func of(_ name: String) -> String? {
    ofOtherLanguages[name] ?? (NumpyFunctions.table[name] == nil ? nil : "np." + name)
  }
}
