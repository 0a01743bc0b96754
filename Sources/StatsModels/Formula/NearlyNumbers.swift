import DataFrames
import Patsy

/// Columns of texts most of which are numbers: a stray mark makes such a column categorical.
enum NearlyNumbers {
  /// A warning for each predictor that is categorical because of a few texts among numbers.
  static func warnings(of model: ModelDesc, data: DataFrame) -> [FitWarning] {
    let names = Set(model.rhsTermlist.flatMap(\.factors).map(\.name)).filter(data.contains).sorted()
    return names.compactMap { name in
      guard let stray = StrayTexts(data[name] as Column), stray.areSlips else { return nil }
      let texts = stray.first.map { PythonText.quoted($0.text) }.joined(separator: ", ")
      let others = stray.haveCommas ? "which are numbers with a comma" : "the rest are numbers"
      return FitWarning(
        kind: .numerical,
        message:
          "'\(name)' is text because of \(texts) in \(stray.count) of \(data.rowCount) rows; "
          + "\(others), of which each makes a level of its own: \(stray.remedy)")
    }
  }

  /// What keeps a response from being numbers, to follow an error's message; empty for other responses.
  static func response(_ name: String, in data: DataFrame) -> String {
    guard data.contains(name), let stray = StrayTexts(data[name] as Column),
      stray.numberCount > 0 || stray.haveCommas,
      let first = stray.first.first
    else { return "" }
    return "; \(PythonText.quoted(first.text)) in row \(data.rowLabels[first.row]) is no number ("
      + "\(stray.count) of \(data.rowCount) rows): \(stray.remedy)"
  }
}
