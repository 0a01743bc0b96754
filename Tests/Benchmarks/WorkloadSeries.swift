extension Workload {
  /// A series of designs that differ in one size only.
  enum Series: String, CaseIterable {
    case rows, levels, thetas, crossed

    /// The sizes that are drawn.
    var sizes: [Int] {
      switch self {
      case .rows: [10_000, 100_000, 1_000_000]
      case .levels: [1_000, 10_000, 100_000]
      case .thetas: [1, 3, 6, 10, 15]
      case .crossed: [250, 500, 1_000, 2_000]
      }
    }

    /// What the size counts.
    var label: String {
      switch self {
      case .rows: "rows (1,000 groups, intercept and slope)"
      case .levels: "levels of one factor (400,000 rows)"
      case .thetas: "covariance parameters (20,000 rows, 500 groups)"
      case .crossed: "levels of the smaller of two crossed factors (100,000 rows)"
      }
    }
  }

  /// Names of all members of all series.
  static var seriesNames: [String] {
    Series.allCases.flatMap { series in series.sizes.map { "\(series.rawValue)_\($0)" } }
  }

  /// The series and the size that a name such as `levels_1000` tells.
  static func seriesMember(_ name: String) -> (series: Series, size: Int)? {
    let parts = name.split(separator: "_")
    guard parts.count == 2, let series = Series(rawValue: String(parts[0])), let size = Int(parts[1]) else {
      return nil
    }
    return (series, size)
  }

  /// A member of a series.
  static func series(_ name: String) -> Workload? {
    guard let (series, size) = seriesMember(name), series.sizes.contains(size) else { return nil }
    func model(_ formula: String, fixed: [String?], bars: [Bar]) -> Workload {
      Workload(name: name, file: name, formula: formula, response: "y", fixed: fixed, bars: bars)
    }
    switch series {
    case .rows:
      return model(
        "y ~ x + (1 + x | g)", fixed: [nil, "x"], bars: [.init(regressors: [nil, "x"], factors: ["g"])])
    case .levels:
      return model("y ~ x + (1 | g)", fixed: [nil, "x"], bars: [.init(regressors: [nil], factors: ["g"])])
    case .thetas:
      // k correlated effects have k (k + 1) / 2 parameters
      let slopes = (1..<5).filter { ($0 + 1) * ($0 + 2) / 2 <= size }.map { "x\($0)" }
      let effects = (["1"] + slopes).joined(separator: " + ")
      return model(
        "y ~ \(effects) + (\(effects) | g)", fixed: [nil] + slopes,
        bars: [.init(regressors: [nil] + slopes, factors: ["g"])])
    case .crossed:
      return model(
        "y ~ x + (1 | a) + (1 | b)", fixed: [nil, "x"],
        bars: [.init(regressors: [nil], factors: ["a"]), .init(regressors: [nil], factors: ["b"])])
    }
  }
}
