import DataFrames

/// Numbers as numpy prints them.
enum NumpyText {
  /// A number as an element of an array: at most eight decimals, no trailing zeros.
  static func of(_ value: Double) -> String {
    guard value.isFinite else { return PythonText.of(value) }
    let text = PythonText.of(value)
    guard !text.contains("e"), let dot = text.firstIndex(of: ".") else { return text }
    var decimals = String(text[text.index(after: dot)...])
    if decimals.count > 8 {
      let rounded = (value * 1e8).rounded(.toNearestOrEven) / 1e8
      let short = PythonText.of(rounded)
      if !short.contains("e"), let point = short.firstIndex(of: ".") {
        decimals = String(short[short.index(after: point)...].prefix(8))
        return String(short[...point]) + (decimals == "0" ? "" : decimals)
      }
    }
    return String(text[...dot]) + (decimals == "0" ? "" : decimals)
  }

  /// A scalar taken from data, as numpy's `repr` shows it.
  static func scalar(_ value: Double, isInteger: Bool) -> String {
    isInteger ? "np.int64(\(PythonText.of(value).droppingFraction))" : "np.float64(\(PythonText.of(value)))"
  }
}

extension String {
  /// `5.0` as `5`.
  var droppingFraction: String { hasSuffix(".0") ? String(dropLast(2)) : self }
}
