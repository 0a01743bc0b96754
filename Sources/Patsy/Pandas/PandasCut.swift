import DataFrames

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `pd.cut` and `pd.qcut`: numbers into ordered intervals.
enum PandasCut {
  /// Edges of the intervals, and whether they are whole numbers.
  private struct Edges {
    var values: [Double]
    var areIntegers = false
    var includesLowest = false
    /// How many digits the labels show at least.
    var precision = 3
  }

  static let functions: [FormulaFunction] = [
    FormulaFunction("cut") { arguments in
      let bound = try arguments.bound(
        to: ["x", "bins", "right", "labels", "retbins", "precision", "include_lowest"], required: 2, in: "cut"
      )
      let x = try (bound["x"] ?? .none).doubles()
      let bins = bound["bins"] ?? .none
      var edges = Edges(values: [])
      edges.precision = min(max(bound["precision"]?.wholeNumber ?? 3, 0), 15)
      edges.includesLowest = try bound["include_lowest"]?.truth() ?? false
      let right = try bound["right"]?.truth() ?? true
      if let count = bins.wholeNumber {
        edges.values = try equalWidths(x, count, right)
      } else {
        edges.values = try bins.doubles()
        edges.areIntegers = bins.elements?.allSatisfy { $0.wholeNumber != nil } ?? false
        guard zip(edges.values, edges.values.dropFirst()).allSatisfy({ $0 <= $1 }) else {
          throw EvaluationError.value("bins must increase monotonically.")
        }
      }
      return try intervals(x, edges, right, bound["labels"])
    },
    FormulaFunction("qcut") { arguments in
      let bound = try arguments.bound(
        to: ["x", "q", "labels", "retbins", "precision", "duplicates"], required: 2, in: "qcut")
      let x = try (bound["x"] ?? .none).doubles()
      let present = x.filter { !$0.isNaN }
      let q = bound["q"] ?? .none
      let probabilities: [Double]
      if let count = q.wholeNumber {
        guard count > 0, count <= 10_000 else { throw EvaluationError.value("`q` must be positive") }
        probabilities = (0...count).map { Double($0) / Double(count) }
      } else {
        probabilities = try q.doubles()
      }
      guard probabilities.allSatisfy({ (0...1).contains($0) }) else {
        throw EvaluationError.value("percentiles should all be in the interval [0, 1]")
      }
      var values = probabilities.map { Reductions.quantile(present, $0) }
      if Set(values).count < values.count {
        guard case .string("drop")? = bound["duplicates"] else {
          throw EvaluationError.value(
            "Bin edges must be unique: \(FormulaValue.list(values.map { .double($0) }).pythonRepr).\n"
              + "You can drop duplicate edges by setting the 'duplicates' kwarg")
        }
        values = values.uniqued()
      }
      let edges = Edges(
        values: values, includesLowest: true, precision: min(max(bound["precision"]?.wholeNumber ?? 3, 0), 15)
      )
      return try intervals(x, edges, true, bound["labels"])
    },
  ]

  /// Edges of intervals of equal width over the range, the outer one moved out a little.
  private static func equalWidths(_ x: [Double], _ count: Int, _ right: Bool) throws -> [Double] {
    let present = x.filter { !$0.isNaN }
    guard count > 0, count <= 10_000 else {
      throw EvaluationError.value("`bins` should be a positive integer.")
    }
    guard var low = present.min(), var high = present.max() else {
      throw EvaluationError.value("Cannot cut empty array")
    }
    guard low.isFinite, high.isFinite else {
      throw EvaluationError.value("cannot specify integer `bins` when input data contains infinity")
    }
    if low == high {
      low -= low != 0 ? 0.001 * low.magnitude : 0.001
      high += high != 0 ? 0.001 * high.magnitude : 0.001
      return (0...count).map { low + (high - low) * Double($0) / Double(count) }
    }
    let step = (high - low) / Double(count)
    var edges = (0...count).map { $0 == count ? high : low + Double($0) * step }
    let margin = (high - low) * 0.001
    if right { edges[0] -= margin } else { edges[count] += margin }
    return edges
  }

  private static func intervals(
    _ x: [Double], _ edges: Edges, _ right: Bool, _ labels: FormulaValue?
  ) throws -> FormulaValue {
    let values = edges.values
    guard values.count > 1 else { throw EvaluationError.value("at least two bin edges are needed") }
    let codes = x.map { number -> Int32 in
      if number.isNaN { return -1 }
      var (low, high) = (0, values.count)
      while low < high {
        let middle = (low + high) / 2
        if right ? values[middle] < number : values[middle] <= number {
          low = middle + 1
        } else {
          high = middle
        }
      }
      if edges.includesLowest, number == values[right ? 0 : values.count - 1] {
        low = right ? 1 : values.count - 1
      }
      return low == 0 || low == values.count ? -1 : Int32(truncatingIfNeeded: low - 1)
    }
    if case .boolean(false)? = labels {
      if codes.contains(-1) {
        return .vector(FormulaVector(codes.map { $0 < 0 ? .nan : Double($0) }, isSeries: true))
      }
      return .vector(FormulaVector(.integer(codes.map(Int.init), missing: nil), isSeries: true))
    }
    let levels: [ColumnValue]
    if let labels, !labels.isNone {
      levels = labels.elements?.compactMap(\.level) ?? []
      guard levels.count == values.count - 1, Set(levels).count == levels.count else {
        throw EvaluationError.value("Bin labels must be one fewer than the number of bin edges")
      }
    } else {
      levels = names(edges, right)
      guard Set(levels).count == levels.count else {
        throw EvaluationError.value("Bin edges must be unique")
      }
    }
    return .vector(
      FormulaVector(.categorical(Categorical(levels: levels, codes: codes, ordered: true)), isSeries: true))
  }

  /// The intervals as pandas' `repr` shows them, with just enough digits to tell the edges apart.
  private static func names(_ edges: Edges, _ right: Bool) -> [ColumnValue] {
    var precision = edges.precision
    while precision < 19, Set(edges.values.map { rounded($0, precision) }).count < Set(edges.values).count {
      precision += 1
    }
    var shown = edges.values.map { rounded($0, precision) }
    if right && edges.includesLowest { shown[0] -= PythonBuiltins.inversePowerOfTen(precision) }
    func text(_ value: Double) -> String {
      if edges.areIntegers, !edges.includesLowest, let whole = Int(exactly: value) { return String(whole) }
      return PythonText.of(value)
    }
    return zip(shown, shown.dropFirst()).map {
      .string("Interval(\(text($0)), \(text($1)), closed='\(right ? "right" : "left")')")
    }
  }

  /// Rounded to `precision` digits after the point, or significant ones for a pure fraction.
  private static func rounded(_ value: Double, _ precision: Int) -> Double {
    guard value.isFinite, value != 0 else { return value }
    var digits = precision
    if value.magnitude < 1 { digits = -Int(log10(value.magnitude).rounded(.down)) - 1 + precision }
    let scale = PythonBuiltins.powerOfTen(UInt(min(max(digits, 0), 300)))
    return (value * scale).rounded(.toNearestOrEven) / scale
  }
}
