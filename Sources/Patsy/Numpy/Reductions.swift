import DataFrames
import LinearAlgebra

/// Summaries of a column in one number.
///
/// Methods of a Series, and the numpy functions that call them, skip missing values; others do not.
enum Reductions {
  /// A summary: its name, and what it does to numbers.
  struct Reduction: Sendable {
    let name: String
    /// Whether numpy hands a Series over to the Series' own method.
    var dispatchesToSeries = true
    /// Divisor's reduction when none is given: numpy 0, pandas 1.
    var takesDegreesOfFreedom = false
    let body: @Sendable (_ values: [Double], _ reduction: Int) -> Double
    /// For whole numbers whose summary is a whole number.
    var integers: (@Sendable ([Int]) -> Int?)?
  }

  static let table: [String: Reduction] = {
    let all: [Reduction] = [
      Reduction(name: "mean") { values, _ in mean(values) },
      Reduction(name: "sum", body: { values, _ in sum(values) }, integers: { $0.reduce(0, &+) }),
      Reduction(name: "prod", body: { values, _ in values.reduce(1, *) }, integers: { $0.reduce(1, &*) }),
      Reduction(name: "std", takesDegreesOfFreedom: true) { variance($0, $1).squareRoot() },
      Reduction(name: "var", takesDegreesOfFreedom: true) { variance($0, $1) },
      Reduction(name: "min", body: { values, _ in extreme(values, <) }, integers: { $0.min() }),
      Reduction(name: "max", body: { values, _ in extreme(values, >) }, integers: { $0.max() }),
      Reduction(name: "median", dispatchesToSeries: false) { values, _ in quantile(values, 0.5) },
      Reduction(name: "ptp", dispatchesToSeries: false) { values, _ in
        extreme(values, >) - extreme(values, <)
      },
      Reduction(name: "sem", takesDegreesOfFreedom: true) { values, reduction in
        (variance(values, reduction) / Double(values.count)).squareRoot()
      },
    ]
    return Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
  }()

  /// `np.name(value, axis=, ddof=)`, `skipsMissing` for the `nan…` variants.
  static func function(_ reduction: Reduction, name: String, skipsMissing: Bool = false) -> FormulaFunction {
    FormulaFunction(name) { arguments in
      let bound = try arguments.bound(to: ["a", "axis", "dtype", "out", "ddof", "keepdims"], in: name)
      let value = bound["a"] ?? .none
      let ddof = bound["ddof"]?.wholeNumber ?? 0
      let skips = skipsMissing || (value.isSeries && reduction.dispatchesToSeries)
      if let axis = bound["axis"]?.wholeNumber, case .matrix(let matrix) = try value.asArray() {
        let lines = axis == 0 ? (0..<matrix.columns).map(matrix.column) : (0..<matrix.rows).map(matrix.row)
        let results = lines.map { reduce(reduction, $0, skips, ddof) }
        return .vector(FormulaVector(results))
      }
      return try apply(reduction, to: value, skipsMissing: skips, ddof: ddof)
    }
  }

  /// The method of that name of a column.
  static func method(_ reduction: Reduction, of vector: FormulaVector) -> FormulaFunction {
    FormulaFunction(reduction.name) { arguments in
      let parameters =
        vector.isSeries ? ["axis", "skipna", "numeric_only", "ddof"] : ["axis", "dtype", "out", "ddof"]
      let bound = try arguments.bound(to: parameters, required: 0, in: reduction.name)
      let skips = try vector.isSeries && (bound["skipna"]?.truth() ?? true)
      let ddof = bound["ddof"]?.wholeNumber ?? (vector.isSeries ? 1 : 0)
      return try apply(reduction, to: .vector(vector), skipsMissing: skips, ddof: ddof)
    }
  }

  static func apply(_ reduction: Reduction, to value: FormulaValue, skipsMissing: Bool, ddof: Int) throws
    -> FormulaValue
  {
    if case .vector(let vector) = value, let extreme = try textExtreme(reduction, vector) { return extreme }
    guard let operand = Operand(value) else {
      throw EvaluationError.type(
        "Cannot perform reduction '\(reduction.name)' with "
          + "\(value.elementTypeName == "str" ? "string" : value.elementTypeName) dtype")
    }
    if let body = reduction.integers, operand.isIntegral, case .many(let values) = operand.integers {
      guard let result = body(values) else { throw emptyReduction(reduction) }
      if operand.isBoolean && (reduction.name == "min" || reduction.name == "max") {
        return .boolean(result != 0)
      }
      return .integer(result)
    }
    switch operand.doubles {
    case .one(let number): return .double(reduce(reduction, [number], skipsMissing, ddof))
    case .many(let values): return .double(reduce(reduction, values, skipsMissing, ddof))
    }
  }

  private static func reduce(
    _ reduction: Reduction, _ values: [Double], _ skipsMissing: Bool, _ ddof: Int
  ) -> Double {
    let kept = skipsMissing && values.contains(where: \.isNaN) ? values.filter { !$0.isNaN } : values
    return reduction.body(kept, ddof)
  }

  private static func emptyReduction(_ reduction: Reduction) -> EvaluationError {
    .value("zero-size array to reduction operation \(reduction.name) which has no identity")
  }

  /// The first or last text, for `min` and `max` of texts and ordered categories.
  private static func textExtreme(_ reduction: Reduction, _ vector: FormulaVector) throws -> FormulaValue? {
    guard reduction.name == "min" || reduction.name == "max" else { return nil }
    switch vector.storage {
    case .string:
      let levels = Column(storage: vector.storage).factorized().levels
      return FormulaValue(reduction.name == "min" ? levels.first : levels.last)
    case .categorical(let categories) where categories.ordered:
      let codes = categories.codes.filter { $0 >= 0 }
      let code = reduction.name == "min" ? codes.min() : codes.max()
      return FormulaValue(code.map { categories.levels[Int($0)] })
    default: return nil
    }
  }
}

// MARK: - Kernels

extension Reductions {
  /// Sum in blocks: the rounding error grows with the logarithm of the count, as in numpy.
  static func sum(_ values: [Double]) -> Double {
    values.withUnsafeBufferPointer { pairwiseSum($0) { $0 } }
  }

  static func mean(_ values: [Double]) -> Double {
    values.isEmpty ? .nan : sum(values) / Double(values.count)
  }

  /// Sum of squared deviations from the mean over `count - reduction`.
  static func variance(_ values: [Double], _ reduction: Int) -> Double {
    // In floating point, because a formula may ask for any whole number.
    let divisor = Double(values.count) - Double(reduction)
    guard divisor > 0 else { return .nan }
    let center = mean(values)
    let squares = values.withUnsafeBufferPointer {
      pairwiseSum($0) { ($0 - center) * ($0 - center) }
    }
    return squares / divisor
  }

  private static func pairwiseSum(
    _ values: UnsafeBufferPointer<Double>, _ term: (Double) -> Double
  ) -> Double {
    if values.count > 1024 {
      let half = values.count / 2
      return pairwiseSum(UnsafeBufferPointer(rebasing: values[..<half]), term)
        + pairwiseSum(UnsafeBufferPointer(rebasing: values[half...]), term)
    }
    var total = 0.0
    for value in values { total += term(value) }
    return total
  }

  private static func extreme(_ values: [Double], _ precedes: (Double, Double) -> Bool) -> Double {
    guard var result = values.first else { return .nan }
    for value in values where value.isNaN || precedes(value, result) {
      if value.isNaN { return .nan }
      result = value
    }
    return result
  }

  /// Quantile by linear interpolation; nan when a value is missing.
  static func quantile(_ values: [Double], _ probability: Double) -> Double {
    guard !values.isEmpty, !values.contains(where: \.isNaN), probability >= 0, probability <= 1 else {
      return .nan
    }
    let sorted = values.sorted()
    let position = probability * Double(sorted.count - 1)
    let lower = Int(position)
    let upper = min(lower + 1, sorted.count - 1)
    let weight = position - Double(lower)
    let difference = sorted[upper] - sorted[lower]
    // Interpolating from the nearer end, as numpy does, keeps the result exact there.
    return weight >= 0.5
      ? sorted[upper] - difference * (1 - weight) : sorted[lower] + difference * weight
  }
}
